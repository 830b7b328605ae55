import KafkaProtocol
import KafkaTransport
import TestSupport
import Testing

@testable import KafkaEmbeddedBroker

/// Brokers that are far away.
@Suite(.serialized, .timeLimit(.minutes(1))) struct WireTests {
    private static let far = Duration.milliseconds(200)

    /// The body has a thread of its own: it waits for answers by blocking, and longer than others that share the pool's.
    private func withFarBroker(
        _ roundTripTime: Duration = far, _ body: @escaping @Sendable (EmbeddedBroker, RawClient) async throws -> Void
    ) async throws {
        let loop = try EventLoop(name: "far-client")
        let result = await Task(executorPreference: loop) {
            try await withBroker({ $0.roundTripTime = roundTripTime }) { broker, endpoints in
                try broker.createTopic("t")
                try await body(broker, try RawClient(endpoints[0]))
            }
        }.result
        await loop.shutDown()
        try result.get()
    }

    @Test func `no answer is early, and the best of many is exact to a part of a millisecond`() async throws {
        try await withFarBroker(.milliseconds(2)) { _, client in
            var best = Duration.seconds(1)
            for _ in 0..<100 {
                let begin = MonotonicInstant.now
                _ = try client.produce(makeBatch())
                let took = MonotonicInstant.now - begin
                #expect(took >= .milliseconds(2))
                best = min(best, took)
            }
            #if os(Linux)
                #expect(best < .microseconds(2500))
            #endif
        }
    }

    @Test func `requests of every kind are answered after the round trip time`() async throws {
        try await withFarBroker(.milliseconds(20)) { _, client in
            let calls: [(RawClient) throws -> Void] = [
                { _ = try $0.call(ApiVersionsRequest()) },
                { _ = try $0.call(MetadataRequest(topicNames: ["t"])) },
                { _ = try $0.call(InitProducerIDRequest(transactionalID: nil, transactionTimeoutMs: 0)) },
                { _ = try $0.produce(makeBatch()) },
                // One that finds bytes, and one that waits for some.
                { _ = try $0.fetch(makeFetch("t", [(0, 0)])) },
                { _ = try $0.fetch(makeFetch("t", [(0, 1)], maxWaitMs: 1)) },
            ]
            for call in calls {
                let begin = MonotonicInstant.now
                try call(client)
                #expect(MonotonicInstant.now - begin >= .milliseconds(20))
            }
        }
    }

    @Test func `a hundred requests in one go are stored at once, and answered a round trip later, in order`()
        async throws
    {
        try await withFarBroker { broker, client in
            let frame = try RawClient.frame(makeProduce([(0, makeBatch())]), version: 9)
            let begin = MonotonicInstant.now
            try client.write((0..<100).flatMap { _ in frame })
            for offset in 0..<100 as Range<Int64> {
                let answer = try client.receive(ProduceResponse.self, version: 9)
                #expect(answer.topics[0].partitions[0].baseOffset == offset)
                #expect(MonotonicInstant.now - begin >= Self.far)
                #expect(broker.statistics.batchCount == 100)
            }
            // One after the other they would take 20 seconds.
            #expect(MonotonicInstant.now - begin < .seconds(18))
        }
    }

    @Test func `requests that come while others are under way have a round trip of their own`() async throws {
        try await withFarBroker { _, client in
            let frame = try RawClient.frame(makeProduce([(0, makeBatch())]), version: 9)
            var sent: [MonotonicInstant] = []
            for _ in 0..<4 {
                sent.append(.now)
                try client.write(frame)
                try await Task.sleep(for: .milliseconds(50))
            }
            for moment in sent {
                _ = try client.receive(ProduceResponse.self, version: 9)
                #expect(MonotonicInstant.now - moment >= Self.far)
            }
        }
    }

    @Test func `without acknowledgements nothing is answered, and the next answer is that of the next request`()
        async throws
    {
        try await withFarBroker { broker, client in
            try client.send(makeProduce([(0, makeBatch())], acks: 0), version: 9)
            #expect(try client.produce(makeBatch()).baseOffset == 1)
        }
    }

    @Test func `a scripted delay comes on top, and holds up those behind it`() async throws {
        try await withFarBroker { broker, client in
            broker.inject(FaultRule(.produce, skip: 1, count: 1, effect: .delay(.milliseconds(600))))
            let frame = try RawClient.frame(makeProduce([(0, makeBatch())]), version: 9)
            let begin = MonotonicInstant.now
            try client.write(frame + frame + frame)
            for offset in 0...2 as ClosedRange<Int64> {
                let answer = try client.receive(ProduceResponse.self, version: 9)
                #expect(answer.topics[0].partitions[0].baseOffset == offset)
                #expect(MonotonicInstant.now - begin >= Self.far + .milliseconds(offset == 0 ? 0 : 600))
            }
        }
    }

    @Test(arguments: [(FaultRule.Moment.beforeStore, 0), (.afterStore, 1)])
    func `a disconnect reaches the client behind the answers before it`(
        moment: FaultRule.Moment, stored: Int
    ) async throws {
        try await withFarBroker { broker, client in
            broker.inject(FaultRule(.produce, skip: 1, count: 1, effect: .disconnect(moment)))
            let frame = try RawClient.frame(makeProduce([(0, makeBatch())]), version: 9)
            let begin = MonotonicInstant.now
            try client.write(frame + frame + frame)
            _ = try client.receive(ProduceResponse.self, version: 9)
            #expect(client.isClosedByBroker())
            #expect(MonotonicInstant.now - begin >= Self.far)
            #expect(broker.statistics.batchCount == 1 + stored)
            try await eventually { broker.statistics.connectionCount == 0 }
        }
    }

    @Test func `a request that is none closes the connection behind the answers before it`() async throws {
        try await withFarBroker { broker, client in
            let frame = try RawClient.frame(makeProduce([(0, makeBatch())]), version: 9)
            try client.write(frame + [0xff, 0xff, 0xff, 0xff])
            #expect(try client.receive(ProduceResponse.self, version: 9).topics[0].partitions[0].errorCode == .none)
            #expect(client.isClosedByBroker())
        }
    }

    @Test func `what comes before a throttled client can know of it is not counted as early`() async throws {
        try await withFarBroker { broker, client in
            broker.inject(FaultRule(.produce, count: 1, effect: .throttle(ms: 1500)))
            let begin = MonotonicInstant.now
            for _ in 0..<2 { try client.send(makeProduce([(0, makeBatch())]), version: 9) }
            let isTooBusy = MonotonicInstant.now - begin >= Self.far
            #expect(try client.receive(ProduceResponse.self, version: 9).throttleTimeMs == 1500)
            try client.send(makeProduce([(0, makeBatch())]), version: 9)
            let isTooLate = MonotonicInstant.now - begin >= .milliseconds(1500)
            for _ in 0..<2 { _ = try client.receive(ProduceResponse.self, version: 9) }
            #expect(MonotonicInstant.now - begin >= .milliseconds(1500) + Self.far)
            if !isTooBusy, !isTooLate { #expect(broker.statistics.requestsWhileThrottledCount == 1) }
        }
    }

    @Test func `what is under way when a broker hangs arrives, the rest when it goes on`() async throws {
        try await withFarBroker { broker, client in
            try client.send(makeProduce([(0, makeBatch())]), version: 9)
            try await eventually { broker.statistics.batchCount == 1 }
            try await broker.pauseNode(1)
            _ = try client.receive(ProduceResponse.self, version: 9)
            try client.send(makeProduce([(0, makeBatch())]), version: 9)
            try await Task.sleep(for: .milliseconds(100))
            let begin = MonotonicInstant.now
            try await broker.resumeNode(1)
            #expect(try client.receive(ProduceResponse.self, version: 9).topics[0].partitions[0].baseOffset == 1)
            #expect(MonotonicInstant.now - begin >= Self.far)
        }
    }

    @Test func `a client that leaves, and a broker that is stopped, lose what is under way`() async throws {
        try await withFarBroker(.seconds(60)) { broker, client in
            try client.send(makeProduce([(0, makeBatch())]), version: 9)
            let other = try RawClient(broker.endpoints[0])
            try other.send(makeProduce([(0, makeBatch())]), version: 9)
            try await eventually { broker.statistics.batchCount == 2 }
            client.close()
            try await eventually { broker.statistics.connectionCount == 1 }
            let begin = MonotonicInstant.now
            await broker.stop()
            #expect(other.isClosedByBroker())
            #expect(MonotonicInstant.now - begin < .seconds(30))
        }
    }

    @Test func `so much is under way at most, and requests wait for the rest to arrive`() async throws {
        try await withFarBroker { broker, client in
            let batch = makeBatch(valueByteCount: 1_000_000)
            #expect(try client.produce(batch).errorCode == .none)
            var request = makeFetch("t", [(0, 0)], partitionMaxBytes: 1)
            request.maxBytes = 1
            let frame = try RawClient.frame(request, version: 12)
            let count = Wire.byteCountMax / batch.count + 20
            try client.write((0..<count).flatMap { _ in frame })
            let begin = MonotonicInstant.now
            try await eventually { (broker.statistics.requestCounts[.fetch] ?? 0) > count - 20 }
            let served = broker.statistics.requestCounts[.fetch] ?? 0
            if MonotonicInstant.now - begin < Self.far { #expect(served < count) }
            for _ in 0..<count { #expect(try client.receiveFrame().count > batch.count) }
            #expect(broker.statistics.requestCounts[.fetch] == count)
        }
    }

    @Test func `a client that reads nothing is not served without end`() async throws {
        try await withFarBroker(.milliseconds(1)) { broker, client in
            #expect(try client.produce(makeBatch(valueByteCount: 1_000_000)).errorCode == .none)
            let frame = try RawClient.frame(makeFetch("t", [(0, 0)]), version: 12)
            try client.write((0..<200).flatMap { _ in frame })
            try await Task.sleep(for: .milliseconds(500))
            #expect((broker.statistics.requestCounts[.fetch] ?? 0) < 200)
            for _ in 0..<200 { #expect(try client.receiveFrame().count > 1_000_000) }
        }
    }

    @Test(arguments: [Duration.nanoseconds(-1), .seconds(61)])
    func `a round trip time out of its bounds is refused`(roundTripTime: Duration) {
        var configuration = EmbeddedBrokerConfiguration()
        configuration.roundTripTime = roundTripTime
        #expect(throws: EmbeddedBrokerError.self) { try EmbeddedBroker(configuration) }
    }
}
