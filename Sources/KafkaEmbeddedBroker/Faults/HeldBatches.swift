import KafkaProtocol
import Synchronization

/// Batches that were acknowledged and are not stored yet, at most one for each partition.
final class HeldBatches: Sendable {
    /// A batch with its header.
    struct Held: Sendable {
        let bytes: [UInt8]
        let header: RecordBatchHeader
    }

    private let batches = Mutex<[ObjectIdentifier: Held]>([:])
    private let count = Atomic<Int>(0)

    /// Whether none is held: one load for each batch of a broker that does not lie.
    var isEmpty: Bool { count.load(ordering: .relaxed) == 0 }

    /// Keeps a batch for later.
    ///
    /// - Returns: false when one of the partition is held already.
    func hold(_ batch: Held, of partition: PartitionLog) -> Bool {
        batches.withLock { batches in
            guard batches[ObjectIdentifier(partition)] == nil else { return false }
            batches[ObjectIdentifier(partition)] = batch
            count.add(1, ordering: .relaxed)
            return true
        }
    }

    func take(of partition: PartitionLog) -> Held? {
        batches.withLock { batches in
            guard let held = batches.removeValue(forKey: ObjectIdentifier(partition)) else { return nil }
            count.subtract(1, ordering: .relaxed)
            return held
        }
    }
}
