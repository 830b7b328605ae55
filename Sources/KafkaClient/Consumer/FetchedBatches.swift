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
    ///   - decompressedByteCountMax: bytes to which a batch may decompress; a batch that would become longer is refused.
    public init(codecs: CodecTable = CodecTable(), decompressedByteCountMax: Int = 64 << 20) {
        decompressors = Decompressors(codecs)
        self.decompressedByteCountMax = decompressedByteCountMax
    }

    /// Calls `body` for each record from `offset` on, in order.
    ///
    /// A batch that is cut off at the end is left for the next fetch. Control batches (transaction markers) are passed over.
    ///
    /// - Parameters:
    ///   - records: what the broker answered, as in `PartitionFetcher.Answer.records`.
    ///   - offset: the first one wanted; a broker sends whole batches, which may begin before it.
    ///   - body: gets each record and the header of its batch.
    /// - Returns: the offset to fetch from next.
    /// - Throws: `KafkaClientError` for bytes that are not what they claim: `.corruptBatch`, or `.codecFailed` where a batch
    ///   decompresses to more than is allowed; or what `body` throws.
    ///
    /// Source: record batch v2, KIP-98.
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
                throw corrupt(at: position, error)
            }
            if !view.header.attributes.isControl { try walk(view, at: position, from: offset, body) }
            position += view.header.batchByteCount
            // Wrapping: the offset is the remote's word.
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
