// A builder and producer lanes, put together for those who want to append records and nothing else.
//
//   append(value:…) ─▶ chunk of the topic ─(full, or lingered)─┐
//   append(chunk) ─────────────────────────────────────────────┴▶ builder ─▶ producer lanes ─▶ deliveries

import KafkaCompression
public import KafkaProtocol
import KafkaTransport
import Synchronization

/// Appends records and has them delivered.
public final class Producer: Sendable {
    public let configuration: Configuration
    /// The builder: chunks may be appended to it, or to its lanes, directly.
    public let builder: any BatchBuilder
    public let lanes: [ProducerLane]
    let cluster: Cluster
    let deliveries: ProducerDeliveries
    let waiting: Mutex<WaitingRecords>

    /// - Parameters:
    ///   - loops: as many as `configuration.loopCount` says; they outlive the producer.
    init(
        _ configuration: Configuration, cluster: Cluster, connection: ConnectionConfiguration, on loops: [EventLoop]
    ) throws {
        self.configuration = configuration
        self.cluster = cluster
        waiting = Mutex(WaitingRecords(byteCountMax: configuration.builder.memoryByteCountMax))
        let deliveries = ProducerDeliveries(configuration.onDelivery)
        self.deliveries = deliveries
        func lane(_ loop: EventLoop) -> ProducerLane {
            ProducerLane(
                configuration.producer, on: loop, cluster: cluster, connection: connection, deliveriesTo: deliveries)
        }
        switch configuration.strategy {
        case .sharded:
            lanes = loops.map(lane)
            builder = try ShardedBuilder(configuration.builder, on: loops, topics: cluster, to: lanes)
        case .sequential:
            lanes = [lane(loops[0])]
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
        let handedOver = await closeWaiting()
        await builder.finish()
        for lane in lanes { await lane.close() }
        await handedOver.value
    }
}

/// What has come to its end since the last look.
public struct DeliverySummary: Sendable {
    public var acknowledgedRecords = 0
    public var failedRecords = 0
    /// Why the first of the failed ones failed.
    public var firstFailure: KafkaClientError?

    /// - Throws: `KafkaClientError`, the first failure, when records failed.
    public func throwIfFailed() throws(KafkaClientError) {
        guard let firstFailure else { return }
        throw KafkaClientError(
            firstFailure.code, "\(failedRecords) records were not delivered", brokerError: firstFailure.brokerError,
            underlying: firstFailure)
    }
}

/// Counts deliveries and passes them on.
final class ProducerDeliveries: DeliverySink {
    private let onDelivery: (@Sendable (Delivery) -> Void)?
    private let summary = Mutex(DeliverySummary())

    init(_ onDelivery: (@Sendable (Delivery) -> Void)?) { self.onDelivery = onDelivery }

    func accept(_ deliveries: [Delivery]) {
        summary.withLock { summary in
            for delivery in deliveries {
                if let error = delivery.error {
                    summary.failedRecords += delivery.batch.recordCount
                    summary.firstFailure = summary.firstFailure ?? error
                } else {
                    summary.acknowledgedRecords += delivery.batch.recordCount
                }
            }
        }
        if let onDelivery { for delivery in deliveries { onDelivery(delivery) } }
    }

    func finish() {}

    /// Counts records that never became a batch.
    func fail(_ recordCount: Int, _ error: KafkaClientError) {
        summary.withLock { summary in
            summary.failedRecords += recordCount
            summary.firstFailure = summary.firstFailure ?? error
        }
    }

    func takeSummary() -> DeliverySummary {
        summary.withLock { summary in
            defer { summary = DeliverySummary() }
            return summary
        }
    }
}
