import KafkaProtocol
import KafkaTransport

/// Who leads a partition, and where it listens.
struct PartitionLeader {
    /// Node id.
    let id: Int32
    let endpoint: Endpoint
    /// Zero where the broker is older than Kafka 2.8 and told none.
    let topicID: KafkaUUID
}
