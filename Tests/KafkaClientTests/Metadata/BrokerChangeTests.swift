import KafkaEmbeddedBroker
import KafkaProtocol
import KafkaTransport
import Synchronization
import TestSupport
import Testing

@testable import KafkaClient

/// Brokers that move, die, hang, come back and are behind, under a producer that appends all the time.
@Suite(.serialized, .timeLimit(.minutes(1))) struct BrokerChangeTests {
    private static let pairs = [(1, true), (2, true), (1, false), (2, false)]

    @Test(arguments: pairs) func `a leader that moves is followed within a second`(lanes: Int, hints: Bool) async throws
    {
        try await withFixture(brokers: 3) {
            $0.hintsAtLeaders = hints
        } _: { fixture in
            try fixture.broker.createTopic("t", partitions: 6)
            let facts = try await withSteadyProducer(to: fixture.endpoints, lanes: lanes) { steady in
                try await eventually { steady.now.partitions(of: "t").count == 6 }
                steady.forgetGaps()
                for round in 0..<6 {
                    for partition: Int32 in 0..<6 {
                        try fixture.broker.moveLeader("t", partition, to: Int32((round + Int(partition)) % 3) + 1)
                    }
                    try await Task.sleep(for: .milliseconds(250))
                }
                #expect(steady.now.gap(of: "t") < .milliseconds(hints ? 500 : 1000), "\(steady.now.gap(of: "t"))")
            }
            #expect(facts.failures == [:] && facts.acknowledgedCount == facts.appendedCount)
            #expect(facts.lastEvents.contains { if case .leaderMoved = $0 { true } else { false } })
            #expect(facts.lastEvents.contains { if case .retried = $0 { true } else { false } })
        }
    }

    @Test func `whoever is told of a new leader does not ask for it`() async throws {
        try await withFixture(brokers: 2) { fixture in
            try fixture.broker.createTopic("t", partitions: 2)
            _ = try await withSteadyProducer(to: fixture.endpoints) { steady in
                try await eventually { steady.now.partitions(of: "t").count == 2 }
                let before = fixture.broker.statistics.requestCounts[.metadata, default: 0]
                for round in 0..<10 {
                    try fixture.broker.moveLeader("t", 0, to: Int32(round % 2) + 1)
                    try await Task.sleep(for: .milliseconds(50))
                }
                #expect(fixture.broker.statistics.requestCounts[.metadata, default: 0] == before)
            }
        }
    }

    @Test(arguments: [1, 2]) func `a broker that goes is left, and used again when it is back elsewhere`(lanes: Int)
        async throws
    {
        try await withFixture(brokers: 3) { fixture in
            try fixture.broker.createTopic("t", partitions: 6)
            let facts = try await withSteadyProducer(to: fixture.endpoints, lanes: lanes) { cluster, _ in
                cluster.metadataMaxAge = .seconds(2)
            } _: { steady in
                try await eventually { steady.now.partitions(of: "t").count == 6 }
                steady.forgetGaps()
                try await fixture.broker.stopNode(2)
                try await Task.sleep(for: .milliseconds(1500))
                #expect(steady.now.gap(of: "t") < .seconds(1), "\(steady.now.gap(of: "t"))")
                let endpoint = try await fixture.broker.startNode(2, port: 0)
                #expect(endpoint != fixture.endpoints[1])
                fixture.broker.electPreferredLeaders()
                try await Task.sleep(for: .milliseconds(1500))
                #expect(steady.now.gap(of: "t") < .seconds(1), "\(steady.now.gap(of: "t"))")
                #expect(
                    steady.now.exchanges.suffix(200).contains { $0.broker == 2 && $0.errorCode == KafkaErrorCode.none })
            }
            #expect(facts.failures == [:] && facts.acknowledgedCount == facts.appendedCount)
        }
    }

    @Test func `a broker that is new is used, and one that has another's address`() async throws {
        try await withFixture(brokers: 2) { fixture in
            try fixture.broker.createTopic("t", partitions: 4)
            let facts = try await withSteadyProducer(to: fixture.endpoints) { steady in
                try await eventually { steady.now.partitions(of: "t").count == 4 }
                steady.forgetGaps()
                _ = try await fixture.broker.addNode()
                for partition: Int32 in 0..<2 { try fixture.broker.moveLeader("t", partition, to: 3) }
                try await eventually { steady.now.exchanges.last { $0.errorCode == KafkaErrorCode.none }?.broker == 3 }
                // Broker 3 is where broker 2 was.
                try await fixture.broker.stopNode(3)
                try await fixture.broker.stopNode(2)
                _ = try await fixture.broker.startNode(3, port: fixture.endpoints[1].port)
                for partition: Int32 in 0..<4 { try fixture.broker.moveLeader("t", partition, to: 3) }
                try await eventually { steady.now.exchanges.last { $0.errorCode == KafkaErrorCode.none }?.broker == 3 }
                try await Task.sleep(for: .milliseconds(300))
                #expect(steady.now.gap(of: "t") < .milliseconds(1500), "\(steady.now.gap(of: "t"))")
            }
            #expect(facts.failures == [:] && facts.acknowledgedCount == facts.appendedCount)
        }
    }

    @Test(arguments: [1, 2]) func `a broker that hangs is given up when another one leads`(lanes: Int) async throws {
        try await withFixture(brokers: 3) { fixture in
            try fixture.broker.createTopic("t", partitions: 6)
            let facts = try await withSteadyProducer(to: fixture.endpoints, lanes: lanes) { steady in
                try await eventually { steady.now.partitions(of: "t").count == 6 }
                steady.forgetGaps()
                try await fixture.broker.pauseNode(1)
                try await Task.sleep(for: .seconds(1))
                try fixture.broker.moveLeaders(from: 1, to: 2)
                let moved = MonotonicInstant.now
                try await eventually {
                    let last = steady.now.lastAcknowledged
                    return (0..<6).allSatisfy { last["t/\($0)"].map { $0 > moved } == true }
                }
                #expect(.now - moved < .milliseconds(2500), "\(.now - moved)")
                try await fixture.broker.resumeNode(1)
            }
            #expect(facts.failures == [:])
        }
    }

    @Test func `a broker to which connecting lasts is left as soon as another one leads`() async throws {
        try await withFixture(brokers: 2) { fixture in
            let full = try FullAcceptQueue()
            try fixture.broker.createTopic("t", partitions: 4)
            let facts = try await withSteadyProducer(to: fixture.endpoints) { steady in
                try await eventually { steady.now.partitions(of: "t").count == 4 }
                fixture.broker.advertise(node: 1, as: Endpoint(host: "127.0.0.1", port: full.port))
                try await steady.refresh()
                fixture.broker.inject(FaultRule(.produce, node: 1, effect: .disconnect(.beforeStore)))
                try await Task.sleep(for: .seconds(1))
                try fixture.broker.moveLeaders(from: 1, to: 2)
                let moved = MonotonicInstant.now
                try await eventually {
                    let last = steady.now.lastAcknowledged
                    return (0..<4).allSatisfy { last["t/\($0)"].map { $0 > moved } == true }
                }
                #expect(.now - moved < .milliseconds(2500), "\(.now - moved)")
            }
            #expect(facts.failures == [:] && facts.acknowledgedCount == facts.appendedCount)
            withExtendedLifetime(full) {}
        }
    }

    @Test func `one broker that is behind for ever, and the first to be asked, holds nobody up`() async throws {
        try await withFixture(brokers: 3) {
            $0.hintsAtLeaders = false
        } _: { fixture in
            try fixture.broker.freezeMetadata(of: 1)
            try fixture.broker.createTopic("t", partitions: 6)
            let facts = try await withSteadyProducer(to: fixture.endpoints) { steady in
                try await eventually { steady.now.partitions(of: "t").count == 6 }
                try fixture.broker.freezeMetadata(of: 2)
                steady.forgetGaps()
                let before = fixture.broker.statistics.requestCounts[.metadata, default: 0]
                for round in 0..<4 {
                    for partition: Int32 in 0..<6 {
                        try fixture.broker.moveLeader("t", partition, to: Int32((round + Int(partition)) % 3) + 1)
                    }
                    try await Task.sleep(for: .milliseconds(1500))
                }
                #expect(steady.now.gap(of: "t") < .milliseconds(1500), "\(steady.now.gap(of: "t"))")
                let asked = fixture.broker.statistics.requestCounts[.metadata, default: 0] - before
                #expect(asked < 30, "\(asked) questions in six seconds")
            }
            #expect(facts.failures == [:] && facts.acknowledgedCount == facts.appendedCount)
        }
    }

    @Test func `a thousand partitions on a dead broker cost one attempt at a time`() async throws {
        try await withFixture(brokers: 2) { fixture in
            try fixture.broker.createTopic("t", partitions: 2000)
            let attempts = Mutex((connects: 0, isCounting: false))
            _ = try await withSteadyProducer(to: [fixture.endpoints[0]], lanes: 2) { cluster, _ in
                cluster.onEvent = { event in
                    if case .connectFailed(broker: 2, _, _) = event.kind {
                        attempts.withLock { if $0.isCounting { $0.connects += 1 } }
                    }
                }
            } _: { steady in
                try await eventually { steady.now.partitions(of: "t").count > 1500 }
                // Its address is refused from now on, and nobody else leads what it led.
                fixture.broker.advertise(node: 2, as: Endpoint(host: "127.0.0.1", port: 1))
                try await steady.refresh()
                fixture.broker.inject(FaultRule(node: 2, effect: .disconnect(.beforeStore)))
                try await Task.sleep(for: .seconds(1))
                attempts.withLock { $0.isCounting = true }
                let before = fixture.broker.statistics.requestCounts[.metadata, default: 0]
                try await Task.sleep(for: .seconds(4))
                let asked = fixture.broker.statistics.requestCounts[.metadata, default: 0] - before
                let connects = attempts.withLock { $0.connects }
                #expect(asked <= 16, "\(asked) questions in four seconds")
                #expect((1...24).contains(connects), "\(connects) attempts to connect in four seconds, by two lanes")
                fixture.broker.removeFaults()
                fixture.broker.advertise(node: 2, as: nil)
                try await eventually { steady.now.exchanges.suffix(50).contains { $0.broker == 2 && $0.error == nil } }
            }
        }
    }

    @Test func `a broker that throttles gets nothing until its time is up, and the batch tells of the wait`()
        async throws
    {
        try await withFixture { fixture in
            try fixture.broker.createTopic("t", partitions: 2)
            fixture.broker.inject(FaultRule(.produce, skip: 20, count: 3, effect: .throttle(ms: 200)))
            let facts = try await withSteadyProducer(to: fixture.endpoints) { _, producer in
                // What is on its way when the broker begins to throttle can't be called back.
                producer.producer.inFlightPerBrokerMax = 1
            } _: { steady in
                try await eventually {
                    steady.now.lastEvents.count { if case .throttled(1, _) = $0 { true } else { false } } == 3
                }
                try await Task.sleep(for: .milliseconds(400))
            }
            #expect(fixture.broker.statistics.requestsWhileThrottledCount == 0)
            #expect(facts.failures == [:] && facts.acknowledgedCount == facts.appendedCount)
            #expect(
                facts.exchanges.contains { $0.throttled > .milliseconds(100) && $0.throttled <= .milliseconds(250) })
            #expect(facts.exchanges.first?.throttled == .zero)
        }
    }

    @Test func `a broker that is slow, or one request in a hundred, does not slow the others`() async throws {
        try await withFixture(brokers: 3) { fixture in
            try fixture.broker.createTopic("t", partitions: 3)
            fixture.broker.inject(FaultRule(.produce, node: 1, effect: .delay(.milliseconds(400))))
            _ = try await withSteadyProducer(to: fixture.endpoints) { steady in
                try await eventually { steady.now.partitions(of: "t").count == 3 }
                steady.forgetGaps()
                try await Task.sleep(for: .seconds(2))
                let gaps = steady.now.longestGap
                #expect(gaps["t/1"]! < .milliseconds(300) && gaps["t/2"]! < .milliseconds(300), "\(gaps)")
                fixture.broker.removeFaults()
            }
        }
    }

    @Test func `an address that belongs to another cluster now is refused, and both are named`() async throws {
        try await withFixture {
            $0.clusterID = "first"
        } _: { fixture in
            try fixture.broker.createTopic("t")
            let snapshot = try await fixture.cluster.refresh(["t"])
            #expect(snapshot.clusterID == "first")
            await fixture.broker.stop()
            var configuration = EmbeddedBrokerConfiguration()
            configuration.ports = [fixture.endpoints[0].port]
            configuration.clusterID = "second"
            let other = try EmbeddedBroker(configuration)
            _ = try await other.start()
            try other.createTopic("t")
            let error = try await clientError { _ = try await fixture.cluster.refresh(["t"]) }
            #expect(error.code == .wrongCluster)
            #expect(error.message.contains("first") && error.message.contains("second"))
            // Nor does a batch come into the other cluster's topic of the same name.
            let deliveries = try await fixture.deliver(
                try await fixture.makeBatches(["a"]), .fast(deliveryTimeout: .milliseconds(600)))
            #expect(deliveries.map(\.isAcknowledged) == [false])
            #expect(other.statistics.recordCount == 0)
            await other.stop()
        }
    }

    @Test func `when all that was named is gone, the first servers are asked`() async throws {
        try await withFixture { fixture in
            try fixture.broker.createTopic("t")
            // The cluster names an address that nobody has; the one that the client began with goes on working.
            fixture.broker.advertise(node: 1, as: Endpoint(host: "127.0.0.1", port: 1))
            _ = try await fixture.cluster.refresh(["t"])
            #expect(await fixture.cluster.snapshot.brokers[1]?.port == 1)
            fixture.broker.advertise(node: 1, as: nil)
            _ = try await fixture.cluster.refresh(["t"])
            #expect(await fixture.cluster.snapshot.brokers[1] == fixture.endpoints[0])
        }
    }

    @Test func `why a broker was unreachable is forgotten once it was reached`() async throws {
        try await withFixture { fixture in
            try fixture.broker.createTopic("t")
            fixture.broker.advertise(node: 1, as: Endpoint(host: "127.0.0.1", port: 1))
            let sink = DeliveryCollector()
            let lane = try fixture.makeLane(.fast(deliveryTimeout: .milliseconds(1500)), to: sink)
            lane.accept(try await fixture.makeBatches(["first"]))
            try await Task.sleep(for: .milliseconds(300))
            fixture.broker.inject(FaultRule(.produce, effect: .stall))
            fixture.broker.advertise(node: 1, as: nil)
            try await Task.sleep(for: .milliseconds(500))
            // It is reached now, and answers nothing.
            lane.accept(try await fixture.makeBatches(["second"]))
            try await eventually { sink.deliveries.count == 2 }
            for delivery in sink.deliveries {
                let causes = "\(delivery.error?.causes ?? [])"
                #expect(!causes.contains("cannot connect"), "\(causes)")
            }
            await lane.close()
        }
    }
}
