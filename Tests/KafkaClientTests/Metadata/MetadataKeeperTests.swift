import KafkaEmbeddedBroker
import KafkaProtocol
import KafkaTransport
import Synchronization
import TestSupport
import Testing

@testable import KafkaClient

/// What is asked for in the end, whatever else is wanted, and how it ends.
@Suite(.serialized, .timeLimit(.minutes(1))) struct MetadataKeeperTests {
    @Test func `a refresh ends though lanes want topics all the time, and brokers are slow`() async throws {
        try await withFixture { fixture in
            let cluster = try Cluster(bootstrap: fixture.endpoints, on: fixture.loop)
            _ = try await cluster.refresh([])
            fixture.broker.inject(FaultRule(.metadata, effect: .delay(.milliseconds(700))))
            let sink = DeliveryCollector()
            var lanes: [ProducerLane] = []
            for _ in 0..<2 {
                lanes.append(
                    try ProducerLane(
                        .fast(deliveryTimeout: .seconds(60)), on: fixture.loop, cluster: cluster, deliveriesTo: sink))
            }
            // Topics that don't exist (yet).
            lanes[0].accept(try await fixture.makeBatches(["a"], topic: "x"))
            try await Task.sleep(for: .milliseconds(300))
            lanes[1].accept(try await fixture.makeBatches(["a"], topic: "y"))
            try await Task.sleep(for: .milliseconds(300))
            let isDone = Mutex(false)
            let refreshing = Task {
                _ = try? await cluster.refresh([])
                isDone.withLock { $0 = true }
            }
            #expect(try await within(.seconds(15)) { isDone.withLock { $0 } })
            for lane in lanes { await lane.close() }
            await cluster.close()
            await refreshing.value
        }
    }

    @Test func `a topic that is named in a refresh is created where that is allowed`() async throws {
        try await withFixture {
            $0.autoCreatesTopics = true
        } _: { fixture in
            let cluster = try Cluster(
                bootstrap: fixture.endpoints, on: fixture.loop, ClusterConfiguration(autoCreatesTopics: true))
            #expect(try await cluster.refresh(["new"]).topics.count == 1)
            await cluster.close()
        }
    }

    @Test func `a topic can be created after the controller has died`() async throws {
        try await withFixture(brokers: 3) { fixture in
            let cluster = try Cluster(bootstrap: fixture.endpoints, on: fixture.loop)
            _ = try await cluster.refresh([])
            let controller = await cluster.snapshot.controllerID
            try await fixture.broker.stopNode(controller)
            _ = try await cluster.createTopic("x", partitionCount: 1, replicationFactor: 1)
            await cluster.close()
        }
    }

    @Test func `that a broker asked to begin anew is told`() async throws {
        try await withFixture { fixture in
            let own = Mutex<Endpoint?>(nil)
            let count = Mutex(0)
            let events = Mutex(0)
            let server = try await FakeServer { peer, frame in
                let header = AskedHeader(frame)
                let here = own.withLock { $0 }!
                if peer.answerBeginning(header) { return }
                let number = count.withLock { count in
                    count += 1
                    return count
                }
                var answer = MetadataResponse(leaders: ["t": [1]])
                answer.brokers = [.init(nodeID: 1, host: here.host, port: Int32(here.port))]
                if number == 2 { answer.errorCode = .rebootstrapRequired }
                peer.sendFrame(encodeAnswer(answer, version: header.version, correlationID: header.correlationID))
            }
            own.withLock { $0 = server.endpoint }
            var configuration = ClusterConfiguration.fast(fixture.connection)
            configuration.onEvent = { event in
                if case .rebootstrapped = event.kind { events.withLock { $0 += 1 } }
            }
            let cluster = try Cluster(bootstrap: [server.endpoint], on: fixture.loop, configuration)
            _ = try await cluster.refresh(["t"])
            _ = try await cluster.refresh(["t"])
            #expect(events.withLock { $0 } == 1)
            await cluster.close()
            await server.stop()
        }
    }

    @Test func `a broker that throttles is not asked for metadata before its time is over`() async throws {
        try await withFixture { fixture in
            try fixture.broker.createTopic("t")
            _ = try await fixture.cluster.refresh(["t"])
            fixture.broker.inject(FaultRule(.metadata, count: 1, effect: .throttle(ms: 1000)))
            _ = try await fixture.cluster.refresh(["t"])
            // Lanes want it, at a pace.
            fixture.cluster.want(["t"])
            try await Task.sleep(for: .milliseconds(1300))
            #expect(fixture.broker.statistics.requestsWhileThrottledCount == 0)
        }
    }

    @Test(arguments: 0..<30) func `close ends everything, whenever it comes`(round: Int) async throws {
        try await withFixture(brokers: 2) { fixture in
            let full = try FullAcceptQueue()
            try fixture.broker.createTopic("t", partitions: 4)
            if round % 3 == 0 { fixture.broker.advertise(node: 2, as: Endpoint(host: "127.0.0.1", port: full.port)) }
            if round % 4 == 1 { fixture.broker.inject(FaultRule(.metadata, effect: .delay(.milliseconds(200)))) }
            let bootstrap = round % 5 == 4 ? [Endpoint(host: "127.0.0.1", port: full.port)] : fixture.endpoints
            let cluster = try Cluster(bootstrap: bootstrap, on: fixture.loop, .fast(fixture.connection))
            let sink = DeliveryCollector()
            let lane = try ProducerLane(.fast(), on: fixture.loop, cluster: cluster, deliveriesTo: sink)
            lane.accept(try await fixture.makeBatches(["a", "b"]))
            lane.accept(try await fixture.makeBatches(["a", "b"], topic: "none"))
            let tasks: [Task<Void, Never>] = [
                Task { _ = try? await cluster.refresh(["t", "none"]) },
                Task { _ = try? await cluster.describe("none") },
                Task { try? await cluster.learnAtPace(["none"]) },
                Task { _ = try? await cluster.leader(of: "t", 3) },
                Task { _ = try? await cluster.offsets(of: "t", at: .latest) },
                Task { while (try? await cluster.refresh([])) != nil {} },
            ]
            if round % 2 == 0 { tasks[1].cancel() }
            try await Task.sleep(for: .milliseconds(Int.random(in: 0..<300)))
            let begin = MonotonicInstant.now
            await cluster.close()
            #expect(.now - begin < .seconds(2))
            for task in tasks { await task.value }
            #expect(.now - begin < .seconds(3))
            await lane.close()
            #expect(sink.deliveries.count == 4)
            withExtendedLifetime(full) {}
        }
    }
}
