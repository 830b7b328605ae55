import KafkaClient
import KafkaEmbeddedBroker
import KafkaTransport
import Testing

@testable import LoadGenerator

@Suite(.serialized, .timeLimit(.minutes(1))) struct SlowestBatchesTests {
    /// What a lane has seen of `count` batches of one record each, sent one after the other to an embedded broker.
    private func recorded(
        count: Int, _ rules: [FaultRule], codec: CodecChoice? = nil, tellsServiceTime: Bool = true
    ) async throws -> LaneRecorder {
        var broker = EmbeddedBrokerConfiguration()
        broker.tellsServiceTime = tellsServiceTime
        broker.faults = rules
        let server = try EmbeddedBroker(broker)
        let endpoints = try await server.start()
        try server.createTopic("t")
        let loop = try EventLoop(name: "test")
        let cluster = try Cluster(bootstrap: endpoints, on: loop)
        var configuration = RunConfiguration()
        configuration.lingerNs = 0
        if let codec { configuration.codec = codec }
        let pipeline = try RunPipeline(
            configuration, topic: "t", loops: [loop], cluster: cluster, connection: ConnectionConfiguration())
        for _ in 0..<count {
            var chunk = RecordChunk()
            try chunk.append(value: [UInt8](repeating: 7, count: 100))
            try await pipeline.builders[0].append(chunk, to: "t", partition: 0)
            await pipeline.builders[0].flush(olderThan: .zero)
            await pipeline.drain()
        }
        await pipeline.builders[0].finish()
        await pipeline.close()
        await cluster.close()
        await server.stop()
        await loop.shutDown()
        return pipeline.recorders[0]
    }

    private func sum(_ parts: SlowestBatches.Entry.Parts) -> Int64 {
        let all = [
            parts.due, parts.build, parts.compress, parts.queue, parts.throttle, parts.retry, parts.wire, parts.broker,
        ]
        return all.reduce(0) { $0 + ($1 ?? 0) }
    }

    @Test func `parts add up to the total, and the broker has its delay`() async throws {
        let rule = try FaultRule(parsing: "produce:skip=5:count=1:delay=30ms")
        let recorder = try await recorded(count: 30, [rule], codec: CodecChoice(parsing: "lz4"))
        let slowest = recorder.tally.slowest.sorted
        #expect(slowest.count == SlowestBatches.countMax)
        #expect(slowest.map(\.totalNs) == slowest.map(\.totalNs).sorted(by: >))
        for entry in slowest {
            #expect(sum(entry.parts) == entry.totalNs)
            #expect(entry.parts.compress != nil && entry.parts.due == nil && entry.parts.retry == nil)
            #expect((entry.parts.wire ?? -1) >= 0 && entry.delivery.exchanges.count == 1)
        }
        let broker = try #require(slowest[0].parts.broker)
        #expect(broker >= 30_000_000 && broker <= slowest[0].totalNs)
        #expect(slowest[1...].allSatisfy { ($0.parts.broker ?? .max) < 30_000_000 })
        #expect(recorder.histograms.broker.max >= 30_000_000)
        #expect(recorder.histograms.broker.totalCount == 30 && recorder.histograms.wire.totalCount == 30)
    }

    @Test func `earlier attempts are a part of their own`() async throws {
        let rule = try FaultRule(parsing: "produce:count=2:error=NOT_ENOUGH_REPLICAS")
        let recorder = try await recorded(count: 1, [rule])
        let entry = try #require(recorder.tally.slowest.sorted.first)
        #expect(entry.delivery.exchanges.count == 3)
        #expect((entry.parts.retry ?? 0) > 0 && sum(entry.parts) == entry.totalNs)
    }

    @Test func `a broker that does not tell leaves its time to the wire`() async throws {
        let recorder = try await recorded(count: 2, [], tellsServiceTime: false)
        let entry = try #require(recorder.tally.slowest.sorted.first)
        #expect(entry.parts.broker == nil && entry.parts.wire != nil && sum(entry.parts) == entry.totalNs)
        #expect(recorder.histograms.byStage[.broker] == nil && recorder.histograms.byStage[.wire] == nil)
    }

    @Test func `what every broker took is counted`() async throws {
        let recorder = try await recorded(count: 7, [])
        #expect(recorder.tally.loads.all.keys.sorted() == [1])
        #expect(recorder.tally.loads.all[1]?.batches == 7 && recorder.tally.loads.all[1]?.records == 7)
    }
}
