// A producer joins a builder with producer lanes.
//
//   append(value:…) ─▶ chunk of the topic ─(full, or lingered)─┐
//   append(chunk) ─────────────────────────────────────────────┴▶ builder ─▶ producer lanes ─▶ deliveries

public import KafkaProtocol
import KafkaTransport
import Synchronization

/// Appends records to topics: it builds batches of them and sends these to brokers.
///
/// ``Client/withProducer(_:_:)`` creates one. All functions may be called from any task, by several at once.
public final class Producer: Sendable {
    /// How batches are built and produced.
    public let configuration: Configuration
    /// The builder. Chunks may also be appended to it directly, or to its lanes.
    public let builder: any BatchBuilder
    /// The lanes that send the builder's batches: one for each lane of a ``ShardedBuilder``, one for a
    /// ``SequentialBuilder``.
    public let lanes: [ProducerLane]
    let cluster: Cluster
    let deliveries: ProducerDeliveries
    let gathered: Mutex<GatheredRecords>

    /// - Parameter loops: as many as `configuration.loopCount` says. They must run until the producer is closed.
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

    /// Appends the records of a chunk. Returns when the builder has taken them, not when they are delivered.
    ///
    /// - Parameters:
    ///   - chunk: the records; it may be changed and reused afterwards.
    ///   - topic: the topic that all of them go to.
    ///   - partition: the partition that all of them go to; nil lets the partitioner choose one for each record.
    /// - Throws: the errors of ``BatchBuilder/append(_:to:partition:)``.
    public func append(_ chunk: RecordChunk, to topic: String, partition: Int32? = nil) async throws {
        try await builder.append(chunk, to: topic, partition: partition)
    }

    /// Sends everything that was appended before, and waits until it is delivered or has failed. Records that are appended
    /// during the call are not waited for.
    ///
    /// A record that could not be delivered does not make this throw: look at the summary, or call its
    /// ``DeliverySummary/throwIfFailed()``.
    ///
    /// - Returns: how many records were delivered and how many failed since the last flush.
    /// - Throws: `KafkaClientError` when records could not be handed to the builder. The counts are then left for the next
    ///   flush.
    @discardableResult
    public func flush() async throws -> DeliverySummary {
        var failure: (any Error)?
        do { try await handOverAll() } catch { failure = error }
        await builder.flush()
        for lane in lanes { await lane.drain() }
        if let failure { throw failure }
        return deliveries.takeSummary()
    }

    /// Closes the connections. Records that are not delivered yet fail.
    func close() async {
        let handedOver = closeGathered()
        // Stopped first: whether the last batches of the builder are sent must not be a race with closing.
        for lane in lanes { await lane.stop() }
        await builder.finish()
        for lane in lanes { await lane.close() }
        await handedOver.value
    }
}
