/// What a run acknowledged, compared with what is stored.
struct VerificationReport: Sendable {
    /// One partition.
    struct Partition: Sendable, Equatable {
        var acked: Int64 = 0
        var read: Int64 = 0
        /// Acknowledged and not stored, with the offsets that acknowledgements gave them, as far as they did.
        var lost = OffsetTally()
        var duplicated = OffsetTally()
        var reordered = OffsetTally()
        var corrupted = OffsetTally()
        /// Of somebody else, or damaged beyond recognition.
        var foreign = OffsetTally()
        /// What was read: from here up to `end`.
        var start: Int64 = 0
        var end: Int64 = 0
    }

    var partitions: [Partition]
    /// Whether there is an order that can be wrong.
    let isOrdered: Bool
    /// Why not everything could be read, or not be judged; nil when it was.
    var failure: String?
    /// CPU time of the reader's thread, in ns.
    var cpuNs: Int64 = 0
    /// From the begin of the run until all was read, in ns.
    var durationNs: Int64 = 0

    /// - Parameters:
    ///   - isComplete: whether everything up to `ends` was read; otherwise nothing counts as lost.
    ///   - isOrdered: whether records of a lane have an order in a partition; otherwise nothing counts as reordered.
    init(
        _ records: StoredRecords, _ ledger: DeliveryLedger, starts: [Int64], ends: [Int64], isComplete: Bool,
        isOrdered: Bool = true
    ) {
        self.isOrdered = isOrdered
        let acknowledged = ledger.partitions
        let count = max(records.partitions.count, acknowledged.count)
        var gaps: [OffsetRanges] = []
        partitions = (0..<count).map { index in
            var partition = Partition()
            if index < acknowledged.count { partition.acked = acknowledged[index].acked }
            let findings = index < records.partitions.count ? records.partitions[index] : PartitionFindings()
            partition.read = findings.read
            partition.duplicated = findings.duplicated
            if isOrdered { partition.reordered = findings.reordered }
            partition.corrupted = findings.corrupted
            partition.foreign = findings.foreign
            partition.start = index < starts.count ? starts[index] : 0
            partition.end = index < ends.count ? ends[index] : partition.start
            gaps.append(findings.gaps)
            return partition
        }
        guard isComplete else { return }
        guard let unsettled = ledger.unsettled else {
            failure = "so many records failed that those which were stored all the same can't be told from others"
            return
        }
        let distinct = (0..<count).map { $0 < records.partitions.count ? records.partitions[$0].distinct : 0 }
        let missing = countMissing(distinct, unsettled.filter { records.contains($0.stamp) })
        for index in partitions.indices where missing[index] > 0 {
            let told = acknowledged[index]
            var offsets = told.doubledOffsets
            for range in told.offsets.intersection(gaps[index]).ranges { offsets.add(range) }
            for range in told.offsets.ranges where range.upperBound > partitions[index].end {
                offsets.add(max(range.lowerBound, partitions[index].end)..<range.upperBound)
            }
            partitions[index].lost = OffsetTally(
                count: missing[index], first: Array(offsets.firstOffsets.prefix(Int(clamping: missing[index]))))
        }
    }

    /// How many records of each partition were acknowledged and are not there.
    ///
    /// - Parameter stored: records that were not acknowledged and are there.
    private func countMissing(_ distinct: [Int64], _ stored: [DeliveryLedger.Unsettled]) -> [Int64] {
        var found = distinct
        for record in stored where found.indices.contains(Int(record.partition)) { found[Int(record.partition)] -= 1 }
        let balances = partitions.indices.map { partitions[$0].acked - found[$0] - partitions[$0].corrupted.count }
        var missing = balances.map { max(0, $0) }
        // A batch that was tried again in another partition counts as found where its first copy lies, which is not where it
        // was acknowledged.
        var excess = missing.reduce(0, +) - max(0, balances.reduce(0, +))
        for index in missing.indices where excess > 0 {
            let elsewhere = min(missing[index], partitions[index].duplicated.count, excess)
            missing[index] -= elsewhere
            excess -= elsewhere
        }
        return missing
    }

    private func total(_ tally: KeyPath<Partition, OffsetTally>) -> Int64 {
        partitions.reduce(0) { $0 + $1[keyPath: tally].count }
    }

    /// Of all partitions together.
    var totals: RunResult.Verified {
        var totals = RunResult.Verified(
            read: partitions.reduce(0) { $0 + $1.read }, cpuNs: cpuNs, durationNs: durationNs)
        if failure == nil {
            totals.wrong = RunResult.Verified.Wrong(
                lost: total(\.lost), duplicated: total(\.duplicated), reordered: isOrdered ? total(\.reordered) : nil,
                corrupted: total(\.corrupted))
        }
        return totals
    }

    /// Nil when everything is as it should be.
    var verdict: Verdict? {
        if let failure { return Verdict(.unverified, "not everything could be read back: \(failure)") }
        let kinds: [(KeyPath<Partition, OffsetTally>, String)] = [
            (\.lost, "lost"), (\.duplicated, "duplicated"), (\.reordered, "reordered"), (\.corrupted, "corrupted"),
        ]
        var words = kinds.compactMap { tally, word in
            place(of: tally).map { "\(Quantity.counted($0.count, "record")) \(word)\($0.place)" }
        }
        if let foreign = place(of: \.foreign) {
            words.append(
                """
                \(Quantity.counted(foreign.count, "record")) of others\(foreign.place): something else writes to the topic, \
                or they are damaged beyond recognition
                """)
        }
        return words.isEmpty ? nil : Verdict(.unverified, words.joined(separator: "; "))
    }

    /// How many there are, and where the first ones lie.
    private func place(of tally: KeyPath<Partition, OffsetTally>) -> (count: Int64, place: String)? {
        let hit = partitions.indices.filter { partitions[$0][keyPath: tally].count > 0 }
        guard let first = hit.first else { return nil }
        let offset = partitions[first][keyPath: tally].first.first.map { ", first at offset \($0)" } ?? ""
        let others = hit.count > 1 ? " and \(hit.count - 1) more" : ""
        return (total(tally), " (partition \(first)\(offset)\(others))")
    }
}
