import KafkaEmbeddedBroker
import KafkaProtocol
import KafkaTransport
import Synchronization
import Testing

@testable import KafkaClient

/// Logs that lose what a consumer has read, as after an unclean election (KIP-320).
@Suite(.serialized, .timeLimit(.minutes(1))) struct LogTruncationTests {
    /// Versions of Fetch: one that compares logs itself, and one before that was so.
    static let fetchVersions: [Int16] = [18, 11]

    private func withConsumer(
        fetchVersion: Int16, _ decision: ConsumerDecision,
        _ body: (NetworkFixture, Consumer, _ problems: @Sendable () -> [ConsumerProblem.Kind]) async throws -> Void
    ) async throws {
        let problems = Mutex<[ConsumerProblem.Kind]>([])
        try await withFixture(brokers: 2) {
            $0.versionLimits = [.fetch: fetchVersion]
        } _: { fixture in
            _ = try await fixture.cluster.createTopics([NewTopic("t", assignments: [[1]])])["t"]!.get()
            let loops = try EventLoopGroup(count: 1, name: "consumer")
            let configuration = ConsumerConfiguration(maxWait: .milliseconds(20)) { problem in
                problems.withLock { $0.append(problem.kind) }
                return decision
            }
            let consumer = Consumer(
                configuration, cluster: fixture.cluster, connection: fixture.connection, on: loops.loops,
                ownLoops: loops)
            await consumer.add([TopicPartition("t", 0): .earliest])
            var failure: (any Error)?
            do { try await body(fixture, consumer) { problems.withLock { $0 } } } catch { failure = error }
            await consumer.close()
            if let failure { throw failure }
        }
    }

    private func write(_ values: [String], _ fixture: NetworkFixture) async throws {
        _ = try await fixture.deliver(try await fixture.makeBatches(values))
    }

    private func texts(_ count: Int, _ batches: inout Consumer.AsyncIterator) async throws -> [String] {
        var texts: [String] = []
        let reader = RecordReader()
        while texts.count < count, let batch = try await batches.next() {
            try reader.forEachRecord(in: batch) { texts.append(String(decoding: $0.valueBytes ?? [], as: UTF8.self)) }
        }
        return texts
    }

    @Test(arguments: fetchVersions)
    func `what was read and is lost is told, and reading goes on where that is decided`(fetchVersion: Int16)
        async throws
    {
        let values = (0..<30).map { "old \($0) " + String(repeating: "x", count: 300) }
        try await withConsumer(fetchVersion: fetchVersion, .seek(.offset(0))) { fixture, consumer, problems in
            try await write(values, fixture)
            var batches = consumer.makeAsyncIterator()
            let read = try await texts(30, &batches)
            #expect(read == values)
            let end = try fixture.broker.loseRecords("t", 0, from: 20)
            #expect(end > 0 && end <= 20)
            try fixture.broker.moveLeader("t", 0, to: 2)
            // So many that the offset that was reached exists again.
            let others = (0..<40).map { "new \($0) " + String(repeating: "y", count: 300) }
            try await write(others, fixture)
            let again = try await texts(Int(end) + 40, &batches)
            #expect(again == values.prefix(Int(end)) + others)
            #expect(problems() == [.truncated(divergence: end)])
        }
    }

    @Test(arguments: fetchVersions)
    func `a leader that has all of it is read on from`(fetchVersion: Int16) async throws {
        try await withConsumer(fetchVersion: fetchVersion, .fail) { fixture, consumer, problems in
            try await write(["a", "b"], fixture)
            var batches = consumer.makeAsyncIterator()
            #expect(try await texts(2, &batches) == ["a", "b"])
            for node: Int32 in [2, 1, 2] {
                try fixture.broker.moveLeader("t", 0, to: node)
                try await write(["c"], fixture)
                #expect(try await texts(1, &batches) == ["c"])
            }
            #expect(problems().isEmpty)
        }
    }

    @Test func `a broker of former times is asked, and one that compares itself is not`() async throws {
        for (version, isAsked) in [(Int16(11), true), (12, false)] {
            try await withConsumer(fetchVersion: version, .fail) { fixture, consumer, _ in
                // Whoever asks is refused for good.
                fixture.broker.inject(FaultRule(.offsetForLeaderEpoch, effect: .error(.topicAuthorizationFailed)))
                try await write(["a"], fixture)
                var batches = consumer.makeAsyncIterator()
                #expect(try await texts(1, &batches) == ["a"])
                try fixture.broker.moveLeader("t", 0, to: 2)
                try await write(["b"], fixture)
                do {
                    let next = try await texts(1, &batches)
                    #expect(!isAsked && next == ["b"])
                } catch let error as KafkaClientError {
                    #expect(isAsked && error.code == .notAuthorized)
                }
            }
        }
    }
}
