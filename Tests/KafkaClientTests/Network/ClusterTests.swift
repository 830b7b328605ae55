import KafkaEmbeddedBroker
import KafkaProtocol
import KafkaTransport
import Synchronization
import TestSupport
import Testing

@testable import KafkaClient

@Suite(.serialized, .timeLimit(.minutes(1))) struct ClusterTests {
    @Test func `many callers at once share one connection and few questions`() async throws {
        try await withFixture { fixture in
            try fixture.broker.createTopic("t", partitions: 2)
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<100 { group.addTask { try await fixture.cluster.partitionCount(of: "t") } }
                for try await count in group { #expect(count == 2) }
            }
            #expect(fixture.broker.statistics.acceptedConnectionCount == 1)
            #expect(fixture.broker.statistics.requestCount <= 4)
        }
    }

    @Test func `questions of every kind at once do not close each other's connections`() async throws {
        try await withFixture(brokers: 3) { fixture in
            try fixture.broker.createTopic("t", partitions: 3)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<20 {
                    group.addTask {
                        let offsets = try await fixture.cluster.offsets(of: "t", at: .earliest)
                        #expect(offsets == [0, 0, 0])
                    }
                    group.addTask {
                        let snapshot = try await fixture.cluster.refresh(["t"])
                        #expect(snapshot.topics["t"]?.partitions.count == 3)
                    }
                    group.addTask {
                        let isNew = try await fixture.cluster.createTopic(
                            "n\(index)", partitionCount: 1, replicationFactor: 1)
                        #expect(isNew)
                    }
                }
                try await group.waitForAll()
            }
            #expect(fixture.broker.statistics.acceptedConnectionCount <= 6)
        }
    }

    @Test func `a topic that does not exist, waited for and not`() async throws {
        try await withFixture(requestTimeout: .milliseconds(200)) { fixture in
            for waits in [false, true] {
                let cluster = try Cluster(
                    bootstrap: fixture.endpoints, on: fixture.loop, .fast(fixture.connection, waitsForTopics: waits))
                let begin = MonotonicInstant.now
                let error = try await clientError { _ = try await cluster.describe("absent") }
                #expect(error.code == .unknownTopic)
                #expect(error.message.contains("'absent'") && error.message.contains("create it"))
                #expect(error.message.contains(fixture.endpoints[0].description))
                if waits { #expect(MonotonicInstant.now - begin >= .milliseconds(195)) }
                await cluster.close()
            }
        }
    }

    @Test func `attempts without a bound are bounded by the time`() async throws {
        try await withFixture(brokers: 2, requestTimeout: .milliseconds(300)) { fixture in
            let cluster = try Cluster(
                bootstrap: fixture.endpoints, on: fixture.loop, .fast(fixture.connection, attempts: .max))
            _ = try await cluster.refresh([])
            for _ in 0..<2 { fixture.broker.inject(FaultRule(.metadata, effect: .disconnect(.beforeStore))) }
            let error = try await clientError { _ = try await cluster.refresh([]) }
            #expect(error.isRetriable)
            await cluster.close()
        }
    }

    @Test func `a topic that comes is waited for, and leaders of one that is there`() async throws {
        try await withFixture { fixture in
            let waiting = Task { try await fixture.cluster.describe("late") }
            // The handshake, and more than one question.
            try await eventually { fixture.broker.statistics.requestCount >= 4 }
            try fixture.broker.createTopic("late", partitions: 3)
            let description = try await waiting.value
            #expect(description.partitions.count == 3)

            try fixture.broker.createTopic("t")
            fixture.broker.inject(FaultRule(.metadata, topic: "t", count: 4, effect: .error(.leaderNotAvailable)))
            let other = try await fixture.cluster.describe("t")
            #expect(other.hasLeader)
        }
    }

    @Test func `a topic whose partitions have no leaders yet is waited for`() async throws {
        try await withFixture { inner in
            let server = try await makeMetadataServer { peer in
                var partition = MetadataResponse.Partition()
                partition.leaderID = peer.frameCount < 4 ? -1 : 1
                partition.errorCode = peer.frameCount < 4 ? .leaderNotAvailable : .none
                return partition
            }
            let cluster = try Cluster(bootstrap: [server.endpoint], on: inner.loop, .fast(inner.connection))
            let description = try await cluster.describe("t")
            #expect(description.partitions.map(\.leader) == [1])
            await cluster.close()
            await server.stop()
        }
    }

    @Test func `why a topic is refused does not depend on what was asked before`() async throws {
        try await withFixture { fixture in
            try fixture.broker.createTopic("t")
            fixture.broker.inject(FaultRule(.metadata, topic: "secret", effect: .error(.topicAuthorizationFailed)))
            for _ in 0..<3 {
                let error = try await clientError { _ = try await fixture.cluster.describe("secret") }
                #expect(error.code == .notAuthorized)
                #expect(error.brokerError == .topicAuthorizationFailed)
                #expect(error.message.contains("'secret'") && error.message.contains("TOPIC_AUTHORIZATION_FAILED"))
                let known = try await fixture.cluster.describe("t")
                #expect(known.partitions.count == 1)
            }
        }
    }

    @Test func `topics are created once`() async throws {
        try await withFixture { fixture in
            let first = try await fixture.cluster.createTopic("t", partitionCount: 3, replicationFactor: 1)
            let second = try await fixture.cluster.createTopic("t", partitionCount: 3, replicationFactor: 1)
            #expect(first && !second)
            let error = try await clientError {
                _ = try await fixture.cluster.createTopic("u", partitionCount: 1, replicationFactor: 5)
            }
            #expect(error.code == .brokerError)
            #expect(error.brokerError == .invalidReplicationFactor)
            #expect(error.message.contains("'u'"))
            let name = try await clientError {
                _ = try await fixture.cluster.createTopic("a/b", partitionCount: 1, replicationFactor: 1)
            }
            #expect(name.brokerError == .invalidTopicException)
        }
    }

    @Test func `a deleted topic is forgotten, and is not made again by asking`() async throws {
        try await withFixture(requestTimeout: .milliseconds(300)) { fixture in
            let creating = ClusterConfiguration(connection: fixture.connection, autoCreatesTopics: true)
            let cluster = try Cluster(bootstrap: fixture.endpoints, on: fixture.loop, creating)
            try fixture.broker.createTopic("t")
            try fixture.broker.createTopic("u")
            _ = try await cluster.describe("t")
            try await cluster.deleteTopic("t")
            let snapshot = try await cluster.refresh(["u"])
            #expect(snapshot.topics.keys.sorted() == ["u"])
            #expect(fixture.broker.statistics.topics.keys.sorted() == ["u"])
            await cluster.close()
            let error = try await clientError { _ = try await fixture.cluster.describe("t") }
            #expect(error.code == .unknownTopic)
        }
    }

    @Test func `deleting what is not there says so at once`() async throws {
        try await withFixture { fixture in
            let begin = MonotonicInstant.now
            let error = try await clientError { try await fixture.cluster.deleteTopic("t") }
            #expect(error.brokerError == .unknownTopicOrPartition)
            #expect(MonotonicInstant.now - begin < .seconds(5))
        }
    }

    @Test func `offsets of all partitions, also while a leader moves`() async throws {
        try await withFixture(brokers: 2) { fixture in
            try fixture.broker.createTopic("t", partitions: 4)
            _ = try await fixture.deliver(try await fixture.makeBatches(["a", "b"], partition: 2))
            try fixture.broker.moveLeader("t", 2, to: 2)
            let latest = try await fixture.cluster.offsets(of: "t", at: .latest)
            #expect(latest == [0, 0, 2, 0])
            let earliest = try await fixture.cluster.offsets(of: "t", at: .earliest)
            #expect(earliest == [0, 0, 0, 0])
        }
    }

    @Test func `why offsets can't be learned is what the leader's connection says`() async throws {
        try await withFixture(requestTimeout: .seconds(1)) { fixture in
            try fixture.broker.createTopic("t")
            _ = try await fixture.cluster.refresh(["t"])
            fixture.broker.inject(FaultRule(.listOffsets, effect: .disconnect(.beforeStore)))
            let lost = try await clientError { _ = try await fixture.cluster.offsets(of: "t", at: .latest) }
            #expect(lost.code == .connectionFailed && lost.brokerError == nil)
            fixture.broker.removeFaults()
            fixture.broker.inject(FaultRule(.listOffsets, effect: .error(.notLeaderOrFollower)))
            let refused = try await clientError { _ = try await fixture.cluster.offsets(of: "t", at: .latest) }
            #expect(refused.brokerError == .notLeaderOrFollower)
        }
    }

    @Test func `a dead broker at the head of the list is passed over`() async throws {
        try await withFixture { fixture in
            let cluster = try Cluster(
                bootstrap: [.deserted] + fixture.endpoints, on: fixture.loop, .fast(fixture.connection))
            let snapshot = try await cluster.refresh([])
            #expect(snapshot.brokers.count == 1)
            await cluster.close()
        }
    }

    @Test func `closing ends a connection that is being opened`() async throws {
        try await withFixture { fixture in
            let isAsked = Atomic<Bool>(false)
            let silent = try await FakeServer { _, _ in isAsked.store(true, ordering: .relaxed) }
            let cluster = try Cluster(
                bootstrap: [silent.endpoint], on: fixture.loop, .fast(fixture.connection))
            let asking = Task { _ = try await cluster.describe("t") }
            try await eventually { isAsked.load(ordering: .relaxed) }
            let begin = MonotonicInstant.now
            await cluster.close()
            let error = try await clientError { try await asking.value }
            #expect(error.code == .closed)
            #expect(MonotonicInstant.now - begin < .seconds(8))
            await silent.stop()
        }
    }

    @Test func `a cancelled caller does not wait`() async throws {
        try await withFixture { fixture in
            fixture.broker.inject(FaultRule(.metadata, effect: .stall))
            let asking = Task { _ = try await fixture.cluster.describe("t") }
            // The handshake, and the question that is not answered.
            try await eventually { fixture.broker.statistics.requestCount == 2 }
            asking.cancel()
            let begin = MonotonicInstant.now
            await #expect(throws: CancellationError.self) { try await asking.value }
            #expect(MonotonicInstant.now - begin < .seconds(8))
        }
    }
}
