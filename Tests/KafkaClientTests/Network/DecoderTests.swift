import Foundation
import KafkaEmbeddedBroker
import KafkaProtocol
import KafkaTransport
import Synchronization
import Testing

@testable import KafkaClient

/// A codec whose decompressors call a function before each batch.
private struct WatchedCodec: CompressionCodec {
    let codec = Codec(defaultOf: .lz4)
    let before: @Sendable () -> Void

    var type: CompressionType { codec.type }
    var name: String { codec.name }
    var level: Int? { codec.level }

    func makeCompressor() throws(CodecError) -> any BatchCompressor { try codec.makeCompressor() }
    func makeDecompressor() throws(CodecError) -> any BatchDecompressor {
        Decompressor(inner: try codec.makeDecompressor(), before: before)
    }

    final class Decompressor: BatchDecompressor {
        let inner: any BatchDecompressor
        let before: @Sendable () -> Void

        init(inner: any BatchDecompressor, before: @escaping @Sendable () -> Void) {
            self.inner = inner
            self.before = before
        }

        func decompress(_ source: RawSpan, into output: inout [UInt8], maxByteCount: Int) throws(CodecError) {
            before()
            try inner.decompress(source, into: &output, maxByteCount: maxByteCount)
        }
    }
}

/// Consumers whose batches are decompressed by threads of their own.
@Suite(.serialized, .timeLimit(.minutes(1))) struct DecoderTests: ReadsByConsumer {
    private let lz4 = Codec(defaultOf: .lz4)

    private func text(_ record: borrowing Record) -> String {
        String(decoding: record.valueBytes ?? [], as: UTF8.self).trimmed
    }

    /// The texts of so many records, by partition.
    private func take(_ count: Int, of batches: DecodedBatches) async throws -> [Int32: [String]] {
        var found: [Int32: [String]] = [:]
        var left = count
        for try await decoded in batches {
            try decoded.forEachRecord { record in
                found[decoded.batch.partition, default: []].append(text(record))
                left -= 1
            }
            if left <= 0 { break }
        }
        return found
    }

    @Test(arguments: [CompressionType.none, .gzip, .lz4], [1, 4])
    func `every record is handed out once and in order`(type: CompressionType, count: Int) async throws {
        try await withFixture(brokers: 2) { fixture in
            try await fill(fixture, partitions: 5, records: 200, codec: Codec(defaultOf: type))
            // Batches take turns in being quick and slow.
            let turn = Atomic(0)
            let codec = WatchedCodec {
                if turn.add(1, ordering: .relaxed).newValue % 3 == 0 { Thread.sleep(forTimeInterval: 0.0005) }
            }
            try await withConsumer(
                fixture, all(5), ConsumerConfiguration(lanes: 2, maxWait: .milliseconds(50))
            ) { consumer in
                let found = try await consumer.withDecoders(count, codecs: CodecTable(overriding: [codec])) { batches in
                    try await take(1000, of: batches)
                }
                #expect(found == expected(5, 0..<200))
            }
        }
    }

    @Test func `batches behind one that takes long are decompressed meanwhile`() async throws {
        try await withFixture { fixture in
            try await fill(fixture, partitions: 1, records: 100, codec: lz4)
            let count = Atomic(0)
            let codec = WatchedCodec {
                guard count.add(1, ordering: .acquiringAndReleasing).newValue == 1 else { return }
                let end = MonotonicInstant.now + .seconds(20)
                while count.load(ordering: .acquiring) < 9, end > .now { Thread.sleep(forTimeInterval: 0.0002) }
            }
            try await withConsumer(fixture, all(1)) { consumer in
                let found = try await consumer.withDecoders(2, codecs: CodecTable(overriding: [codec])) { batches in
                    try await take(100, of: batches)
                }
                #expect(found == expected(1, 0..<100))
            }
        }
    }

    @Test func `nothing is handed out of a partition that was paused, and nothing is missing when it goes on`()
        async throws
    {
        try await withFixture { fixture in
            try await fill(fixture, partitions: 2, records: 100, codec: lz4)
            try await withConsumer(fixture, all(2)) { consumer in
                try await consumer.withDecoders(3) { batches in
                    var found = try await take(1, of: batches)
                    // Let the decoders run ahead.
                    try await Task.sleep(for: .milliseconds(50))
                    try await consumer.pause([TopicPartition("t", 0)])
                    let begun = found
                    let rest = try await take(100 - (begun[1]?.count ?? 0), of: batches)
                    #expect(Array(rest.keys) == [1])
                    found.merge(rest) { $0 + $1 }
                    try await consumer.resume([TopicPartition("t", 0)])
                    found.merge(try await take(100 - (begun[0]?.count ?? 0), of: batches)) { $0 + $1 }
                    #expect(found == expected(2, 0..<100))
                }
            }
        }
    }

    @Test func `behind a seek nothing from before is handed out`() async throws {
        try await withFixture { fixture in
            try await fill(fixture, partitions: 1, records: 100, codec: lz4)
            try await withConsumer(fixture, all(1)) { consumer in
                try await consumer.withDecoders(3) { batches in
                    for start in [90, 40, 0] {
                        _ = try await take(1, of: batches)
                        try await Task.sleep(for: .milliseconds(20))
                        try await consumer.seek(TopicPartition("t", 0), to: .offset(Int64(start)))
                        let found = try await take(1, of: batches)
                        #expect(found[0]?.first == "0.\(start)")
                        try await consumer.seek(TopicPartition("t", 0), to: .earliest)
                    }
                }
            }
        }
    }

    @Test func `what was not taken is the consumer's again`() async throws {
        try await withFixture { fixture in
            try await fill(fixture, partitions: 3, records: 100, codec: lz4)
            try await withConsumer(fixture, all(3)) { consumer in
                var found: [Int32: [String]] = [:]
                while found.values.joined().count < 200 {
                    let some = try await consumer.withDecoders(2) { batches in
                        let some = try await take(30, of: batches)
                        try await Task.sleep(for: .milliseconds(5))
                        return some
                    }
                    found.merge(some) { $0 + $1 }
                }
                let rest = try await take(300 - found.values.joined().count, of: consumer)
                #expect(found.merging(rest) { $0 + $1 } == expected(3, 0..<100))
            }
        }
    }

    @Test func `so much is decompressed as is allowed, and what decoders take at once`() async throws {
        try await withFixture { fixture in
            try await fill(fixture, partitions: 1, records: 200, valueByteCount: 8 << 10, codec: lz4)
            let count = Atomic(0)
            let codec = WatchedCodec { count.add(1, ordering: .relaxed) }
            try await withConsumer(fixture, all(1)) { consumer in
                let limits = DecoderLimits(byteCountMax: 64 << 10)
                try await consumer.withDecoders(2, codecs: CodecTable(overriding: [codec]), limits: limits) { batches in
                    var held: [DecodedBatch] = []
                    var iterator = batches.makeAsyncIterator()
                    for _ in 0..<4 { if let batch = try await iterator.next() { held.append(batch) } }
                    try await Task.sleep(for: .milliseconds(100))
                    let decompressed = count.load(ordering: .relaxed)
                    // Eight are held or wait.
                    #expect((8...8 + 2 * 8).contains(decompressed))
                    var recordCount = 0
                    for batch in held { try batch.forEachRecord { _ in recordCount += 1 } }
                    held = []
                    // And it goes on when the memory comes back.
                    let rest = try await take(200 - recordCount, of: batches)
                    #expect(rest[0]?.last == "0.199")
                }
            }
        }
    }

    @Test func `a batch that can't be decompressed says so at its place, and the others are handed out`() async throws {
        try await withFixture { fixture in
            try await fill(fixture, partitions: 1, records: 20, valueByteCount: 4 << 10, codec: lz4)
            try await withConsumer(fixture, all(1)) { consumer in
                // Longer than is allowed: by a limit that some keep and others don't there would be none.
                let limits = DecoderLimits(batchByteCountMax: 1 << 10)
                try await consumer.withDecoders(2, limits: limits) { batches in
                    var iterator = batches.makeAsyncIterator()
                    var next: Int64 = 0
                    while next < 20, let decoded = try await iterator.next() {
                        #expect(decoded.batch.firstOffset == next)
                        next = decoded.batch.nextOffset
                        let error = try await clientError { try decoded.forEachRecord { _ in } }
                        #expect(error.code == .codecFailed && error.description.contains("topic 't'"))
                    }
                }
                // What failed was handed out: it does not come again.
                #expect(consumer.waitingByteCount == 0)
            }
        }
    }

    @Test func `a consumer that is closed ends its decoders' batches, and one that fails says why`() async throws {
        try await withFixture { fixture in
            try await fill(fixture, partitions: 1, records: 1, codec: lz4)
            try await withConsumer(fixture, all(1)) { consumer in
                try await consumer.withDecoders(2) { batches in
                    let first = try await take(1, of: batches)
                    #expect(first == [0: ["0.0"]])
                    let end = Task {
                        var iterator = batches.makeAsyncIterator()
                        return try await iterator.next()
                    }
                    try await Task.sleep(for: .milliseconds(20))
                    await consumer.close()
                    let last = try await end.value
                    #expect(last == nil)
                }
            }
            try await withConsumer(fixture, [TopicPartition("t", 0): .offset(77)]) { consumer in
                try await consumer.withDecoders(2) { batches in
                    var iterator = batches.makeAsyncIterator()
                    let error = try await clientError { _ = try await iterator.next() }
                    #expect(error.brokerError == .offsetOutOfRange)
                }
            }
        }
    }

    @Test func `whoever waits for a batch can be cancelled, and the decoders go on`() async throws {
        try await withFixture { fixture in
            try await fill(fixture, partitions: 1, records: 1, codec: lz4)
            try await withConsumer(fixture, all(1, from: .latest)) { consumer in
                try await consumer.withDecoders(2) { batches in
                    let waiting = Task {
                        var iterator = batches.makeAsyncIterator()
                        return try await iterator.next()
                    }
                    try await Task.sleep(for: .milliseconds(20))
                    waiting.cancel()
                    await #expect(throws: CancellationError.self) { _ = try await waiting.value }
                    while await consumer.partitions.values.contains(where: { $0.highWatermark < 0 }) {
                        try await Task.sleep(for: .milliseconds(5))
                    }
                    _ = try await fixture.deliver(try await fixture.makeBatches(["new"], codec: lz4))
                    let found = try await take(1, of: batches)
                    #expect(found == [0: ["new"]])
                }
            }
        }
    }

    @Test func `a consumer has decoders once, and as many as make sense`() async throws {
        try await withFixture { fixture in
            try await fill(fixture, partitions: 1, records: 1)
            try await withConsumer(fixture, all(1)) { consumer in
                let none = try await clientError { try await consumer.withDecoders(0) { _ in } }
                #expect(none.code == .invalidConfiguration)
                try await consumer.withDecoders(1) { _ in
                    let again = try await clientError { try await consumer.withDecoders(1) { _ in } }
                    #expect(again.code == .invalidArgument)
                }
                try await consumer.withDecoders(1) { _ in }
            }
        }
    }
}
