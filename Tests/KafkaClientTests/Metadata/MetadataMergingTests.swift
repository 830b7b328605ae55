import KafkaProtocol
import KafkaTransport
import Testing

@testable import KafkaClient

/// What an answer adds to what is known: brokers may be behind, and lie.
@Suite struct MetadataMergingTests {
    private let metadata = ClusterMetadata()
    private let broker = Endpoint(host: "b", port: 9092)

    private func answer(
        _ leaders: [(leader: Int32, epoch: Int32)], id: UInt64 = 1, brokers: [Int32] = [1, 2, 3],
        clusterID: String? = "c"
    ) -> MetadataResponse {
        var answer = MetadataResponse(leaders: ["t": leaders.map(\.leader)])
        for index in leaders.indices { answer.topics[0].partitions[index].leaderEpoch = leaders[index].epoch }
        answer.topics[0].topicID = KafkaUUID(high: id, low: id)
        answer.brokers = brokers.map { .init(nodeID: $0, host: "b\($0)", port: 9092) }
        answer.clusterID = clusterID
        return answer
    }

    /// An answer that does not know the topic.
    private var missing: MetadataResponse {
        var missing = MetadataResponse()
        missing.topics = [.init()]
        missing.topics[0].name = "t"
        missing.topics[0].errorCode = .unknownTopicOrPartition
        return missing
    }

    @discardableResult
    private func apply(_ response: MetadataResponse, at seconds: Int64 = 0) throws -> ClusterMetadata.Changes {
        try metadata.apply(response, from: broker, now: MonotonicInstant(nanoseconds: seconds * 1_000_000_000))
    }

    private var leaders: [Int32] { metadata.description(of: "t")?.partitions.map(\.leader) ?? [] }

    @Test func `an older leader epoch is not taken over a newer one`() throws {
        try apply(answer([(2, 5), (1, 3)]))
        let changes = try apply(answer([(1, 4), (3, 4)]))
        #expect(leaders == [2, 3])
        #expect(changes.topics.map(\.name) == ["t"])
        #expect(try apply(answer([(1, 4), (1, 3)])).topics.isEmpty)
        // Brokers that tell no epochs are believed.
        try apply(answer([(3, -1), (3, -1)]))
        #expect(leaders == [3, 3])
    }

    @Test func `what says nothing new is not built anew`() throws {
        try apply(answer([(2, 5), (1, 3)]))
        let known = try #require(metadata.topic("t"))
        let generation = known.generation
        let changes = try apply(answer([(2, 5), (1, 3)]))
        #expect(changes.topics.isEmpty && !changes.areBrokersNew)
        #expect(known.generation == generation && metadata.topic("t") === known)
        try apply(answer([(2, 6), (1, 3)]))
        #expect(known.generation == generation + 1)
    }

    @Test func `partitions are never lost, unless the topic was made anew`() throws {
        try apply(answer([(1, 0), (1, 0), (1, 0)]))
        try apply(answer([(1, 0)]))
        #expect(metadata.topic("t")?.partitionCount == 3)
        try apply(answer([(2, 0), (2, 0)], id: 2))
        #expect(metadata.topic("t")?.partitionCount == 2 && leaders == [2, 2])
        // A broker that is behind still tells of the former topic.
        try apply(answer([(1, 9), (1, 9), (1, 9)], id: 1))
        #expect(metadata.topic("t")?.partitionCount == 2 && leaders == [2, 2])
        // Without ids only their number tells, and a broker must have refused what was made by this table.
        try apply(answer([(3, 0)], id: 0))
        #expect(metadata.topic("t")?.partitionCount == 2)
        metadata.doubt("t")
        try apply(answer([(3, 0)], id: 0))
        #expect(metadata.topic("t")?.partitionCount == 1)
    }

    @Test func `a broker that is behind does not lock the right id out`() throws {
        try apply(answer([(1, 0)], id: 2))
        // What this broker says is older, but this client can't know.
        try apply(answer([(3, 9), (3, 9)], id: 1))
        #expect(leaders == [3, 3])
        try apply(answer([(1, 0)], id: 2))
        #expect(leaders == [3, 3])
        // A broker that agrees comes between; then one does not know that id.
        metadata.doubt("t")
        try apply(answer([(3, 9), (3, 9)], id: 1))
        try apply(answer([(1, 0)], id: 2))
        #expect(leaders == [1])
        try apply(answer([(3, 9), (3, 9)], id: 1))
        #expect(leaders == [1])
    }

    @Test func `without ids, a topic made anew is known by older epochs and a refusal`() throws {
        try apply(answer([(1, 5), (1, 5)], id: 0))
        try apply(answer([(2, 0), (2, 0)], id: 0))
        #expect(leaders == [1, 1])
        metadata.doubt("t")
        try apply(answer([(2, 0), (2, 0)], id: 0))
        #expect(leaders == [2, 2])
    }

    @Test func `one answer that does not know a topic takes nothing from it`() throws {
        try apply(answer([(1, 0)]))
        let topic = try #require(metadata.topic("t"))
        try apply(missing, at: 1)
        // By age alone much time passes.
        try apply(missing, at: 600)
        #expect(topic.isMissing && !topic.isGone)
        try apply(answer([(1, 0)]), at: 601)
        #expect(!topic.isMissing)
    }

