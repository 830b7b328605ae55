/// Walks the records of one batch without copying them.
///
/// Every length is checked against the bytes that remain; after an error the cursor is at its end.
package struct RecordCursor: ~Escapable {
    /// The bytes of an empty record: length, attributes, two deltas, two lengths, header count.
    static let recordByteCountMin = 7

    private let bytes: RawSpan
    private let header: RecordBatchHeader
    private var position: Int
    private var remaining: Int

    /// How far a cursor has come.
    package struct Place {
        var position = 0
        var remaining = 0

        package init() {}

        /// That of the first record of a batch.
        package init(of header: RecordBatchHeader) { remaining = Int(header.recordCount) }
    }

    @_lifetime(copy bytes)
    init(_ bytes: RawSpan, of header: RecordBatchHeader) {
        self.init(bytes, of: header, at: Place(of: header))
    }

    /// A cursor that goes on where another one over the same bytes was.
    @_lifetime(copy bytes)
    package init(_ bytes: RawSpan, of header: RecordBatchHeader, at place: Place) {
        self.bytes = bytes
        self.header = header
        position = place.position
        remaining = place.remaining
    }

    /// Where another cursor over the same bytes may go on.
    package var place: Place {
        var place = Place()
        place.position = position
        place.remaining = remaining
        return place
    }

    /// The next record, or nil after the last.
    ///
    /// - Throws: `RecordBatchError` when a length or count does not fit, or bytes are left behind the last record.
    @_lifetime(copy self)
    package mutating func next() throws(RecordBatchError) -> Record? {
        guard remaining > 0 else {
            try checkEnd()
            return nil
        }
        let left = remaining - 1
        remaining = -1  // stays so after an error
        let fields = try bytes.withUnsafeBytes { buffer throws(RecordBatchError) in
            var fields = RecordFields()
            try fields.read(buffer, &position)
            return fields
        }
        remaining = left
        let timestampMs =
            header.attributes.isLogAppendTime
            ? header.maxTimestampMs : header.baseTimestampMs &+ fields.timestampDelta
        return Record(fields, offset: header.baseOffset &+ fields.offsetDelta, timestampMs: timestampMs, bytes)
    }

    /// Calls `body` for the records that are left, from an offset on. Afterwards the cursor is at its end.
    ///
    /// It is one loop: nothing is called for a record but `body`.
    ///
    /// - Throws: `RecordBatchError` as `next`; what `body` throws.
    package consuming func forEach(from offset: Int64, _ body: (borrowing Record) throws -> Void) throws {
        let (bytes, header) = (bytes, header)
        var position = position
        if remaining > 0 {
            let isLogAppendTime = header.attributes.isLogAppendTime
            try bytes.withUnsafeBytes { buffer in
                var fields = RecordFields()
                for _ in 0..<remaining {
                    try fields.read(buffer, &position)
                    let recordOffset = header.baseOffset &+ fields.offsetDelta
                    if recordOffset < offset { continue }
                    let timestampMs =
                        isLogAppendTime ? header.maxTimestampMs : header.baseTimestampMs &+ fields.timestampDelta
                    try body(Record(fields, offset: recordOffset, timestampMs: timestampMs, bytes))
                }
            }
            remaining = 0
        }
        self.position = position
        try checkEnd()
    }

    private mutating func checkEnd() throws(RecordBatchError) {
        if position == bytes.byteCount || remaining < 0 { return }
        remaining = -1
        throw RecordBatchError(
            .malformed, at: position, "\(bytes.byteCount - position) bytes are left behind the last record")
    }
}

/// A record that was read from a batch. Its key and value are borrowed from the batch, not copied.
///
/// Source: record batch v2, KIP-98.
public struct Record: ~Escapable {
    /// The record's offset in its partition.
    public let offset: Int64
    /// Milliseconds since 1970. The producer has set it, or the broker if the topic says so
    /// (`message.timestamp.type=LogAppendTime`).
    public let timestampMs: Int64
    @usableFromInline package let fields: RecordFields
    @usableFromInline let bytes: RawSpan

    @inline(__always)
    @_lifetime(copy bytes)
    package init(_ fields: RecordFields, offset: Int64, timestampMs: Int64, _ bytes: RawSpan) {
        self.offset = offset
        self.timestampMs = timestampMs
        self.fields = fields
        self.bytes = bytes
    }

    /// The number of headers.
    @inlinable public var headerCount: Int { fields.headerCount }

    /// The key; nil for a record without one.
    // Inlined into programs: a call would cost more than the look at the fields.
    @inlinable public var key: RawSpan? {
        @_lifetime(copy self)
        get {
            guard fields.keyCount >= 0 else { return nil }
            // The range was checked when the record was read.
            return bytes.extracting(unchecked: fields.keyBegin..<fields.keyBegin + fields.keyCount)
        }
    }

    /// The value; nil for a tombstone.
    // Inlined into programs: a call would cost more than the look at the fields.
    @inlinable public var value: RawSpan? {
        @_lifetime(copy self)
        get {
            guard fields.valueCount >= 0 else { return nil }
            // The range was checked when the record was read.
            return bytes.extracting(unchecked: fields.valueBegin..<fields.valueBegin + fields.valueCount)
        }
    }

    /// A copy of the key; nil for a record without one.
    public var keyBytes: [UInt8]? {
        fields.keyCount < 0 ? nil : bytes.copied(fields.keyBegin..<fields.keyBegin + fields.keyCount)
    }

    /// A copy of the value; nil for a tombstone.
    public var valueBytes: [UInt8]? {
        fields.valueCount < 0 ? nil : bytes.copied(fields.valueBegin..<fields.valueBegin + fields.valueCount)
    }

    /// Copies of the headers, in order (KIP-82). Each call reads all of them. In keys, bytes that are not UTF-8 are replaced
    /// by U+FFFD.
    public var headers: [RecordHeader] {
        var result: [RecordHeader] = []
        var position = fields.headersBegin
        for _ in 0..<headerCount {
            // The cursor has walked these bytes already.
            guard let key = try? field(&position), let value = try? field(&position) else { break }
            result.append(RecordHeader(key: String(decoding: key ?? [], as: UTF8.self), value: value))
        }
        return result
    }

    private func field(_ position: inout Int) throws(RecordBatchError) -> [UInt8]?? {
        let count = try RecordVarint.read(bytes, &position, "header")
        if count < 0 { return .some(nil) }
        defer { position += Int(count) }
        return .some(bytes.copied(position..<position + Int(count)))
    }
}

extension RawSpan {
    /// - Precondition: the range lies within the span.
    func copied(_ range: Range<Int>) -> [UInt8] { extracting(range).withUnsafeBytes { [UInt8]($0) } }
}

/// A header of a record: a name and a value that travel with it. Several headers may have the same name.
///
/// Source: KIP-82.
public struct RecordHeader: Equatable, Sendable {
    /// The header's name.
    public var key: String
    /// The header's value; nil is null, which differs from an empty value.
    public var value: [UInt8]?

    /// Creates a header.
    public init(key: String, value: [UInt8]?) {
        self.key = key
        self.value = value
    }
}
