import Synchronization
import TestSupport
import Testing

@testable import KafkaClient

/// Records that are numbered at a door, and the numbers that their batches tell.
@Suite(.serialized, .timeLimit(.minutes(1))) struct DoorNumbersTests {
    /// Decodes batches as long as they are there.
    private final class Observer: DeliverySink {
        private let batches = Mutex<[BuiltBatch]>([])

        var all: [BuiltBatch] { batches.withLock { $0 } }

        func accept(_ deliveries: [Delivery]) {
            let decoded = deliveries.map { delivery in
                #expect(delivery.isAcknowledged)
                return try! BuiltBatch(delivery.batch)
            }
            batches.withLock { $0 += decoded }
        }

        func finish() {}
    }

    private func observed(
        _ strategy: Producer.Strategy, _ partitioner: any Partitioner, _ body: (Producer) async throws -> Void
    ) async throws -> [BuiltBatch] {
        var configuration = Producer.Configuration(strategy: strategy)
        configuration.builder = BuilderConfiguration(
            batchByteCount: 1024, linger: .milliseconds(1), memoryByteCountMax: 8 << 20, partitioner: partitioner)
        configuration.producer = .fast()
        let observer = Observer()
        try await withFixture(loops: configuration.loopCount) { fixture in
            try fixture.broker.createTopic("t", partitions: 5)
            // One more for records that fail before a lane has them.
            let producer = try Producer(
                configuration, cluster: fixture.cluster, connection: fixture.connection, on: fixture.loops,
                observing: Array(repeating: observer, count: configuration.laneCount + 1))
            var failure: (any Error)?
            do {
                try await body(producer)
                try await producer.flush()
            } catch { failure = error }
            await producer.close()
            if let failure { throw failure }
        }
        return observer.all
    }

    static let partitioners: [any Partitioner] = [StickyPartitioner(), RoundRobinPartitioner(), KeyPartitioner.murmur2]

    @Test(arguments: DoorTests.strategies, 0..<3)
    func `batches tell which of a door's records are in them`(strategy: Producer.Strategy, choice: Int) async throws {
        let batches = try await observed(strategy, Self.partitioners[choice]) { producer in
            // Records of before have no numbers.
            for number in 0..<100 { try await producer.append(value: "early \(number)", to: "t") }
            try await producer.numberRecords(to: "t", from: 0)
            for number in 0..<1000 { try await producer.append(value: "\(number)", key: "\(number % 7)", to: "t") }
            var writer = try await producer.writer(for: "t", numberingFrom: 10_000)
            for number in 10_000..<11_000 { try await writer.append(value: "\(number)", key: "\(number % 7)") }
            for first in stride(from: 20_000, to: 21_000, by: 50) {
                var chunk = RecordChunk.texts(first..<first + 50)
                chunk.numbering = RecordNumbering(first: Int64(first))
                try await producer.append(chunk, to: "t")
            }
        }
        var found: [Int64] = []
        for batch in batches {
            let values = batch.records.map { String(decoding: $0.value ?? [], as: UTF8.self) }
            let numbered = values.filter { !$0.hasPrefix("early") }
            #expect(batch.numbers.map { "\($0)" } == numbered)
            found += batch.numbers
        }
        let all = [0..<1000, 10_000..<11_000, 20_000..<21_000].flatMap { $0.map(Int64.init) }
        #expect(found.sorted() == all)
    }
}
