import KafkaProtocol
import KafkaTransport

/// A chunk that the sequential builder keeps until its records are serialised. A class, so that each of the many sets that
/// have records of it keeps a reference and not the chunk.
final class CollectedChunk: Sendable {
    let chunk: RecordChunk
    /// When it was taken.
    let time: WallTime

    init(_ chunk: RecordChunk, time: WallTime) {
        self.chunk = chunk
        self.time = time
    }
}

/// The records of one partition that the sequential builder has collected, as indices of records in chunks.
struct RecordSet {
    static let headerByteCount = RecordBatchHeader.byteCount

    /// Records of one chunk, taken at one time.
    struct Part {
        let source: CollectedChunk
        /// Where they lie: in the chunk, when they follow each other there; otherwise their indices, in `indices`.
        var range: Range<Int>
        var isRun: Bool
    }

    private(set) var parts: [Part] = []
    private(set) var indices: [UInt32] = []
    private(set) var recordCount = 0
    /// The most bytes of a batch that holds them.
    private(set) var byteCount = RecordSet.headerByteCount
    private(set) var firstAppend = MonotonicInstant.distantFuture
    /// The bytes at which the batch is full.
    private(set) var limit = 0

    var isEmpty: Bool { recordCount == 0 }

    /// Begins to collect: the first record came at this moment.
    mutating func begin(_ began: MonotonicInstant, limit: Int) {
        firstAppend = began
        self.limit = limit
    }

    /// Adds records of a chunk that follow each other.
    mutating func add(_ source: CollectedChunk, _ range: Range<Int>, _ byteCount: Int) {
        self.byteCount += byteCount
        recordCount += range.count
        let last = parts.count - 1
        guard last >= 0, parts[last].source === source else {
            return parts.append(Part(source: source, range: range, isRun: true))
        }
        if parts[last].isRun {
            if parts[last].range.upperBound == range.lowerBound {
                parts[last].range = parts[last].range.lowerBound..<range.upperBound
                return
            }
            if parts[last].range.count > Self.listedRunMax {
                return parts.append(Part(source: source, range: range, isRun: true))
            }
            // A few here and a few there: a list of them all is shorter.
            let listed = indices.count
            for index in parts[last].range { indices.append(UInt32(index)) }
            parts[last] = Part(source: source, range: listed..<indices.count, isRun: false)
        }
        for index in range { indices.append(UInt32(index)) }
        parts[last].range = parts[last].range.lowerBound..<indices.count
    }

    /// A run that is not longer may be listed.
    private static let listedRunMax = 8
}

/// The sets of one topic: a table with a slot for each partition, after slot 0, which is for records that may go to any.
final class CollectedTopic {
    let topic: KnownTopic
    let assigner: any PartitionAssigner
    /// Of records for any partition first, then of each partition. Not an array: the loop over records changes them in place.
    private(set) var sets: UnsafeMutableBufferPointer<RecordSet>
    /// Of each of them: whether the set before was full.
    private var followsFull: [Bool]
    private var turn = AnyTurn(.all)

    init(_ topic: KnownTopic, assigner: any PartitionAssigner) {
        self.topic = topic
        self.assigner = assigner
        sets = .allocate(capacity: topic.partitionCount + 1)
        sets.initialize(repeating: RecordSet())
        followsFull = Array(repeating: false, count: sets.count)
    }

    deinit {
        sets.deinitialize()
        sets.deallocate()
    }

    var name: String { topic.name }

    /// The partitions that the topic has now; there are sets for all of them.
    private func currentPartitionCount() -> Int {
        let partitionCount = topic.partitionCount
        grow(to: partitionCount)
        return partitionCount
    }

    /// Makes sets for partitions that the topic has gained, or had when records were given to them.
    func grow(to count: Int) {
        if count < sets.count { return }
        let grown = UnsafeMutableBufferPointer<RecordSet>.allocate(capacity: count + 1)
        let rest = grown.moveInitialize(fromContentsOf: sets)
        UnsafeMutableBufferPointer(rebasing: grown[rest...]).initialize(repeating: RecordSet())
        sets.deallocate()
        sets = grown
        followsFull += Array(repeating: false, count: grown.count - followsFull.count)
    }

    /// A partition for each record of the chunk.
    ///
    /// - Throws: `KafkaClientError` with `.unknownPartition`.
    func assign(_ chunk: RecordChunk, _ partition: Int32?) throws(KafkaClientError) -> RecordTargets {
        let partitionCount = currentPartitionCount()
        var partitions = [partition ?? -1]
        if partition == nil, chunk.count > 0 {
            partitions = [Int32](repeating: -1, count: chunk.count)
            partitions.withUnsafeMutableBufferPointer {
                assigner.assign(chunk, partitionCount: partitionCount, to: $0)
            }
        }
        try PartitionBounds.check(partitions, of: name, partitionCount)
        let first = partitions[0]
        return partitions.allSatisfy { $0 == first } ? .all(first) : .each(partitions)
    }

    /// The set of a record: that of its partition, or, for any, of the one whose turn it is. So both keep their order.
    func slot(for target: Int32) -> Int {
        Int(target >= 0 ? target : turn.take(of: currentPartitionCount(), assigner)) + 1
    }

    /// What the batch of a slot says of its partition.
    func partition(of slot: Int) -> Int32 { slot == 0 ? turn.partitionOfAny : Int32(slot - 1) }

    /// - Parameter isFull: it is not cut early.
    func takeSet(_ slot: Int, isFull: Bool) -> RecordSet {
        turn.end(Int32(slot - 1))
        let set = sets[slot]
        sets[slot] = RecordSet()
        followsFull[slot] = isFull
        return set
    }

    /// Whether the last set of a slot was full.
    func followsFull(_ slot: Int) -> Bool { followsFull[slot] }

    var oldestFirstAppend: MonotonicInstant {
        sets.lazy.filter { !$0.isEmpty }.map(\.firstAppend).min() ?? .distantFuture
    }
}

/// Puts the batches that parallel workers finish back into the order of their tickets.
struct TicketOrder {
    private(set) var nextTicket = 0
    private var firstWaiting = 0
    private var finished: [Int: RecordBatch] = [:]

    /// Whether the batches of all tickets below this one have left.
    func isDone(before ticket: Int) -> Bool { firstWaiting >= ticket }

    mutating func next() -> Int {
        nextTicket += 1
        return nextTicket - 1
    }

    /// Takes the batch of a ticket, and gives the batches that may leave now, in order.
    mutating func complete(_ ticket: Int, _ batch: RecordBatch) -> [RecordBatch] {
        finished[ticket] = batch
        var batches: [RecordBatch] = []
        while let batch = finished.removeValue(forKey: firstWaiting) {
            batches.append(batch)
            firstWaiting += 1
        }
        return batches
    }
}
