// Records of one topic become chunks here. A gatherer has one chunk open at a time; its door fills it, and the lane that
// watches it closes it when its first record has waited for the linger time. Closing, choosing partitions and handing over
// are one step behind the gatherer's lock, so chunks reach the lanes in the order of their records. The lock is taken per
// chunk, not per record.

import KafkaProtocol
import KafkaTransport
import Synchronization

/// Gathers the records of one topic that come through one door, and hands them over in order.
final class Gatherer: Sendable {
    let topic: KnownTopic
    let router: ChunkRouter
    private let slot: Mutex<Slot>

    private struct Slot: @unchecked Sendable {
        // Unchecked: the assigner is used behind the lock only.
        let assigner: any PartitionAssigner
        var open: OpenChunk?
        /// Whether a lane watches the gatherer.
        var isWatched = false
        var isClosed = false
        /// The number of the next record that is handed over; nil for records without.
        var nextNumber: Int64?
    }

    init(_ topic: KnownTopic, _ router: ChunkRouter) {
        self.topic = topic
        self.router = router
        slot = Mutex(Slot(assigner: router.partitioner.makeAssigner()))
    }

    /// Hands the open chunk over, and opens another one.
    ///
    /// - Throws: `KafkaClientError` with `.closed`, and the chunk is not used.
    func open(_ chunk: OpenChunk, now: MonotonicInstant) throws(KafkaClientError) {
        chunk.began = now
        chunk.beganMs = WallTime.now.millisecondsSince1970
        let isOpen = slot.withLock { slot in
            if slot.isClosed { return false }
            handOver(&slot, now: now)
            slot.open = chunk
            return true
        }
        if isOpen { return }
        router.room.give(chunk.byteCount)
        throw ChunkRoom.closedError
    }

    /// Numbers the records that are gathered from now on, in the order in which they are appended.
    ///
    /// - Precondition: all that was gathered before is handed over.
    func number(from first: Int64) { slot.withLock { $0.nextNumber = first } }

    /// Has the gatherer watched. Doors call it when they have published the first record of a chunk.
    func watch() {
        let isNew = slot.withLock { slot in
            defer { slot.isWatched = true }
            return !slot.isWatched
        }
        if isNew { router.queue(watching: self).watch(self) }
    }

    /// Hands the open chunk over when its first record has waited long enough. The lane that watches calls it.
    ///
    /// - Returns: when to call it again; nil when the gatherer needs no watching.
    func handOverIfDue(now: MonotonicInstant) -> MonotonicInstant? {
        slot.withLock { slot in
            if let open = slot.open, open.look().count > 0 {
                let due = open.began + router.gatherTime
                if due > now { return due }
                handOver(&slot, now: now)
            }
            slot.isWatched = false
            return nil
        }
    }

    /// Hands the open chunk over. When its records are refused, the deliveries tell of it.
    func handOver() { slot.withLock { slot in handOver(&slot, now: .now) } }

    /// Hands over a chunk of the user's, after what is gathered.
    ///
    /// - Parameter byteCount: the room that was taken for it.
    /// - Throws: `KafkaClientError`: why records were refused. Those of the chunk were not taken then.
    func handOver(
        _ chunk: RecordChunk, partition: Int32?, hasKeys: Bool, byteCount: Int
    ) throws(KafkaClientError) {
        let now = MonotonicInstant.now
        let gathered = GatheredRecords(
            chunk: chunk, partition: partition, hasKeys: hasKeys, began: now,
            beganMs: WallTime.now.millisecondsSince1970, byteCount: byteCount)
        try slot.withLock { slot throws(KafkaClientError) in
            if slot.isClosed { throw ChunkRoom.closedError }
            handOver(&slot, now: now)
            try router.route(gathered, topic, slot.assigner, now: now)
        }
    }

    /// Hands over what is gathered, and refuses records from now on.
    func close() {
        slot.withLock { slot in
            slot.isClosed = true
            handOver(&slot, now: .now)
        }
    }

    private func handOver(_ slot: inout Slot, now: MonotonicInstant) {
        guard let open = slot.open.take() else { return }
        let published = open.close()
        if published.count == 0 { return router.room.give(open.byteCount, keeping: open) }
        let gathered = GatheredRecords(open, published, firstNumber: slot.nextNumber)
        slot.nextNumber? += Int64(published.count)
        do throws(KafkaClientError) {
            try router.route(gathered, topic, slot.assigner, now: now)
        } catch {
            router.refuse(gathered, topic, error)
            router.room.give(open.byteCount, keeping: open)
        }
    }
}
