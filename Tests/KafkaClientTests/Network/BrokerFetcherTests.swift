import KafkaEmbeddedBroker
import KafkaProtocol
import KafkaTransport
import Testing

@testable import KafkaClient

@Suite(.serialized, .timeLimit(.minutes(1))) struct BrokerFetcherTests {
    /// Owns a fetcher, on whose loop it lives.
    private actor Reader {
        nonisolated let loop: EventLoop
        nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
        private let fetcher: BrokerFetcher
        private let batches = RecordReader()
        private var found: [Found] = []

        struct Found: Equatable {
            let partition: Int32
            var errorCode = KafkaErrorCode.none
            var highWatermark: Int64
            var values: [String] = []
        }

        init(_ fixture: NetworkFixture, topic: String) async throws {
            loop = fixture.loop
            let snapshot = try await fixture.cluster.refresh([topic])
            fetcher = BrokerFetcher(
                topic: topic, try #require(snapshot.topics[topic]), node: 1, at: try #require(snapshot.brokers[1]),
                on: fixture.loop, fixture.connection)
        }

        func open() async throws { try await fetcher.open() }

        func close() async { await fetcher.close() }

        /// What the broker says of each partition, and how many bytes of records there were.
        func fetch(
            _ positions: [(Int32, Int64)], byteCountMax: Int32 = 1 << 20
        ) async throws -> (found: [Found], byteCount: Int) {
            found = []
            let answer = try await fetcher.fetch(
                positions.map { BrokerFetcher.Position(partition: $0.0, offset: $0.1) }, byteCountMax: byteCountMax,
                partitionByteCountMax: 1 << 20, maxWait: .zero, timeout: .seconds(10)
            ) { answer, records in
                self.take(answer, records, from: positions.first { $0.0 == answer.partition }?.1 ?? 0)
            }
            #expect(answer.errorCode == .none)
            return (found, answer.byteCount)
        }

        private func take(_ answer: BrokerFetcher.Answer, _ records: RawSpan, from offset: Int64) {
            var values: [String] = []
            _ = try? batches.forEachRecord(in: records, from: offset) { record, _ in
                values.append(String(decoding: record.valueBytes ?? [], as: UTF8.self))
            }
            found.append(
                Found(
                    partition: answer.partition, errorCode: answer.errorCode, highWatermark: answer.highWatermark,
                    values: values))
        }
    }

    private func withReader(
        _ values: [[String]], _ body: (NetworkFixture, Reader) async throws -> Void
    ) async throws {
        try await withFixture { fixture in
            try fixture.broker.createTopic("t", partitions: values.count)
            for (partition, values) in values.enumerated() {
                _ = try await fixture.deliver(try await fixture.makeBatches(values, partition: Int32(partition)))
            }
            let reader = try await Reader(fixture, topic: "t")
            try await reader.open()
            try await body(fixture, reader)
            await reader.close()
        }
    }

    @Test func `one request reads several partitions, each from its offset`() async throws {
        try await withReader([["a", "b"], [], ["c", "d", "e"]]) { fixture, reader in
            let requestCount = fixture.broker.statistics.requestCount
            let answer = try await reader.fetch([(2, 1), (0, 0), (1, 0)])
            #expect(
                answer.found == [
                    .init(partition: 2, highWatermark: 3, values: ["d", "e"]),
                    .init(partition: 0, highWatermark: 2, values: ["a", "b"]),
                    .init(partition: 1, highWatermark: 0),
                ])
            #expect(answer.byteCount > 4 * RecordBatchHeader.byteCount)
            #expect(fixture.broker.statistics.requestCount == requestCount + 1)
        }
    }

    @Test func `what comes first is served first when an answer may not have all`() async throws {
        try await withReader([["a"], ["b"]]) { _, reader in
            let answer = try await reader.fetch([(1, 0), (0, 0)], byteCountMax: 1)
            #expect(answer.found.map(\.values) == [["b"], []])
            #expect(answer.found.map(\.highWatermark) == [1, 1])
        }
    }

    @Test func `an error of one partition is told beside the records of another`() async throws {
        try await withReader([["a"], ["b"]]) { _, reader in
            let answer = try await reader.fetch([(0, 7), (1, 0), (9, 0)])
            #expect(answer.found.map(\.errorCode) == [.offsetOutOfRange, .none, .unknownTopicOrPartition])
            #expect(answer.found.map(\.values) == [[], ["b"], []])
        }
    }

    @Test func `a closed fetcher says so`() async throws {
        try await withReader([["a"]]) { _, reader in
            await reader.close()
            let error = try await clientError { _ = try await reader.fetch([(0, 0)]) }
            #expect([.closed, .connectionFailed].contains(error.code))
        }
    }
}
