import KafkaProtocol
import KafkaTransport
import TestSupport
import Testing

@testable import KafkaClient

/// Connections that nobody uses.
@Suite(.serialized, .timeLimit(.minutes(1))) struct IdleConnectionTests {
    @Test func `a connection that is not used closes itself, and its owner hears of no loss`() async throws {
        let server = try await FakeServer.shakingHands()
        let loop = try EventLoop(name: "idle")
        let host = ConnectionHost(loop)
        let begin = MonotonicInstant.now
        try await host.open(server.endpoint, [try server.address], idleTimeout: .milliseconds(200))
        try await eventually { await host.isClosed }
        let took = MonotonicInstant.now - begin
        // The loop's own moments are a millisecond coarse.
        #expect(took >= .milliseconds(198) && took < .seconds(5))
        #expect(await host.idleCount == 1)
        #expect(await host.lossCount == 0)
        let error = try await clientError { try await host.ask() }
        #expect(error.code == .connectionFailed && error.message.contains("was not used for 0.2 seconds"))
        await loop.shutDown()
        await server.stop()
    }

    @Test func `a connection that waits for an answer is not idle`() async throws {
        let server = try await FakeServer { peer, frame in
            let header = AskedHeader(frame)
            if header.key == .apiVersions {
                peer.sendFrame(
                    encodeAnswer(versionsAnswer(), version: header.version, correlationID: header.correlationID))
                return
            }
            let timer = LoopTimer(on: peer.stream.loop)
            timer.schedule(afterNanoseconds: 1_500_000_000) {
                peer.sendFrame(
                    encodeAnswer(MetadataResponse(), version: header.version, correlationID: header.correlationID))
                timer.close()
            }
        }
        let loop = try EventLoop(name: "busy")
        let host = ConnectionHost(loop)
        try await host.open(server.endpoint, [try server.address], idleTimeout: .seconds(1))
        try await host.ask()
        #expect(await host.idleCount == 0)
        try await eventually { await host.idleCount == 1 }
        await loop.shutDown()
        await server.stop()
    }

    @Test func `a partition's producer and fetcher open another connection when theirs was idle`() async throws {
        try await withFixture { fixture in
            try fixture.broker.createTopic("t")
            var connection = fixture.connection
            connection.idleTimeout = .milliseconds(50)
            let batches = try await fixture.makeBatches(["a", "b", "c"])
            let before = fixture.broker.statistics.connectionCount
            let producer = try await PartitionProducer(
                topic: "t", partition: 0, cluster: fixture.cluster, on: fixture.loop, connection)
            let fetcher = try await PartitionFetcher(
                topic: "t", partition: 0, cluster: fixture.cluster, on: fixture.loop, connection)
            _ = try await producer.produce(batches[0])
            try await eventually { fixture.broker.statistics.connectionCount <= before + 1 }
            // Both calls wait for the same connection.
            async let first = producer.produce(batches[1])
            async let second = producer.produce(batches[2])
            let offsets = try await [first.baseOffset, second.baseOffset]
            #expect(offsets.sorted() == [1, 2])
            #expect(try await fetcher.fetch(from: 0, maxWait: .zero).highWatermark == 3)
            try await eventually { fixture.broker.statistics.connectionCount <= before + 1 }
            await producer.close()
            await fetcher.close()
            let error = try await clientError { _ = try await producer.produce(batches[0]) }
            #expect(error.code == .closed)
        }
    }

    @Test func `a cluster and a producer go on after their connections were idle`() async throws {
        try await withFixture { fixture in
            try fixture.broker.createTopic("t")
            var connection = fixture.connection
            connection.idleTimeout = .milliseconds(50)
            try await Client.withConnection(to: fixture.endpoints.map(\.description), .fast(connection)) { client in
                try await client.withProducer { producer in
                    for value in ["a", "b"] {
                        try await producer.append(value: value, to: "t")
                        try await producer.flush()
                        try await eventually { fixture.broker.statistics.connectionCount == 0 }
                    }
                }
                #expect(try await client.cluster.describe("t").partitions.count > 0)
            }
            #expect(try await fixture.read().map(\.text) == ["a", "b"])
        }
    }
}
