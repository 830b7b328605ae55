import KafkaProtocol
import Testing

@testable import KafkaEmbeddedBroker

@Suite struct StorageFaultTests {
    /// The answers to three batches of one, two and three records when the first is hit, and the record counts that are stored.
    private static func produce(_ fault: StorageFault, to broker: EmbeddedBroker, _ client: RawClient) throws -> (
        offsets: [Int64], stored: [Int32], records: [UInt8]
    ) {
        try broker.createTopic("t")
        broker.inject(FaultRule(.produce, count: 1, effect: .storage(fault)))
        let offsets = try (1...3).map { count in
            let answer = try client.produce(makeBatch(records: count))
            #expect(answer.errorCode == .none)
            return answer.baseOffset
        }
        let records = try client.fetch(makeFetch("t", [(0, 0)]))[0].records
        var stored: [Int32] = []
        var position = 0
        while position < records.count {
            let view = try RecordBatchView(records.span.bytes.extracting(position...))
            stored.append(view.header.recordCount)
            position += view.header.batchByteCount
        }
        return (offsets, stored, records)
    }

    @Test(arguments: [
        (StorageFault.lose, [0, 0, 2] as [Int64], [2, 3] as [Int32]), (.double, [0, 2, 4], [1, 1, 2, 3]),
        (.swap, [0, 0, 3], [2, 1, 3]), (.corrupt, [0, 1, 3], [1, 2, 3]),
    ])
    func `a broker that lies acknowledges one thing and stores another`(
        fault: StorageFault, offsets: [Int64], stored: [Int32]
    ) async throws {
        try await withBroker { broker, endpoints in
            let found = try Self.produce(fault, to: broker, try RawClient(endpoints[0]))
            #expect(found.offsets == offsets)
            #expect(found.stored == stored)
        }
    }

    @Test func `a corrupted value is hidden by a checksum that fits`() async throws {
        try await withBroker { broker, endpoints in
            let found = try Self.produce(.corrupt, to: broker, try RawClient(endpoints[0]))
            let view = try RecordBatchView(found.records.span.bytes)
            var cursor = view.cursor(over: view.recordBytes)
            let value = try cursor.next()?.valueBytes
            #expect(value == Array(repeating: 65, count: 9) + [65 ^ 0xFF])
        }
    }

    @Test(arguments: StorageFault.allCases)
    func `an idempotent producer does not notice`(fault: StorageFault) async throws {
        try await withBroker { broker, endpoints in
            try broker.createTopic("t")
            broker.inject(FaultRule(.produce, count: 1, effect: .storage(fault)))
            let client = try RawClient(endpoints[0])
            for sequence in 0..<3 as Range<Int32> {
                let batch = makeBatch {
                    $0.producerID = 7
                    $0.producerEpoch = 0
                    $0.baseSequence = sequence
                }
                #expect(try client.produce(batch).errorCode == .none)
            }
        }
    }
}
