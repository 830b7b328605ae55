import KafkaEmbeddedBroker
import KafkaProtocol
import KafkaTransport
import Testing

@testable import KafkaClient

/// What becomes of acknowledgements when a session is refused, or a broker can't take them for the moment, over the network.
@Suite(.serialized, .timeLimit(.minutes(2))) struct ShareSessionTests: ShareGroupTests {
    private static let refusals: [KafkaErrorCode] = [.shareSessionNotFound, .invalidShareSessionEpoch]

    /// Runs `body` with a member that has taken all records of topic t, acknowledges them by name, and asks for none any more, so that
    /// acknowledgements go alone.
    ///
    /// - Parameter count: of the records of each partition.
    private func withTaken(
        _ count: Int, partitions: Int = 1, lock: Duration = .seconds(30),
        _ body: (NetworkFixture, ShareConsumer, [ShareRecord], ShareResults) async throws -> Void
    ) async throws {
        try await withGroup(lock: lock, partitions: partitions) { fixture in
            try await fill(fixture, 0..<count, partitions: partitions)
            let reading = ShareResults()
            let consumer = try await ShareConsumer.joined(fixture, reading: reading) {
                $0.acknowledgementMode = .explicit
            }
            let records = try await take(count * partitions, of: consumer)
            func fetchCount() -> Int { fixture.broker.statistics.requestCounts[.shareFetch, default: 0] }
            var former = -1
            while fetchCount() != former {
                former = fetchCount()
                try await Task.sleep(for: .milliseconds(150))
            }
            try await body(fixture, consumer, records, reading)
        }
    }

    private func acknowledgeCount(_ fixture: NetworkFixture) -> Int {
        fixture.broker.statistics.requestCounts[.shareAcknowledge, default: 0]
    }

    /// Has a member accept records, and gives what a commit tells of them.
    private func commit(
        _ records: [ShareRecord], of consumer: ShareConsumer
    ) async throws -> [AcknowledgementResult] {
        for record in records { try consumer.acknowledge(record) }
        return try await consumer.commit()
    }

    /// That another member gets nothing of what is accepted.
    private func expectAllDone(_ fixture: NetworkFixture, from next: Int) async throws {
        let other = try await ShareMember(fixture)
        try await fill(fixture, next..<next + 1, partitions: 1)
        try await wait("the next one comes") { !other.reading.values.isEmpty }
        #expect(other.reading.values == ["0.\(next)"])
        try await other.close()
    }

    // MARK: Sessions

    @Test(arguments: refusals)
    func `acknowledgements whose session is refused are taken in the next one`(code: KafkaErrorCode) async throws {
        try await withTaken(20) { fixture, consumer, records, reading in
            fixture.broker.inject(FaultRule(.shareAcknowledge, count: 1, effect: .error(code)))
            let results = try await commit(Array(records.prefix(10)), of: consumer)
            #expect(results.allSatisfy { $0.error == nil } && reading.acknowledged == Array(0..<10))
            #expect(acknowledgeCount(fixture) == 2)
            // What the program still has stays its own.
            #expect(records.suffix(10).allSatisfy { $0.lockTimeLeft > .zero })
            let later = try await commit(Array(records.suffix(10)), of: consumer)
            #expect(later.allSatisfy { $0.error == nil } && reading.acknowledged == Array(0..<20))
            await consumer.close()
            #expect(reading.refused.isEmpty)
            try await expectAllDone(fixture, from: 20)
        }
    }

    @Test(arguments: refusals)
    func `acknowledgements that go with a fetch whose session is refused are taken, and nothing comes twice`(
        code: KafkaErrorCode
    ) async throws {
        try await withGroup { fixture in
            fixture.broker.inject(FaultRule(.shareFetch, skip: 2, every: 2, count: 4, effect: .error(code)))
            let reading = ShareResults()
            let member = try await ShareMember(fixture, count: 5, reading: reading)
            try await fill(fixture, 0..<100, partitions: 1)
            try await wait("all are read") { Set(reading.values).count == 100 }
            try await member.close()
            #expect(reading.values.count == 100 && reading.refused.isEmpty)
            #expect(reading.acknowledged == Array(0..<100))
        }
    }

    @Test func `in the next session only those are refused that are not this member's`() async throws {
        try await withTaken(20) { fixture, consumer, records, reading in
            try await accept([3, 12], insteadOf: consumer, fixture)
            fixture.broker.inject(FaultRule(.shareAcknowledge, count: 1, effect: .error(.shareSessionNotFound)))
            _ = try await commit(records, of: consumer)
            #expect(reading.refused == [3, 12] && reading.acknowledged.count == 18)
            #expect(reading.errors.allSatisfy { $0.brokerError == .invalidRecordState })
            await consumer.close()
        }
    }

    @Test func `a consumer that is closed tells its last acknowledgements in another session if it has to`()
        async throws
    {
        try await withTaken(20) { fixture, consumer, records, reading in
            fixture.broker.inject(FaultRule(.shareAcknowledge, count: 1, effect: .error(.shareSessionNotFound)))
            for record in records where record.offset != 11 { try consumer.acknowledge(record) }
            await consumer.close()
            #expect(reading.refused.isEmpty && reading.acknowledged == (0..<20).filter { $0 != 11 })
            // Its end gives back the rest.
            let next = try await ShareMember(fixture)
            try await wait("it comes") { next.reading.values.count == 1 }
            #expect(next.reading.deliveries(of: "0.11") == [1])
            try await next.close()
        }
    }

    @Test func `acknowledgements that no session is opened for are told as failed when their locks are over`()
        async throws
    {
        try await withTaken(3, lock: .milliseconds(600)) { fixture, consumer, records, reading in
            fixture.broker.inject(FaultRule(.shareAcknowledge, effect: .error(.shareSessionNotFound)))
            let results = try await commit(records, of: consumer)
            #expect(reading.refused == [0, 1, 2] && reading.acknowledged.isEmpty)
            let error = try #require(results.first?.error)
            #expect(error.brokerError == .invalidRecordState)
            #expect((error.underlying as? KafkaClientError)?.brokerError == .shareSessionNotFound)
            // A broker that refuses each session is asked at a decent pace.
            #expect(acknowledgeCount(fixture) < 60)
            await consumer.close()
        }
    }

    // MARK: Brokers that can't take them

    @Test func `what a leader can't keep for the moment is told again while the lock lasts`() async throws {
        try await withTaken(10) { fixture, consumer, records, reading in
            for (count, code) in [(4, .coordinatorNotAvailable), (1, .unknownServerError)] as [(Int, KafkaErrorCode)] {
                fixture.broker.inject(
                    FaultRule(.shareAcknowledge, topic: "t", partition: 0, count: count, effect: .error(code)))
            }
            let results = try await commit(records, of: consumer)
            #expect(results.allSatisfy { $0.error == nil })
            #expect(reading.acknowledged == Array(0..<10) && reading.refused.isEmpty)
            await consumer.close()
            try await expectAllDone(fixture, from: 10)
        }
    }

    @Test func `what a leader can't keep is told as failed when the lock is over, and why`() async throws {
        try await withTaken(2, lock: .milliseconds(600)) { fixture, consumer, records, reading in
            fixture.broker.inject(
                FaultRule(.shareAcknowledge, topic: "t", effect: .error(.coordinatorLoadInProgress)))
            let results = try await commit(records, of: consumer)
            #expect(reading.refused == [0, 1])
            let error = try #require(results.first?.error)
            #expect(error.brokerError == .invalidRecordState)
            #expect((error.underlying as? KafkaClientError)?.brokerError == .coordinatorLoadInProgress)
            await consumer.close()
        }
    }

    @Test(
        arguments: [
            (.notLeaderOrFollower, 1), (.fencedLeaderEpoch, 1), (.unknownTopicOrPartition, 1), (.groupIdNotFound, 1),
            (.unknownServerError, 5),
        ] as [(KafkaErrorCode, Int)])
    func `what says that the locks are gone, or does not pass, is told at once`(
        code: KafkaErrorCode, requestCount: Int
    ) async throws {
        try await withTaken(2) { fixture, consumer, records, reading in
            let former = acknowledgeCount(fixture)
            fixture.broker.inject(FaultRule(.shareAcknowledge, topic: "t", effect: .error(code)))
            let results = try await commit(records, of: consumer)
            #expect(results.map { $0.error?.brokerError } == [code] && reading.refused == [0, 1])
            #expect(acknowledgeCount(fixture) - former == requestCount)
            await consumer.close()
        }
    }

    @Test func `a partition whose acknowledgements wait does not hold up the others`() async throws {
        try await withTaken(5, partitions: 2) { fixture, consumer, records, reading in
            fixture.broker.inject(
                FaultRule(.shareAcknowledge, topic: "t", partition: 1, effect: .error(.coordinatorNotAvailable)))
            for record in records { try consumer.acknowledge(record) }
            let waiting = Task { try await consumer.commit() }
            try await wait("those of the other one are taken") { reading.acknowledgedCount == 5 }
            try await fill(fixture, 5..<6, partitions: 2)
            let next = try await take(2, of: consumer)
            #expect(Set(next.map(\.partition)) == [0, 1])
            fixture.broker.removeFaults()
            let results = try await waiting.value
            #expect(results.allSatisfy { $0.error == nil } && reading.acknowledgedCount == 10)
            await consumer.close()
        }
    }
}
