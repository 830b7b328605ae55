import KafkaEmbeddedBroker
import Synchronization
import TestSupport
import Testing

@testable import KafkaClient

/// The record door: what it accepts is delivered or counts as failed, and it is bounded.
@Suite(.serialized, .timeLimit(.minutes(1))) struct ProducerRecordsTests {
    private func withProducer(
        linger: Duration = .seconds(60), memoryByteCountMax: Int = 32 << 20, lanes: Int = 1,
        requestTimeout: Duration = .seconds(10), strategy: Producer.Strategy? = nil,
        onDelivery: (@Sendable (Delivery) -> Void)? = nil,
        _ body: (Producer, NetworkFixture) async throws -> Void
    ) async throws {
        try await withFixture(loops: strategy == nil ? lanes : 2, requestTimeout: requestTimeout) { fixture in
            try fixture.broker.createTopic("t", partitions: 2)
            var configuration = Producer.Configuration(strategy: strategy ?? .sharded(lanes: lanes))
            configuration.builder = BuilderConfiguration(
                batchByteCount: 1024, linger: linger, memoryByteCountMax: memoryByteCountMax)
            configuration.producer = .fast()
            configuration.onDelivery = onDelivery
            let producer = try Producer(
                configuration, cluster: fixture.cluster, connection: fixture.connection, on: fixture.loops)
            var failure: (any Error)?
            do { try await body(producer, fixture) } catch { failure = error }
            await producer.close()
            if let failure { throw failure }
        }
    }

    @Test func `a partition or topic that does not exist is told of at once, and nobody else's record is lost`()
        async throws
    {
        try await withProducer(requestTimeout: .seconds(1)) { producer, _ in
            for number in 0..<300 { try await producer.append(value: "\(number)", to: "t", partition: 1) }
            for partition: Int32 in [2, -2, .max] {
                let error = try await clientError {
                    try await producer.append(value: "", to: "t", partition: partition)
                }
                #expect(error.code == .unknownPartition)
            }
            let error = try await clientError { try await producer.append(value: "", to: "none") }
            #expect(error.code == .unknownTopic)
            let summary = try await producer.flushWithSummary()
            #expect(summary.acknowledgedRecords == 300)
            #expect(summary.failedRecords == 0)
        }
    }

    @Test(arguments: [1, 3]) func `every record whose append returned is delivered, whoever is cancelled`(
        lanes: Int
    ) async throws {
        try await withProducer(linger: .milliseconds(1), memoryByteCountMax: 32 << 10, lanes: lanes) {
            producer, fixture in
            fixture.broker.inject(FaultRule(.produce, count: 20, effect: .delay(.milliseconds(10))))
            let accepted = Counter()
            await withTaskGroup(of: Void.self) { group in
                for task in 0..<20 {
                    let appending = Task {
                        for number in 0..<400 {
                            try await producer.append(value: "\(number)", key: "\(number)", to: "t")
                            accepted.add()
                        }
                    }
                    group.addTask {
                        if task % 2 == 0 {
                            // Each at another point of all that is appended.
                            while accepted.count < task * 40 { await Task.yield() }
                            appending.cancel()
                        }
                        _ = await appending.result
                    }
                }
            }
            let summary = try await producer.flushWithSummary()
            #expect(summary.acknowledgedRecords == accepted.count)
            #expect(summary.acknowledgedRecords >= 4000)
            #expect(summary.failedRecords == 0)
            #expect(producer.router.room.takenByteCount == 0)
        }
    }

    @Test func `records that the builder no longer takes count as failed, each once`() async throws {
        try await withProducer { producer, _ in
            for number in 0..<100 { try await producer.append(value: "\(number)", to: "t") }
            await producer.builder.finish()
            #expect(try await clientError { try await producer.flush() }.code == .closed)
            for number in 0..<2000 { try await producer.append(value: "\(number)", to: "t") }
            let summary = try await producer.flushWithSummary()
            #expect(summary.failedRecords == 2000)
            #expect(summary.firstFailure?.code == .closed)
        }
    }

    @Test func `records that wait when the producer is closed fail, and later ones are refused`() async throws {
        try await withProducer { producer, _ in
            for number in 0..<10 { try await producer.append(value: "\(number)", to: "t") }
            await producer.close()
            #expect(producer.deliveries.takeSummary().failedRecords == 10)
            let error = try await clientError { try await producer.append(value: "late", to: "t") }
            #expect(error.code == .closed)
        }
    }

    @Test func `records that linger are bounded in bytes, and what waits for room can be cancelled`() async throws {
        try await withProducer(linger: .milliseconds(1), memoryByteCountMax: 4096) { producer, fixture in
            fixture.broker.inject(FaultRule(.produce, effect: .stall))
            let accepted = Counter()
            let appending = Task {
                while true {
                    try await producer.append(value: "a", to: "t")
                    accepted.add()
                    #expect(producer.router.room.takenByteCount <= 4096)
                }
            }
            // The bound is reached when the task stands in line for room.
            try await eventually { producer.router.room.lineLength == 1 }
            #expect(accepted.count > 0 && accepted.count < 1000)
            appending.cancel()
            await #expect(throws: CancellationError.self) { try await appending.value }
            await producer.close()
            let summary = producer.deliveries.takeSummary()
            #expect(summary.failedRecords == accepted.count)
        }
    }

    /// Whether the program keeps what failed, and with it the batches' memory.
    @Test(arguments: [Producer.Strategy.sharded(lanes: 2), .sequential(workers: 1)], [false, true])
    func `a producer whose memory is in batches that nobody takes is closed at once`(
        strategy: Producer.Strategy, keepsDeliveries: Bool
    ) async throws {
        let kept = DeliveryCollector()
        try await withProducer(
            linger: .milliseconds(1), memoryByteCountMax: 6144, strategy: strategy,
            onDelivery: { delivery in if keepsDeliveries { kept.accept([delivery]) } }
        ) { producer, fixture in
            fixture.broker.inject(FaultRule(.produce, effect: .stall))
            let appending = Task {
                for number in 0... {
                    try await producer.append(RecordChunk.numbered(number..<number + 1, valueByteCount: 500), to: "t")
                }
            }
            try await eventually {
                if let builder = producer.builder as? SequentialBuilder { return builder.pool.hasWaiters }
                return (producer.builder as? ShardedBuilder)?.lanes.contains { $0.pool.hasWaiters } == true
            }
            let closing = MonotonicInstant.now
            await producer.close()
            #expect(MonotonicInstant.now - closing < .seconds(5))
            await #expect(throws: (any Error).self) { try await appending.value }
            let summary = producer.deliveries.takeSummary()
            #expect(summary.failedRecords > 0 && summary.firstFailure?.code == .closed)
        }
    }

    @Test func `a bound that is reached does not wait for the linger time`() async throws {
        try await withProducer(linger: .seconds(3600), memoryByteCountMax: 4096) { producer, _ in
            for number in 0..<1000 {
                try await producer.append(
                    value: [UInt8](repeating: 1, count: number % 10 == 0 ? 3000 : 10), to: "t",
                    partition: Int32(number % 2))
            }
            let summary = try await producer.flushWithSummary()
            #expect(summary.acknowledgedRecords == 1000)
        }
    }

    @Test func `a flush ends while others go on appending`() async throws {
        try await withProducer(linger: .zero, memoryByteCountMax: 64 << 10) { producer, _ in
            let appended = Counter()
            let appending = Task {
                while true {
                    try Task.checkCancellation()
                    try await producer.append(RecordChunk.numbered(0..<10), to: "t")
                    appended.add()
                }
            }
            var acknowledgedCount = 0
            for number in 0..<20 {
                try await producer.append(value: "\(number)", to: "t")
                let summary = try await producer.flushWithSummary()
                // The record that was appended before the flush, at least.
                #expect(summary.acknowledgedRecords >= 1 && summary.failedRecords == 0)
                acknowledgedCount += summary.acknowledgedRecords
            }
            appending.cancel()
            await #expect(throws: CancellationError.self) { try await appending.value }
            acknowledgedCount += try await producer.flushWithSummary().acknowledgedRecords
            #expect(acknowledgedCount == appended.count * 10 + 20)
        }
    }
}

final class Counter: Sendable {
    private let state = Mutex(0)
    var count: Int { state.withLock { $0 } }
    func add() { state.withLock { $0 += 1 } }
}
