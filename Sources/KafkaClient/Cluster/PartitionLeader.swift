import KafkaProtocol
import KafkaTransport

/// The broker that leads a partition, and its endpoint.
struct PartitionLeader {
    /// The broker's node id.
    let id: Int32
    let endpoint: Endpoint
    /// Zero from brokers older than Kafka 2.8.
    let topicID: KafkaUUID
}
