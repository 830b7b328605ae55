import KafkaEmbeddedBroker
import KafkaProtocol
import KafkaQueues
import KafkaTransport
import Synchronization
import TestSupport
import Testing

@testable import KafkaClient

/// Bounds that hold, and lanes that work together.
@Suite(.serialized, .timeLimit(.minutes(1))) struct LoadTests {
    @Test func `appending waits for a broker that stalls, within the memory bound`() async throws {
        try await withFixture { fixture in
            try fixture.broker.createTopic("t", partitions: 4)
            fixture.broker.inject(FaultRule(.produce, count: 4, effect: .delay(.milliseconds(150))))
            let sink = CountingSink()
            let lane = try fixture.makeLane(.fast(), to: sink)
            let bound = 32 << 10
            let builder = try BuilderLane(
                BuilderConfiguration(
                    batchByteCount: 4096, linger: .milliseconds(1), memoryByteCountMax: bound,
                    partitioner: RoundRobinPartitioner()),
                on: fixture.loop, topics: fixture.cluster, to: lane)
            let begin = MonotonicInstant.now
            var chunk = RecordChunk()
            for _ in 0..<100 { try chunk.append(value: [UInt8](repeating: 65, count: 100)) }
            for _ in 0..<50 {
                try await builder.append(chunk, to: "t")
                #expect(builder.memoryByteCount <= bound)
            }
            #expect(MonotonicInstant.now - begin > .milliseconds(140))
            await builder.finish()
            try await lane.drain()
            await lane.close()
            #expect(sink.recordCount == 5000 && sink.failureCount == 0)
            #expect(fixture.broker.statistics.recordCount == 5000)
        }
    }

    @Test func `what was answered is let go of while others are in flight`() async throws {
        try await withFixture { fixture in
            try fixture.broker.createTopic("t", partitions: 8)
            // The last of many never comes: all before it are answered, and no batch of theirs is held.
            fixture.broker.inject(FaultRule(.produce, skip: 7, effect: .stall))
            let sink = CountingSink()
            let lane = try fixture.makeLane(.fast(inFlightPerBrokerMax: 8, requestByteCountTarget: 1), to: sink)
            weak var first: RecordBatch?
            do {
                var batches: [RecordBatch] = []
                for partition in 0..<8 { batches += try await fixture.makeBatches(["a"], partition: Int32(partition)) }
                first = batches[0]
                lane.accept(batches)
                try await eventually { sink.batchCount == 7 }
            }
            try await eventually { first == nil }
            await lane.close()
        }
    }

    /// Requests that wait in the loop are written together; what the first one's end sends is written before the second one's.
    @Test func `requests without an answer are let go of when they are written, in whatever order that is told`()
        async throws
    {
        let queued = Waiter<Void>()
        let server = try await FakeServer { peer, frame in
            let header = AskedHeader(frame)
            guard header.key == .apiVersions else { return }
            var versions = ApiVersionsResponse()
            versions.apiKeys = [.init(.produce, 3...9)]
            peer.sendFrame(encodeAnswer(versions, version: header.version, correlationID: header.correlationID))
            peer.stream.stopReading()
            Task(executorPreference: peer.stream.loop) {
                try? await queued.wait()
                peer.stream.startReading()
            }
        }
        let loop = try EventLoop(name: "unanswered")
        let pool = BatchMemoryPool(bufferByteCount: 1024, byteCountMax: 1 << 30)
        let guest = ConnectionGuest(loop)
        try await guest.open(server.endpoint)
        await guest.produceUnanswered(count: 10, pool: pool)
        queued.resume()
        try await eventually { pool.takenByteCount == 0 }
        #expect(await guest.isReady)
        await guest.close()
        await loop.shutDown()
        await server.stop()
    }

    @Test func `many tasks produce through three lanes, and a broker is lost meanwhile`() async throws {
        try await withFixture(brokers: 3, loops: 3) { fixture in
            try fixture.broker.createTopic("t", partitions: 12)
            let sinks = (0..<3).map { _ in CountingSink() }
            let lanes = try (0..<3).map { index in
                try fixture.makeLane(.fast(requestByteCountTarget: 4096), on: fixture.loops[index], to: sinks[index])
            }
            let builders = try (0..<3).map { index in
                try BuilderLane(
                    BuilderConfiguration(batchByteCount: 1024, linger: .milliseconds(1), memoryByteCountMax: 64 << 10),
                    on: fixture.loops[index], topics: fixture.cluster, to: lanes[index])
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for task in 0..<24 {
                    group.addTask {
                        for round in 0..<20 {
                            var chunk = RecordChunk()
                            for index in 0..<20 { try chunk.append(value: Array("\(task) \(round) \(index)".utf8)) }
                            try await builders[task % 3].append(chunk, to: "t", partition: Int32(task % 12))
                        }
                    }
                }
                group.addTask {
                    try await eventually { fixture.broker.statistics.recordCount > 500 }
                    try await fixture.broker.stopNode(3)
                }
                try await group.waitForAll()
            }
            for builder in builders { await builder.finish() }
            for lane in lanes { try await lane.drain() }
            for lane in lanes { await lane.close() }
            #expect(sinks.reduce(0) { $0 + $1.recordCount } == 24 * 20 * 20)
            #expect(sinks.allSatisfy { $0.failureCount == 0 })
            var seen: Set<String> = []
            for partition in 0..<12 {
                for record in try await fixture.read("t", Int32(partition)) {
                    seen.insert(record.untrimmedText)
                }
            }
            #expect(seen.count == 24 * 20 * 20)
        }
    }
}

