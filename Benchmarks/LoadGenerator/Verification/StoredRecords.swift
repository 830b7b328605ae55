/// What was found in the partitions of a topic.
struct StoredRecords {
    private var lanes: [SequenceSet] = []
    /// Partition n at index n.
    private(set) var partitions: [PartitionFindings]

    init(partitionCount: Int) { partitions = Array(repeating: PartitionFindings(), count: partitionCount) }

    /// Takes the partitions that a topic has gained.
    mutating func grow(to partitionCount: Int) {
        while partitions.count < partitionCount { partitions.append(PartitionFindings()) }
    }

    /// Notes a record of the run; those of a partition come in the order of their offsets.
    mutating func note(_ stamp: RecordStamp, in partition: Int, at offset: Int64) {
        let lane = Int(stamp.lane)
        while lanes.count <= lane { lanes.append(SequenceSet()) }
        let isNew = lanes[lane].insert(stamp.sequence)
        partitions[partition].note(lane: lane, stamp.sequence, isNew: isNew, at: offset)
    }

    mutating func noteCorrupted(in partition: Int, at offset: Int64) { partitions[partition].corrupted.note(offset) }

    mutating func noteForeign(in partition: Int, at offset: Int64) { partitions[partition].foreign.note(offset) }

    /// Notes that the log has no records at these offsets.
    mutating func noteGap(_ offsets: Range<Int64>, in partition: Int) { partitions[partition].gaps.add(offsets) }

    func contains(_ stamp: RecordStamp) -> Bool {
        let lane = Int(stamp.lane)
        return lane < lanes.count && lanes[lane].contains(stamp.sequence)
    }

    /// Bytes of all bitmaps.
    var byteCount: Int { lanes.reduce(0) { $0 + $1.byteCount } }
}

/// What was found in one partition.
struct PartitionFindings {
    /// Records of the run that are intact, each counted once, wherever it was first found.
    private(set) var distinct: Int64 = 0
    /// Records that were found before, here or in another partition.
    private(set) var duplicated = OffsetTally()
    /// Records that lie behind a later one of the same lane, and are no duplicates.
    private(set) var reordered = OffsetTally()
    var corrupted = OffsetTally()
    var foreign = OffsetTally()
    /// Offsets without a record.
    var gaps = OffsetRanges()
    /// The highest sequence of each lane so far.
    private var latest: [Int64] = []

    /// Records of the run, whatever is wrong with them.
    var read: Int64 { distinct + duplicated.count + corrupted.count }

    mutating func note(lane: Int, _ sequence: Int64, isNew: Bool, at offset: Int64) {
        guard isNew else { return duplicated.note(offset) }
        distinct += 1
        while latest.count <= lane { latest.append(-1) }
        if sequence < latest[lane] {
            reordered.note(offset)
        } else {
            latest[lane] = sequence
        }
    }
}
