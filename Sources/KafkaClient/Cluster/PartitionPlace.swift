import KafkaProtocol
import KafkaTransport

/// Where a partition is led, looked up for the single-partition primitives.
struct PartitionPlace {
    let topicID: KafkaUUID
    let leader: Int32
    let endpoint: Endpoint
}
