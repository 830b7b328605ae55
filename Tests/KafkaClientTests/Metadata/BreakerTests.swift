import KafkaEmbeddedBroker
import KafkaProtocol
import KafkaTransport
import Synchronization
import TestSupport
import Testing

@testable import KafkaClient

/// Waits for a condition, for a bounded time.
private func within(_ time: Duration, _ condition: () async throws -> Bool) async throws -> Bool {
    let end = MonotonicInstant.now + time
    while try await !condition() {
        if .now >= end { return false }
        try await Task.sleep(for: .milliseconds(2))
    }
    return true
}

/// Tests that fail by what is wrong in the metadata machinery.
@Suite(.serialized, .timeLimit(.minutes(2))) struct BreakerTests {
    // MARK: What is known of topics

    private static let somewhere = Endpoint(host: "b", port: 1)

    private static func response(
        _ leaders: [(leader: Int32, epoch: Int32)], id: UInt64, topic: String = "t"
    ) -> MetadataResponse {
        var answer = MetadataResponse(leaders: [topic: leaders.map(\.leader)])
        for index in leaders.indices { answer.topics[0].partitions[index].leaderEpoch = leaders[index].epoch }
        answer.topics[0].topicID = KafkaUUID(high: id, low: id)
        answer.brokers = [1, 2, 3].map { .init(nodeID: $0, host: "b\($0)", port: 9092) }
        return answer
    }

    private static func missing(_ topic: String = "t") -> MetadataResponse {
        var missing = MetadataResponse()
        missing.topics = [.init()]
        missing.topics[0].name = topic
        missing.topics[0].errorCode = .unknownTopicOrPartition
        return missing
    }

    private static func at(_ seconds: Int64) -> MonotonicInstant {
        MonotonicInstant(nanoseconds: seconds * 1_000_000_000)
    }

    @Test func `A1 one answer with a former id that was never known does not bar the right id for ever`() throws {
        let metadata = ClusterMetadata()
        try metadata.apply(Self.response([(1, 0)], id: 2), from: Self.somewhere, now: Self.at(0))
        // A broker that is behind tells of the topic before: this client has never known that.
        try metadata.apply(Self.response([(1, 9)], id: 1), from: Self.somewhere, now: Self.at(1))
        for second in 2..<1000 {
            try metadata.apply(Self.response([(1, 0)], id: 2), from: Self.somewhere, now: Self.at(Int64(second)))
        }
        #expect(metadata.topic("t")?.description.id == KafkaUUID(high: 2, low: 2))
    }

    @Test func `A2 a broker that was behind for a moment does not stop a producer for ever`() async throws {
        try await withFixture(brokers: 2) { fixture in
            try fixture.broker.createTopic("t")
            try fixture.broker.freezeMetadata(of: 2)
            try fixture.broker.recreateTopic("t", partitions: 1)
            let cluster = try Cluster(bootstrap: [fixture.endpoints[0]], on: fixture.loop, .fast(fixture.connection))
            let right = try await cluster.describe("t").id
            for _ in 0..<4 { _ = try await cluster.refresh(["t"]) }
            fixture.broker.thawMetadata(of: 2)
            for _ in 0..<10 { _ = try await cluster.refresh(["t"]) }
            #expect(try await cluster.describe("t").id == right)
            let sink = DeliveryCollector()
            let lane = try ProducerLane(
                .fast(deliveryTimeout: .seconds(5)), on: fixture.loop, cluster: cluster, deliveriesTo: sink)
            lane.accept(try await fixture.makeBatches(["a"]))
            try await lane.drain()
            #expect(sink.deliveries.map(\.isAcknowledged) == [true], "\(sink.deliveries.map(\.error))")
            await lane.close()
            await cluster.close()
        }
    }

    @Test func `C1 without ids, a topic made anew has leaders whose epochs begin at zero`() throws {
        let metadata = ClusterMetadata()
        try metadata.apply(Self.response([(1, 7)], id: 0), from: Self.somewhere, now: Self.at(0))
        try metadata.apply(Self.missing(), from: Self.somewhere, now: Self.at(1))
        // A broker has refused what was made by the old table.
        metadata.doubt("t")
        for second in 2..<1000 {
            try metadata.apply(Self.response([(2, 0)], id: 0), from: Self.somewhere, now: Self.at(Int64(second)))
        }
        #expect(metadata.description(of: "t")?.partitions[0].leader == 2)
    }

    @Test func `C2 without ids, a broker that is behind a growth does not fail batches`() {
        var bench = QueueBench()
        bench.learn(["t": [1, 1, 1, -1]])
        bench.enqueue(3)
        // The topic has grown to four; a broker that still says three is behind.
        bench.learn(["t": [1, 1, 1]])
        #expect(bench.takeDeliveries().isEmpty)
    }

    @Test func `C3 a leader epoch that was told wrong once does not hide the leader for ever`() throws {
        let metadata = ClusterMetadata()
        try metadata.apply(Self.response([(1, 7)], id: 1), from: Self.somewhere, now: Self.at(0))
        try metadata.apply(Self.response([(3, .max)], id: 1), from: Self.somewhere, now: Self.at(1))
        for second in 2..<1000 {
            try metadata.apply(Self.response([(2, 8)], id: 1), from: Self.somewhere, now: Self.at(Int64(second)))
        }
        #expect(metadata.description(of: "t")?.partitions[0].leader == 2)
    }

    @Test func `K1 two answers of one broker that is behind, minutes apart, do not make a topic gone`() throws {
        let metadata = ClusterMetadata()
        try metadata.apply(Self.response([(1, 7)], id: 1), from: Self.somewhere, now: Self.at(0))
        try metadata.apply(Self.missing(), from: Self.somewhere, now: Self.at(300))
        // Nobody asked in between: by age only.
        try metadata.apply(Self.missing(), from: Self.somewhere, now: Self.at(600))
        #expect(metadata.topic("t")?.isGone == false)
    }

    @Test func `K2 a topic that was gone, found, and is missing again since a moment is not gone`() {
        var bench = QueueBench()
        bench.learn(["t": [1]])
        bench.enqueue(0)
        bench.queue.miss("t", now: bench.now)
        bench.queue.refuse("t", KafkaClientError(.unknownTopic, "gone"), now: bench.now, &bench.effects)
        #expect(bench.takeDeliveries().count == 1)
        // It was found, and went missing, before the lane looked: what it sees is a topic that is missing.
        bench.learn(["t": [1]])
        bench.queue.miss("t", now: bench.now)
        bench.enqueue(0)
        #expect(bench.takeDeliveries().isEmpty)
    }

    @Test func `N1 topics that nobody asked for are not kept`() throws {
        let metadata = ClusterMetadata()
        for number in 0..<2000 {
            try metadata.apply(
                Self.response([(1, 0)], id: 5, topic: "unasked-\(number)"), from: Self.somewhere,
                now: Self.at(Int64(number)), asked: ["t"])
        }
        #expect(metadata.snapshot.topics.isEmpty)
    }

    @Test func `S1 a broker that led a topic that is gone is forgotten when no answer names it`() throws {
        let metadata = ClusterMetadata()
        try metadata.apply(Self.response([(3, 0)], id: 1), from: Self.somewhere, now: Self.at(0))
        for second: Int64 in [1, 2, 3, 20] {
            try metadata.apply(Self.missing(), from: Self.somewhere, now: Self.at(second))
        }
        #expect(metadata.topic("t")?.isGone == true)
        for second in 30..<40 {
            var answer = Self.missing()
            answer.brokers = [1, 2].map { .init(nodeID: $0, host: "b\($0)", port: 9092) }
            try metadata.apply(answer, from: Self.somewhere, now: Self.at(Int64(second * 100)))
        }
        #expect(Set(metadata.brokers.keys) == [1, 2])
    }

    // MARK: Lanes

    @Test func `B1 a lane that meets a topic for the first time while it is missing asks for it`() async throws {
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

    @Test func `B2 a topic is deleted and made anew by this client, and then written to`() async throws {
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

    @Test func `G1 a lane that is behind does not refuse partitions that a topic made anew has gained`() async throws {
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

    @Test func `L1 one answer of a broker that is behind does not make records fail`() async throws {
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

    @Test func `L2 a topic that one broker did not know is asked for again soon, not at the next max age`() async throws {
        try await withFixture(brokers: 2) { fixture in
            try fixture.broker.freezeMetadata(of: 1)
            try fixture.broker.createTopic("t", partitions: 2)
            _ = try await withSteadyProducer(to: [fixture.endpoints[1]]) { steady in
                try await eventually { steady.now.acknowledgedCount > 0 }
                func count(_ isIt: (ClientEvent.Kind) -> Bool) -> Int { steady.now.lastEvents.count(where: isIt) }
                for _ in 0..<20 where count({ if case .topicMissing = $0 { true } else { false } }) == 0 {
                    try await steady.refresh()
                }
                #expect(count { if case .topicMissing = $0 { true } else { false } } == 1)
                #expect(count { if case .topicFound = $0 { true } else { false } } == 0)
                #expect(
                    try await within(.seconds(10)) { count { if case .topicFound = $0 { true } else { false } } == 1 })
            }
        }
    }

    @Test func `P1 the address in a hint that is older than what is known is not taken`() throws {
        let metadata = ClusterMetadata()
        try metadata.apply(Self.response([(3, 7)], id: 1), from: Self.somewhere, now: Self.at(0))
        let hint = LeaderHint(
            topic: "t", topicID: KafkaUUID(high: 1, low: 1), partition: 0, leader: 3, leaderEpoch: 5)
        metadata.learn([hint], endpoints: [NodeEndpoint(nodeID: 3, host: "where-it-was", port: 9092)])
        #expect(metadata.brokers[3] == Endpoint(host: "b3", port: 9092))
    }

    @Test func `E1 a leader that is back at another address is found before the request's timeout`() async throws {
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

    @Test func `E2 a leader's right address is used though connecting to the wrong one lasts`() async throws {
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

    @Test func `M1 brokers that name each other as leaders are not asked without a pause`() async throws {
        try await withFixture { fixture in
            let own = Mutex<Endpoint?>(nil)
            let count = Mutex(0)
            let id = KafkaUUID(high: 1, low: 1)
            let server = try await FakeServer { peer, frame in
                let header = AskedHeader(frame)
                let here = own.withLock { $0 }!
                switch header.key {
                case .apiVersions:
                    peer.sendFrame(
                        encodeAnswer(versionsAnswer(), version: header.version, correlationID: header.correlationID))
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

    @Test func `M2 a broker that closes every connection at its first produce request is not stormed`() async throws {
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

    @Test func `U1 a broker that could not be reached once is used again for batches that may go to any`() {
        var bench = QueueBench()
        bench.learn(["t": [1, 2]])
        let down = KafkaClientError(.connectionFailed, "down")
        // Once both had something.
        bench.enqueue(-1)
        bench.enqueue(-1)
        bench.queue.giveUp(broker: 2, until: bench.now + .milliseconds(50), because: down, now: bench.now, &bench.effects)
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

    @Test func `U2 a broker that was down for a moment is used again by a producer of records for any`() async throws {
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

    @Test func `V1 a batch that may go to any leaves a partition that has lost its leader`() {
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

    @Test func `R1 a batch that was moved ends when its time is over`() {
        var bench = QueueBench(QueueBench.configuration(deliveryTimeout: .seconds(10)))
        bench.learn(["t": [1, 2]])
        let old = bench.enqueue(-1)
        bench.pass(.seconds(9))
        let down = KafkaClientError(.connectionFailed, "down")
        bench.enqueue(0)
        bench.enqueue(1)
        for broker: Int32 in 1...2 { bench.queue.giveUp(broker: broker, until: bench.now + .milliseconds(50), because: down, now: bench.now, &bench.effects) }
        for _ in 0..<4 { bench.pass(.milliseconds(500)) }
        // Eleven seconds old.
        #expect(bench.takeDeliveries().contains { $0.batch === old })
    }

    // MARK: The keeper

    @Test func `D1 a refresh ends though lanes want topics all the time, and brokers are slow`() async throws {
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

    @Test func `F2 a topic that is named in a refresh is created where that is allowed`() async throws {
        try await withFixture {
            $0.autoCreatesTopics = true
        } _: { fixture in
            let cluster = try Cluster(
                bootstrap: fixture.endpoints, on: fixture.loop, ClusterConfiguration(autoCreatesTopics: true))
            #expect(try await cluster.refresh(["new"]).topics.count == 1)
            await cluster.close()
        }
    }

    @Test func `F1 a topic can be created after the controller has died`() async throws {
        try await withFixture(brokers: 3) { fixture in
            let cluster = try Cluster(bootstrap: fixture.endpoints, on: fixture.loop)
            _ = try await cluster.refresh([])
            let controller = await cluster.snapshot.controllerID
            try await fixture.broker.stopNode(controller)
            _ = try await cluster.createTopic("x", partitionCount: 1, replicationFactor: 1)
            await cluster.close()
        }
    }

    @Test func `J1 that a broker asked to begin anew is told`() async throws {
        try await withFixture { fixture in
            let own = Mutex<Endpoint?>(nil)
            let count = Mutex(0)
            let events = Mutex(0)
            let server = try await FakeServer { peer, frame in
                let header = AskedHeader(frame)
                let here = own.withLock { $0 }!
                if header.key == .apiVersions {
                    return peer.sendFrame(
                        encodeAnswer(versionsAnswer(), version: header.version, correlationID: header.correlationID))
                }
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

    @Test func `O1 a broker that throttles is not asked for metadata before its time is over`() async throws {
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

    @Test(arguments: 0..<30) func `Q1 close ends everything, whenever it comes`(round: Int) async throws {
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

    // MARK: Everything at once

    private final class Counts: Sendable {
        let failed = Mutex(0)
        let told = Mutex(0)
        let taken = Mutex(0)
        let isOver = Mutex(false)
        let words = Mutex<[String: Int]>([:])
    }

    @Test(arguments: 0..<12) func `T2 all doors and builders live with a topic that shrinks and grows all the time`(round: Int)
        async throws
    {
        var random = SeededGenerator(seed: UInt64(round))
        try await withFixture(brokers: 2) { fixture in
            try fixture.broker.createTopic("t", partitions: 6)
            let counts = Counts()
            let strategies: [Producer.Strategy] = [
                .sharded(lanes: 1), .sharded(lanes: 3), .sequential(workers: 2), .sharded(lanes: 2),
            ]
            let partitioners: [any Partitioner] = [
                KeyPartitioner.murmur2, RoundRobinPartitioner(), AnyPartitioner(),
            ]
            var configuration = Producer.Configuration(
                partitioner: partitioners[round % 3], linger: .milliseconds(round % 2 * 3),
                strategy: strategies[round % 4])
            configuration.builder.batchByteCount = 512
            configuration.builder.memoryByteCountMax = 4 << 20
            configuration.onDelivery = { delivery in
                counts.told.withLock { $0 += delivery.batch.recordCount }
                if let error = delivery.error {
                    counts.failed.withLock { $0 += delivery.batch.recordCount }
                    let words = String("\(error.code): \(error.message)".filter { !$0.isNumber }.prefix(90))
                    let kind = "\(words) [\(delivery.exchanges.count) exchanges, \(delivery.ended - delivery.queued > .milliseconds(100) ? "late" : "soon")]"
                    counts.words.withLock { $0[kind, default: 0] += delivery.batch.recordCount }
                }
            }
            let client = try Client(
                to: fixture.endpoints.map(\.description), ClusterConfiguration(metadataMaxAge: .milliseconds(10)))
            let producer = try client.makeProducer(configuration)
            let tasks: [Task<Void, Never>] = [
                Task { @Sendable in
                    var number = 0
                    while !counts.isOver.withLock({ $0 }) {
                        number += 1
                        do {
                            try await producer.append(
                                value: "v \(number)", key: "\(number)", to: "t",
                                partition: number % 5 == 0 ? Int32(number % 11) : nil)
                            counts.taken.withLock { $0 += 1 }
                        } catch {}
                        if number % 50 == 0 { try? await Task.sleep(for: .milliseconds(1)) }
                    }
                },
                Task { @Sendable in
                    guard var writer = try? await producer.writer(for: "t") else { return }
                    var number = 0
                    while !counts.isOver.withLock({ $0 }) {
                        number += 1
                        do {
                            try await writer.append(
                                value: "w \(number)", partition: number % 7 == 0 ? Int32(number % 9) : nil)
                            counts.taken.withLock { $0 += 1 }
                        } catch {}
                        if number % 50 == 0 { try? await Task.sleep(for: .milliseconds(1)) }
                    }
                },
                Task { @Sendable in
                    while !counts.isOver.withLock({ $0 }) {
                        do {
                            try await producer.append(.numbered(0..<20), to: "t")
                            counts.taken.withLock { $0 += 20 }
                        } catch let error as KafkaClientError {
                            counts.taken.withLock { $0 += error.takenRecordCount }
                        } catch {}
                        try? await Task.sleep(for: .milliseconds(1))
                    }
                },
            ]
            for _ in 0..<100 {
                let count = Int.random(in: 1...12, using: &random)
                if Bool.random(using: &random) {
                    try? fixture.broker.recreateTopic("t", partitions: count)
                } else {
                    try? fixture.broker.addPartitions("t", to: count)
                }
                try await Task.sleep(for: .milliseconds(Int.random(in: 0..<30, using: &random)))
            }
            counts.isOver.withLock { $0 = true }
            for task in tasks { await task.value }
            let begin = MonotonicInstant.now
            _ = try? await producer.flushWithSummary()
            #expect(.now - begin < .seconds(6))
            #expect(counts.told.withLock { $0 } == counts.taken.withLock { $0 })
            print("T2 \(round): \(counts.taken.withLock { $0 }) taken, \(counts.failed.withLock { $0 }) failed: \(counts.words.withLock { $0 })")
            try? await producer.shutDown(within: .seconds(5))
            await client.shutDown()
        }
    }

    @Test(arguments: [1, 2, 3, 4] as [UInt64]) func `T1 after everything has changed, all partitions go on`(seed: UInt64)
        async throws
    {
        var random = SeededGenerator(seed: seed)
        let lanes = Int(seed % 2) + 1
        try await withFixture(brokers: 3) {
            $0.hintsAtLeaders = seed % 3 != 0
        } _: { fixture in
            let broker = fixture.broker
            try broker.createTopic("t", partitions: 6)
            try broker.createTopic("u", partitions: 3)
            let facts = try await withSteadyProducer(to: fixture.endpoints, topics: ["t", "u"], lanes: lanes) { cluster, _ in
                cluster.metadataMaxAge = .seconds(1)
            } _: { steady in
                try await eventually { steady.now.partitions(of: "t").count == 6 }
                var stopped: Set<Int32> = []
                var paused: Set<Int32> = []
                var count = 6
                for _ in 0..<120 {
                    let node = Int32.random(in: 1...3, using: &random)
                    let partition = Int32.random(in: 0..<Int32(count), using: &random)
                    switch Int.random(in: 0..<14, using: &random) {
                    case 0...3:
                        let other = Int32.random(in: 1...3, using: &random)
                        if !stopped.contains(other) {
                            try? broker.moveLeader("t", partition, to: other)
                            try? broker.moveLeader("u", partition % 3, to: other)
                        }
                    case 4: try? broker.removeLeader("t", partition)
                    case 5 where stopped.isEmpty:
                        if !paused.contains(node) {
                            try await broker.stopNode(node)
                            stopped.insert(node)
                        }
                    case 6:
                        for node in stopped { _ = try await broker.startNode(node, port: seed % 2 == 0 || node == 1 ? nil : 0) }
                        stopped = []
                        broker.electPreferredLeaders()
                    case 7 where stopped.isEmpty:
                        try await broker.pauseNode(node)
                        paused.insert(node)
                    case 8:
                        for node in paused { try await broker.resumeNode(node) }
                        paused = []
                    case 9: if !stopped.contains(node) { try? broker.freezeMetadata(of: node) }
                    case 10: for node: Int32 in 1...3 { broker.thawMetadata(of: node) }
                    case 11 where Int.random(in: 0..<4, using: &random) == 0:
                        count = Int.random(in: 2..<9, using: &random)
                        try? broker.recreateTopic("t", partitions: count)
                    case 12 where count < 8:
                        count += 1
                        try? broker.addPartitions("t", to: count)
                    case 13:
                        broker.inject(
                            FaultRule(.produce, node: node, count: 2, effect: .disconnect(.afterStore)))
                    default: broker.inject(FaultRule(.produce, node: node, count: 1, effect: .throttle(ms: 100)))
                    }
                    try await Task.sleep(for: .milliseconds(Int.random(in: 0..<80, using: &random)))
                }
                for node in paused { try await broker.resumeNode(node) }
                for node in stopped { _ = try await broker.startNode(node) }
                for node: Int32 in 1...3 { broker.thawMetadata(of: node) }
                broker.removeFaults()
                broker.electPreferredLeaders()
                let healed = MonotonicInstant.now
                let total = count
                let isBack = try await within(.seconds(10)) {
                    let last = steady.now.lastAcknowledged
                    return (0..<total).allSatisfy { last["t/\($0)"].map { $0 > healed } == true }
                        && (0..<3).allSatisfy { last["u/\($0)"].map { $0 > healed } == true }
                }
                let known = try await steady.describe("t")
                #expect(isBack, "seed \(seed): \(total) partitions, known \(known)")
            }
            for partition: Int32 in 0..<3 {
                var seen: Set<Int> = []
                var last = -1
                for record in try await fixture.read("u", partition) {
                    let number = Int(String(decoding: record.value!, as: UTF8.self).dropFirst(6))!
                    if !seen.insert(number).inserted { continue }
                    if number < last { Issue.record("u/\(partition): \(number) behind \(last)"); break }
                    last = number
                }
            }
            print("T1 seed \(seed): \(facts.failures), refused \(facts.refusedCodes), \(facts.acknowledgedCount)")
            #expect(facts.acknowledgedCount + facts.failures.values.reduce(0, +) == facts.appendedCount)
            #expect(Set(facts.failures.keys).isSubset(of: [.unknownPartition]), "\(facts.failures)")
        }
    }
}
