// Compressing needs a second buffer. A sealer holds one spare outside the memory bound, and the buffer that was compressed
// from becomes the next spare: sealing never waits for memory, so a lane whose memory is used up can always go on by
// sealing. For that the buffers of the pool have room for a batch in its compressed form at its longest.

import KafkaCompression
import KafkaProtocol
import KafkaTransport

/// Makes batches of filled buffers: codec, header, checksum. One per lane or worker, because it keeps the codec's context.
final class BatchSealer {
    private let codecType: CompressionType
    private let compressor: (any BatchCompressor)?
    private let pool: BatchMemoryPool
    private var spare: UnsafeMutableRawBufferPointer?

    /// - Throws: `KafkaClientError` when the codec makes no compressor.
    init(_ codec: any CompressionCodec, pool: BatchMemoryPool) throws(KafkaClientError) {
        self.pool = pool
        codecType = codec.type
        compressor = codec.type == .none ? nil : try Self.makeCompressor(codec)
    }

    private static func makeCompressor(_ codec: any CompressionCodec) throws(KafkaClientError) -> any BatchCompressor {
        do throws(CodecError) {
            return try codec.makeCompressor()
        } catch {
            throw KafkaClientError(error.code, "codec \(codec.name) makes no compressor", underlying: error)
        }
    }

    deinit { if let spare { pool.giveSpare(spare) } }

    /// The memory of a lane: in a buffer a batch of the usual length can be filled, and another be compressed to.
    ///
    /// - Throws: `KafkaClientError` when the codec makes no compressor.
    static func makePool(_ configuration: BuilderConfiguration) throws(KafkaClientError) -> BatchMemoryPool {
        var bufferByteCount = configuration.batchByteCount
        if configuration.codec.type != .none {
            let longest = try makeCompressor(configuration.codec)
                .maxCompressedByteCount(for: configuration.batchByteCount - RecordBatchHeader.byteCount)
            bufferByteCount = max(bufferByteCount, RecordBatchHeader.byteCount + longest)
        }
        return BatchMemoryPool(
            bufferByteCount: bufferByteCount, byteCountMax: max(configuration.memoryByteCountMax, bufferByteCount))
    }

    /// Compresses if asked to and if it helps, writes the header, and makes the batch, which owns `memory` or what takes
    /// its place.
    func seal(
        _ open: OpenBatch, in memory: UnsafeMutableRawBufferPointer, topic: String, partition: Int32,
        firstAppend: MonotonicInstant, sealed: MonotonicInstant
    ) -> RecordBatch {
        var header = open.header
        var target = memory
        var compressed = sealed
        if let compressor {
            if let byteCount = compress(open.records, compressor) {
                header.attributes = RecordBatchAttributes(compression: codecType)
                header.batchByteCount = RecordBatchHeader.byteCount + byteCount
                target = useSpare(insteadOf: memory)
            }
            compressed = .now
        }
        header.seal(UnsafeMutableRawBufferPointer(rebasing: target[0..<header.batchByteCount]))
        return RecordBatch(
            topic: topic, partition: partition, recordCount: Int(header.recordCount), byteCount: header.batchByteCount,
            uncompressedByteCount: open.byteCount, compression: header.attributes.compression ?? .none,
            times: BatchTimes(firstAppend: firstAppend, sealed: sealed, compressed: compressed),
            memory: target, pool: pool)
    }

    private func useSpare(insteadOf memory: UnsafeMutableRawBufferPointer) -> UnsafeMutableRawBufferPointer {
        let target = spare!
        pool.exchange(spare: target, for: memory)
        spare = memory
        // A record of its own length needed it: others don't, and it would be held for ever.
        if memory.count > pool.bufferByteCount {
            pool.giveSpare(memory)
            spare = nil
        }
        return target
    }

    /// Compresses into the spare buffer behind a header's space.
    ///
    /// - Returns: nil when the records don't shrink or the codec fails: such a batch is sent as it is.
    private func compress(_ records: UnsafeRawBufferPointer, _ compressor: any BatchCompressor) -> Int? {
        let needed = RecordBatchHeader.byteCount + compressor.maxCompressedByteCount(for: records.count)
        if spare == nil || spare!.count < needed {
            if let spare { pool.giveSpare(spare) }
            spare = pool.takeSpare(needed)
        }
        let room = UnsafeMutableRawBufferPointer(rebasing: spare![RecordBatchHeader.byteCount...])
        var output = OutputRawSpan(buffer: room, initializedCount: 0)
        do throws(CodecError) {
            try compressor.compress(records.bytes, into: &output)
        } catch {
            return nil
        }
        let byteCount = output.finalize(for: room)
        return byteCount < records.count ? byteCount : nil
    }
}
