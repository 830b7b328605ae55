import KafkaProtocol
import KafkaTransport
import TestSupport
import Testing

@testable import KafkaEmbeddedBroker

/// Delays that follow a script: by the plan of each request, where the time is an argument, and by the broker's own notes.
@Suite struct DelayScriptTests {
    private let begin = MonotonicInstant.now

    /// How long each of some requests is delayed, in ms; 0 for those that no rule hits.
    private func delays(_ rules: String..., partition: Int32 = 0, node: Int32 = 1, atMs moments: [Int64]) throws
        -> [Int64]
    {
        let script = FaultScript()
        for rule in rules { script.add(try FaultRule(parsing: rule)) }
        return moments.map { moment in
            let plan = script.plan(
                .produce, node: node, targets: [.init(topic: "t", partition: partition)],
                now: begin.advanced(byNanoseconds: moment * 1_000_000))
            return plan.delay.nanoseconds / 1_000_000
        }
    }

    private let sixteen = Array(repeating: Int64(0), count: 16)

    @Test func `one of so many requests is hit, so that two rules make two modes`() throws {
        let bimodal = try delays("produce:delay=2ms", "produce:every=5:delay=30ms", atMs: sixteen)
        #expect(bimodal == [32, 2, 2, 2, 2, 32, 2, 2, 2, 2, 32, 2, 2, 2, 2, 32])
        let some = try delays("produce:skip=2:every=3:count=2:delay=1ms", atMs: sixteen)
        #expect(some == [0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
    }

    @Test func `a rising delay gets longer evenly, and falls where it is told to`() throws {
        #expect(
            try delays("produce:delay=2ms..20ms:count=10", atMs: sixteen).prefix(11) == [
                2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 0,
            ])
        #expect(try delays("produce:delay=9ms..1ms:count=3", atMs: sixteen).prefix(4) == [9, 5, 1, 0])
    }

    @Test func `all that come within a pause wait for its end, and none after`() throws {
        let moments: [Int64] = [0, 1999, 2000, 2001, 2500, 2999, 3000, 9000]
        #expect(try delays("produce:after=2s:pause=1s", atMs: moments) == [0, 0, 1000, 999, 500, 1, 0, 0])
        #expect(try delays("produce:pause=1s:skip=1", atMs: [0, 10, 500, 1010]) == [0, 1000, 510, 0])
    }

    @Test func `a capacity is a queue that records wait in`() throws {
        let script = FaultScript()
        script.add(try FaultRule(parsing: "produce:partition=3:rate=2k"))
        func waits(_ records: Int, partition: Int32 = 3, atMs moment: Int64) -> Int64 {
            let now = begin.advanced(byNanoseconds: moment * 1_000_000)
            let plan = script.plan(.produce, node: 1, targets: [.init(topic: "t", partition: partition)], now: now)
            return script.serve(records, by: plan, now: now).nanoseconds / 1_000_000
        }
        // 100 records take 50 ms, those that come meanwhile wait for them, and what was not used is not kept.
        #expect(
            [waits(100, atMs: 0), waits(100, atMs: 0), waits(10, atMs: 90), waits(2, atMs: 500)] == [50, 100, 15, 1])
        #expect(waits(100, partition: 1, atMs: 500) == 0)
    }

    @Test(arguments: [
        "produce:rate=", "produce:rate=0", "produce:rate=-5", "produce:rate=5G", "fetch:rate=5", "any:rate=5",
    ])
    func `what is no capacity is refused`(text: String) {
        #expect(throws: EmbeddedBrokerError.self) { try FaultRule(parsing: text) }
    }

    @Test func `a partition or a node is slow, and no other`() throws {
        let (slow, other) = (("produce:partition=3:delay=4ms"), ("produce:node=2:delay=8ms"))
        #expect(try delays(slow, other, partition: 3, atMs: [0]) == [4])
        #expect(try delays(slow, other, node: 2, atMs: [0]) == [8])
        #expect(try delays(slow, other, partition: 3, node: 2, atMs: [0]) == [12])
        #expect(try delays(slow, other, atMs: [0]) == [0])
    }

    @Test(arguments: ["pipelined", "serial"])
    func `pipelined answers have a time each, serial ones wait for those before them`(word: String) async throws {
        try await withBroker { broker, endpoints in
            try broker.createTopic("t")
            broker.inject(try FaultRule(parsing: "produce:count=4:delay=300ms:\(word)"))
            let client = try RawClient(endpoints[0])
            let frame = try RawClient.frame(makeProduce([(0, makeBatch())]), version: 9)
            try client.write(frame + frame + frame + frame + frame)
            for offset in 0...4 as ClosedRange<Int64> {
                let response = try client.receive(ProduceResponse.self, version: 9)
                #expect(response.topics[0].partitions[0].baseOffset == offset)
            }
            try await eventually { broker.heldAnswers.count == 4 }
            let held = broker.heldAnswers
            #expect(held.allSatisfy { $0.heldNs >= 300_000_000 && $0.recordCount > 0 && $0.apiKey == .produce })
            // When a serial one is taken in hand, the one before it has been answered.
            for (first, second) in zip(held, held.dropFirst()) {
                #expect((second.arrived >= first.answered) == (word == "serial"))
            }
            broker.forgetHeldAnswers()
            #expect(broker.heldAnswers.isEmpty)
        }
    }

    @Test func `answers behind one that is held back keep their order, also of requests that no rule hits`()
        async throws
    {
        try await withBroker { broker, endpoints in
            try broker.createTopic("t")
            broker.inject(try FaultRule(parsing: "produce:count=1:delay=200ms:pipelined"))
            let client = try RawClient(endpoints[0])
            let begin = MonotonicInstant.now
            let frame = try RawClient.frame(makeProduce([(0, makeBatch())]), version: 9)
            try client.write(frame + frame)
            // The second one is stored before the first is answered.
            try await eventually { broker.statistics.batchCount == 2 }
            for _ in 0..<2 {
                _ = try client.receive(ProduceResponse.self, version: 9)
                #expect(MonotonicInstant.now - begin >= .milliseconds(200))
            }
            // Nothing is on the wire any more: what comes now is answered at once.
            #expect(try client.produce(makeBatch()).errorCode == .none)
            #expect(broker.heldAnswers.count == 1)
        }
    }
}
