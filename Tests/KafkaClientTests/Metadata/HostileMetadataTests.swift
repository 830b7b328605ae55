import KafkaEmbeddedBroker
import KafkaProtocol
import KafkaTransport
import Synchronization
import TestSupport
import Testing

@testable import KafkaClient

/// Metadata that shrinks, grows, flaps and lies: a clear error or a recovery, in bounded time.
@Suite(.serialized, .timeLimit(.minutes(1))) struct HostileMetadataTests {
    /// A server whose every answer is made by `answer`, from the number of the question on; it counts questions.
    private static func withServer(
        _ answer: @escaping @Sendable (_ number: Int, _ own: Endpoint) -> MetadataResponse,
        _ body: (_ server: FakeServer, _ inner: NetworkFixture, _ questionCount: @Sendable () -> Int) async throws ->
            Void
    ) async throws {
        try await withFixture { inner in
            let count = Mutex(0)
            let own = Mutex<Endpoint?>(nil)
            let server = try await FakeServer { peer, frame in
                let header = AskedHeader(frame)
                if peer.answerBeginning(header) { return }
                guard header.key == .metadata else { return peer.close() }
                let number = count.withLock { count in
                    count += 1
                    return count
                }
                let response = answer(number, own.withLock { $0 } ?? Endpoint(host: "127.0.0.1", port: 1))
                peer.sendFrame(encodeAnswer(response, version: header.version, correlationID: header.correlationID))
            }
            own.withLock { $0 = server.endpoint }
            do { try await body(server, inner, { count.withLock { $0 } }) } catch {
                await server.stop()
                throw error
            }
            await server.stop()
        }
    }

    private static func answer(_ own: Endpoint, _ partitions: Int, id: UInt64 = 1, leader: Int32 = 1)
        -> MetadataResponse
    {
        var answer = MetadataResponse(leaders: ["t": Array(repeating: leader, count: partitions)])
        answer.topics[0].topicID = KafkaUUID(high: id, low: id)
        answer.brokers = [.init(nodeID: 1, host: own.host, port: Int32(own.port))]
        return answer
    }

    /// Batches for a cluster that takes none: they fail when their time is over, and little is asked meanwhile.
    private static func deliverInVain(
        _ server: FakeServer, _ inner: NetworkFixture, _ questionCount: @Sendable () -> Int
    ) async throws -> [Delivery] {
        let cluster = try Cluster(bootstrap: [server.endpoint], on: inner.loop)
        let sink = DeliveryCollector()
        let lane = try ProducerLane(
            ProducerConfiguration(deliveryTimeout: .milliseconds(1200)), on: inner.loop, cluster: cluster,
            connection: inner.connection, deliveriesTo: sink)
        for partition: Int32 in 0..<3 { lane.accept(try await inner.makeBatches(["a", "b"], partition: partition)) }
        let begin = MonotonicInstant.now
        try await lane.drain()
        #expect(.now - begin < .seconds(4))
        #expect(questionCount() < 40, "\(questionCount()) questions")
        #expect(sink.deliveries.count == 6 && sink.deliveries.allSatisfy { $0.error != nil })
        await lane.close()
        await cluster.close()
        return sink.deliveries
    }

    @Test func `an id that changes in every answer`() async throws {
        try await Self.withServer {
            Self.answer($1, 3, id: UInt64($0))
        } _: { server, inner, count in
            _ = try await Self.deliverInVain(server, inner, count)
        }
    }

    @Test func `a topic that flaps between one partition and many`() async throws {
        try await Self.withServer {
            Self.answer($1, $0 % 2 == 0 ? 1 : 3, id: UInt64($0 % 2 + 1))
        } _: {
            server, inner, count in
            _ = try await Self.deliverInVain(server, inner, count)
        }
    }

    @Test func `leaders that are not in the list of brokers`() async throws {
        try await Self.withServer {
            Self.answer($1, 3, leader: 7)
        } _: { server, inner, count in
            let deliveries = try await Self.deliverInVain(server, inner, count)
            let causes = deliveries[0].error?.causes ?? []
            #expect("\(causes)".contains("broker 7") && "\(causes)".contains("does not name its address"), "\(causes)")
        }
    }

    @Test func `brokers at addresses that can't be resolved or reached: the error says who told them`() async throws {
        for host in ["no-such-host.invalid", "127.0.0.1"] {
            try await Self.withServer { _, own in
                var answer = Self.answer(own, 3)
                answer.brokers = [.init(nodeID: 1, host: host, port: 1)]
                return answer
            } _: { server, inner, count in
                let deliveries = try await Self.deliverInVain(server, inner, count)
                let words = "\(deliveries[0].error?.causes ?? [])"
                #expect(words.contains("advertised.listeners") && words.contains(host), "\(words)")
            }
        }
    }

    @Test func `ten thousand brokers`() async throws {
        try await Self.withServer { number, own in
            var answer = Self.answer(own, 3)
            for node: Int32 in 2...10_000 { answer.brokers.append(.init(nodeID: node, host: "127.0.0.1", port: 1)) }
            return answer
        } _: { server, inner, _ in
            let cluster = try Cluster(bootstrap: [server.endpoint], on: inner.loop)
            #expect(try await cluster.refresh(["t"]).brokers.count == 10_000)
            // Most of them are dead: one that answers is found all the same.
            let begin = MonotonicInstant.now
            _ = try await cluster.refresh(["t"])
            #expect(.now - begin < .seconds(10))
            await cluster.close()
        }
    }

    @Test func `answers without brokers, without topics, with negative leaders and with partitions that are missing`()
        async throws
    {
        try await Self.withServer { number, own in
            var answer = Self.answer(own, 3)
            switch number % 5 {
            case 0: answer.brokers = []
            case 1: answer.topics = []
            case 2: answer.topics[0].partitions[1].leaderID = -2_000_000_000
            case 3: answer.topics[0].partitions = []
            default: answer.topics[0].partitions.remove(at: 0)
            }
            return answer
        } _: { server, inner, count in
            _ = try await Self.deliverInVain(server, inner, count)
        }
    }

    @Test func `a broker that asks to begin anew is heard`() async throws {
        try await Self.withServer { number, own in
            var answer = Self.answer(own, 3)
            if number == 2 { answer.errorCode = .rebootstrapRequired }
            return answer
        } _: { server, inner, count in
            let cluster = try Cluster(bootstrap: [server.endpoint], on: inner.loop, .fast(inner.connection))
            _ = try await cluster.refresh(["t"])
            #expect(try await cluster.refresh(["t"]).topics["t"]?.partitions.count == 3)
            #expect(count() == 3)
            await cluster.close()
        }
    }

    @Test func `a topic that is never there fails as unknown within its time`() async throws {
        try await withFixture { fixture in
            let deliveries = try await fixture.deliver(
                try await fixture.makeBatches(["a"]), .fast(deliveryTimeout: .milliseconds(500)))
            #expect(deliveries.map { $0.error?.code } == [.deliveryTimedOut])
        }
    }

    @Test func `settings that contradict each other are told together`() throws {
        let connection = ConnectionConfiguration(reconnectBackoff: .seconds(2), reconnectBackoffMax: .seconds(1))
        let configuration = ClusterConfiguration(connection: connection, metadataMaxAge: .zero)
        let error = #expect(throws: KafkaClientError.self) { try Client(to: ["a:1"], configuration) }
        #expect(error?.code == .invalidConfiguration)
        let problems = "\(error?.causes ?? [])"
        #expect(problems.contains("metadataMaxAge") && problems.contains("reconnectBackoff"), "\(problems)")
    }
}
