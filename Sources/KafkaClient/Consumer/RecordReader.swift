public import KafkaCompression
public import KafkaProtocol
import KafkaTransport

/// Reads the records of fetched batches.
///
/// It keeps decompressors and their buffer from call to call, and is not `Sendable`: use one in each task that reads.
public final class RecordReader {
    private let decompressors: Decompressors
    private let decompressedByteCountMax: Int
    private var decompressed: [UInt8] = []
    /// The bytes of records of the last batch that was decompressed.
    package var lastByteCount: Int { decompressed.count }
    /// Whether the next batches' decompression is to be measured.
    package var measuresDecompression = false
    /// The CPU time of the thread that the last measured decompression took, in ns, the clock's own readings within it.
    package private(set) var lastDecompressionNs: Int64 = 0

    /// Creates a reader.
    ///
    /// - Parameters:
    ///   - codecs: decompress batches. By default these are the codecs of the library.
    ///   - decompressedByteCountMax: the most bytes that a batch may have after decompression. A longer one is an error.
    public init(codecs: CodecTable = CodecTable(), decompressedByteCountMax: Int = 64 << 20) {
        decompressors = Decompressors(codecs)
        // Lengths of the protocol have 32 bits.
        self.decompressedByteCountMax = min(decompressedByteCountMax, Int(Int32.max))
    }

    /// Calls `body` for each record of a batch that is wanted, in order. A compressed batch is decompressed here, on the caller's
    /// thread.
    ///
    /// - Parameters:
    ///   - batch: a batch that a ``Consumer`` or a ``PartitionFetcher`` has read.
    ///   - body: gets each record, whose bytes are valid during the call.
    /// - Throws: `KafkaClientError`: `.corruptBatch` when a length or a count is wrong; `.codecFailed` when the batch
    ///   decompresses to more bytes than are allowed; `.systemResources` when a decompressor gets no memory. Otherwise what
    ///   `body` throws. `body` has been called for the records before the failure.
    ///
    /// Source: record batch v2, KIP-98.
    public func forEachRecord(
        in batch: FetchedBatch, _ body: (_ record: borrowing Record) throws -> Void
    ) throws {
        let view = try view(of: batch)
        do {
            if view.compression == .none {
                return try view.cursor(over: view.recordBytes).forEach(from: batch.firstOffset, body)
            }
            let before = measuresDecompression ? ThreadCPU.nowNs() : 0
            try decompress(view, of: batch, into: &decompressed)
            if measuresDecompression { lastDecompressionNs = ThreadCPU.nowNs() - before }
            try view.cursor(over: decompressed.span.bytes).forEach(from: batch.firstOffset, body)
        } catch let error as RecordBatchError {
            throw corrupt(batch, error)
        }
    }

    // Within `forEachRecord` the compiler takes a call of the batch for an escape of the bytes.
    private func corrupt(_ batch: FetchedBatch, _ error: RecordBatchError) -> KafkaClientError { batch.corrupt(error) }

    @_lifetime(borrow batch)
    func view(of batch: borrowing FetchedBatch) throws(KafkaClientError) -> RecordBatchView {
        do throws(RecordBatchError) {
            // The checksum was looked at when the batch came.
            return try RecordBatchView(batch.bytes, verifyingChecksum: false)
        } catch {
            throw (copy batch).corrupt(error)
        }
    }

    /// Decompresses the records of a batch.
    func decompress(
        _ view: RecordBatchView, of batch: FetchedBatch, into bytes: inout [UInt8]
    ) throws(KafkaClientError) {
        do throws(CodecError) {
            try decompressors.decompress(
                view.recordBytes, type: view.compression, into: &bytes, maxByteCount: decompressedByteCountMax)
        } catch {
            throw batch.corrupt(error)
        }
    }

    /// Calls `body` for each record from `offset` on, in order.
    ///
    /// A batch that is cut off at the end is left for the next fetch. Control batches, which hold transaction markers, are
    /// skipped.
    ///
    /// - Parameters:
    ///   - records: the batches as the broker sent them, one behind the other; the last one may be cut off.
    ///   - offset: the offset of the first record wanted. Earlier records are skipped: a broker sends whole batches, and the
    ///     first may begin before the offset that was asked for.
    ///   - body: gets each record, whose bytes are valid during the call, and the header of its batch.
    /// - Returns: the offset to fetch from next.
    /// - Throws: `KafkaClientError`: `.corruptBatch` when a checksum, a length or a count is wrong; `.codecFailed` when a
    ///   batch decompresses to more bytes than are allowed; `.systemResources` when a decompressor gets no memory. Otherwise
    ///   what `body` throws. `body` has been called for the records before the failure.
    ///
    /// Source: record batch v2, KIP-98.
    public func forEachRecord(
        in records: [UInt8], from offset: Int64,
        _ body: (_ record: borrowing Record, _ batch: RecordBatchHeader) throws -> Void
    ) throws -> Int64 {
        try forEachRecord(in: records.span.bytes, from: offset, body)
    }

    /// As above, of bytes that are borrowed.
    package func forEachRecord(
        in records: RawSpan, from offset: Int64,
        _ body: (_ record: borrowing Record, _ batch: RecordBatchHeader) throws -> Void
    ) throws -> Int64 {
        var next = offset
        var position = 0
        while position < records.byteCount {
            let rest = records.extracting(position...)
            let view: RecordBatchView
            do throws(RecordBatchError) {
                view = try RecordBatchView(rest)
            } catch {
                if error.kind == .truncated { break }
                throw corrupt(at: position, error)
            }
            if !view.header.attributes.isControl { try walk(view, at: position, from: offset, body) }
            position += view.header.batchByteCount
            // The offset comes from the network and may be any number: the sum wraps instead of trapping.
            next = max(next, view.header.baseOffset &+ Int64(view.header.lastOffsetDelta) &+ 1)
        }
        return next
    }

    private func walk(
        _ view: RecordBatchView, at position: Int, from offset: Int64,
        _ body: (_ record: borrowing Record, _ batch: RecordBatchHeader) throws -> Void
    ) throws {
        if view.compression == .none {
            return try walk(view.cursor(over: view.recordBytes), view.header, at: position, from: offset, body)
        }
        do throws(CodecError) {
            try decompressors.decompress(
                view.recordBytes, type: view.compression, into: &decompressed, maxByteCount: decompressedByteCountMax)
        } catch {
            throw corrupt(at: position, error)
        }
        try walk(view.cursor(over: decompressed.span.bytes), view.header, at: position, from: offset, body)
    }

    private func walk(
        _ start: consuming RecordCursor, _ header: RecordBatchHeader, at position: Int, from offset: Int64,
        _ body: (_ record: borrowing Record, _ batch: RecordBatchHeader) throws -> Void
    ) throws {
        var cursor = start
        while true {
            let record: Record?
            do throws(RecordBatchError) {
                record = try cursor.next()
            } catch {
                throw corrupt(at: position, error)
            }
            guard let record else { return }
            if record.offset >= offset { try body(record, header) }
        }
    }

    private func corrupt(at position: Int, _ error: any KafkaError) -> KafkaClientError {
        KafkaClientError(error.code, "the batch at byte \(position) of the fetched records", underlying: error)
    }
}
