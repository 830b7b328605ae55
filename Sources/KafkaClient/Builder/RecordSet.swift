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

    /// Consecutive records of one chunk, taken at one time.
    struct Part {
        let source: CollectedChunk
        var end: Int
    }

    private(set) var parts: [Part] = []
    private(set) var indices: [UInt32] = []
    /// The most bytes of a batch that holds them.
    private(set) var byteCount = RecordSet.headerByteCount
    private(set) var firstAppend = MonotonicInstant.distantFuture

    var isEmpty: Bool { indices.isEmpty }
    var recordCount: Int { indices.count }

    mutating func add(
        _ source: CollectedChunk, _ index: Int, _ byteCount: Int, began: MonotonicInstant
    ) {
        if indices.isEmpty { firstAppend = began }
        indices.append(UInt32(index))
        if !parts.isEmpty, parts[parts.count - 1].source === source {
            parts[parts.count - 1].end = indices.count
        } else {
            parts.append(Part(source: source, end: indices.count))
        }
        self.byteCount += byteCount
    }
}

/// The sets of one topic: a table with a slot for each partition, after slot 0, which is for records that may go to any.
final class CollectedTopic {
    let topic: KnownTopic
    let assigner: any PartitionAssigner
    /// Of records for any partition first, then of each partition.
    var sets: [RecordSet]
    private var turn = AnyTurn(.all)

    init(_ topic: KnownTopic, assigner: any PartitionAssigner) {
        self.topic = topic
        self.assigner = assigner
        sets = Array(repeating: RecordSet(), count: topic.partitionCount + 1)
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
        if count >= sets.count { sets += Array(repeating: RecordSet(), count: count + 1 - sets.count) }
    }

    /// A partition for each record of the chunk.
    ///
    /// - Throws: `KafkaClientError` with `.unknownPartition`.
    func assign(_ chunk: RecordChunk, _ partition: Int32?) throws(KafkaClientError) -> [Int32] {
        let partitionCount = currentPartitionCount()
        var partitions = [Int32](repeating: partition ?? -1, count: chunk.count)
        if partition == nil {
            partitions.withUnsafeMutableBufferPointer {
                assigner.assign(chunk, partitionCount: partitionCount, to: $0)
            }
        }
        try PartitionBounds.check(partitions, of: name, partitionCount)
        return partitions
    }

    /// The set of a record: that of its partition, or, for any, of the one whose turn it is. So both keep their order.
    func slot(for target: Int32) -> Int {
        Int(target >= 0 ? target : turn.take(of: currentPartitionCount(), assigner)) + 1
    }

    /// What the batch of a slot says of its partition.
    func partition(of slot: Int) -> Int32 { slot == 0 ? turn.partitionOfAny : Int32(slot - 1) }

    func takeSet(_ slot: Int) -> RecordSet {
        turn.end(Int32(slot - 1))
        let set = sets[slot]
        sets[slot] = RecordSet()
        return set
    }

    var oldestFirstAppend: MonotonicInstant { sets.map(\.firstAppend).min() ?? .distantFuture }
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
