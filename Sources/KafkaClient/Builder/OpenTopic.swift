import KafkaProtocol
import KafkaTransport

/// The open batches of one topic: a table with a slot for each partition, and one slot, at -1, for records that may go to
/// any.
///
///      slot        -1        0         1         2   …   capacity - 1
///      batches   [ open |  empty  |  open  |  open  … ]      read and written for each record
///      leases    [  …                               … ]      read and written for each batch
final class OpenTopic {
    let topic: KnownTopic
    let assigner: any PartitionAssigner
    private var capacity: Int
    /// Points to the slot of partition 0. Slots -1 to `capacity - 1` exist.
    private(set) var batches: UnsafeMutablePointer<OpenBatch>
    /// The lease of each slot's buffer, that of slot -1 first.
    private var leases: [Lease]
    /// The numbers of each slot's records, that of slot -1 first; empty until there are some.
    private var numbers: [RecordNumbers] = []
    private var turn: AnyTurn

    /// What is needed of an open batch only when it is opened or sealed.
    private struct Lease {
        /// The bytes of the batch's buffer.
        var byteCount = 0
        var firstAppend = MonotonicInstant.distantFuture
        /// The records that callers have marked.
        var marks: [BatchMark] = []
        /// Of the batches of this partition: how often twice their usual length.
        var level: UInt8 = 0
        /// The number of the batch, among those of the slot.
        var serial: UInt32 = 0
        /// Whether the batch before was full.
        var followsFull = false
    }

    /// - Parameter share: the partitions among which it chooses for records that may go to any.
    init(_ topic: KnownTopic, assigner: any PartitionAssigner, share: LaneShare) {
        self.topic = topic
        capacity = topic.partitionCount
        self.assigner = assigner
        turn = AnyTurn(share)
        let slots = UnsafeMutablePointer<OpenBatch>.allocate(capacity: capacity + 1)
        slots.initialize(repeating: OpenBatch(), count: capacity + 1)
        batches = slots + 1
        leases = Array(repeating: Lease(), count: capacity + 1)
    }

    deinit { (batches - 1).deallocate() }

    var name: String { topic.name }

    /// The partitions that the topic has now; there are slots for all of them.
    func currentPartitionCount() -> Int {
        let partitionCount = topic.partitionCount
        grow(to: partitionCount)
        return partitionCount
    }

    /// Makes slots for partitions that the topic has gained, or had when records were given to them.
    func grow(to count: Int) {
        if count <= capacity { return }
        let slots = UnsafeMutablePointer<OpenBatch>.allocate(capacity: count + 1)
        slots.initialize(repeating: OpenBatch(), count: count + 1)
        slots.update(from: batches - 1, count: capacity + 1)
        (batches - 1).deallocate()
        batches = slots + 1
        leases += Array(repeating: Lease(), count: count - capacity)
        if !numbers.isEmpty { numbers += Array(repeating: RecordNumbers(), count: count - capacity) }
        capacity = count
    }

    /// Opens a batch in a slot.
    ///
    /// - Parameters:
    ///   - limit: the most bytes of the batch; at most those of `memory`.
    ///   - began: when its first record came.
    /// - Returns: the number of the batch, among those of the slot.
    func open(_ slot: Int, in memory: UnsafeMutableRawBufferPointer, limit: Int, began: MonotonicInstant) -> UInt32 {
        batches[slot] = OpenBatch(in: UnsafeMutableRawBufferPointer(rebasing: memory[0..<limit]))
        let before = leases[slot + 1]
        leases[slot + 1] = Lease(
            byteCount: memory.count, firstAppend: began, level: before.level, serial: before.serial &+ 1,
            followsFull: before.followsFull)
        return before.serial &+ 1
    }

    /// Whether a batch is still open.
    func isOpen(_ slot: Int, serial: UInt32) -> Bool {
        batches[slot].isOpen && leases[slot + 1].serial == serial
    }

    /// How often twice their usual length the batches of a partition have.
    func level(_ slot: Int) -> Int { Int(leases[slot + 1].level) }

    /// Whether the last batch of a partition was full.
    func followsFull(_ slot: Int) -> Bool { leases[slot + 1].followsFull }

    /// Notes that a batch is sealed because it is full.
    func didFill(_ slot: Int) { leases[slot + 1].followsFull = true }

    func setLevel(_ slot: Int, _ level: Int) { leases[slot + 1].level = UInt8(level) }

    /// Notes that a batch was sealed, though it was not full: those of its partition need not be so long.
    func didSealEarly(_ slot: Int) {
        leases[slot + 1].followsFull = false
        if batches[slot].byteCount < leases[slot + 1].byteCount / 2, leases[slot + 1].level > 0 {
            leases[slot + 1].level -= 1
        }
    }

    /// Whether an open batch has room for several times what it has.
    func isSmall(_ slot: Int) -> Bool { batches[slot].byteCount < leases[slot + 1].byteCount / 4 }

    /// Empties a slot. When it was the turn of this partition, the next one's comes.
    func close(_ slot: Int) {
        batches[slot] = OpenBatch()
        turn.end(Int32(slot))
    }

    /// The partition whose turn it is to get the records that may go to any; -1 when the producer is to choose one for their
    /// batch, when it sends it.
    func partitionForAny() -> Int { Int(turn.take(of: currentPartitionCount(), assigner)) }

    /// What the batch of a slot says of its partition.
    func partition(of slot: Int) -> Int32 { slot < 0 ? turn.partitionOfAny : Int32(slot) }

    /// The whole buffer of the batch that is open in a slot.
    func memory(_ slot: Int) -> UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(start: batches[slot].base, count: leases[slot + 1].byteCount)
    }

    /// When the first record of the batch that is open in a slot came.
    func firstAppend(_ slot: Int) -> MonotonicInstant { leases[slot + 1].firstAppend }

    /// The marked records of the batch that is open in a slot.
    func marks(_ slot: Int) -> [BatchMark] { leases[slot + 1].marks }

    /// The numbers of the records of the batch that is open in a slot, which is about to be closed.
    func takeNumbers(_ slot: Int) -> RecordNumbers {
        var taken = RecordNumbers()
        if !numbers.isEmpty { swap(&taken, &numbers[slot + 1]) }
        return taken
    }

    /// Notes the numbers of records that were appended.
    ///
    /// - Parameter range: of the chunk's records; their batches are open.
    func number(_ range: Range<Int>, _ targets: RecordTargets, _ numbering: RecordNumbering) {
        if range.isEmpty { return }
        if numbers.isEmpty { numbers = Array(repeating: RecordNumbers(), count: capacity + 1) }
        switch targets {
        case .all(let slot): numbers[Int(slot) + 1].add(numbering, range)
        case .each(let slots):
            numbers.withUnsafeMutableBufferPointer { RecordNumbers.add(numbering, range, slots: slots, to: $0) }
        }
    }

    /// Marks the records that were appended last to a batch.
    func mark(_ slot: Int, _ mark: RecordMark, count: Int) {
        leases[slot + 1].marks.add(mark, at: Int(batches[slot].recordCount) - count, count: count)
    }

    /// Calls `body` for each slot in which a batch is open.
    func forEachOpen(_ body: (_ slot: Int) -> Void) {
        for slot in -1..<capacity where batches[slot].isOpen { body(slot) }
    }
}
