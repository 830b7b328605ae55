import KafkaEmbeddedBroker
import KafkaProtocol
import KafkaTransport
import TestSupport
import Testing

@testable import KafkaClient

@Suite(.serialized, .timeLimit(.minutes(1))) struct ShutdownTests {
    @Test func `draining waits for all, also for those who drain together`() async throws {
        try await withFixture { fixture in
            try fixture.broker.createTopic("t")
            fixture.broker.inject(FaultRule(.produce, count: 3, effect: .delay(.milliseconds(30))))
            let sink = DeliveryCollector()
            let lane = try fixture.makeLane(.fast(), to: sink)
            let batches = try await fixture.makeBatches((0..<10).map { "\($0)" })
            lane.accept(batches)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<3 { group.addTask { try await lane.drain() } }
                try await group.waitForAll()
            }
            #expect(sink.deliveries.count == 10)
            try await lane.drain()
            #expect(await lane.pendingCount == 0)
            await lane.close()
        }
    }

    @Test func `draining does not wait for what comes later`() async throws {
        try await withFixture { fixture in
            try fixture.broker.createTopic("t")
            fixture.broker.inject(FaultRule(.produce, count: 1, effect: .delay(.seconds(1))))
            let sink = DeliveryCollector()
            let lane = try fixture.makeLane(.fast(), to: sink)
            lane.accept(try await fixture.makeBatches(["before"]))
            async let drained: Void = lane.drain()
            try await eventually { await lane.epoch == 1 }
            // Its topic is never learned of.
            lane.accept(try await fixture.makeBatches(["after"], topic: "none"))
            try await drained
            #expect(sink.deliveries.count == 1)
            #expect(await lane.pendingCount == 1)
            await lane.close()
        }
    }

    @Test(arguments: [Acks.none, .leader, .all])
    func `closing fails what is left, each once, and then says that it was all`(acks: Acks) async throws {
        try await withFixture { fixture in
            try fixture.broker.createTopic("t", partitions: 2)
            fixture.broker.inject(FaultRule(.produce, effect: .stall))
            let sink = DeliveryCollector()
            let lane = try fixture.makeLane(.fast(acks: acks), to: sink)
            var batches = try await fixture.makeBatches((0..<30).map { "\($0)" }, valueByteCount: 500_000)
            batches += try await fixture.makeBatches((0..<30).map { "\($0)" }, partition: 1, valueByteCount: 500_000)
            lane.accept(batches)
            try await eventually { fixture.broker.statistics.recordCount > 0 }
            async let drained: Void = lane.drain()
            await lane.close()
            #expect(sink.deliveries.count == 60)
            #expect(sink.finishCount == 1)
            try await drained
            #expect(Set(sink.deliveries.map { ObjectIdentifier($0.batch) }).count == 60)
            let failed = sink.deliveries.filter { !$0.isAcknowledged }
            #expect(failed.allSatisfy { $0.error?.code == .closed })
            #expect(!failed.isEmpty)
            #expect(await lane.pendingCount == 0)
            #expect(await lane.inFlightCount == 0)
            await lane.close()
            #expect(sink.finishCount == 1)
        }
    }

    @Test func `a batch that comes after the end fails`() async throws {
        try await withFixture { fixture in
            try fixture.broker.createTopic("t")
            let sink = DeliveryCollector()
            let lane = try fixture.makeLane(.fast(), to: sink)
            let batches = try await fixture.makeBatches(["a", "b"])
            lane.produce(batches[0])
            try await lane.drain()
            await lane.close()
            lane.produce(batches[1])
            try await lane.drain()
            #expect(sink.deliveries.map(\.isAcknowledged) == [true, false])
            #expect(sink.deliveries.last?.error?.code == .closed)
        }
    }

    @Test func `a loop may end at once behind lanes that were closed while they asked in vain`() async throws {
        var random = SeededGenerator()
        var left = LeftBehind()
        for _ in 0..<10 {
            // The lane is closed in whatever it does at that moment: opening, asking, waiting to ask again.
            let delay = Duration.milliseconds(Int.random(in: 0...30, using: &random))
            try await withFixture { fixture in
                try fixture.broker.createTopic("t")
                let batches = try await fixture.makeBatches(["a", "b"])
                await fixture.broker.stop()
                let sink = DeliveryCollector()
                let lane = try fixture.makeLane(.fast(), to: sink)
                left.add(lane)
                left.add(fixture.cluster)
                lane.accept(batches)
                try await Task.sleep(for: delay)
                await lane.close()
                #expect(sink.deliveries.map { $0.error?.code } == [.closed, .closed], "\(delay), \(TestSeed.hint)")
                #expect(sink.finishCount == 1)
            }
        }
        // What would come back late has come back when nothing holds the lanes and clusters any more.
        try await eventually { left.isNothing }
    }

    @Test func `a loop may end at once behind a cluster that was closed while it was asked`() async throws {
        var left = LeftBehind()
        for round in 0..<10 {
            try await withFixture { fixture in
                left.add(fixture.cluster)
                if round % 2 == 0 { fixture.broker.inject(FaultRule(.metadata, effect: .stall)) }
                let cluster = fixture.cluster
                let asking = Task { try await cluster.describe("missing") }
                // Stalled, the question is on its way; otherwise it is asked again and again, and closed in between.
                try await eventually {
                    fixture.broker.statistics.requestCount >= min(2 + round / 2, round % 2 == 0 ? 2 : 9)
                }
                await cluster.close()
                let error = try await clientError { _ = try await asking.value }
                #expect(error.code == .closed)
            }
        }
        try await eventually { left.isNothing }
    }

    @Test func `a lane that is dropped without being closed leaves nothing behind`() async throws {
        weak var lane: ProducerLane?
        weak var producer: PartitionProducer?
        weak var sink: DeliveryCollector?
        weak var cluster: Cluster?
        try await withFixture(loops: 2) { fixture in
            try fixture.broker.createTopic("t")
            let batches = try await fixture.makeBatches(["a"])
            do {
                let collector = DeliveryCollector()
                let dropped = try fixture.makeLane(.fast(), on: fixture.loops[1], to: collector)
                (lane, sink) = (dropped, collector)
                dropped.accept(batches)
                try await dropped.drain()
                let single = try await PartitionProducer(
                    topic: "t", partition: 0, cluster: fixture.cluster, on: fixture.loops[1], fixture.connection)
                producer = single
                _ = try await single.produce(batches[0])
                let another = try Cluster(
                    bootstrap: fixture.endpoints, on: fixture.loops[1], .fast(fixture.connection))
                cluster = another
                _ = try await another.describe("t")
            }
            try await eventually { lane == nil && producer == nil && sink == nil && cluster == nil }
            // Connections go with them: what is left is the fixture's own.
            try await eventually { fixture.broker.statistics.connectionCount <= 1 }
        }
    }

    @Test func `a connection that is dropped while the broker takes nothing lets go of its batches`() async throws {
        let server = try await FakeServer { peer, frame in
            let header = AskedHeader(frame)
            var versions = ApiVersionsResponse()
            versions.apiKeys = [.init(.produce, 3...9)]
            peer.sendFrame(encodeAnswer(versions, version: header.version, correlationID: header.correlationID))
            peer.stream.stopReading()
        }
        let loop = try EventLoop(name: "dropped")
        let pool = BatchMemoryPool(bufferByteCount: 16 << 20, byteCountMax: 16 << 20)
        try await Task(executorPreference: loop) {
            let connection = BrokerConnection(to: server.endpoint, on: loop, ConnectionConfiguration())
            try await connection.open()
            let item = ProduceQueue.Item(
                key: .init(topic: 0, partition: 0), topic: "t", topicID: .zero,
                batch: .sample(partition: 0, byteCount: 16 << 20, pool: pool), stamp: nil, flight: 0)
            connection.produce(ProduceQueue.Request(items: [item]), acks: .all) { _, _ in }
            #expect(connection.inFlightCount == 1)
        }.value
        try await eventually { pool.takenByteCount == 0 }
        await loop.shutDown()
        await server.stop()
    }

    @Test func `waiting for the broker is ended by closing, with every kind of call`() async throws {
        try await withFixture { fixture in
            try fixture.broker.createTopic("t")
            let batch = try await fixture.makeBatches(["a"])[0]
            let producer = try await PartitionProducer(
                topic: "t", partition: 0, cluster: fixture.cluster, on: fixture.loop, fixture.connection)
            let fetcher = try await PartitionFetcher(
                topic: "t", partition: 0, cluster: fixture.cluster, on: fixture.loop, fixture.connection)
            fixture.broker.inject(FaultRule(effect: .stall))
            let requestCount = fixture.broker.statistics.requestCount
            let producing = Task { _ = try await producer.produce(batch) }
            let fetching = Task { _ = try await fetcher.fetch(from: 0) }
            try await eventually { fixture.broker.statistics.requestCount == requestCount + 2 }
            await producer.close()
            await fetcher.close()
            let produceError = try await clientError { try await producing.value }
            #expect(produceError.code == .closed)
            let fetchError = try await clientError { try await fetching.value }
            #expect(fetchError.code == .closed)
        }
    }
}

/// Objects that are gone once everything that was under way with them has ended.
private struct LeftBehind {
    private struct Reference {
        weak var object: AnyObject?
    }

    private var references: [Reference] = []

    mutating func add(_ object: AnyObject) { references.append(Reference(object: object)) }

    var isNothing: Bool { !references.isEmpty && references.allSatisfy { $0.object == nil } }
}

extension ProducerLane {
    fileprivate var epoch: Int { queue.epochs.current }
}
