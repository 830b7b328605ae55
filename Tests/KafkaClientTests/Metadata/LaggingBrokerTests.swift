import KafkaEmbeddedBroker
import KafkaProtocol
import KafkaTransport
import Synchronization
import TestSupport
import Testing

@testable import KafkaClient

/// What brokers tell that are behind, or lie, about topics.
@Suite(.serialized, .timeLimit(.minutes(1))) struct LaggingBrokerTests {
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

    @Test func `one answer with a former id that was never known does not bar the right id for ever`() throws {
        let metadata = ClusterMetadata()
        try metadata.apply(Self.response([(1, 0)], id: 2), from: Self.somewhere, now: Self.at(0))
        // A broker that is behind tells of the topic before: this client has never known that.
        try metadata.apply(Self.response([(1, 9)], id: 1), from: Self.somewhere, now: Self.at(1))
        for second in 2..<1000 {
            try metadata.apply(Self.response([(1, 0)], id: 2), from: Self.somewhere, now: Self.at(Int64(second)))
        }
        #expect(metadata.topic("t")?.description.id == KafkaUUID(high: 2, low: 2))
    }

    @Test func `a broker that was behind for a moment does not stop a producer for ever`() async throws {
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

    @Test func `without ids, a topic made anew has leaders whose epochs begin at zero`() throws {
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

    @Test func `without ids, a broker that is behind a growth does not fail batches`() {
        var bench = QueueBench()
        bench.learn(["t": [1, 1, 1, -1]])
        bench.enqueue(3)
        // The topic has grown to four; a broker that still says three is behind.
        bench.learn(["t": [1, 1, 1]])
        #expect(bench.takeDeliveries().isEmpty)
    }

    @Test func `a leader epoch that was told wrong once does not hide the leader for ever`() throws {
        let metadata = ClusterMetadata()
        try metadata.apply(Self.response([(1, 7)], id: 1), from: Self.somewhere, now: Self.at(0))
        try metadata.apply(Self.response([(3, .max)], id: 1), from: Self.somewhere, now: Self.at(1))
        for second in 2..<1000 {
            try metadata.apply(Self.response([(2, 8)], id: 1), from: Self.somewhere, now: Self.at(Int64(second)))
        }
        #expect(metadata.description(of: "t")?.partitions[0].leader == 2)
    }

    @Test func `two answers of one broker that is behind, minutes apart, do not make a topic gone`() throws {
        let metadata = ClusterMetadata()
        try metadata.apply(Self.response([(1, 7)], id: 1), from: Self.somewhere, now: Self.at(0))
        try metadata.apply(Self.missing(), from: Self.somewhere, now: Self.at(300))
        // Nobody asked in between: by age only.
        try metadata.apply(Self.missing(), from: Self.somewhere, now: Self.at(600))
        #expect(metadata.topic("t")?.isGone == false)
    }

    @Test func `a topic that was gone, found, and is missing again since a moment is not gone`() {
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

    @Test func `topics that nobody asked for are not kept`() throws {
        let metadata = ClusterMetadata()
        for number in 0..<2000 {
            try metadata.apply(
                Self.response([(1, 0)], id: 5, topic: "unasked-\(number)"), from: Self.somewhere,
                now: Self.at(Int64(number)), asked: ["t"])
        }
        #expect(metadata.snapshot.topics.isEmpty)
    }

    @Test func `a broker that led a topic that is gone is forgotten when no answer names it`() throws {
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

    @Test func `the address in a hint that is older than what is known is not taken`() throws {
        let metadata = ClusterMetadata()
        try metadata.apply(Self.response([(3, 7)], id: 1), from: Self.somewhere, now: Self.at(0))
        let hint = LeaderHint(
            topic: "t", topicID: KafkaUUID(high: 1, low: 1), partition: 0, leader: 3, leaderEpoch: 5)
        metadata.learn([hint], endpoints: [NodeEndpoint(nodeID: 3, host: "where-it-was", port: 9092)])
        #expect(metadata.brokers[3] == Endpoint(host: "b3", port: 9092))
    }
}
