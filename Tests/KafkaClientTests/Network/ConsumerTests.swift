import KafkaEmbeddedBroker
import KafkaProtocol
import KafkaTransport
import Synchronization
import TestSupport
import Testing

@testable import KafkaClient

@Suite(.serialized, .timeLimit(.minutes(1))) struct ConsumerTests: ReadsByConsumer {
    @Test(arguments: [1, 3]) func `every record of all partitions is read once and in order`(lanes: Int) async throws {
        try await withFixture(brokers: 3) { fixture in
            try await fill(fixture, partitions: 7, records: 100)
            try await withConsumer(
                fixture, all(7), ConsumerConfiguration(lanes: lanes, maxWait: .milliseconds(50))
            ) { consumer in
                try await expect(expected(7, 0..<100), from: consumer)
            }
        }
    }

    @Test func `records that come later are read, without asking for what was not changed`() async throws {
        try await withFixture { fixture in
            try await fill(fixture, partitions: 50, records: 1)
            try await withConsumer(fixture, all(50, from: .latest)) { consumer in
                // Where the end is has to be known before there is more.
                while await consumer.partitions.values.contains(where: { $0.highWatermark < 0 }) {
                    try await Task.sleep(for: .milliseconds(5))
                }
                for value in ["a", "b", "c"] {
                    _ = try await fixture.deliver(try await fixture.makeBatches([value], partition: 17))
                    try await expect([17: [value]], from: consumer)
                }
            }
        }
    }

    @Test func `a consumer goes on where it is told to`() async throws {
        try await withFixture { fixture in
            try await fill(fixture, partitions: 2, records: 50)
            try await withConsumer(fixture, all(2, from: .offset(40))) { consumer in
                try await expect(expected(2, 40..<50), from: consumer)
                try await consumer.seek(TopicPartition("t", 1), to: .offset(10))
                try await expect([1: (10..<50).map { "1.\($0)" }], from: consumer)
                try await consumer.seek(TopicPartition("t", 0), to: .earliest)
                try await expect([0: (0..<50).map { "0.\($0)" }], from: consumer)
            }
        }
    }

    @Test func `nothing is handed out of a paused partition, and nothing is missing when it goes on`() async throws {
        try await withFixture { fixture in
            try await fill(fixture, partitions: 2, records: 20)
            try await withConsumer(fixture, all(2)) { consumer in
                let first = try await take(1, of: consumer)
                #expect(first.values.joined().count == 1)
                try await consumer.pause([TopicPartition("t", 0), TopicPartition("t", 1)])
                let rest = Task { try await take(39, of: consumer) }
                try await Task.sleep(for: .milliseconds(150))
                try await consumer.resume([TopicPartition("t", 1)])
                try await Task.sleep(for: .milliseconds(150))
                try await consumer.resume([TopicPartition("t", 0)])
                let taken = try await rest.value
                #expect(taken.values.joined().count == 39)
            }
        }
    }

    @Test func `a broker whose partitions are all paused ends the session, and keeps the connection`() async throws {
        try await withFixture { fixture in
            try await fill(fixture, partitions: 1, records: 20)
            try await withConsumer(fixture, all(1)) { consumer in
                try await expect(expected(1, 0..<20), from: consumer)
                let connectionCount = fixture.broker.statistics.acceptedConnectionCount
                for _ in 0..<3 {
                    try await consumer.pause([TopicPartition("t", 0)])
                    try await Task.sleep(for: .milliseconds(100))
                    try await consumer.resume([TopicPartition("t", 0)])
                    try await consumer.seek(TopicPartition("t", 0), to: .earliest)
                    try await expect(expected(1, 0..<20), from: consumer)
                }
                #expect(fixture.broker.statistics.acceptedConnectionCount == connectionCount)
            }
        }
    }

    @Test func `what lies in the queue and on the way keeps within the bound`() async throws {
        try await withFixture { fixture in
            try await fill(fixture, partitions: 8, records: 40, valueByteCount: 32 << 10)
            let configuration = ConsumerConfiguration(
                bufferByteCountMax: 1 << 20, fetchByteCountNear: 256 << 10, maxWait: .milliseconds(20))
            try await withConsumer(fixture, all(8), configuration) { consumer in
                var held: [FetchedBatch] = []
                var batches = consumer.makeAsyncIterator()
                for _ in 0..<8 { if let batch = try await batches.next() { held.append(batch) } }
                try await Task.sleep(for: .milliseconds(200))
                let byteCount = consumer.lanes[0].frameByteCount
                #expect(byteCount > 256 << 10 && byteCount <= (1 << 20) + (64 << 10))
                held = []
                // And it goes on when the memory comes back.
                let rest = try await take(312, of: consumer)
                #expect(rest.values.joined().count == 312)
            }
        }
    }

    @Test(arguments: [1, 2]) func `a partition that is wanted again is not kept waiting by others without records`(
        partitions: Int
    ) async throws {
        try await withFixture { fixture in
            try fixture.broker.createTopic("t", partitions: partitions)
            _ = try await fixture.deliver(
                try await fixture.makeBatches((0..<60).map { "\($0)" }, valueByteCount: 2 << 10))
            // Of a partition four batches wait at most; a broker without records answers after ten seconds.
            let configuration = ConsumerConfiguration(
                fetchByteCountMax: 8 << 10, fetchByteCountNear: 8 << 10, partitionByteCountMax: 8 << 10,
                maxWait: .seconds(10))
            try await withConsumer(fixture, all(partitions), configuration) { consumer in
                let begin = MonotonicInstant.now
                var count = 0
                let reader = RecordReader()
                var batches = consumer.makeAsyncIterator()
                while count < 60, let batch = try await batches.next() {
                    try reader.forEachRecord(in: batch) { _ in count += 1 }
                    try await Task.sleep(for: .milliseconds(2))
                }
                #expect(MonotonicInstant.now - begin < .seconds(5))
            }
        }
    }

    @Test func `a batch that is longer than all bounds is read`() async throws {
        try await withFixture { fixture in
            try await fill(fixture, partitions: 1, records: 3, valueByteCount: 500 << 10)
            let configuration = ConsumerConfiguration(
                bufferByteCountMax: 64 << 10, fetchByteCountMax: 32 << 10, fetchByteCountNear: 16 << 10,
                partitionByteCountMax: 1 << 10)
            try await withConsumer(fixture, all(1), configuration) { consumer in
                try await expect([0: ["0.0", "0.1", "0.2"]], from: consumer)
            }
        }
    }

    @Test func `a partition that has no leader for a while is read on when it has one`() async throws {
        try await withFixture(brokers: 2) { fixture in
            try await fill(fixture, partitions: 1, records: 3)
            try await withConsumer(fixture, all(1)) { consumer in
                try await expect([0: ["0.0", "0.1", "0.2"]], from: consumer)
                try fixture.broker.removeLeader("t", 0)
                try await eventually {
                    fixture.cluster.metadata.topic("t")?.description.partitions[0].leader == -1
                }
                // The consumer looks for it by itself: nothing else asks.
                try fixture.broker.moveLeader("t", 0, to: 2)
                try await eventually {
                    fixture.cluster.metadata.topic("t")?.description.partitions[0].leader == 2
                }
                _ = try await fixture.deliver(try await fixture.makeBatches(["new"]))
                try await expect([0: ["new"]], from: consumer)
            }
        }
    }

    @Test func `partitions are read on when their leaders move`() async throws {
        try await withFixture(brokers: 3) { fixture in
            try await fill(fixture, partitions: 6, records: 30)
            try await withConsumer(fixture, all(6)) { consumer in
                var counts: [Int32: Int] = [:]
                for move in 0..<6 {
                    for (partition, values) in try await take(30, of: consumer) {
                        counts[partition, default: 0] += values.count
                    }
                    for partition in 0..<6 {
                        try fixture.broker.moveLeader("t", Int32(partition), to: Int32((partition + move) % 3 + 1))
                    }
                }
                #expect(counts == Dictionary(uniqueKeysWithValues: (0..<6).map { (Int32($0), 30) }))
            }
        }
    }

    @Test func `an offset that the log does not have ends the consumer, unless somebody decides`() async throws {
        try await withFixture { fixture in
            try await fill(fixture, partitions: 1, records: 5)
            try await withConsumer(fixture, all(1, from: .offset(99))) { consumer in
                let error = try await clientError { _ = try await take(1, of: consumer) }
                #expect(error.code == .offsetOutOfRange && error.brokerError == .offsetOutOfRange)
                #expect(error.message.contains("partition 0 of topic 't' has no offset 99"))
            }
            let problems = Mutex<[ConsumerProblem.Kind]>([])
            let configuration = ConsumerConfiguration(maxWait: .milliseconds(50)) { problem in
                problems.withLock { $0.append(problem.kind) }
                return .seek(.offset(3))
            }
            try await withConsumer(fixture, all(1, from: .offset(99)), configuration) { consumer in
                try await expect([0: ["0.3", "0.4"]], from: consumer)
            }
            #expect(problems.withLock { $0 } == [.offsetOutOfRange])
        }
    }

    @Test func `a damaged batch ends the consumer behind the records before it, or is passed over`() async throws {
        try await withFixture { fixture in
            try fixture.broker.createTopic("t", partitions: 1)
            for (index, value) in ["a", "b", "c"].enumerated() {
                if index == 1 { fixture.broker.inject(try FaultRule(parsing: "produce:count=1:damage")) }
                _ = try await fixture.deliver(try await fixture.makeBatches([value]))
            }
            try await withConsumer(fixture, all(1)) { consumer in
                try await expect([0: ["a"]], from: consumer)
                let error = try await clientError { _ = try await take(1, of: consumer) }
                #expect(error.code == .corruptBatch)
            }
            let problems = Mutex<[ConsumerProblem.Kind]>([])
            let configuration = ConsumerConfiguration(maxWait: .milliseconds(50)) { problem in
                problems.withLock { $0.append(problem.kind) }
                guard case .corruptBatch(let next?) = problem.kind else { return .fail }
                return .seek(.offset(next))
            }
            try await withConsumer(fixture, all(1), configuration) { consumer in
                try await expect([0: ["a", "c"]], from: consumer)
            }
            #expect(problems.withLock { $0 } == [.corruptBatch(next: 2)])
        }
    }

    @Test func `a consumer that is closed hands out nil, and a task that is cancelled an error`() async throws {
        try await withFixture { fixture in
            try await fill(fixture, partitions: 1, records: 1)
            try await withConsumer(fixture, all(1, from: .latest)) { consumer in
                let cancelled = Task { try await take(1, of: consumer) }
                let ended = Task { try await take(1, of: consumer) }
                try await Task.sleep(for: .milliseconds(50))
                cancelled.cancel()
                await #expect(throws: CancellationError.self) { try await cancelled.value }
                await consumer.close()
                let taken = try await ended.value
                #expect(taken.isEmpty)
            }
        }
    }

    @Test func `lanes call a closure for each batch, and end with what it throws`() async throws {
        try await withFixture { fixture in
            try await fill(fixture, partitions: 4, records: 25)
            struct Enough: Error {}
            try await withConsumer(
                fixture, all(4), ConsumerConfiguration(lanes: 2, maxWait: .milliseconds(50))
            ) { consumer in
                let count = Atomic<Int>(0)
                await #expect(throws: Enough.self) {
                    try await consumer.forEachBatch { batch, reader in
                        try reader.forEachRecord(in: batch) { _ in count.add(1, ordering: .relaxed) }
                        if count.load(ordering: .relaxed) >= 100 { throw Enough() }
                    }
                }
                #expect(count.load(ordering: .relaxed) == 100)
            }
        }
    }

    @Test func `a client's closure reads partitions from where each begins, and gets a consumer that is closed then`()
        async throws
    {
        try await withFixture { fixture in
            try await fill(fixture, partitions: 2, records: 20)
            let partitions: [TopicPartition: StartOffset] = [
                TopicPartition("t", 0): .offset(5), TopicPartition("t", 1): .earliest,
            ]
            try await Client.withConnection(to: fixture.endpoints.map(\.description)) { client in
                let kept = try await client.withConsumer(of: partitions) { consumer in
                    var found: [Int32: [Int64]] = [:]
                    for try await record in consumer.records() {
                        found[record.partition, default: []].append(record.offset)
                        if found.values.reduce(0, { $0 + $1.count }) == 35 { break }
                    }
                    #expect(found == [0: Array(5..<20), 1: Array(0..<20)])
                    return consumer
                }
                let next = try await kept.first { _ in true }
                #expect(next == nil)
            }
        }
    }
}
