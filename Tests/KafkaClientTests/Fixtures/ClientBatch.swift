import Foundation
import KafkaClient
import Testing

/// A record batch as another program compressed it.
struct ClientBatch: Sendable, CustomTestStringConvertible {
    let writer: String
    /// What the writer is known to choose.
    let framing: Framing
    let bytes: [UInt8]

    init(_ writer: String, _ framing: Framing, _ base64: String) {
        self.writer = writer
        self.framing = framing
        bytes = Array(Data(base64Encoded: base64, options: .ignoreUnknownCharacters)!)
    }

    var testDescription: String { "\(writer): \(framing)" }

    static let all: [ClientBatch] =
        java431 + java392 + librdkafka + kafkaPython + lz4Linked + lz4Independent + zstd + gzipAndSnappy

    /// Twenty records that fill several blocks of snappy and LZ4; scripts/fixtures/client_batches.py makes the same ones.
    static let records: [PlainRecord] = (0..<20).map { index in
        PlainRecord(
            key: [nil, [], Array("key-\(index)".utf8)][index % 3],
            value: (0..<180).flatMap { "line \($0) of the fixture\n".utf8 },
            headers: index % 2 == 1 ? [RecordHeader(key: "n", value: Array("\(index)".utf8))] : [],
            timestampMs: 1_700_000_000_000 + Int64(index))
    }
}
