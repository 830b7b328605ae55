import KafkaProtocol
import KafkaTransport

/// Where a partition is led, looked up for the single-partition primitives.
struct PartitionPlace {
    let topicID: KafkaUUID
    let leader: Int32
    let endpoint: Endpoint

    /// - Throws: `KafkaClientError`: no such topic or partition, or nobody leads it.
    init(topic: String, partition: Int32, cluster: Cluster) async throws {
        let description = try await cluster.describe(topic)
        guard partition >= 0, Int(partition) < description.partitions.count else {
            throw KafkaClientError(
                .unknownPartition,
                "topic '\(topic)' has partitions 0 to \(description.partitions.count - 1), not \(partition)")
        }
        leader = description.partitions[Int(partition)].leader
        topicID = description.id
        guard let endpoint = await cluster.snapshot.brokers[leader] else {
            throw KafkaClientError(.connectionFailed, "partition \(partition) of topic '\(topic)' has no leader at the moment")
        }
        self.endpoint = endpoint
    }
}
