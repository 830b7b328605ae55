import KafkaClient
import KafkaTransport
import Testing

@testable import LoadGenerator

/// What `--compressibility` comes to with each codec: the share of a batch's bytes that it removes.
@Suite struct CompressibilityTests {
    @Test(arguments: [0, 0.1, 0.25, 0.5, 0.75, 0.9], [100, 1000])
    func `codecs remove what the payloads say they can`(compressibility: Double, recordSize: Int) async throws {
        // Short runs of one byte are where snappy and lz4, which copy at most 64 bytes or spend tokens, lose most.
        let entropyCoders = recordSize == 100 ? 0.06 : 0.02
        let matchCoders = recordSize == 100 ? 0.10 : 0.06
        for (codec, bound) in [
            ("gzip", entropyCoders), ("zstd", entropyCoders), ("lz4", matchCoders), ("snappy", matchCoders),
        ] {
            var configuration = RunConfiguration()
            configuration.stage = .null
            configuration.codec = try CodecChoice(parsing: codec)
            configuration.recordSize = .fixed(recordSize)
            configuration.payload = .generated(compressibility: compressibility)
            let removed = try await Self.removedShare(configuration)
            #expect(abs(removed - compressibility) <= bound, "\(codec) removes \(removed)")
        }
    }

    private static func removedShare(_ configuration: RunConfiguration) async throws -> Double {
        let loops = try EventLoopGroup(count: 1, name: "test")
        let pipeline = try RunPipeline(
            configuration, topic: "t", loops: loops.loops, cluster: nil,
            connection: ConnectionConfiguration(clientID: "test"))
        let pool = try PayloadPool(configuration)
        var chunk = pool.makeChunk()
        var stretch: Range<Int64> = 0..<Int64(200_000 / (configuration.recordSize.meanByteCount))
        while !stretch.isEmpty {
            pool.fill(&chunk, from: &stretch)
            try await pipeline.builders[0].append(chunk, to: "t", partition: nil)
        }
        await pipeline.builders[0].finish()
        await loops.shutDown()
        let recorder = pipeline.recorders[0]
        return 1 - Double(recorder.tally.ackedBytes) / Double(recorder.tally.builtBytes)
    }
}
