import KafkaCompression
import KafkaEmbeddedBroker
import KafkaProtocol
import KafkaTransport
import Testing

@testable import KafkaClient

@Suite(.serialized, .timeLimit(.minutes(1))) struct ConsumedRecordTests {
    /// A record as its own values, for comparison.
    struct Copy: Equatable {
        var offset: Int64
        var key: [UInt8]?
        var value: [UInt8]?
        var headers: [RecordHeader]
    }

    private func records(_ count: Int) -> [Copy] {
        (0..<count).map { number in
            Copy(
                offset: Int64(number), key: number % 3 == 0 ? nil : Array("key \(number)".utf8),
                value: number % 7 == 6 && number % 3 > 0
                    ? nil : Array(repeating: UInt8(number % 251), count: number % 50),
                headers: number % 5 == 0 ? [RecordHeader(key: "h", value: [UInt8(number % 256)])] : [])
        }
    }

    private func fill(_ fixture: NetworkFixture, _ records: [Copy], _ codec: Codec) async throws {
        try fixture.broker.createTopic("t", partitions: 1)
        let sink = BatchCollector()
        let builder = try BuilderLane(
            BuilderConfiguration(batchByteCount: 1 << 10, linger: .seconds(10), codec: codec), on: fixture.loop,
            topics: FixedTopics(["t": 1]), to: sink)
        for record in records {
            var chunk = RecordChunk()
            switch (record.key, record.value) {
            case (let key?, let value?): try chunk.append(value: value, key: key, headers: record.headers)
            case (let key?, nil): try chunk.append(value: NullBytes(), key: key, headers: record.headers)
            case (nil, let value?): try chunk.append(value: value, headers: record.headers)
            case (nil, nil): try chunk.append(value: [UInt8](), headers: record.headers)
            }
            try await builder.append(chunk, to: "t", partition: 0)
        }
        await builder.finish()
        _ = try await fixture.deliver(sink.takeAll())
    }

    @Test func `behind a seek comes what was sought, not the rest of the batch before`() async throws {
        try await withFixture { fixture in
            try await fill(fixture, records(300), .uncompressed)
            let group = try EventLoopGroup(count: 1, name: "consumer")
            let consumer = Consumer(
                ConsumerConfiguration(maxWait: .milliseconds(50)), cluster: fixture.cluster,
                connection: fixture.connection, on: group.loops, ownLoops: group)
            await consumer.add([TopicPartition("t", 0): .earliest])
            var found: [Int64] = []
            var iterator = consumer.records().makeAsyncIterator()
            for _ in 0..<5 { if let record = try await iterator.next() { found.append(record.offset) } }
            for start in [Int64(2), 290] {
                try await consumer.seek(TopicPartition("t", 0), to: .offset(start))
                for _ in 0..<3 { if let record = try await iterator.next() { found.append(record.offset) } }
            }
            #expect(found == [0, 1, 2, 3, 4, 2, 3, 4, 290, 291, 292])
            await consumer.close()
        }
    }

    private func take(
        _ fixture: NetworkFixture, from start: StartOffset, count: Int,
        _ body: (ConsumedRecord) throws -> Void
    ) async throws {
        let group = try EventLoopGroup(count: 1, name: "consumer")
        let consumer = Consumer(
            ConsumerConfiguration(maxWait: .milliseconds(50)), cluster: fixture.cluster,
            connection: fixture.connection, on: group.loops, ownLoops: group)
        await consumer.add([TopicPartition("t", 0): start])
        do {
            var left = count
            for try await record in consumer.records() {
                try body(record)
                left -= 1
                if left == 0 { break }
            }
        } catch {
            await consumer.close()
            throw error
        }
        await consumer.close()
    }

    @Test(arguments: [Codec.uncompressed, .lz4, .zstd, .gzip, .snappy])
    func `records come one by one with all they have, and may be kept`(codec: Codec) async throws {
        try await withFixture { fixture in
            let written = records(300)
            try await fill(fixture, written, codec)
            var kept: [ConsumedRecord] = []
            try await take(fixture, from: .offset(17), count: 283) { record in
                #expect(
                    record.key?.byteCount == record.keyBytes?.count
                        && record.value?.byteCount == record.valueBytes?.count)
                kept.append(record)
            }
            // All of them, when their batches are long behind.
            let found = kept.map {
                Copy(offset: $0.offset, key: $0.keyBytes, value: $0.valueBytes, headers: $0.headers)
            }
            #expect(found == Array(written[17...]))
            #expect(kept.allSatisfy { $0.topic == "t" && $0.partition == 0 })
            // What a codec makes no smaller is stored as it is.
            #expect(kept.contains { $0.batch.compression == codec.type })
        }
    }
}
