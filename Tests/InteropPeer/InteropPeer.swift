// The library's hands for tests in which other programs write or read. Records travel as lines of tab-separated fields:
//
//      partition  key  value  timestamp-ms  header-key=header-value,…
//
// Bytes are hexadecimal, `-` is null; as a partition it lets the partitioner decide. Used by Tests/Interop.
//
//      interop-peer write BOOTSTRAP TOPIC CODEC sharded|sequential ACKS [murmur2|crc32|fnv1a]    < records
//      interop-peer read BOOTSTRAP TOPIC                                                         > records
//      interop-peer batches BOOTSTRAP TOPIC                                                      > batches as stored

import Foundation
import KafkaClient

@main
struct InteropPeer {
    static func main() async throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        switch arguments.first {
        case "write" where arguments.count == 6 || arguments.count == 7 && partitioners[arguments[6]] != nil:
            try await write(
                bootstrap: arguments[1], topic: arguments[2], codec: Codec(parsing: arguments[3]),
                builder: arguments[4],
                acks: arguments[5], partitioner: arguments.dropFirst(6).first ?? "murmur2")
        case "read" where arguments.count == 3: try await read(bootstrap: arguments[1], topic: arguments[2])
        case "batches" where arguments.count == 3: try await batches(bootstrap: arguments[1], topic: arguments[2])
        default:
            FileHandle.standardError.write(Data("usage: interop-peer write|read|batches BOOTSTRAP TOPIC …\n".utf8))
            exit(64)
        }
    }

    private static let partitioners: [String: KeyPartitioner] = ["murmur2": .murmur2, "crc32": .crc32, "fnv1a": .fnv1a]

    private static func write(
        bootstrap: String, topic: String, codec: Codec, builder: String, acks: String, partitioner: String
    ) async throws {
        let configuration = Producer.Configuration(
            codec: codec, acks: acks == "0" ? .none : acks == "1" ? .leader : .all,
            partitioner: partitioners[partitioner]!,
            strategy: builder == "sequential" ? .sequential(workers: 2) : .sharded(lanes: 2))
        try await Client.withConnection(to: bootstrap.split(separator: ",").map(String.init)) { client in
            try await client.withProducer(configuration) { producer in
                while let line = readLine() {
                    let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
                    let headers = fields[4].split(separator: ",").map { header in
                        let parts = header.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                        let key = String(decoding: bytes(parts[0]) ?? [], as: UTF8.self)
                        return RecordHeader(key: key, value: bytes(parts[1]))
                    }
                    try await producer.append(
                        value: bytes(fields[2]), key: bytes(fields[1]), headers: headers, timestampMs: Int64(fields[3]),
                        to: topic, partition: Int32(fields[0]))
                }
                let summary = try await producer.flushWithSummary()
                try summary.throwIfFailed()
                print(summary.acknowledgedRecords)
            }
        }
    }

    private static func read(bootstrap: String, topic: String) async throws {
        let batches = RecordReader()
        try await fetch(bootstrap: bootstrap, topic: topic) { partition, records, offset in
            try batches.forEachRecord(in: records, from: offset) { record, _ in
                let headers = record.headers.map { "\(hex(Array($0.key.utf8)))=\(hex($0.value))" }
                print(
                    partition, hex(record.keyBytes), hex(record.valueBytes), record.timestampMs,
                    headers.joined(separator: ","), separator: "\t")
            }
        }
    }

    /// A line for each batch: its bytes.
    private static func batches(bootstrap: String, topic: String) async throws {
        try await fetch(bootstrap: bootstrap, topic: topic) { _, records, offset in
            var offset = offset
            var rest = records[...]
            while !rest.isEmpty {
                let header = try RecordBatchView(rest.span.bytes).header
                print(hex(Array(rest.prefix(header.batchByteCount))))
                rest = rest.dropFirst(header.batchByteCount)
                offset = header.baseOffset + Int64(header.lastOffsetDelta) + 1
            }
            return offset
        }
    }

    /// Fetches a topic from beginning to end; `take` gets batches and their first offset, and gives the next one.
    private static func fetch(
        bootstrap: String, topic: String,
        _ take: (_ partition: Int, _ records: [UInt8], _ offset: Int64) throws -> Int64
    ) async throws {
        try await Client.withConnection(to: bootstrap.split(separator: ",").map(String.init)) { client in
            let ends = try await client.cluster.offsets(of: topic, at: .latest)
            var next = try await client.cluster.offsets(of: topic, at: .earliest)
            let loop = try EventLoop()
            for (partition, end) in ends.enumerated() where next[partition] < end {
                let fetcher = try await PartitionFetcher(
                    topic: topic, partition: Int32(partition), cluster: client.cluster, on: loop,
                    client.configuration.connection)
                while next[partition] < end {
                    let answer = try await fetcher.fetch(from: next[partition])
                    guard answer.errorCode == .none else { throw answer.errorCode }
                    next[partition] = try take(partition, answer.records, next[partition])
                }
                await fetcher.close()
            }
            await loop.shutDown()
        }
    }

    private static func bytes(_ text: Substring) -> [UInt8]? {
        if text == "-" { return nil }
        var result: [UInt8] = []
        var rest = text.utf8[...]
        while let high = rest.popFirst(), let low = rest.popFirst() {
            result.append(nibble(high) << 4 | nibble(low))
        }
        return result
    }

    private static func nibble(_ digit: UInt8) -> UInt8 {
        digit <= UInt8(ascii: "9") ? digit - UInt8(ascii: "0") : digit - UInt8(ascii: "a") + 10
    }

    private static func hex(_ bytes: [UInt8]?) -> String {
        guard let bytes else { return "-" }
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
