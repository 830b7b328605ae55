import KafkaCompression
import KafkaEmbeddedBroker
import KafkaProtocol
import KafkaTransport
import Synchronization
import Testing

@testable import KafkaClient

/// An embedded broker, loops, and a client's view of the cluster.
struct NetworkFixture {
    let broker: EmbeddedBroker
    let endpoints: [Endpoint]
    let loops: [EventLoop]
    let cluster: Cluster
    let connection: ConnectionConfiguration

    var loop: EventLoop { loops[0] }
}

/// Runs `body` with a broker and loops that are ended afterwards, whatever happens.
func withFixture(
    brokers: Int = 1, loops loopCount: Int = 1, connectTimeout: Duration = .seconds(5),
    requestTimeout: Duration = .seconds(10), _ change: (inout EmbeddedBrokerConfiguration) -> Void = { _ in },
    _ body: (NetworkFixture) async throws -> Void
) async throws {
    var configuration = EmbeddedBrokerConfiguration()
    configuration.brokerCount = brokers
    configuration.autoCreatesTopics = false
    change(&configuration)
    let broker = try EmbeddedBroker(configuration)
    let endpoints = try await broker.start()
    let group = try EventLoopGroup(count: loopCount, name: "test")
    let connection = ConnectionConfiguration(connectTimeout: connectTimeout, requestTimeout: requestTimeout)
    let cluster = try Cluster(
        bootstrap: endpoints, on: group.loops[0], .fast(connection))
    let fixture = NetworkFixture(
        broker: broker, endpoints: endpoints, loops: group.loops, cluster: cluster, connection: connection)
    var failure: (any Error)?
    do { try await body(fixture) } catch { failure = error }
    await cluster.close()
    await broker.stop()
    await group.shutDown()
    if let failure { throw failure }
}

extension ClusterConfiguration {
    /// One that does not wait long.
    static func fast(
        _ connection: ConnectionConfiguration, attempts: Int = 5, waitsForTopics: Bool = true
    ) -> ClusterConfiguration {
        ClusterConfiguration(
            connection: connection, retryBackoff: .milliseconds(10), retryBackoffMax: .milliseconds(50),
            attempts: attempts,
            waitsForTopics: waitsForTopics)
    }
}

extension ProducerConfiguration {
    static func fast(
        acks: Acks = .all, deliveryTimeout: Duration = .seconds(30), attempts: Int = .max,
        idempotence: Bool? = nil, inFlightPerBrokerMax: Int = 5, requestByteCountTarget: Int = 256 << 10
    ) -> ProducerConfiguration {
        ProducerConfiguration(
            acks: acks, deliveryTimeout: deliveryTimeout, retryBackoff: .milliseconds(5),
            retryBackoffMax: .milliseconds(40),
            attempts: attempts, idempotence: idempotence, inFlightPerBrokerMax: inFlightPerBrokerMax,
            requestByteCountTarget: requestByteCountTarget)
    }
}

/// Keeps what it is told.
final class DeliveryCollector: DeliverySink {
    private let state = Mutex<(deliveries: [Delivery], finishCount: Int)>(([], 0))

    func accept(_ deliveries: [Delivery]) { state.withLock { $0.deliveries += deliveries } }
    func finish() { state.withLock { $0.finishCount += 1 } }

    var deliveries: [Delivery] { state.withLock { $0.deliveries } }
    var finishCount: Int { state.withLock { $0.finishCount } }

    /// Lets go of the deliveries, and of their batches.
    func removeAll() { state.withLock { $0.deliveries = [] } }
}

/// Keeps the batches of a builder.
final class BatchCollector: BatchSink {
    private let state = Mutex<[RecordBatch]>([])
    func accept(_ batches: [RecordBatch]) { state.withLock { $0 += batches } }
    func finish() {}

    func takeAll() -> [RecordBatch] {
        state.withLock { batches in
            defer { batches = [] }
            return batches
        }
    }
}

extension NetworkFixture {
    func makeLane(
        _ configuration: ProducerConfiguration, on loop: EventLoop? = nil, to sink: any DeliverySink
    ) throws -> ProducerLane {
        try ProducerLane(
            configuration, on: loop ?? self.loop, cluster: cluster, connection: connection, deliveriesTo: sink)
    }

    /// Batches of one record each, whose values are given.
    func makeBatches(
        _ values: [String], topic: String = "t", partition: Int32 = 0, valueByteCount: Int = 0,
        codec: any CompressionCodec = Codec.uncompressed
    ) async throws -> [RecordBatch] {
        let sink = BatchCollector()
        let builder = try BuilderLane(
            BuilderConfiguration(
                batchByteCount: max(512, valueByteCount + 256), linger: .zero, memoryByteCountMax: 1 << 30,
                codec: codec, partitioner: AnyPartitioner()),
            on: loop, topics: FixedTopics([topic: 1000]), to: sink)
        for value in values {
            let text = Array(value.utf8)
            var bytes = [UInt8](repeating: UInt8(ascii: " "), count: max(text.count, valueByteCount))
            bytes.replaceSubrange(0..<text.count, with: text)
            var chunk = RecordChunk()
            try chunk.append(value: bytes)
            try await builder.append(chunk, to: topic, partition: partition)
        }
        await builder.finish()
        return sink.takeAll()
    }

    /// Produces batches through a lane of their own, and gives the deliveries in the order in which they came.
    func deliver(
        _ batches: [RecordBatch], _ configuration: ProducerConfiguration? = nil,
        during: (ProducerLane) async throws -> Void = { _ in }
    ) async throws -> [Delivery] {
        let sink = DeliveryCollector()
        let lane = try makeLane(configuration ?? .fast(), to: sink)
        lane.accept(batches)
        do { try await during(lane) } catch {
            await lane.close()
            throw error
        }
        try await lane.drain()
        await lane.close()
        #expect(sink.finishCount == 1)
        return sink.deliveries
    }

    /// Everything that lies in a partition.
    func read(_ topic: String = "t", _ partition: Int32 = 0) async throws -> [ReadRecord] {
        let fetcher = try await PartitionFetcher(
            topic: topic, partition: partition, cluster: cluster, on: loop, connection)
        var records: [ReadRecord] = []
        var next: Int64 = 0
        let reader = RecordReader()
        while true {
            let answer = try await fetcher.fetch(from: next, maxWait: .zero)
            try #require(answer.errorCode == .none)
            if answer.highWatermark <= next { break }
            for batch in answer.batches {
                try reader.forEachRecord(in: batch) { record in
                    records.append(
                        ReadRecord(
                            offset: record.offset, key: record.keyBytes, value: record.valueBytes,
                            headers: record.headers, timestampMs: record.timestampMs))
                }
            }
            next = answer.nextOffset
        }
        await fetcher.close()
        return records
    }
}

struct ReadRecord: Equatable {
    var offset: Int64
    var key: [UInt8]?
    var value: [UInt8]?
    var headers: [RecordHeader] = []
    var timestampMs: Int64

    var text: String { String(decoding: value ?? [], as: UTF8.self).trimmed }
}

extension String {
    var trimmed: String { String(prefix { $0 != " " }) }
}

/// The client's error that `body` throws.
func clientError(_ body: () async throws -> Void) async throws -> KafkaClientError {
    do {
        try await body()
    } catch let error as KafkaClientError {
        return error
    }
    throw NothingThrown()
}

struct NothingThrown: Error {}
