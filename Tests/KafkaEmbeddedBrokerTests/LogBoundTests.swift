import KafkaProtocol
import Testing

@testable import KafkaEmbeddedBroker

@Suite struct LogBoundTests {
    @Test func `memory stays within its bound, the oldest batches go`() async throws {
        try await withBroker({ $0.logPolicy = .memory(byteCount: 10_000) }) { broker, endpoints in
            try broker.createTopic("t")
            let client = try RawClient(endpoints[0])
            let batch = makeBatch(valueByteCount: 2000)
            for offset in 0..<20 as Range<Int64> { #expect(try client.produce(batch).baseOffset == offset) }
            let partition = try #require(broker.statistics.topics["t"]?[0])
            #expect(partition.keptByteCount == batch.count * 4)
            #expect(partition.startOffset == 16 && partition.endOffset == 20)
            #expect(try client.fetch(makeFetch("t", [(0, 15)]))[0].answer.errorCode == .offsetOutOfRange)
            #expect(try client.fetch(makeFetch("t", [(0, 16)]))[0].records.count == batch.count * 4)
        }
    }

    @Test func `a partition that comes late is not starved by one that filled the memory`() async throws {
        try await withBroker({ $0.logPolicy = .memory(byteCount: 100_000) }) { broker, endpoints in
            try broker.createTopic("t", partitions: 2)
            let client = try RawClient(endpoints[0])
            let batch = makeBatch(valueByteCount: 1000)
            for _ in 0..<200 { _ = try client.produce(batch) }
            for _ in 0..<200 { _ = try client.produce(batch, partition: 1) }
            let kept = try #require(broker.statistics.topics["t"]).map(\.keptByteCount)
            #expect(kept[0] + kept[1] <= 100_000)
            #expect(kept.allSatisfy { $0 > 40_000 }, "\(kept)")
        }
    }

    @Test func `a batch that is larger than all memory is counted and not kept`() async throws {
        try await withBroker({ $0.logPolicy = .memory(byteCount: 1000) }) { broker, endpoints in
            try broker.createTopic("t")
            let client = try RawClient(endpoints[0])
            _ = try client.produce(makeBatch())
            #expect(try client.produce(makeBatch(valueByteCount: 2000)).baseOffset == 1)
            #expect(try client.produce(makeBatch()).baseOffset == 2)
            let fetched = try client.fetch(makeFetch("t", [(0, 2)]))[0]
            #expect(try RecordBatchView(fetched.records.span.bytes).header.baseOffset == 2)
            #expect(fetched.answer.logStartOffset == 2)
        }
    }

    @Test func `a broker that drops goes on with the offsets and keeps nothing`() async throws {
        try await withBroker({ $0.logPolicy = .drop }) { broker, endpoints in
            try broker.createTopic("t")
            let client = try RawClient(endpoints[0])
            #expect(try client.produce(makeBatch(records: 5)).baseOffset == 0)
            #expect(try client.produce(makeBatch(records: 5)).baseOffset == 5)
            #expect(try client.fetch(makeFetch("t", [(0, 10)]))[0].answer.errorCode == .none)
            #expect(try client.fetch(makeFetch("t", [(0, 0)]))[0].answer.errorCode == .offsetOutOfRange)
            #expect(broker.statistics.keptByteCount == 0 && broker.statistics.recordCount == 10)
        }
    }
}
