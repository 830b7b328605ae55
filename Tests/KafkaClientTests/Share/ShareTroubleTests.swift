import KafkaEmbeddedBroker
import KafkaProtocol
import KafkaTransport
import Synchronization
import Testing

@testable import KafkaClient

/// Members of share groups in trouble, over the network.
@Suite(.serialized, .timeLimit(.minutes(2))) struct ShareTroubleTests: ShareGroupTests {
    // MARK: Acknowledgements that are refused

    @Test func `of acknowledgements that are told together only those fail that are wrong`() async throws {
        try await withGroup { fixture in
            try await fill(fixture, 0..<40, partitions: 1)
            let reading = ShareResults()
            let consumer = try await ShareConsumer.joined(fixture, reading: reading) {
                $0.acknowledgementMode = .explicit
            }
            let records = try await take(40, of: consumer)
            try await accept([7, 8, 30], insteadOf: consumer, fixture)
            for record in records { try consumer.acknowledge(record) }
            let results = try await consumer.commit()
            #expect(results.filter { $0.error != nil }.allSatisfy { $0.error?.brokerError == .invalidRecordState })
            #expect(reading.refused == [7, 8, 30])
            #expect(reading.acknowledged == (0..<40).filter { ![7, 8, 30].contains($0) })
            await consumer.close()
        }
    }

    @Test func `a consumer that is closed tells all that is right, and nothing twice`() async throws {
        try await withGroup { fixture in
            try await fill(fixture, 0..<20, partitions: 1)
            let reading = ShareResults()
            let consumer = try await ShareConsumer.joined(fixture, reading: reading) {
                $0.acknowledgementMode = .explicit
            }
            let records = try await take(20, of: consumer)
            try await accept([5], insteadOf: consumer, fixture)
            for record in records where record.offset != 11 { try consumer.acknowledge(record) }
            await consumer.close()
            #expect(reading.refused == [5])
            #expect(reading.acknowledged == (0..<20).filter { $0 != 5 && $0 != 11 })
            // What was not acknowledged counts as never delivered.
            let next = try await ShareMember(fixture)
            try await wait("it comes") { next.reading.values.count == 1 }
            #expect(next.reading.deliveries(of: "0.11") == [1])
            try await next.close()
        }
    }

    // MARK: Ends

    @Test func `a commit throws why the consumer has ended, and so does one that waits`() async throws {
        try await withGroup { fixture in
            try await fill(fixture, 0..<2, partitions: 1)
            let consumer = try await ShareConsumer.joined(fixture) { $0.acknowledgementMode = .explicit }
            let records = try await take(2, of: consumer)
            // Whichever tells it is answered late.
            for api in [ApiKey.shareFetch, .shareAcknowledge] {
                fixture.broker.inject(FaultRule(api, effect: .delay(.seconds(1))))
            }
            func requestCount() -> Int {
                let counts = fixture.broker.statistics.requestCounts
                return counts[.shareFetch, default: 0] + counts[.shareAcknowledge, default: 0]
            }
            let former = requestCount()
            try consumer.acknowledge(records[0])
            let waiting = Task { try await consumer.commit() }
            try await wait("the broker is told") { requestCount() > former }
            fixture.broker.inject(FaultRule(.shareGroupHeartbeat, effect: .error(.groupAuthorizationFailed)))
            let error = await #expect(throws: KafkaClientError.self) { _ = try await waiting.value }
            #expect(error?.code == .notAuthorized)
            try consumer.acknowledge(records[1])
            let later = await #expect(throws: KafkaClientError.self) { _ = try await consumer.commit() }
            #expect(later?.code == .notAuthorized)
            await consumer.close()
        }
    }

    @Test func `a reader that is cancelled loses no record`() async throws {
        try await withGroup { fixture in
            let consumer = try await ShareConsumer.joined(fixture)
            let reader = Task { for try await _ in consumer {} }
            try await wait("records are asked for") {
                fixture.broker.statistics.requestCounts[.shareFetch, default: 0] > 0
            }
            reader.cancel()
            await #expect(throws: CancellationError.self) { try await reader.value }
            try await fill(fixture, 0..<1, partitions: 1)
            let records = try await take(1, of: consumer)
            #expect(records.map(\.deliveryCount) == [1])
            await consumer.close()
        }
    }

    // MARK: Topics and leaders

    @Test func `of a topic that is made anew the session forgets the former one`() async throws {
        try await withGroup { fixture in
            try await fill(fixture, 0..<1, partitions: 1)
            let member = try await ShareMember(fixture)
            try await wait("the first topic is read") { member.reading.values.count == 1 }
            try fixture.broker.recreateTopic("t", partitions: 1)
            try await wait("the other topic is read") {
                try? await fill(fixture, 1..<2, partitions: 1)
                return member.reading.values.count > 1
            }
            // A broker answers at once as long as it is to read what there is no more.
            let former = fixture.broker.statistics.requestCounts[.shareFetch, default: 0]
            try await Task.sleep(for: .milliseconds(300))
            let count = (fixture.broker.statistics.requestCounts[.shareFetch, default: 0]) - former
            #expect(count < 20)
            try await member.close()
        }
    }

    @Test func `a partition without a leader is read once it has one`() async throws {
        try await withGroup(brokers: 2) { fixture in
            let member = try await ShareMember(fixture)
            try await fill(fixture, 0..<1, partitions: 1)
            try await wait("it is read") { member.reading.acknowledgedCount == 1 }
            try fixture.broker.removeLeader("t", 0)
            try await wait("the client knows") {
                fixture.cluster.metadata.topic("t")?.description.partitions[0].leader == -1
            }
            try fixture.broker.moveLeader("t", 0, to: 2)
            try await wait("the client has looked for it") {
                fixture.cluster.metadata.topic("t")?.description.partitions[0].leader == 2
            }
            try await fill(fixture, 1..<2, partitions: 1)
            try await wait("it is read on") { member.reading.values == ["0.0", "0.1"] }
            try await member.close()
        }
    }

    @Test func `with a strict limit a broker that is silent does not hold up the others`() async throws {
        try await withGroup(brokers: 2, partitions: 2) { fixture in
            // The one that is asked first.
            let first = try await fixture.cluster.leader(of: "t", 0).id
            let silent: Int32 = first == 1 ? 0 : 1
            fixture.broker.inject(FaultRule(.shareFetch, node: 1, count: 1, effect: .delay(.seconds(2))))
            try await fill(fixture, 0..<1, partitions: 2)
            let member = try await ShareMember(fixture, change: { $0.acquireMode = .strictLimit })
            try await wait("all are read") { member.reading.values.count == 2 }
            #expect(member.reading.values == ["\(1 - silent).0", "\(silent).0"])
            try await member.close()
        }
    }

    // MARK: Slow programs

    @Test func `a renewal that is decided on when records are just asked for is told behind that`() async throws {
        try await withGroup { fixture in
            try await fill(fixture, 0..<10, partitions: 1)
            let reading = ShareResults()
            let consumer = try await ShareConsumer.joined(fixture, reading: reading) {
                $0.acknowledgementMode = .explicit
                $0.recordCountMax = 10
            }
            let records = try await take(2, of: consumer)
            try consumer.acknowledge(records[0])
            try await consumer.commit()
            try await consumer.lane.askForMore(whenRenewing: records[1])
            let results = try await consumer.commit()
            #expect(results.allSatisfy { $0.error == nil } && reading.acknowledged == [0, 1])
            try consumer.acknowledge(records[1])
            try await consumer.commit()
            #expect(reading.errors.isEmpty && reading.acknowledged == [0, 1, 1])
            await consumer.close()
        }
    }

    @Test func `locks of records that wait are renewed`() async throws {
        try await withGroup(lock: .seconds(1)) { fixture in
            try await fill(fixture, 0..<10, partitions: 1)
            let consumer = try await ShareConsumer.joined(fixture) {
                $0.acknowledgementMode = .explicit
                $0.renewsWaitingRecords = true
            }
            let first = try await take(1, of: consumer)[0]
            try consumer.acknowledge(first)
            try await consumer.commit()
            let former = fixture.broker.statistics.requestCounts[.shareAcknowledge, default: 0]
            try await wait("locks are renewed") {
                fixture.broker.statistics.requestCounts[.shareAcknowledge, default: 0] >= former + 3
            }
            let others = try await take(9, of: consumer)
            #expect(others.map(\.offset) == Array(1..<10))
            #expect(others.allSatisfy { $0.deliveryCount == 1 && $0.lockTimeLeft > .zero })
            for record in others { try consumer.acknowledge(record) }
            let results = try await consumer.commit()
            #expect(results.allSatisfy { $0.error == nil })
            await consumer.close()
        }
    }

    @Test(arguments: [false, true])
    func `where locks are not renewed, records are dropped whose locks are over`(wantsRenewals: Bool) async throws {
        let change: (inout EmbeddedBrokerConfiguration) -> Void = { configuration in
            if wantsRenewals { configuration.versionLimits = [.shareAcknowledge: 1] }
        }
        try await withGroup(lock: .milliseconds(300), change: change) { fixture in
            try await fill(fixture, 0..<3, partitions: 1)
            let consumer = try await ShareConsumer.joined(fixture) {
                $0.acknowledgementMode = .explicit
                $0.renewsWaitingRecords = wantsRenewals
            }
            let first = try await take(1, of: consumer)[0]
            try await wait("the lock is over") { first.lockTimeLeft == .zero }
            let again = try await take(1, of: consumer)[0]
            #expect(again.deliveryCount == 2)
            await consumer.close()
        }
    }

    @Test func `a member that does not ask for records leaves until it does`() async throws {
        try await withGroup { fixture in
            try await fill(fixture, 0..<10, partitions: 1)
            let slow = try await ShareConsumer.joined(fixture) { $0.maxPollInterval = .milliseconds(300) }
            let held = try await take(1, of: slow)
            // What it has not taken goes to another one, long before locks are over.
            let quick = try await ShareMember(fixture)
            let waiting = Set((1..<10).map { "0.\($0)" })
            try await wait("the others are read by another one") { Set(quick.reading.values).isSuperset(of: waiting) }
            #expect(held[0].offset == 0)
            try await quick.close()
            try await fill(fixture, 10..<11, partitions: 1)
            let next = try await take(1, of: slow)
            #expect(next.map(\.offset) == [10])
            await slow.close()
        }
    }
}

extension ShareLane {
    /// Asks for more, and finds that the user has just decided to renew a record.
    fileprivate func askForMore(whenRenewing record: ShareRecord) throws {
        let broker = record.acquisition.broker
        let link = try #require(links[broker])
        let connection = try #require(readyConnection(broker))
        _ = try record.acquisition.acknowledge(record.index, Acknowledgement.renew.rawValue, now: .now)
        addPending(record.acquisition, link)
        fetch(link.slots, broker, link, connection)
    }
}