    @Test func `an id that changes in every answer is taken, and memory stays bounded`() throws {
        for id in 1...1000 { try apply(answer([(1, 0)], id: UInt64(id))) }
        #expect(metadata.topic("t")?.description.id == KafkaUUID(high: 1000, low: 1000))
        try apply(answer([(2, 0)], id: 995))
        #expect(metadata.topic("t")?.description.id == KafkaUUID(high: 1000, low: 1000))
    }

    @Test func `hints go in when they are newer, of the same topic, and name a broker that is known`() throws {
        try apply(answer([(1, 4), (1, 4)]))
        let id = KafkaUUID(high: 1, low: 1)
        func hint(_ leader: Int32, _ epoch: Int32, _ topicID: KafkaUUID) -> LeaderHint {
            LeaderHint(topic: "t", topicID: topicID, partition: 1, leader: leader, leaderEpoch: epoch)
        }
        #expect(metadata.learn([hint(2, 4, id)], endpoints: []).isEmpty)
        #expect(metadata.learn([hint(2, 5, KafkaUUID(high: 9, low: 9))], endpoints: []).isEmpty)
        #expect(metadata.learn([hint(7, 5, id)], endpoints: []).isEmpty)
        #expect(leaders == [1, 1])
        #expect(metadata.learn([hint(2, 5, id)], endpoints: []).count == 1)
        #expect(leaders == [1, 2])
        let endpoint = NodeEndpoint(nodeID: 7, host: "b7", port: 1)
        #expect(metadata.learn([hint(7, 6, id)], endpoints: [endpoint]).count == 1)
        #expect(leaders == [1, 7] && metadata.brokers[7] == Endpoint(host: "b7", port: 1))
        // Older metadata does not undo a hint.
        try apply(answer([(1, 4), (1, 4)]))
        #expect(leaders == [1, 7])
    }

    @Test func `a broker that leads a partition stays known though an answer does not name it`() throws {
        try apply(answer([(1, 0), (3, 0)]))
        try apply(answer([(1, 0), (3, 0)], brokers: [1]))
        #expect(Set(metadata.brokers.keys) == [1, 3])
        try apply(answer([(1, 0), (1, 1)], brokers: [1]))
        try apply(answer([(1, 0), (1, 1)], brokers: [1, 2]))
        #expect(Set(metadata.brokers.keys) == [1, 2])
    }

    @Test func `an answer of another cluster is refused, and both are named`() throws {
        try apply(answer([(1, 0)]))
        let error = #expect(throws: KafkaClientError.self) { try apply(answer([(2, 9)], clusterID: "other")) }
        #expect(error?.code == .wrongCluster)
        #expect(error?.message.contains("other") == true && error?.message.contains("cluster c") == true)
        #expect(leaders == [1])
        try apply(answer([(2, 9)], clusterID: nil))
        #expect(leaders == [2])
    }

    @Test func `a topic is missing at once, gone after ten seconds, and back when a broker knows it`() throws {
        try apply(answer([(1, 0)]))
        let topic = try #require(metadata.topic("t"))
        #expect(try apply(missing, at: 1).topics.count == 1)
        #expect(topic.isMissing && !topic.isGone && metadata.description(of: "t") == nil)
        for second: Int64 in [2, 3, 10] { #expect(try apply(missing, at: second).topics.isEmpty) }
        #expect(try apply(missing, at: 11).topics.count == 1)
        #expect(topic.isGone)
        #expect(try apply(answer([(1, 0)]), at: 12).topics.count == 1)
        #expect(!topic.isMissing && metadata.description(of: "t") != nil)
    }

    @Test func `addresses that can't be, gaps between partitions and absurd leaders are left out`() throws {
        var response = answer([(1, 0), (2, 0), (-7, 0)])
        response.brokers += [.init(nodeID: 4, host: "", port: 1), .init(nodeID: 5, host: "x", port: 70_000)]
        response.topics[0].partitions[0].partitionIndex = 1
        response.topics[0].partitions[1].partitionIndex = 0
        response.topics[0].partitions[2].partitionIndex = 5
        try apply(response)
        #expect(leaders == [2, 1])
        #expect(Set(metadata.brokers.keys) == [1, 2, 3])
    }

    @Test func `an answer of a million partitions is read once, and compared after that`() throws {
        var response = MetadataResponse()
        for topic in 0..<10_000 {
            var answered = MetadataResponse(leaders: ["t\(topic)": Array(repeating: 1, count: 100)]).topics[0]
            answered.topicID = KafkaUUID(high: 1, low: UInt64(topic))
            response.topics.append(answered)
        }
        response.brokers = [.init(nodeID: 1, host: "b", port: 1)]
        #expect(try apply(response).topics.count == 10_000)
        #expect(try apply(response).topics.isEmpty)
        response.topics[7].partitions[3].leaderID = 2
        #expect(try apply(response).topics.map(\.name) == ["t7"])
    }
}
