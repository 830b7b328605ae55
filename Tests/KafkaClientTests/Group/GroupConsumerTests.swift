import KafkaEmbeddedBroker
import KafkaProtocol
import KafkaTransport
import Synchronization
import Testing

@testable import KafkaClient

/// Consumers in groups, over the network.
@Suite(.serialized, .timeLimit(.minutes(2))) struct GroupConsumerTests {
    /// What members have read, by partition.
    private final class Reading: Sendable {
        private let values = Mutex<[Int32: [String]]>([:])
        let changes = Mutex<[GroupChange]>([])

        func add(_ value: String, of partition: Int32) { values.withLock { $0[partition, default: []].append(value) } }
        var all: [Int32: [String]] { values.withLock { $0 } }
        var count: Int { values.withLock { $0.values.reduce(0) { $0 + $1.count } } }
        func note(_ change: GroupChange) { changes.withLock { $0.append(change) } }
    }

    private struct Member {
        let consumer: Consumer
        let reading = Reading()
        let task: Task<Void, any Error>

        init(_ fixture: NetworkFixture, _ group: GroupConfiguration) async throws {
            let loops = try EventLoopGroup(count: 1, name: "member")
            var group = group
            let reading = reading
            group.onRebalance = { reading.note($0) }
            let consumer = Consumer(
                ConsumerConfiguration(maxWait: .milliseconds(20)), cluster: fixture.cluster,
                connection: fixture.connection, on: loops.loops, ownLoops: loops, group: group)
            self.consumer = consumer
            await consumer.join()
            task = Task {
                let reader = RecordReader()
                for try await batch in consumer {
                    try reader.forEachRecord(in: batch) { record in
                        reading.add(
                            String(decoding: record.valueBytes ?? [], as: UTF8.self).trimmed, of: batch.partition)
                    }
                }
            }
        }

        /// Ends without a word to the group.
        func abandon() async {
            for lane in consumer.lanes { await lane.close() }
        }

        func close() async throws {
            await consumer.close()
            try await task.value
        }
    }

    private func wait(_ what: Comment, _ isDone: () async -> Bool) async throws {
        for _ in 0..<2000 {
            if await isDone() { return }
            try await Task.sleep(for: .milliseconds(10))
        }
        Issue.record("waited in vain: \(what)")
    }

    private func fill(_ fixture: NetworkFixture, _ records: Range<Int>, partitions: Int) async throws {
        for partition in 0..<partitions {
            let batches = try await fixture.makeBatches(
                records.map { "\(partition).\($0)" }, partition: Int32(partition))
            _ = try await fixture.deliver(batches)
        }
    }

    private func group(
        _ groupProtocol: GroupConfiguration.GroupProtocol, _ assignors: [any PartitionAssignor] = [RangeAssignor()]
    ) -> GroupConfiguration {
        GroupConfiguration(
            groupID: "g", topics: ["t"], groupProtocol: groupProtocol, assignors: assignors,
            autoCommitInterval: .milliseconds(50), sessionTimeout: .seconds(6), heartbeatInterval: .milliseconds(50))
    }

    struct Kind: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let groupProtocol: GroupConfiguration.GroupProtocol
        let assignors: [any PartitionAssignor]
    }

    static let kinds = [
        Kind(testDescription: "range", groupProtocol: .classic, assignors: [RangeAssignor()]),
        Kind(testDescription: "sticky", groupProtocol: .classic, assignors: [StickyAssignor()]),
        Kind(testDescription: "cooperative", groupProtocol: .classic, assignors: [CooperativeStickyAssignor()]),
        Kind(testDescription: "KIP-848", groupProtocol: .consumer, assignors: [RangeAssignor()]),
    ]

    @Test(arguments: kinds) func `members share partitions, and go on where the group has come to`(kind: Kind)
        async throws
    {
        try await withFixture(brokers: 3) { fixture in
            try fixture.broker.createTopic("t", partitions: 6)
            try await fill(fixture, 0..<50, partitions: 6)
            let group = group(kind.groupProtocol, kind.assignors)
            let first = try await Member(fixture, group)
            try await wait("the first member reads all") { first.reading.count == 300 }
            let second = try await Member(fixture, group)
            try await wait("both have three partitions") {
                let counts = await [first.consumer.partitions.count, second.consumer.partitions.count]
                return counts == [3, 3]
            }
            try await fill(fixture, 50..<100, partitions: 6)
            try await wait("all is read") { first.reading.count + second.reading.count >= 600 }
            #expect(second.reading.count == 150)
            try await first.close()
            try await wait("the second has all partitions") { await second.consumer.partitions.count == 6 }
            try await fill(fixture, 100..<110, partitions: 6)
            try await wait("the second reads all") { second.reading.count == 210 }
            try await second.close()
            // A third one begins where the others have ended, and nothing was read twice.
            let third = try await Member(fixture, group)
            try await wait("the third has all partitions") { await third.consumer.partitions.count == 6 }
            try await fill(fixture, 110..<111, partitions: 6)
            try await wait("the third reads what is new") { third.reading.count == 6 }
            try await third.close()
            var all: [Int32: [String]] = [:]
            for reading in [first.reading, second.reading, third.reading] {
                for (partition, values) in reading.all { all[partition, default: []] += values }
            }
            for partition in 0..<6 {
                #expect(all[Int32(partition)] == (0..<111).map { "\(partition).\($0)" })
            }
        }
    }

    @Test func `what was handed out and not handled is read again by the next member`() async throws {
        try await withFixture { fixture in
            try fixture.broker.createTopic("t", partitions: 1)
            try await fill(fixture, 0..<10, partitions: 1)
            let group = group(.classic)
            for expected in [0, 3] {
                let loops = try EventLoopGroup(count: 1, name: "member")
                let consumer = Consumer(
                    ConsumerConfiguration(maxWait: .milliseconds(20)), cluster: fixture.cluster,
                    connection: fixture.connection, on: loops.loops, ownLoops: loops, group: group)
                await consumer.join()
                var batches = consumer.makeAsyncIterator()
                // Each record is a batch. The fourth one is asked for, and not handled.
                for offset in expected..<expected + 4 {
                    let batch = try await batches.next()
                    #expect(batch?.header.baseOffset == Int64(offset))
                }
                await consumer.close()
            }
        }
    }

    @Test(arguments: [GroupConfiguration.GroupProtocol.classic, .consumer])
    func `a member that does not ask for batches leaves the group until it does`(
        groupProtocol: GroupConfiguration.GroupProtocol
    ) async throws {
        try await withFixture { fixture in
            try fixture.broker.createTopic("t", partitions: 1)
            try await fill(fixture, 0..<2, partitions: 1)
            let loops = try EventLoopGroup(count: 1, name: "member")
            var group = group(groupProtocol)
            group.maxPollInterval = .milliseconds(300)
            let consumer = Consumer(
                ConsumerConfiguration(maxWait: .milliseconds(20)), cluster: fixture.cluster,
                connection: fixture.connection, on: loops.loops, ownLoops: loops, group: group)
            await consumer.join()
            var batches = consumer.makeAsyncIterator()
            let first = try await batches.next()
            #expect(first?.header.baseOffset == 0)
            try await wait("it has left") { await consumer.partitions.isEmpty }
            // Nothing was committed.
            let again = try await batches.next()
            #expect(again?.header.baseOffset == 0)
            await consumer.close()
        }
    }

    @Test func `commits are made when the program says so`() async throws {
        try await withFixture { fixture in
            try fixture.broker.createTopic("t", partitions: 2)
            try await fill(fixture, 0..<5, partitions: 2)
            var group = group(.classic)
            group.autoCommitInterval = nil
            let member = try await Member(fixture, group)
            let partitions: Set = [TopicPartition("t", 0), TopicPartition("t", 1)]
            try await wait("all is read") { member.reading.count == 10 }
            #expect(try await member.consumer.committed(partitions) == [:])
            try await wait("all is handled") {
                try? await member.consumer.commit()
                return (try? await member.consumer.committed(partitions).count) == 2
            }
            let offset = CommittedOffset(3, leaderEpoch: 0, metadata: "half")
            try await member.consumer.commit([TopicPartition("t", 1): offset])
            #expect(try await member.consumer.committed([TopicPartition("t", 1)]) == [TopicPartition("t", 1): offset])
            try await member.close()
        }
    }

    @Test func `a consumer of fixed partitions has nothing to commit to`() async throws {
        try await withFixture { fixture in
            try fixture.broker.createTopic("t", partitions: 1)
            let loops = try EventLoopGroup(count: 1, name: "fixed")
            let consumer = Consumer(
                ConsumerConfiguration(), cluster: fixture.cluster, connection: fixture.connection, on: loops.loops,
                ownLoops: loops)
            let error = try await clientError { try await consumer.commit() }
            #expect(error.code == .invalidArgument)
            await consumer.close()
        }
    }

    /// Runs `body` with the only member of a group, over a topic of one partition with so many records.
    private func withOnlyMember(_ recordCount: Int, _ body: (Consumer) async throws -> Void) async throws {
        try await withFixture { fixture in
            try fixture.broker.createTopic("t", partitions: 1)
            try await fill(fixture, 0..<recordCount, partitions: 1)
            let loops = try EventLoopGroup(count: 1, name: "member")
            let consumer = Consumer(
                ConsumerConfiguration(maxWait: .milliseconds(20)), cluster: fixture.cluster,
                connection: fixture.connection, on: loops.loops, ownLoops: loops, group: group(.consumer))
            await consumer.join()
            try await always {
                try await body(consumer)
            } thenCleanUp: {
                await consumer.close()
            }
        }
    }

    @Test func `who leaves a loop and begins another one goes on, and so do commits`() async throws {
        try await withOnlyMember(30) { consumer in
            var nextOffset: Int64 = 0
            for try await batch in consumer {
                nextOffset = batch.nextOffset
                break
            }
            // It may not have been done with.
            try await consumer.commit()
            var committed = try await consumer.committed([TopicPartition("t", 0)])
            #expect(committed[TopicPartition("t", 0)]?.offset ?? 0 == 0)
            var batches = consumer.makeAsyncIterator()
            let next = try #require(await batches.next())
            #expect(next.firstOffset == nextOffset)
            _ = try await batches.next()
            try await consumer.commit()
            committed = try await consumer.committed([TopicPartition("t", 0)])
            #expect(committed[TopicPartition("t", 0)]?.offset == next.nextOffset)
        }
    }

    @Test func `of what decoders have only that is committed which was handed out and handled`() async throws {
        try await withOnlyMember(40) { consumer in
            try await consumer.withDecoders(2) { batches in
                var iterator = batches.makeAsyncIterator()
                let first = try await iterator.next()
                let second = try await iterator.next()
                // The decoders have all by then.
                try await wait("all is taken") { consumer.waitingByteCount == 0 }
                try await consumer.commit()
                let committed = try await consumer.committed([TopicPartition("t", 0)])
                #expect(committed[TopicPartition("t", 0)]?.offset == first?.batch.nextOffset)
                #expect(second?.batch.firstOffset == first?.batch.nextOffset)
            }
        }
    }
}
