import KafkaEmbeddedBroker
import KafkaProtocol
import KafkaTransport
import Synchronization
import Testing

@testable import KafkaClient

/// Members of share groups, over the network.
@Suite(.serialized, .timeLimit(.minutes(2))) struct ShareConsumerTests: ShareGroupTests {
    @Test func `records of several topics come as those of their own partitions, however partitions take turns`()
        async throws
    {
        try await withGroup(partitions: 2) { fixture in
            try fixture.broker.createTopic("u", partitions: 2)
            var expected: [String] = []
            // Short batches of different lengths, so that many answers have some of each.
            for (topic, byteCount) in [("t", 0), ("u", 700)] {
                for partition in 0..<2 {
                    let values = (0..<150).map { "\(topic)-\(partition)-\($0)" }
                    expected += values
                    _ = try await fixture.deliver(
                        try await fixture.makeBatches(
                            values, topic: topic, partition: Int32(partition), valueByteCount: byteCount))
                }
            }
            let strays = Mutex<[String]>([])
            let member = try await ShareMember(fixture, topics: ["t", "u"], count: 20) { _, record in
                let value = String(decoding: record.valueBytes ?? [], as: UTF8.self).trimmed
                if !value.hasPrefix("\(record.topic)-\(record.partition)-") { strays.withLock { $0.append(value) } }
            }
            try await wait("all records come") { member.reading.values.count >= expected.count }
            #expect(member.reading.values.sorted() == expected.sorted())
            #expect(strays.withLock { $0 } == [])
            try await member.close()
        }
    }

    @Test func `a record is accepted when the next one is asked for`() async throws {
        try await withGroup(partitions: 2) { fixture in
            try await fill(fixture, 0..<100, partitions: 2)
            let first = try await ShareMember(fixture)
            try await wait("all records are accepted") { first.reading.acknowledgedCount == 200 }
            #expect(Set(first.reading.values).count == 200 && first.reading.values.count == 200)
            try await first.close()
            try await fill(fixture, 100..<101, partitions: 2)
            let second = try await ShareMember(fixture)
            try await wait("what is new comes") { second.reading.values.count == 2 }
            #expect(Set(second.reading.values) == ["0.100", "1.100"])
            try await second.close()
        }
    }

    @Test func `what is released comes again, what is rejected does not, and a commit tells`() async throws {
        try await withGroup { fixture in
            try await fill(fixture, 0..<3, partitions: 1)
            let reading = ShareResults()
            let member = try await ShareMember(fixture, mode: .explicit, reading: reading) { consumer, record in
                let isFirst = record.deliveryCount == 1
                try consumer.acknowledge(record, as: record.offset == 0 ? .reject : isFirst ? .release : .accept)
                let results = try await consumer.commit()
                #expect(
                    results.allSatisfy { $0.error == nil }
                        && results.contains { $0.offsets.contains { $0.contains(record.offset) } })
                #expect(throws: KafkaClientError.self) { try consumer.acknowledge(record) }
            }
            try await wait("all comes again but one") { reading.values.count == 5 }
            try await wait("all is acknowledged") { reading.acknowledgedCount == 5 }
            #expect(reading.deliveries(of: "0.0") == [1] && reading.deliveries(of: "0.1") == [1, 2])
            #expect(reading.errors.isEmpty)
            try await member.close()
        }
    }

    @Test func `a record that nobody acknowledges comes again when its lock is over, and too late is told`()
        async throws
    {
        try await withGroup(lock: .milliseconds(300)) { fixture in
            try await fill(fixture, 0..<1, partitions: 1)
            let reading = ShareResults()
            let member = try await ShareMember(fixture, mode: .explicit, reading: reading) { consumer, record in
                if record.deliveryCount == 1 {
                    Task {
                        try await Task.sleep(for: .milliseconds(600))
                        let error = #expect(throws: KafkaClientError.self) { try consumer.acknowledge(record) }
                        #expect(error?.brokerError == .invalidRecordState)
                    }
                    return
                }
                try consumer.acknowledge(record)
            }
            try await wait("it comes again") { reading.deliveries(of: "0.0") == [1, 2] }
            try await wait("it is acknowledged") { reading.acknowledgedCount == 1 }
            try await Task.sleep(for: .milliseconds(500))
            try await member.close()
        }
    }

    @Test func `a renewed record does not come again`() async throws {
        try await withGroup(lock: .milliseconds(400)) { fixture in
            try await fill(fixture, 0..<1, partitions: 1)
            let reading = ShareResults()
            let member = try await ShareMember(fixture, mode: .explicit, reading: reading) { consumer, record in
                for _ in 0..<4 {
                    try consumer.acknowledge(record, as: .renew)
                    let results = try await consumer.commit()
                    #expect(results.count == 1 && results.allSatisfy { $0.error == nil })
                    try await Task.sleep(for: .milliseconds(200))
                }
                #expect(record.lockTimeLeft > .zero)
                try consumer.acknowledge(record)
                _ = try await consumer.commit()
                #expect(record.lockTimeLeft == .zero)
            }
            try await wait("it is acknowledged") { reading.acknowledgedCount == 5 }
            #expect(reading.deliveries(of: "0.0") == [1])
            try await member.close()
        }
    }

    @Test func `a record is acknowledged by the consumer that has handed it out, and by no other one`() async throws {
        try await withGroup { fixture in
            try await fill(fixture, 0..<1, partitions: 1)
            let first = try await ShareConsumer.joined(fixture) { $0.acknowledgementMode = .explicit }
            let second = try await ShareConsumer.joined(fixture) { $0.acknowledgementMode = .explicit }
            let record = try await take(1, of: first)[0]
            let error = try await clientError { try second.acknowledge(record) }
            #expect(error.code == .invalidArgument)
            try first.acknowledge(record)
            let results = try await first.commit()
            #expect(results.map(\.offsets) == [[0...0]] && results.allSatisfy { $0.error == nil })
            await first.close()
            await second.close()
        }
    }

    @Test func `what a member has not acknowledged when it is closed comes to another at once`() async throws {
        try await withGroup { fixture in
            try await fill(fixture, 0..<10, partitions: 1)
            let first = try await ShareMember(fixture, mode: .explicit)
            try await wait("the first one has all") { first.reading.values.count == 10 }
            try await first.close()
            let second = try await ShareMember(fixture)
            try await wait("the second one gets all") { second.reading.acknowledgedCount == 10 }
            // Kafka too counts what is given back with a session as never delivered.
            #expect(second.reading.deliveries(of: "0.3") == [1])
            try await second.close()
        }
    }

    @Test(arguments: [
        KafkaErrorCode.shareSessionNotFound, .invalidShareSessionEpoch, .shareSessionLimitReached, .unknownServerError,
    ])
    func `a session that is refused begins anew, and nothing is lost`(code: KafkaErrorCode) async throws {
        try await withGroup(lock: .milliseconds(500)) { fixture in
            fixture.broker.inject(FaultRule(.shareFetch, skip: 2, every: 3, count: 3, effect: .error(code)))
            fixture.broker.inject(FaultRule(.shareAcknowledge, count: 1, effect: .error(code)))
            let member = try await ShareMember(fixture, count: 5)
            for round in 0..<10 {
                try await fill(fixture, round * 10..<round * 10 + 10, partitions: 1)
                try await Task.sleep(for: .milliseconds(30))
            }
            try await wait("all are read") { Set(member.reading.values).count == 100 }
            try await member.close()
        }
    }

    @Test func `an acknowledgement that is refused is told, and its record comes again`() async throws {
        try await withGroup(lock: .milliseconds(300)) { fixture in
            fixture.broker.inject(
                FaultRule(.shareAcknowledge, topic: "t", count: 1, effect: .errorAfterStore(.invalidRecordState)))
            try await fill(fixture, 0..<1, partitions: 1)
            let reading = ShareResults()
            let member = try await ShareMember(fixture, mode: .explicit, reading: reading) { consumer, record in
                try consumer.acknowledge(record)
                let results = try await consumer.commit()
                #expect(!results.isEmpty)
            }
            try await wait("the answer is told") { !reading.errors.isEmpty || reading.acknowledgedCount > 0 }
            try await member.close()
        }
    }

    @Test func `leaders move, brokers die and come back, coordinators move, and every record is processed`()
        async throws
    {
        try await withGroup(brokers: 3, lock: .milliseconds(800), partitions: 6) { fixture in
            let broker = fixture.broker
            let reading = ShareResults()
            var members = [try await ShareMember(fixture, count: 20, reading: reading)]
            members.append(try await ShareMember(fixture, count: 20, reading: reading))
            var written = 0
            func more() async throws {
                try await fill(fixture, written..<written + 20, partitions: 6)
                written += 20
                try await Task.sleep(for: .milliseconds(100))
            }
            try await more()
            for partition in 0..<6 { try broker.moveLeader("t", Int32(partition), to: Int32(partition % 3 + 1)) }
            try await more()
            let node = broker.coordinator(of: "g")
            try broker.moveCoordinator(of: "g", to: (node ?? 1) % 3 + 1)
            try await more()
            fixture.broker.inject(FaultRule(.shareFetch, count: 2, effect: .disconnect(.afterStore)))
            fixture.broker.inject(FaultRule(.shareAcknowledge, count: 2, effect: .disconnect(.beforeStore)))
            try await more()
            fixture.broker.inject(
                FaultRule(.shareGroupHeartbeat, count: 2, effect: .error(.unknownMemberId)))
            try await more()
            try await members.removeFirst().close()
            members.append(try await ShareMember(fixture, count: 20, reading: reading))
            try await more()
            let expected = Set((0..<6).flatMap { partition in (0..<written).map { "\(partition).\($0)" } })
            try await wait("all are read") { Set(reading.values) == expected }
            for member in members { try await member.close() }
            // Nothing is left behind that was accepted.
            let last = try await ShareMember(fixture)
            try await Task.sleep(for: .milliseconds(1200))
            try await last.close()
            let again = try await ShareMember(fixture)
            try await Task.sleep(for: .milliseconds(300))
            #expect(again.reading.values.isEmpty)
            try await again.close()
        }
    }

    @Test func `a configuration that can't be used says what is wrong`() {
        let problems = ShareGroupConfiguration(groupID: "", topics: [], recordCountMax: 0, maxWait: .seconds(100))
            .problems
        #expect(problems.count == 4)
    }

    @Test func `a group that the broker refuses ends the consumer with its reason`() async throws {
        try await withGroup { fixture in
            fixture.broker.inject(FaultRule(.shareGroupHeartbeat, effect: .error(.groupAuthorizationFailed)))
            let member = try await ShareMember(fixture)
            let error = await #expect(throws: KafkaClientError.self) { try await member.task.value }
            #expect(error?.code == .notAuthorized)
            await member.consumer.close()
        }
    }
}
