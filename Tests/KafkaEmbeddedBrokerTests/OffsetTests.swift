import KafkaProtocol
import Testing

@testable import KafkaEmbeddedBroker

@Suite struct OffsetTests {
    @Test(arguments: OffsetCommitRequest.versions)
    func `offsets are committed and told, in every version`(version: Int16) async throws {
        try await withBroker { broker, endpoints in
            try broker.createTopic("t", partitions: 2)
            let id = try #require(broker.cluster.topic(named: "t")?.id)
            let client = try RawClient(endpoints[0])
            var request = RawClient.commit("g", [0: 5, 1: 6], of: version >= 10 ? "" : "t", metadata: "note")
            request.topics[0].topicID = version >= 10 ? id : .zero
            if version >= 6 { request.topics[0].partitions[0].committedLeaderEpoch = 3 }
            let stored = try client.call(request, version: version)
            #expect(stored.topics[0].partitions.map(\.errorCode) == [.none, .none])
            var asked = OffsetFetchRequest()
            var topic = OffsetFetchRequest.Topic()
            topic.name = version >= 10 ? "" : "t"
            topic.topicID = version >= 10 ? id : .zero
            topic.partitionIndexes = [0, 1, 7]
            if version >= 8 {
                asked.groups = [.init()]
                asked.groups[0].groupID = "g"
                asked.groups[0].topics = [topic]
            } else {
                asked.groupID = "g"
                asked.topics = [topic]
            }
            asked.requireStable = version >= 7
            let answer = try client.call(asked, version: version)
            let found = version >= 8 ? answer.groups[0].topics[0] : answer.topics[0]
            #expect(found.partitions.map(\.committedOffset) == [5, 6, -1])
            #expect(found.partitions.map(\.metadata) == ["note", "note", ""])
            #expect(found.partitions[0].committedLeaderEpoch == (version >= 6 ? 3 : -1))
        }
    }

    @Test func `all offsets of several groups are told when no topics are named`() async throws {
        try await withBroker { broker, endpoints in
            try broker.createTopic("t", partitions: 2)
            try broker.createTopic("u")
            let client = try RawClient(endpoints[0])
            #expect(try client.commit("g", [1: 6]) == [.none])
            #expect(try client.commit("g", [0: 2], of: "u") == [.none])
            #expect(try client.commit("h", [0: 3]) == [.none])
            var request = OffsetFetchRequest()
            request.groups = ["g", "h", "none", "g"].map { id in
                var group = OffsetFetchRequest.Group()
                group.groupID = id
                return group
            }
            let groups = try client.call(request).groups
            #expect(groups.map(\.errorCode) == [.none, .none, .none, .invalidRequest])
            #expect(groups[0].topics.map(\.topicID) == ["t", "u"].map { broker.cluster.topic(named: $0)?.id })
            #expect(groups[0].topics.flatMap(\.partitions).map(\.committedOffset) == [6, 2])
            #expect(groups[1].topics[0].partitions[0].committedOffset == 3 && groups[2].topics.isEmpty)
            var old = OffsetFetchRequest()
            old.groupID = "g"
            old.topics = nil
            #expect(try client.call(old, version: 2).topics.map(\.name) == ["t", "u"])
        }
    }

    @Test func `what can't be committed is refused, partition by partition`() async throws {
        try await withBroker { broker, endpoints in
            try broker.createTopic("t", partitions: 2)
            let client = try RawClient(endpoints[0])
            #expect(try client.commit("g", [1: 1, 2: 1]) == [.none, .unknownTopicOrPartition])
            #expect(try client.commit("g", [0: 1], of: "none") == [.unknownTopicOrPartition])
            #expect(
                try client.commit("g", [0: 1], metadata: String(repeating: "x", count: 4097)) == [
                    .offsetMetadataTooLarge
                ])
            #expect(try client.commit("g", [0: 1], metadata: String(repeating: "x", count: 4096)) == [.none])
            let unknown = RawClient.commit("g", [0: 1], of: "", id: KafkaUUID(high: 1, low: 1))
            #expect(try client.call(unknown, version: 10).topics[0].partitions[0].errorCode == .unknownTopicId)
            #expect(try client.commit("other", [0: 1], member: "m", generation: 3) == [.groupIdNotFound])
            #expect(try client.commit("g", [0: 1], member: "m", generation: 3) == [.unknownMemberId])
            let joined = try client.join("g")
            #expect(try client.commit("g", [0: 1], member: joined.memberID, generation: 1) == [.rebalanceInProgress])
            _ = try client.call(RawClient.sync("g", joined))
            #expect(try client.commit("g", [0: 9], member: joined.memberID, generation: 1) == [.none])
            #expect(try client.commit("g", [0: 1], member: joined.memberID, generation: 0) == [.illegalGeneration])
            #expect(try client.commit("g", [0: 1]) == [.unknownMemberId])
            #expect(try client.committed("g") == 9 && broker.committedOffset(of: "g", "t", 0) == 9)
        }
    }

    @Test func `offsets go with their topic, and when they are deleted`() async throws {
        try await withBroker { broker, endpoints in
            try broker.createTopic("t", partitions: 2)
            try broker.createTopic("u")
            let client = try RawClient(endpoints[0])
            for topic in ["t", "u"] { #expect(try client.commit("g", [0: 5], of: topic) == [.none]) }
            try broker.recreateTopic("u", partitions: 1)
            #expect(try client.committed("g", of: "u") == -1)
            var request = OffsetDeleteRequest()
            request.groupID = "g"
            request.topics = [.init()]
            request.topics[0].name = "t"
            request.topics[0].partitions = [.init(), .init()]
            request.topics[0].partitions[1].index = 9
            let answer = try client.call(request)
            #expect(answer.topics[0].partitions.map(\.errorCode) == [.none, .unknownTopicOrPartition])
            #expect(try client.committed("g") == -1)
            let joined = try client.join("g")
            _ = try client.call(RawClient.sync("g", joined))
            #expect(try client.call(request).topics[0].partitions[0].errorCode == .groupSubscribedToTopic)
            request.groupID = "none"
            #expect(try client.call(request).errorCode == .groupIdNotFound)
            #expect(try client.commit("h", [0: 5]) == [.none])
            try broker.deleteTopic("t")
            #expect(broker.group("h")?.offsets.isEmpty == true)
        }
    }

    @Test func `who asks for an offset again and again gets it once`() async throws {
        try await withBroker { broker, endpoints in
            try broker.createTopic("t")
            let client = try RawClient(endpoints[0])
            #expect(try client.commit("g", [0: 5], metadata: String(repeating: "x", count: 4096)) == [.none])
            var request = OffsetFetchRequest()
            request.groups = [.init()]
            request.groups[0].groupID = "g"
            var topic = OffsetFetchRequest.Topic()
            topic.name = "t"
            topic.partitionIndexes = Array(repeating: 0, count: 1000)
            request.groups[0].topics = [topic]
            let answer = try client.call(request, version: 9)
            let codes = answer.groups[0].topics[0].partitions.map(\.errorCode)
            #expect(codes.first == KafkaErrorCode.none && codes.dropFirst().allSatisfy { $0 == .invalidRequest })
        }
    }
}
