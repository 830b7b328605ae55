/// A record batch v2 in bytes that the caller owns, its header checked against them.
///
/// Nothing is copied. The records lie in `recordBytes`, compressed as the attributes say.
package struct RecordBatchView: ~Escapable {
    package let header: RecordBatchHeader
    package let compression: CompressionType
    private let bytes: RawSpan

    /// Looks at the batch with which `bytes` begin; more may follow it.
    ///
    /// - Parameter verifyingChecksum: whether to compute CRC-32C over the batch.
    /// - Throws: `RecordBatchError`; `.truncated` when the batch is longer than the bytes.
    @_lifetime(copy bytes)
    package init(_ bytes: RawSpan, verifyingChecksum: Bool = true) throws(RecordBatchError) {
        let available = bytes.byteCount
        // Every format has the magic byte at the same offset, so it is checked before any other field.
        guard available > 16 else {
            throw RecordBatchError(.truncated, at: available, "\(available) bytes are left, a header has 61")
        }
        let magic: Int8 = bytes.bigEndian(at: 16)
        guard magic == RecordBatchHeader.magic else {
            throw RecordBatchError(.unsupportedMagic(magic), at: 16, "magic is \(magic), only 2 is supported")
        }
        guard available >= RecordBatchHeader.byteCount else {
            throw RecordBatchError(.truncated, at: available, "\(available) bytes are left, a header has 61")
        }
        let header = RecordBatchHeader(reading: bytes)
        guard header.batchByteCount >= RecordBatchHeader.byteCount else {
            throw RecordBatchError(
                .malformed, at: 8, "the batch claims \(header.batchByteCount) bytes, less than a header")
        }
        guard header.batchByteCount <= available else {
            throw RecordBatchError(
                .truncated, at: available, "the batch has \(header.batchByteCount) bytes, \(available) are here")
        }
        self.bytes = bytes.extracting(0..<header.batchByteCount)
        self.header = header
        if verifyingChecksum {
            let computed = CRC32C.checksum(self.bytes.extracting(RecordBatchHeader.checksumFrom...))
            guard computed == header.crc else {
                throw RecordBatchError(
                    .checksumMismatch(stored: header.crc, computed: computed), at: 17,
                    "the checksum is \(hex(computed)), the batch says \(hex(header.crc))")
            }
        }
        guard let compression = header.attributes.compression else {
            let code = header.attributes.rawValue & 0b111
            throw RecordBatchError(.unknownCompression(code), at: 21, "compression \(code) is not known")
        }
        self.compression = compression
        try checkCounts()
    }

    private func checkCounts() throws(RecordBatchError) {
        // Compaction may remove records but keeps the last offset, so fewer records than offsets are normal.
        guard header.recordCount >= 0, header.lastOffsetDelta >= 0 || header.recordCount == 0 else {
            throw RecordBatchError(
                .malformed, at: 57,
                "\(header.recordCount) records with a last offset delta of \(header.lastOffsetDelta)")
        }
        guard header.baseOffset >= 0 || header.baseOffset == -1 else {
            throw RecordBatchError(.malformed, at: 0, "the base offset is \(header.baseOffset)")
        }
        if compression == .none, Int(header.recordCount) * RecordCursor.recordByteCountMin > recordBytes.byteCount {
            throw RecordBatchError(
                .malformed, at: 57, "\(header.recordCount) records can't lie in \(recordBytes.byteCount) bytes")
        }
    }

    /// The records as they are stored: compressed when `compression` says so.
    package var recordBytes: RawSpan {
        @_lifetime(copy self)
        get { bytes.extracting(RecordBatchHeader.byteCount...) }
    }

    /// Whether it is a marker that aborts a transaction: the key of a control batch's record has a version and a type, both of
    /// two bytes; type 0 aborts.
    ///
    /// Source: `ControlRecordType` of Apache Kafka; KIP-98.
    package var isAbortMarker: Bool {
        var cursor = cursor(over: recordBytes)
        guard header.attributes.isControl, compression == .none, let record = try? cursor.next(), let key = record.key,
            key.byteCount >= 4
        else { return false }
        let type: Int16 = key.bigEndian(at: 2)
        return type == 0
    }

    /// A cursor over the records.
    ///
    /// - Parameter records: `recordBytes`, or what they decompress to.
    @_lifetime(copy records)
    package func cursor(over records: RawSpan) -> RecordCursor {
        RecordCursor(records, of: header)
    }
}

func hex(_ value: UInt32) -> String {
    let digits = String(value, radix: 16)
    return "0x" + String(repeating: "0", count: 8 - digits.count) + digits
}
