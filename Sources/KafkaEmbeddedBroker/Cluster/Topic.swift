import KafkaProtocol
import Synchronization

/// A topic and its partitions, none of which ever change, so that they are read without a lock.
///
/// A topic that grows is replaced by another object with the same id and the same partitions in front; one that is made
/// anew, by another with another id. Who keeps a topic asks `isOutdated` before using it again.
final class Topic: Sendable {
    let name: String
    /// The name as it stands in requests, to compare without making a string.
    let nameBytes: [UInt8]
    let id: KafkaUUID
    let partitions: [PartitionLog]
    /// The longest batch that is taken, in bytes.
    let messageByteCountMax: Atomic<Int>
    private let outdating = Atomic<Bool>(false)

    init(name: String, id: KafkaUUID, partitions: [PartitionLog], messageByteCountMax: Int) {
        self.messageByteCountMax = Atomic(messageByteCountMax)
        self.name = name
        self.nameBytes = Array(name.utf8)
        self.id = id
        self.partitions = partitions
    }

    /// Whether the cluster no longer has this object: it was deleted or replaced.
    var isOutdated: Bool { outdating.load(ordering: .relaxed) }

    func markOutdated() { outdating.store(true, ordering: .relaxed) }

    /// Nil when the topic has no such partition.
    func partition(_ index: Int32) -> PartitionLog? {
        partitions.indices.contains(Int(index)) ? partitions[Int(index)] : nil
    }
}
