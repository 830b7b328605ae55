// Compressing needs a second buffer. A sealer holds one spare buffer outside the memory bound and compresses into it; the
// buffer of the uncompressed records is the next spare. So sealing never waits for memory, and a lane that has used up its
// memory can always seal. For this, the pool's buffers are long enough for the longest possible compressed form of a batch.

import KafkaCompression
import KafkaProtocol
import KafkaTransport

/// Makes batches of filled buffers: it compresses, and writes header and checksum. Each lane or worker has one, because it
/// keeps the codec's context.
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

    /// The memory of a lane. A buffer is long enough for a batch of `batchByteCount` bytes, uncompressed or compressed.
    ///
    /// - Parameters:
    ///   - configuration: says how long batches are, and how much memory there is.
    ///   - aheadByteCount: how many bytes more than enough may be pending.
    /// - Throws: `KafkaClientError` when the codec makes no compressor.
    static func makePool(
        _ configuration: BuilderConfiguration, aheadByteCount: Int = 0
    ) throws(KafkaClientError) -> BatchMemoryPool {
        var bufferByteCount = configuration.batchByteCount
        if configuration.codec.type != .none {
            let longest = try makeCompressor(configuration.codec)
                .maxCompressedByteCount(for: configuration.batchByteCount - RecordBatchHeader.byteCount)
            bufferByteCount = max(bufferByteCount, RecordBatchHeader.byteCount + longest)
        }
        return BatchMemoryPool(
            bufferByteCount: bufferByteCount, byteCountMax: max(configuration.memoryByteCountMax, bufferByteCount),
            codec: configuration.codec, aheadByteCount: aheadByteCount)
    }

    /// Compresses the records if there is a codec and they shrink, writes the header, and makes the batch. The batch owns
    /// `memory`, or the spare buffer if it lies there.
    func seal(
        _ open: OpenBatch, in memory: UnsafeMutableRawBufferPointer, topic: String, partition: Int32,
        marks: [BatchMark], numbers: RecordNumbers, firstAppend: MonotonicInstant, sealed: MonotonicInstant
    ) -> RecordBatch {
        var header = open.header
        var target = memory
        var compressed = sealed
        if let compressor {
            if let byteCount = compress(open.records, compressor) {
                header.attributes = RecordBatchAttributes(compression: codecType)
                header.batchByteCount = RecordBatchHeader.byteCount + byteCount
                if spare!.count > memory.count, header.batchByteCount <= memory.count {
                    // A batch has no more memory than it was given.
                    let records = RecordBatchHeader.byteCount..<header.batchByteCount
                    UnsafeMutableRawBufferPointer(rebasing: memory[records])
                        .copyMemory(from: UnsafeRawBufferPointer(rebasing: spare![records]))
                } else {
                    target = useSpare(insteadOf: memory)
                }
            }
            compressed = .now
        }
        header.seal(UnsafeMutableRawBufferPointer(rebasing: target[0..<header.batchByteCount]))
        return RecordBatch(
            topic: topic, partition: partition, recordCount: Int(header.recordCount), byteCount: header.batchByteCount,
            uncompressedByteCount: open.byteCount, compression: header.attributes.compression ?? .none,
            times: BatchTimes(firstAppend: firstAppend, sealed: sealed, compressed: compressed),
            marks: marks, numbers: numbers, memory: target, pool: pool)
    }

    private func useSpare(insteadOf memory: UnsafeMutableRawBufferPointer) -> UnsafeMutableRawBufferPointer {
        let target = spare!
        pool.swap(spare: target, with: memory)
        spare = memory
        // A single long record needed this buffer. Other batches don't need its length, so it is not kept.
        if memory.count > pool.bufferByteCount {
            pool.giveSpare(memory)
            spare = nil
        }
        return target
    }

    /// Compresses records into the spare buffer, behind the space of a header.
    ///
    /// - Returns: the compressed bytes; nil when the records don't shrink or the codec fails: the batch is then sent
    ///   uncompressed.
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
