import KafkaProtocol
import KafkaTransport
import TestSupport
import Testing

@testable import KafkaEmbeddedBroker

@Suite struct ThrottleTests {
    @Test func `a request in the throttle time waits for its end, and is counted`() async throws {
        try await withBroker { broker, endpoints in
            try broker.createTopic("t")
            broker.inject(FaultRule(.produce, count: 1, effect: .throttle(ms: 1000)))
            let client = try RawClient(endpoints[0])
            let begin = MonotonicInstant.now
            #expect(try client.call(makeProduce([(0, makeBatch())]), version: 9).throttleTimeMs == 1000)
            // The answer itself is not held back.
            #expect(MonotonicInstant.now - begin < .seconds(1))
            for _ in 0..<3 { try client.send(makeProduce([(0, makeBatch())]), version: 9) }
            // Other connections are served.
            #expect(try RawClient(endpoints[0]).produce(makeBatch()).baseOffset == 1)
            for offset in 2...4 as ClosedRange<Int64> {
                let answer = try client.receive(ProduceResponse.self, version: 9)
                #expect(answer.topics[0].partitions[0].baseOffset == offset)
                #expect(MonotonicInstant.now - begin >= .seconds(1))
            }
            #expect(try client.produce(makeBatch()).baseOffset == 5)
            #expect(broker.statistics.requestsWhileThrottledCount == 3)
        }
    }

    @Test func `a client that waits is not counted, nor one whose requests came before the answer`() async throws {
        try await withBroker { broker, endpoints in
            try broker.createTopic("t")
            broker.inject(FaultRule(.produce, count: 2, effect: .throttle(ms: 100)))
            let client = try RawClient(endpoints[0])
            let frame = try RawClient.frame(makeProduce([(0, makeBatch())]), version: 9)
            let begin = MonotonicInstant.now
            // Both are read together, and the second is served when the first one's time is over.
            try client.write(frame + frame)
            for count in 1...2 {
                #expect(try client.receive(ProduceResponse.self, version: 9).throttleTimeMs == 100)
                #expect(MonotonicInstant.now - begin >= .milliseconds(100 * (count - 1)))
            }
            try await Task.sleep(for: .milliseconds(250))
            #expect(try client.produce(makeBatch()).baseOffset == 2)
            #expect(broker.statistics.requestsWhileThrottledCount == 0)
        }
    }

    @Test func `of what waits only that is counted which came after the answer`() async throws {
        try await withBroker { broker, endpoints in
            try broker.createTopic("t")
            broker.inject(FaultRule(.produce, count: 1, effect: .throttle(ms: 500)))
            let client = try RawClient(endpoints[0])
            let frame = try RawClient.frame(makeProduce([(0, makeBatch())]), version: 9)
            // The second and the begin of the third are read with the first.
            try client.write(frame + frame + frame.prefix(20))
            _ = try client.receive(ProduceResponse.self, version: 9)
            try client.write(frame.dropFirst(20) + frame)
            for _ in 0..<3 { _ = try client.receive(ProduceResponse.self, version: 9) }
            #expect(broker.statistics.requestsWhileThrottledCount == 1)
        }
    }

    @Test func `the throttle time begins when a delayed answer is sent`() async throws {
        try await withBroker { broker, endpoints in
            broker.inject(FaultRule(.metadata, count: 1, effect: .throttle(ms: 800)))
            broker.inject(FaultRule(.metadata, count: 1, effect: .delay(.milliseconds(200))))
            let client = try RawClient(endpoints[0])
            let begin = MonotonicInstant.now
            #expect(try client.call(MetadataRequest(topicNames: [])).throttleTimeMs == 800)
            let answered = MonotonicInstant.now - begin
            #expect(answered >= .milliseconds(200) && answered < .milliseconds(1000))
            _ = try client.call(MetadataRequest(topicNames: []))
            #expect(MonotonicInstant.now - begin >= .milliseconds(1000))
            #expect(broker.statistics.requestsWhileThrottledCount == 1)
        }
    }

    @Test(arguments: [0, 50]) func `a fetch is throttled too, also one that waited`(maxWaitMs: Int32) async throws {
        try await withBroker { broker, endpoints in
            try broker.createTopic("t")
            broker.inject(FaultRule(.fetch, count: 1, effect: .throttle(ms: 500)))
            let client = try RawClient(endpoints[0])
            let begin = MonotonicInstant.now
            #expect(
                try client.call(makeFetch("t", [(0, 0)], maxWaitMs: maxWaitMs), version: 12).throttleTimeMs == 500)
            _ = try client.call(ApiVersionsRequest())
            #expect(MonotonicInstant.now - begin >= .milliseconds(500 + Int64(maxWaitMs)))
            #expect(broker.statistics.requestsWhileThrottledCount == 1)
        }
    }

    @Test func `a request is found early by its first byte, once, however it arrives`() {
        for step in [1, 3, 7, 100] {
            var accumulator = FrameAccumulator(capacity: 64, frameBytesMax: 50)
            func receive(_ bytes: [UInt8]) {
                accumulator.freeSpace().copyBytes(from: bytes)
                accumulator.didReceive(bytes.count)
            }
            // A frame that is there, and the first bytes of another's length.
            receive([0, 0, 0, 1, 9, 0, 0])
            var early = EarlyRequests(behind: accumulator, from: .distantPast, until: .distantFuture)
            #expect(early.advance(over: accumulator, at: .now) == 0)
            // The rest of that one; then an empty one, one of two bytes, and the length of a last one.
            let rest: [UInt8] = [0, 2, 9, 9] + [0, 0, 0, 0] + [0, 0, 0, 2, 9, 9] + [0, 0, 0, 5]
            var found = 0
            for start in stride(from: 0, to: rest.count, by: step) {
                receive(Array(rest[start..<min(start + step, rest.count)]))
                found += early.advance(over: accumulator, at: .now)
            }
            #expect(found == 3, "in steps of \(step)")
            // A bad length ends the search.
            receive([9, 9, 9, 9, 9] + [0xff, 0xff, 0xff, 0xff] + [0, 0, 0, 0])
            #expect(early.advance(over: accumulator, at: .now) == 1)
            #expect(early.advance(over: accumulator, at: .now) == 0)
        }
    }
}
