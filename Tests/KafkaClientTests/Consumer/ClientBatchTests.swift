import KafkaClient
import Testing

/// Batches of other clients and of the codecs' own tools are read in every framing that they use.
@Suite struct ClientBatchTests {
    @Test(arguments: ClientBatch.all)
    func `A batch is framed as its writer frames, and read`(batch: ClientBatch) throws {
        let view = try RecordBatchView(batch.bytes.span.bytes)
        let compressed = view.recordBytes.withUnsafeBytes { Array($0) }
        #expect(try Framing(of: compressed, view.compression) == batch.framing)

        var found: [PlainRecord] = []
        let next = try RecordReader().forEachRecord(in: batch.bytes, from: 0) { record, _ in
            found.append(
                PlainRecord(
                    key: record.keyBytes, value: record.valueBytes, headers: Array(record.headers),
                    timestampMs: record.timestampMs))
        }
        #expect(next == 20)
        #expect(found == ClientBatch.records)
    }

    @Test(arguments: ["Java 4.3.1", "Java 3.9.2", "librdkafka", "kafka-python"])
    func `Every client is there with every codec`(client: String) throws {
        let codecs = try ClientBatch.all.filter { $0.writer.hasPrefix(client) }.map {
            try RecordBatchView($0.bytes.span.bytes).compression
        }
        #expect(codecs == [.gzip, .snappy, .lz4, .zstd])
    }

    @Test func `The tools frame in every way: 16 of LZ4, 6 of zstd, 2 of gzip, raw snappy`() {
        let tools = ClientBatch.lz4Linked + ClientBatch.lz4Independent + ClientBatch.zstd + ClientBatch.gzipAndSnappy
        let framings = Set(tools.map(\.framing))
        #expect(framings.count == 25)
    }
}
