import KafkaEmbeddedBroker
import KafkaProtocol
import KafkaTransport
import Testing

@testable import KafkaClient

/// What is asked of groups from outside, over the network.
@Suite(.serialized, .timeLimit(.minutes(1))) struct GroupAdminTests {
    private func error<T>(_ result: Result<T, KafkaClientError>?) -> KafkaClientError? {
        if case .failure(let error)? = result { error } else { nil }
    }

    /// Runs `body` while a member of group `g` has the two partitions of topic `t`.
    private func withMember(
        _ fixture: NetworkFixture, _ groupProtocol: GroupConfiguration.GroupProtocol, group: String = "g",
        _ body: (Consumer) async throws -> Void
    ) async throws {
        let loops = try EventLoopGroup(count: 1, name: "member")
        let consumer = Consumer(
            ConsumerConfiguration(maxWait: .milliseconds(20)), cluster: fixture.cluster, connection: fixture.connection,
            on: loops.loops, ownLoops: loops,
            group: GroupConfiguration(
                groupID: group, topics: ["t"], groupProtocol: groupProtocol, heartbeatInterval: .milliseconds(50)))
        await consumer.join()
        for _ in 0..<500 {
            if await consumer.partitions.count == 2 { break }
            try await Task.sleep(for: .milliseconds(10))
        }
        do { try await body(consumer) } catch {
            await consumer.close()
            throw error
        }
        await consumer.close()
    }

    @Test(arguments: [GroupConfiguration.GroupProtocol.classic, .consumer])
    func `a group is described with its members and what they have`(kind: GroupConfiguration.GroupProtocol) async throws
    {
        try await withFixture(brokers: 2) { fixture in
            try fixture.broker.createTopic("t", partitions: 2)
            try await withMember(fixture, kind) { _ in
                // A member's word of what it has taken comes with a heartbeat.
                var found: [String: Result<GroupDescription, KafkaClientError>] = [:]
                for _ in 0..<500 {
                    found = try await fixture.cluster.describeGroups(["g", "none"])
                    if try found["g"]!.get().state == .stable { break }
                    try await Task.sleep(for: .milliseconds(10))
                }
                let group = try found["g"]!.get()
                #expect(group.type == (kind == .classic ? .classic : .consumer))
                #expect(group.state == .stable)
                #expect(group.protocolType == "consumer")
                #expect(group.members.count == 1)
                #expect(group.members.first?.topics == ["t"])
                let both: Set = [TopicPartition("t", 0), TopicPartition("t", 1)]
                #expect(group.members.first?.assignment == both)
                #expect(group.members.first?.target == (kind == .classic ? nil : both))
                #expect((group.epochs == nil) == (kind == .classic))
                #expect(error(found["none"])?.brokerError == .groupIdNotFound)
                let listed = try await fixture.cluster.listGroups(states: [.stable])
                #expect(listed.failures.isEmpty)
                #expect(listed.groups.map(\.id) == ["g"])
                #expect(listed.groups.first?.type == group.type)
                let others = try await fixture.cluster.listGroups(types: [kind == .classic ? .consumer : .classic])
                #expect(others.groups.isEmpty)
                let deleted = try await fixture.cluster.deleteGroups(["g"])
                #expect(error(deleted["g"])?.brokerError == .nonEmptyGroup)
            }
        }
    }

    @Test(arguments: [9, 7, 1] as [Int16])
    func `offsets of groups are committed, told and deleted from outside`(version: Int16) async throws {
        try await withFixture(brokers: 3) {
            $0.versionLimits = [.offsetFetch: version, .findCoordinator: version > 7 ? 6 : 3]
        } _: { fixture in
            let cluster = fixture.cluster
            try fixture.broker.createTopic("t", partitions: 2)
            let ids = ["a", "b", "c", "d", "e"]
            for (number, id) in ids.enumerated() {
                let committed = try await cluster.commitOffsets(
                    [TopicPartition("t", 0): CommittedOffset(Int64(number), metadata: "m")], of: id)
                #expect(error(committed[TopicPartition("t", 0)]) == nil)
            }
            let refused = try await cluster.commitOffsets([TopicPartition("none", 0): .init(1)], of: "a")
            #expect(error(refused[TopicPartition("none", 0)])?.code == .unknownTopic)
            let asked: [String: Set<TopicPartition>?] = Dictionary(
                uniqueKeysWithValues: ids.map { ($0, [TopicPartition("t", 0), TopicPartition("t", 1)]) })
            let found = try await cluster.committedOffsets(of: asked)
            for (number, id) in ids.enumerated() {
                let offsets = try found[id]!.get()
                #expect(try offsets[TopicPartition("t", 0)]!.get() == CommittedOffset(Int64(number), metadata: "m"))
                #expect(try offsets[TopicPartition("t", 1)]!.get() == nil)
            }
            if version >= 2 {
                let all = try await cluster.committedOffsets(of: "c")
                #expect(all.count == 1)
            }
            let deleted = try await cluster.deleteOffsets([TopicPartition("t", 0)], of: "c")
            #expect(error(deleted[TopicPartition("t", 0)]) == nil)
            let left = try await cluster.committedOffsets(of: "c", [TopicPartition("t", 0)])
            #expect(try left[TopicPartition("t", 0)]!.get() == nil)
            let groups = try await cluster.deleteGroups(["a", "b", "none"])
            #expect(error(groups["a"]) == nil)
            #expect(error(groups["none"])?.brokerError == .groupIdNotFound)
            #expect(try await cluster.listGroups().groups.map(\.id).contains("a") == false)
        }
    }

    @Test func `a group with members keeps its offsets to itself`() async throws {
        try await withFixture { fixture in
            try fixture.broker.createTopic("t", partitions: 2)
            try await withMember(fixture, .classic) { _ in
                let committed = try await fixture.cluster.commitOffsets([TopicPartition("t", 0): .init(1)], of: "g")
                #expect(error(committed[TopicPartition("t", 0)])?.brokerError == .unknownMemberId)
                let deleted = try await fixture.cluster.deleteOffsets([TopicPartition("t", 0)], of: "g")
                #expect(error(deleted[TopicPartition("t", 0)])?.brokerError == .groupSubscribedToTopic)
            }
        }
    }

    @Test func `how far a group is behind`() async throws {
        try await withFixture(brokers: 2) { fixture in
            try fixture.broker.createTopic("t", partitions: 3)
            for partition in 0..<2 {
                let batches = try await fixture.makeBatches(["a", "b", "c"], partition: Int32(partition))
                _ = try await fixture.deliver(batches)
            }
            _ = try await fixture.cluster.commitOffsets(
                [TopicPartition("t", 0): .init(1), TopicPartition("t", 1): .init(3)], of: "g")
            let lags = try await fixture.cluster.lag(of: "g")
            #expect(try lags.mapValues { try $0.get().lag } == [TopicPartition("t", 0): 2, TopicPartition("t", 1): 0])
            let asked = try await fixture.cluster.lag(of: "g", [TopicPartition("t", 2), TopicPartition("none", 0)])
            #expect(try asked[TopicPartition("t", 2)]!.get().lag == nil)
            #expect(try asked[TopicPartition("t", 2)]!.get().endOffset == 0)
            #expect(error(asked[TopicPartition("none", 0)])?.code == .unknownTopic)
            #expect(try await fixture.cluster.lag(of: "none").isEmpty)
        }
    }

    @Test func `a coordinator that moves is found again`() async throws {
        try await withFixture(brokers: 3) { fixture in
            try fixture.broker.createTopic("t")
            _ = try await fixture.cluster.commitOffsets([TopicPartition("t", 0): .init(5)], of: "g")
            fixture.broker.inject(FaultRule(.offsetFetch, count: 2, effect: .error(.notCoordinator)))
            let offsets = try await fixture.cluster.committedOffsets(of: "g")
            #expect(try offsets[TopicPartition("t", 0)]?.get()?.offset == 5)
        }
    }
}
