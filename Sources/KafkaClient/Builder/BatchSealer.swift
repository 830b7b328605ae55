// Compressing needs a second buffer. A sealer always holds one spare, and the buffer that was compressed from becomes the
// next spare: sealing never waits for memory, so a lane whose memory is used up can always go on by sealing.

import KafkaCompression
import KafkaProtocol
import KafkaTransport

/// Makes batches of filled buffers: codec, header, checksum. One per lane or worker, because it keeps the codec's context.
final class BatchSealer {
    private let codecType: CompressionType
    private let compressor: (any BatchCompressor)?
    private let pool: BatchMemoryPool
    private var spare: UnsafeMutableRawBufferPointer?

    /// - Throws: `CodecError` when the codec has no memory for its context.
    init(_ codec: any CompressionCodec, pool: BatchMemoryPool) throws(CodecError) {
        self.pool = pool
        codecType = codec.type
        compressor = codec.type == .none ? nil : try codec.makeCompressor()
    }

    deinit { if let spare { pool.give(spare) } }

    /// Bytes of the pool that are held here.
    var heldByteCount: Int { spare?.count ?? 0 }

    /// Compresses if asked to and if it helps, writes the header, and makes the batch, which owns `memory` or what takes
    /// its place.
    func seal(
        _ open: OpenBatch, in memory: UnsafeMutableRawBufferPointer, topic: String, partition: Int32, sealedNs: Int64
    ) -> RecordBatch {
        var header = open.header
        var target = memory
        var compressedNs = sealedNs
        if let compressor {
            if let byteCount = compress(open.records, compressor) {
                header.attributes = RecordBatchAttributes(compression: codecType)
                header.batchByteCount = RecordBatchHeader.byteCount + byteCount
                target = spare!
                spare = memory
            }
            compressedNs = MonotonicClock.nowNs()
        }
        header.seal(UnsafeMutableRawBufferPointer(rebasing: target[0..<header.batchByteCount]))
        return RecordBatch(
            topic: topic, partition: partition, recordCount: Int(header.recordCount), byteCount: header.batchByteCount,
            uncompressedByteCount: open.byteCount, compression: header.attributes.compression ?? .none,
            times: BatchTimes(firstAppendNs: open.firstAppendNs, sealedNs: sealedNs, compressedNs: compressedNs),
            memory: target, pool: pool)
    }

    /// Compresses into the spare buffer behind a header's space.
    ///
    /// - Returns: nil when the records don't shrink or the codec fails: such a batch is sent as it is.
    private func compress(_ records: UnsafeRawBufferPointer, _ compressor: any BatchCompressor) -> Int? {
        let needed = RecordBatchHeader.byteCount + compressor.maxCompressedByteCount(for: records.count)
        if spare == nil || spare!.count < needed {
            if let spare { pool.give(spare) }
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
