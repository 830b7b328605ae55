import KafkaProtocol
import KafkaTransport

/// The open batches of one topic: a table with a slot for each partition, and one slot, at -1, for records that may go to
/// any.
///
///      slot        -1        0         1         2   …   partitionCount - 1
///      batches   [ open |  empty  |  open  |  open  … ]      read and written for each record
///      leases    [  …                               … ]      read and written for each batch
final class OpenTopic {
    let name: String
    let assigner: any PartitionAssigner
    private(set) var partitionCount: Int
    /// Points to the slot of partition 0. Slots -1 to `partitionCount - 1` exist.
    private(set) var batches: UnsafeMutablePointer<OpenBatch>
    /// The lease of each slot's buffer, that of slot -1 first.
    private var leases: [Lease]

    /// What is needed of an open batch only when it is opened or sealed.
    private struct Lease {
        /// The bytes of the batch's buffer.
        var byteCount = 0
        var firstAppend = MonotonicInstant.distantFuture
    }

    init(_ name: String, partitionCount: Int, assigner: any PartitionAssigner) {
        self.name = name
        self.partitionCount = partitionCount
        self.assigner = assigner
        let slots = UnsafeMutablePointer<OpenBatch>.allocate(capacity: partitionCount + 1)
        slots.initialize(repeating: OpenBatch(), count: partitionCount + 1)
        batches = slots + 1
        leases = Array(repeating: Lease(), count: partitionCount + 1)
    }

    deinit { (batches - 1).deallocate() }

    /// Makes slots for partitions that the topic has gained.
    func grow(to count: Int) {
        if count <= partitionCount { return }
        let slots = UnsafeMutablePointer<OpenBatch>.allocate(capacity: count + 1)
        slots.initialize(repeating: OpenBatch(), count: count + 1)
        slots.update(from: batches - 1, count: partitionCount + 1)
        (batches - 1).deallocate()
        batches = slots + 1
        leases += Array(repeating: Lease(), count: count - partitionCount)
        partitionCount = count
    }

    /// Opens a batch in a slot.
    ///
    /// - Parameter limit: the most bytes of the batch; at most those of `memory`.
    func open(_ slot: Int, in memory: UnsafeMutableRawBufferPointer, limit: Int, now: MonotonicInstant) {
        batches[slot] = OpenBatch(in: UnsafeMutableRawBufferPointer(rebasing: memory[0..<limit]))
        leases[slot + 1] = Lease(byteCount: memory.count, firstAppend: now)
    }

    func close(_ slot: Int) { batches[slot] = OpenBatch() }

    /// The whole buffer of the batch that is open in a slot.
    func memory(_ slot: Int) -> UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(start: batches[slot].base, count: leases[slot + 1].byteCount)
    }

    /// When the first record of the batch that is open in a slot came.
    func firstAppend(_ slot: Int) -> MonotonicInstant { leases[slot + 1].firstAppend }

    /// Calls `body` for each slot in which a batch is open.
    func forEachOpen(_ body: (_ slot: Int) -> Void) {
        for slot in -1..<partitionCount where batches[slot].isOpen { body(slot) }
    }
}
