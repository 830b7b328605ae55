public import KafkaCompression
public import KafkaProtocol

/// Walks the batches that a fetch brought, and the records in them.
///
/// Not `Sendable`: it keeps decompressors and their buffer.
public final class FetchedBatches {
    private let decompressors: Decompressors
    private let decompressedByteCountMax: Int
    private var decompressed: [UInt8] = []

    /// - Parameters:
    ///   - codecs: the shipped ones, unless users' own take their place.
    ///   - decompressedByteCountMax: a batch that would become longer is refused.
    public init(codecs: CodecTable = CodecTable(), decompressedByteCountMax: Int = 64 << 20) {
        decompressors = Decompressors(codecs)
        self.decompressedByteCountMax = decompressedByteCountMax
    }

    /// Calls `body` for each record from `offset` on, in order.
    ///
    /// A batch that is cut off at the end is left for the next fetch. Control batches (transaction markers) are passed over.
    ///
    /// - Returns: the offset to fetch from next.
    /// - Throws: `RecordBatchError` or `CodecError` for bytes that are not what they claim, or what `body` throws.
    public func forEachRecord(
        in records: [UInt8], from offset: Int64,
        _ body: (_ record: borrowing Record, _ batch: RecordBatchHeader) throws -> Void
    ) throws -> Int64 {
        var next = offset
        var position = 0
        while position < records.count {
            let rest = records.span.bytes.extracting(position...)
            let view: RecordBatchView
            do throws(RecordBatchError) {
                view = try RecordBatchView(rest)
            } catch {
                if error.kind == .truncated { break }
                throw error
            }
            position += view.header.batchByteCount
            if !view.header.attributes.isControl { try walk(view, from: offset, body) }
            // Wrapping: the offset is the remote's word.
            next = max(next, view.header.baseOffset &+ Int64(view.header.lastOffsetDelta) &+ 1)
        }
        return next
    }

    private func walk(
        _ view: RecordBatchView, from offset: Int64,
        _ body: (_ record: borrowing Record, _ batch: RecordBatchHeader) throws -> Void
    ) throws {
        if view.compression == .none {
            return try walk(view.cursor(over: view.recordBytes), view.header, from: offset, body)
        }
        try decompressors.decompress(
            view.recordBytes, type: view.compression, into: &decompressed, maxByteCount: decompressedByteCountMax)
        try walk(view.cursor(over: decompressed.span.bytes), view.header, from: offset, body)
    }

    private func walk(
        _ start: consuming RecordCursor, _ header: RecordBatchHeader, from offset: Int64,
        _ body: (_ record: borrowing Record, _ batch: RecordBatchHeader) throws -> Void
    ) throws {
        var cursor = start
        while let record = try cursor.next() {
            if record.offset >= offset { try body(record, header) }
        }
    }
}