extension ReadRecord {
    var untrimmedText: String { String(decoding: value ?? [], as: UTF8.self) }
}

/// How many requests were on their way at the same time, by the times of their exchanges.
final class InFlightWatch: Sendable {
    private let spans = Mutex<Set<[MonotonicInstant]>>([])

    func add(_ exchange: Exchange) { spans.withLock { _ = $0.insert([exchange.began, exchange.ended]) } }

    var maximum: Int {
        var edges: [(at: MonotonicInstant, change: Int)] = []
        for span in spans.withLock({ $0 }) { edges += [(span[0], 1), (span[1], -1)] }
        edges.sort { ($0.at, $0.change) < ($1.at, $1.change) }
        var now = 0
        return edges.reduce(0) { most, edge in
            now += edge.change
            return max(most, now)
        }
    }
}

/// Counts, and lets go of the batches.
final class CountingSink: DeliverySink {
    private let counts = Mutex<(batches: Int, records: Int, failures: Int)>((0, 0, 0))
    private let watch: InFlightWatch?

    init(_ watch: InFlightWatch? = nil) { self.watch = watch }

    func accept(_ deliveries: [Delivery]) {
        counts.withLock { counts in
            for delivery in deliveries {
                counts.batches += 1
                counts.records += delivery.batch.recordCount
                if !delivery.isAcknowledged { counts.failures += 1 }
            }
        }
        if let watch { for exchange in deliveries.flatMap(\.exchanges) { watch.add(exchange) } }
    }

    func finish() {}

    var batchCount: Int { counts.withLock { $0.batches } }
    var recordCount: Int { counts.withLock { $0.records } }
    var failureCount: Int { counts.withLock { $0.failures } }
}

/// A connection on its loop, for requests without an answer.
private actor ConnectionGuest {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
    private var connection: BrokerConnection?

    init(_ loop: EventLoop) { self.loop = loop }

    var isReady: Bool { connection?.isReady == true }

    func open(_ endpoint: Endpoint) async throws {
        let connection = BrokerConnection(to: endpoint, on: loop, ConnectionConfiguration())
        self.connection = connection
        try await connection.open()
    }

    func close() { connection?.close() }

    /// Sends a batch that the system can't take at once and small ones behind it; the end of each sends another small one.
    func produceUnanswered(count: Int, pool: BatchMemoryPool) {
        produce(byteCount: 32 << 20, pool) {}
        for _ in 0..<count { produce(byteCount: 1000, pool) { [self] in produce(byteCount: 1000, pool) {} } }
    }

    private func produce(byteCount: Int, _ pool: BatchMemoryPool, _ whenWritten: @escaping () -> Void) {
        let item = ProduceQueue.Item(
            key: .init(topic: 0, partition: 0), topic: "t", topicID: .zero,
            batch: .sample(partition: 0, byteCount: byteCount, pool: pool), stamp: nil, flight: 0)
        connection?.produce(ProduceQueue.Request(items: [item]), acks: .none) { _, _ in
            whenWritten()
        }
    }
}
