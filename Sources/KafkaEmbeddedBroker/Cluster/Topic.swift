import KafkaProtocol
import Synchronization

/// A topic and its partitions, which never change; a deleted topic is replaced by another with another id.
final class Topic: Sendable {
    let name: String
    /// The name as it stands in requests, to compare without making a string.
    let nameBytes: [UInt8]
    let id: KafkaUUID
    let partitions: [PartitionLog]
    private let deletion = Atomic<Bool>(false)

    init(name: String, id: KafkaUUID, partitions: [PartitionLog]) {
        self.name = name
        self.nameBytes = Array(name.utf8)
        self.id = id
        self.partitions = partitions
    }

    var isDeleted: Bool { deletion.load(ordering: .relaxed) }

    func markDeleted() { deletion.store(true, ordering: .relaxed) }

    /// Nil when the topic has no such partition.
    func partition(_ index: Int32) -> PartitionLog? {
        partitions.indices.contains(Int(index)) ? partitions[Int(index)] : nil
    }
}
