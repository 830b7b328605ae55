import KafkaEmbeddedBroker
import KafkaProtocol
import KafkaTransport
import Synchronization
import TestSupport
import Testing

@testable import KafkaClient

/// How lanes live with topics and brokers that change under them.
@Suite(.serialized, .timeLimit(.minutes(1))) struct LaneMetadataTests {
    @Test func `a lane that meets a topic for the first time while it is missing asks for it`() async throws {
        try await withFixture { fixture in
            try fixture.broker.createTopic("t")
            _ = try await fixture.cluster.describe("t")
            try await fixture.cluster.deleteTopic("t")
            _ = try await fixture.cluster.createTopic("t", partitionCount: 1, replicationFactor: 1)
            let sink = DeliveryCollector()
            let lane = try fixture.makeLane(.fast(), to: sink)
            lane.accept(try await fixture.makeBatches(["a"]))
            #expect(try await within(.seconds(5)) { sink.deliveries.count == 1 })
            await lane.close()
            #expect(sink.deliveries.map(\.isAcknowledged) == [true], "\(sink.deliveries.map(\.error))")
        }
    }

    @Test func `a topic is deleted and made anew by this client, and then written to`() async throws {
        try await withFixture { fixture in
            try fixture.broker.createTopic("t")
            let client = try Client(to: fixture.endpoints.map(\.description))
            _ = try await client.cluster.describe("t")
            try await client.cluster.deleteTopic("t")
            _ = try await client.cluster.createTopic("t", partitionCount: 1, replicationFactor: 1)
            let producer = try client.makeProducer()
            try await producer.append(value: "a", to: "t")
            let isFlushed = Mutex(false)
            let flushing = Task {
                _ = try? await producer.flushWithSummary()
                isFlushed.withLock { $0 = true }
            }
            #expect(try await within(.seconds(5)) { isFlushed.withLock { $0 } })
            try? await producer.shutDown(within: .zero)
            await flushing.value
            await client.shutDown()
        }
    }

    @Test func `a lane that is behind does not refuse partitions that a topic made anew has gained`() async throws {
        try await withFixture { fixture in
            try fixture.broker.createTopic("t", partitions: 4)
            let sink = DeliveryCollector()
            let lane = try fixture.makeLane(.fast(), to: sink)
            lane.accept(try await fixture.makeBatches(["a"], partition: 3))
            try await lane.drain()
            try fixture.broker.recreateTopic("t", partitions: 2)
            _ = try await fixture.cluster.refresh(["t"])
            lane.accept(try await fixture.makeBatches(["b"], partition: 1))
            try await lane.drain()
            // As if another thread had taken an answer over: the lane's task that takes it over has not run yet.
            try fixture.broker.addPartitions("t", to: 4)
            let batches = try await fixture.makeBatches(["c"], partition: 3)
            var answer = MetadataResponse(leaders: ["t": [1, 1, 1, 1]])
            answer.topics[0].topicID = fixture.cluster.metadata.topic("t")!.description.id
            let grown = answer
            try await Task(executorPreference: fixture.loop) {
                try fixture.cluster.metadata.apply(grown, from: fixture.endpoints[0], now: .now)
                #expect(fixture.cluster.metadata.topic("t")?.partitionCount == 4)
                lane.accept(batches)
            }.value
            try await lane.drain()
            await lane.close()
            #expect(sink.deliveries.map(\.isAcknowledged) == [true, true, true], "\(sink.deliveries.map(\.error))")
        }
    }

    @Test func `one answer of a broker that is behind does not make records fail`() async throws {
        try await withFixture(brokers: 2) { fixture in
            // As a broker that was just started: it knows no topic, but serves what it leads.
            try fixture.broker.freezeMetadata(of: 1)
            try fixture.broker.createTopic("t", partitions: 4)
            fixture.broker.inject(FaultRule(.produce, effect: .delay(.milliseconds(20))))
            let missed = Mutex(0)
            let failures = Mutex<[KafkaClientError.Code: Int]>([:])
            var cluster = ClusterConfiguration()
            cluster.onEvent = { event in if case .topicMissing = event.kind { missed.withLock { $0 += 1 } } }
            var configuration = Producer.Configuration(partitioner: KeyPartitioner.murmur2)
            configuration.builder.memoryByteCountMax = 1 << 20
            configuration.onDelivery = { delivery in
                if let error = delivery.error { failures.withLock { $0[error.code, default: 0] += 1 } }
            }
            let client = try Client(to: [fixture.endpoints[1].description], cluster)
            let producer = try client.makeProducer(configuration)
            let value = String(repeating: "x", count: 1000)
            try await producer.append(value: value, key: "k", to: "t")
            let isOver = Mutex(false)
            let appending = Task {
                var number = 0
                while !isOver.withLock({ $0 }) {
                    try await producer.append(value: value, key: "key \(number)", to: "t")
                    number += 1
                }
            }
            try await Task.sleep(for: .milliseconds(300))
            for _ in 0..<20 where missed.withLock({ $0 }) == 0 {
                _ = try await client.cluster.refresh(["t"])
            }
            #expect(missed.withLock { $0 } > 0)
            try await Task.sleep(for: .milliseconds(500))
            isOver.withLock { $0 = true }
            _ = try? await appending.value
            fixture.broker.removeFaults()
            _ = try? await producer.flushWithSummary()
            #expect(failures.withLock { $0 } == [:])
            try? await producer.shutDown(within: .seconds(5))
            await client.shutDown()
        }
    }

    @Test func `a topic that one broker did not know is asked for again soon, not at the next max age`() async throws {
        try await withFixture(brokers: 2) { fixture in
            try fixture.broker.freezeMetadata(of: 1)
            try fixture.broker.createTopic("t", partitions: 2)
            _ = try await withSteadyProducer(to: [fixture.endpoints[1]]) { steady in
                try await eventually { steady.now.acknowledgedCount > 0 }
                func first(_ isIt: (ClientEvent.Kind) -> Bool) -> Int? { steady.now.lastEvents.firstIndex(where: isIt) }
                func missing() -> Int? { first { if case .topicMissing = $0 { true } else { false } } }
                func found() -> Int? { first { if case .topicFound = $0 { true } else { false } } }
                for _ in 0..<20 where missing() == nil { try await steady.refresh() }
                let missed = try #require(missing())
                #expect(try await within(.seconds(10)) { found() != nil })
                #expect(missed < found() ?? -1)
                #expect(steady.now.lastEvents.count { if case .topicMissing = $0 { true } else { false } } == 1)
            }
        }
    }

    @Test func `a leader that is back at another address is found before the request's timeout`() async throws {
        try await withFixture { fixture in
            let isMute = Mutex(false)
            let proxy = try await makeProxy(to: fixture.endpoints[0]) { client, _, frame in
                if !isMute.withLock({ $0 }) { client.sendFrame(frame) }
            }
            try fixture.broker.createTopic("t")
            fixture.broker.advertise(node: 1, as: proxy.endpoint)
            let facts = try await withSteadyProducer(to: fixture.endpoints) { steady in
                try await eventually { steady.now.acknowledgedCount > 0 }
                // The machine is gone without a word; its broker begins again elsewhere, with its id.
                isMute.withLock { $0 = true }
                fixture.broker.advertise(node: 1, as: nil)
                let begin = MonotonicInstant.now
                let isBack = try await within(.seconds(8)) {
                    steady.now.lastAcknowledged["t/0"].map { $0 > begin + .milliseconds(100) } == true
                }
                let told = try await steady.describe("t")
                #expect(isBack, "leader \(told.partitions[0].leader), after \(.now - begin)")
                await proxy.stop()
            }
            #expect(facts.failures == [:])
        }
    }

    @Test func `a leader's right address is used though connecting to the wrong one lasts`() async throws {
        try await withFixture { fixture in
            let full = try FullAcceptQueue()
            try fixture.broker.createTopic("t")
            let facts = try await withSteadyProducer(to: fixture.endpoints) { steady in
                try await eventually { steady.now.acknowledgedCount > 0 }
                fixture.broker.advertise(node: 1, as: Endpoint(host: "127.0.0.1", port: full.port))
                try await steady.refresh()
                fixture.broker.inject(FaultRule(.produce, node: 1, count: 1, effect: .disconnect(.beforeStore)))
                try await Task.sleep(for: .milliseconds(300))
                fixture.broker.advertise(node: 1, as: nil)
                let begin = MonotonicInstant.now
                let isBack = try await within(.seconds(6)) {
                    steady.now.lastAcknowledged["t/0"].map { $0 > begin + .milliseconds(100) } == true
                }
                #expect(isBack)
            }
            #expect(facts.failures == [:])
            withExtendedLifetime(full) {}
        }
    }

    @Test func `brokers that name each other as leaders are not asked without a pause`() async throws {
        try await withFixture { fixture in
            let own = Mutex<Endpoint?>(nil)
            let count = Mutex(0)
            let id = KafkaUUID(high: 1, low: 1)
            let server = try await FakeServer { peer, frame in
                let header = AskedHeader(frame)
                let here = own.withLock { $0 }!
                if peer.answerBeginning(header) { return }
                switch header.key {
                case .metadata:
                    var answer = MetadataResponse(leaders: ["t": [1]])
                    answer.topics[0].topicID = id
                    answer.brokers = [1, 2].map { .init(nodeID: $0, host: here.host, port: Int32(here.port)) }
                    peer.sendFrame(
                        encodeAnswer(answer, version: header.version, correlationID: header.correlationID))
                default:
                    let number = count.withLock { count in
                        count += 1
                        return count
                    }
                    var topic = ProduceResponse.Topic(name: "t", topicID: id, partitions: [.init()])
                    topic.partitions[0].errorCode = .notLeaderOrFollower
                    topic.partitions[0].currentLeader.leaderID = number % 2 == 0 ? 1 : 2
                    topic.partitions[0].currentLeader.leaderEpoch = Int32(number)
                    var answer = ProduceResponse()
                    answer.topics = [topic]
                    answer.nodeEndpoints = [1, 2].map {
                        NodeEndpoint(nodeID: $0, host: here.host, port: Int32(here.port))
                    }
                    peer.sendFrame(
                        encodeAnswer(answer, version: header.version, correlationID: header.correlationID))
                }
            }
            own.withLock { $0 = server.endpoint }
            let cluster = try Cluster(bootstrap: [server.endpoint], on: fixture.loop)
            let sink = DeliveryCollector()
            let lane = try ProducerLane(
                ProducerConfiguration(deliveryTimeout: .seconds(2)), on: fixture.loop, cluster: cluster,
                connection: fixture.connection, deliveriesTo: sink)
            lane.accept(try await fixture.makeBatches(["a"]))
            try await lane.drain()
            let asked = count.withLock { $0 }
            #expect(asked < 100, "\(asked) produce requests for one batch in two seconds")
            await lane.close()
            await cluster.close()
            await server.stop()
        }
    }

    @Test func `a broker that closes every connection at its first produce request is not stormed`() async throws {
        try await withFixture { fixture in
            try fixture.broker.createTopic("t", partitions: 200)
            fixture.broker.inject(FaultRule(.produce, effect: .disconnect(.beforeStore)))
            let connects = Mutex(0)
            _ = try await withSteadyProducer(to: fixture.endpoints) { cluster, _ in
                cluster.onEvent = { event in
                    if case .connected = event.kind { connects.withLock { $0 += 1 } }
                }
            } _: { steady in
                try await Task.sleep(for: .seconds(2))
                connects.withLock { $0 = 0 }
                try await Task.sleep(for: .seconds(3))
                let count = connects.withLock { $0 }
                #expect(count < 60, "\(count) connections in three seconds")
                fixture.broker.removeFaults()
            }
        }
    }

    // MARK: Batches that may go to any partition

    @Test func `a broker that could not be reached once is used again for batches that may go to any`() {
        var bench = QueueBench()
        bench.learn(["t": [1, 2]])
        let down = KafkaClientError(.connectionFailed, "down")
        // Once both had something.
        bench.enqueue(-1)
        bench.enqueue(-1)
        bench.queue.giveUp(
            broker: 2, until: bench.now + .milliseconds(50), because: down, now: bench.now, &bench.effects)
        var brokers: Set<Int32> = []
        for _ in 0..<1000 {
            bench.enqueue(-1)
            bench.pass(.seconds(1))
            for broker in bench.queue.readyBrokers {
                brokers.insert(broker)
                bench.answer(bench.take(broker), .stored)
            }
        }
        #expect(brokers == [1, 2], "a quarter of an hour later")
    }

    @Test func `a broker that was down for a moment is used again by a producer of records for any`() async throws {
        try await withFixture(brokers: 2) { fixture in
            try fixture.broker.createTopic("t", partitions: 2)
            let lanePartitioner = AnyPartitioner()
            let facts = try await withSteadyProducer(to: fixture.endpoints, keyed: false) { cluster, producer in
                cluster.metadataMaxAge = .milliseconds(500)
                producer.builder.partitioner = lanePartitioner
            } _: { steady in
                try await eventually { steady.now.partitions(of: "t").count == 2 }
                // Refused for a while, and its connection lost.
                fixture.broker.advertise(node: 2, as: Endpoint(host: "127.0.0.1", port: 1))
                try await steady.refresh()
                fixture.broker.inject(FaultRule(.produce, node: 2, count: 1, effect: .disconnect(.beforeStore)))
                try await Task.sleep(for: .seconds(2))
                fixture.broker.advertise(node: 2, as: nil)
                try await steady.refresh()
                let begin = MonotonicInstant.now
                let isUsed = try await within(.seconds(10)) {
                    (0..<2).allSatisfy { steady.now.lastAcknowledged["t/\($0)"].map { $0 > begin } == true }
                }
                #expect(isUsed)
            }
            #expect(facts.failures == [:])
        }
    }

    @Test func `a batch that may go to any leaves a partition that has lost its leader`() {
        var bench = QueueBench()
        bench.learn(["t": [1, 2]])
        bench.enqueue(-1)
        bench.enqueue(-1)
        bench.learn(["t": [1, -1]])
        #expect(bench.take(1).count == 1)
        for _ in 0..<20 { bench.pass(.milliseconds(100)) }
        bench.learn(["t": [1, -1]])
        #expect(bench.queue.pendingCount == 2)
        #expect(bench.queue.readyByteCount(1) > 0 || bench.queue.topics[0].partitions[0].waiting.count == 1)
    }

    @Test func `a batch that was moved ends when its time is over`() {
        var bench = QueueBench(QueueBench.configuration(deliveryTimeout: .seconds(10)))
        bench.learn(["t": [1, 2]])
        let old = bench.enqueue(-1)
        bench.pass(.seconds(9))
        let down = KafkaClientError(.connectionFailed, "down")
        bench.enqueue(0)
        bench.enqueue(1)
        for broker: Int32 in 1...2 {
            bench.queue.giveUp(
                broker: broker, until: bench.now + .milliseconds(50), because: down, now: bench.now, &bench.effects)
        }
        for _ in 0..<4 { bench.pass(.milliseconds(500)) }
        // Eleven seconds old.
        #expect(bench.takeDeliveries().contains { $0.batch === old })
    }
}
