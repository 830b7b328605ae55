// A builder and producer lanes, put together for those who want to append records and nothing else.
//
//   append(value:…) ─▶ chunk of the topic ─(full, or lingered)─┐
//   append(chunk) ─────────────────────────────────────────────┴▶ builder ─▶ producer lanes ─▶ deliveries

public import KafkaProtocol
import KafkaTransport
import Synchronization

/// Appends records and has them delivered.
public final class Producer: Sendable {
    /// How batches are built and produced.
    public let configuration: Configuration
    /// The builder: chunks may be appended to it, or to its lanes, directly.
    public let builder: any BatchBuilder
    /// What takes the builder's batches to brokers: one for each lane of the builder.
    public let lanes: [ProducerLane]
    let cluster: Cluster
    let deliveries: ProducerDeliveries
    let gathered: Mutex<GatheredRecords>

    /// - Parameters:
    ///   - loops: as many as `configuration.loopCount` says; they outlive the producer.
    init(
        _ configuration: Configuration, cluster: Cluster, connection: ConnectionConfiguration, on loops: [EventLoop]
    ) throws {
        self.configuration = configuration
        self.cluster = cluster
        gathered = Mutex(GatheredRecords(byteCountMax: configuration.builder.memoryByteCountMax))
        let deliveries = ProducerDeliveries(configuration.onDelivery)
        self.deliveries = deliveries
        func lane(_ loop: EventLoop) throws -> ProducerLane {
            try ProducerLane(
                configuration.producer, on: loop, cluster: cluster, connection: connection, deliveriesTo: deliveries)
        }
        switch configuration.strategy {
        case .sharded:
            lanes = try loops.map(lane)
            builder = try ShardedBuilder(configuration.builder, on: loops, topics: cluster, to: lanes)
        case .sequential:
            lanes = [try lane(loops[0])]
            builder = try SequentialBuilder(
                configuration.builder, on: loops[0], workersOn: Array(loops.dropFirst()), topics: cluster, to: lanes[0])
        }
    }

    /// Appends the records of a chunk; see `BatchBuilder.append`.
    public func append(_ chunk: RecordChunk, to topic: String, partition: Int32? = nil) async throws {
        try await builder.append(chunk, to: topic, partition: partition)
    }

    /// Waits until everything that was appended before has its delivery; what others append meanwhile is not waited for.
    ///
    /// - Returns: what has been delivered since the last flush, and what failed.
    /// - Throws: `KafkaClientError` when records that were taken could not be handed to the builder.
    @discardableResult
    public func flush() async throws -> DeliverySummary {
        var failure: (any Error)?
        do { try await handOverAll() } catch { failure = error }
        await builder.flush()
        for lane in lanes { await lane.drain() }
        if let failure { throw failure }
        return deliveries.takeSummary()
    }

    /// Fails what is not yet delivered and closes the connections.
    func close() async {
        let handedOver = closeGathered()
        await builder.finish()
        for lane in lanes { await lane.close() }
        await handedOver.value
    }
}
