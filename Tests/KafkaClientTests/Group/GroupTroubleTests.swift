import KafkaEmbeddedBroker
import KafkaProtocol
import KafkaTransport
import Synchronization
import TestSupport
import Testing

@testable import KafkaClient

/// What a member of a group says of what goes wrong.
@Suite(.serialized, .timeLimit(.minutes(1))) struct GroupTroubleTests {
    private final class Troubles: Sendable {
        private let errors = Mutex<[KafkaClientError]>([])

        func note(_ event: ClientEvent) {
            if case .groupTroubled("g", let error) = event.kind { errors.withLock { $0.append(error) } }
        }
        var all: [KafkaClientError] { errors.withLock { $0 } }
    }

    /// Runs `body` with a client of a broker that has topic t, of one partition with 5 records.
    private func withClient(_ body: (Client, EmbeddedBroker, Troubles) async throws -> Void) async throws {
        try await withFixture { fixture in
            try fixture.broker.createTopic("t", partitions: 1)
            _ = try await fixture.deliver(try await fixture.makeBatches((0..<5).map { "0.\($0)" }, partition: 0))
            let troubles = Troubles()
            var configuration = ClusterConfiguration.fast(fixture.connection)
            configuration.onEvent = { troubles.note($0) }
            try await Client.withConnection(to: fixture.endpoints.map(\.description), configuration) { client in
                try await body(client, fixture.broker, troubles)
            }
        }
    }

    private func group(
        _ topics: Set<String> = ["t"], _ groupProtocol: GroupConfiguration.GroupProtocol = .classic,
        autoCommitInterval: Duration? = nil
    ) -> GroupConfiguration {
        GroupConfiguration(
            groupID: "g", topics: topics, groupProtocol: groupProtocol, autoCommitInterval: autoCommitInterval,
            heartbeatInterval: .milliseconds(50))
    }

    private func wait(_ what: Comment, _ isDone: () async throws -> Bool) async throws {
        for _ in 0..<1000 {
            if try await isDone() { return }
            try await Task.sleep(for: .milliseconds(10))
        }
        Issue.record("waited in vain: \(what)")
    }

    @Test(arguments: [GroupConfiguration.GroupProtocol.classic, .consumer])
    func `a topic that does not exist is told once, and read when it does`(
        groupProtocol: GroupConfiguration.GroupProtocol
    ) async throws {
        try await withClient { client, broker, troubles in
            try await client.withConsumer(in: group(["t", "later"], groupProtocol)) { consumer in
                try await wait("it is told") { !troubles.all.isEmpty }
                try await wait("the other one is read") { await consumer.partitions.count == 1 }
                #expect(troubles.all.map(\.code) == [.unknownTopic])
                #expect(troubles.all.map(\.message).joined().contains("'later'"))
                try broker.createTopic("later", partitions: 2)
                _ = try await client.cluster.refresh(["later"])
                try await wait("it is read") { await consumer.partitions.count == 3 }
            }
        }
    }

    @Test func `a topic that a share group wants and that does not exist is told`() async throws {
        try await withClient { client, _, troubles in
            try await client.withShareConsumer(in: .init(groupID: "g", topics: ["later"])) { _ in
                try await wait("it is told") { !troubles.all.isEmpty }
                #expect(troubles.all.map(\.code) == [.unknownTopic])
            }
        }
    }

    @Test func `names that no topic can have are refused`() async throws {
        try await withClient { client, _, _ in
            let error = try await clientError {
                try await client.withConsumer(in: group(["a b", "t", ""])) { _ in }
            }
            #expect(error.code == .invalidConfiguration && error.causes.count == 2)
            let shared = try await clientError {
                try await client.withShareConsumer(in: .init(groupID: "g", topics: ["a/b"])) { _ in }
            }
            #expect(shared.code == .invalidConfiguration && "\(shared)".contains("a/b"))
        }
    }

    @Test func `commits at an interval that fail for good are told once`() async throws {
        try await withClient { client, broker, troubles in
            broker.inject(FaultRule(.offsetCommit, effect: .error(.groupAuthorizationFailed)))
            try await client.withConsumer(in: group(autoCommitInterval: .milliseconds(10))) { consumer in
                let reading = Task { for try await _ in consumer {} }
                try await wait("it is told") { !troubles.all.isEmpty }
                try await Task.sleep(for: .milliseconds(200))
                #expect(troubles.all.map(\.brokerError) == [.groupAuthorizationFailed])
                #expect(troubles.all.map(\.message).joined().contains("partition 0 of topic 't'"))
                broker.removeFaults()
                let partition = TopicPartition("t", 0)
                try await wait("it is committed") { try await consumer.committed([partition])[partition]?.offset == 5 }
                reading.cancel()
                _ = await reading.result
            }
        }
    }

    @Test func `offsets below zero are not committed`() async throws {
        try await withClient { client, _, _ in
            try await client.withConsumer(in: group()) { consumer in
                try await wait("it has joined") { await !consumer.partitions.isEmpty }
                let partition = TopicPartition("t", 0)
                let error = try await clientError { try await consumer.commit([partition: CommittedOffset(-3)]) }
                #expect(error.code == .invalidArgument)
                #expect(try await consumer.committed([partition]) == [:])
                let other = try await clientError {
                    _ = try await client.cluster.commitOffsets([partition: CommittedOffset(-1)], of: "other")
                }
                #expect(other.code == .invalidArgument)
            }
        }
    }

    @Test func `a consumer that was closed neither commits nor seeks`() async throws {
        try await withClient { client, _, _ in
            try await client.withConsumer(in: group()) { consumer in
                try await wait("it has joined") { await !consumer.partitions.isEmpty }
                await consumer.close()
                let commit = try await clientError { try await consumer.commit() }
                let seek = try await clientError { try await consumer.seek(TopicPartition("t", 0), to: .earliest) }
                #expect(commit.code == .closed && seek.code == .closed)
            }
        }
    }

    @Test func `a topic that was assigned by its id is committed by it, not for another one of its name`() async throws
    {
        try await withClient { client, broker, _ in
            try await client.withConsumer(in: group(["t"], .consumer)) { consumer in
                let partition = TopicPartition("t", 0)
                try await wait("it has joined") { await !consumer.partitions.isEmpty }
                try await consumer.commit([partition: CommittedOffset(2)])
                #expect(try await consumer.committed([partition])[partition]?.offset == 2)
                try broker.recreateTopic("t", partitions: 1)
                let error = try await clientError { try await consumer.commit([partition: CommittedOffset(3)]) }
                #expect(error.brokerError == .unknownTopicId)
                #expect(error.message.contains("partition 0 of topic 't'"))
                let committed = try await client.cluster.committedOffsets(of: "g", [partition])
                #expect(try committed[partition]?.get() == nil)
            }
        }
    }

    @Test func `where a topic was read to is not committed for another one that has its name`() async throws {
        try await withClient { client, broker, _ in
            let (problems, noted) = AsyncStream.makeStream(of: ConsumerProblem.Kind.self)
            let reading = ConsumerConfiguration(maxWait: .milliseconds(20)) { problem in
                noted.yield(problem.kind)
                return .seek(.earliest)
            }
            try await client.withConsumer(in: group(autoCommitInterval: .seconds(3600)), reading) { consumer in
                let partition = TopicPartition("t", 0)
                let (offsets, read) = AsyncStream.makeStream(of: Int64.self)
                let task = Task { for try await batch in consumer { read.yield(batch.nextOffset) } }
                for await offset in offsets where offset == 5 { break }
                // Partitions are given back with a last commit, because the topic is another one.
                try broker.recreateTopic("t", partitions: 1)
                _ = try await client.cluster.refresh(["t"])
                for await kind in problems where kind == .topicMadeAnew { break }
                try await Task.sleep(for: .milliseconds(500))
                try? await consumer.commit()
                #expect(try await consumer.committed([partition])[partition]?.offset ?? 0 == 0)
                try await client.withProducer { try await $0.append(value: "new", to: "t") }
                for await offset in offsets { #expect(offset == 1); break }
                task.cancel()
                _ = await task.result
            }
        }
    }
}
