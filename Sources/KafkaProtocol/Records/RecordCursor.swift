/// Walks the records of one batch without copying them.
///
/// Every length is checked against the bytes that remain; after an error the cursor is at its end.
package struct RecordCursor: ~Escapable {
    /// The bytes of an empty record: length, attributes, two deltas, two lengths, header count.
    static let recordByteCountMin = 7

    private let bytes: RawSpan
    private let header: RecordBatchHeader
    private var position = 0
    private var remaining: Int

    @_lifetime(copy bytes)
    init(_ bytes: RawSpan, of header: RecordBatchHeader) {
        self.bytes = bytes
        self.header = header
        remaining = Int(header.recordCount)
    }

    /// The next record, or nil after the last.
    ///
    /// - Throws: `RecordBatchError` when a length or count does not fit, or bytes are left behind the last record.
    @_lifetime(copy self)
    package mutating func next() throws(RecordBatchError) -> Record? {
        guard remaining > 0 else {
            guard position == bytes.byteCount || remaining < 0 else {
                remaining = -1
                throw RecordBatchError(
                    .malformed, at: position, "\(bytes.byteCount - position) bytes are left behind the last record")
            }
            return nil
        }
        let left = remaining - 1
        remaining = -1  // stays so after an error
        let byteCount = try readVarint("record length")
        guard byteCount >= Self.recordByteCountMin - 1, byteCount <= Int64(bytes.byteCount - position) else {
            throw RecordBatchError(
                .malformed, at: position, "a record of \(byteCount) bytes where \(bytes.byteCount - position) are left")
        }
        let end = position + Int(byteCount)
        position += 1  // attributes, which no version uses
        let timestampDelta = try readVarint("timestamp delta")
        let offsetDelta = try readVarint("offset delta")
        let key = try readField(end, "key length")
        let value = try readField(end, "value length")
        let headerCount = try readVarint("header count")
        guard position <= end, headerCount >= 0, headerCount <= Int64(end - position) / 2 else {
            throw RecordBatchError(
                .malformed, at: position, "\(headerCount) headers in a record with \(end - position) bytes left")
        }
        let headers = position..<end
        try checkHeaders(Int(headerCount), end)
        remaining = left
        return Record(
            offset: header.baseOffset &+ offsetDelta,
            timestampMs: header.attributes.isLogAppendTime
                ? header.maxTimestampMs : header.baseTimestampMs &+ timestampDelta,
            keyRange: key, valueRange: value, headerRange: headers, headerCount: Int(headerCount), bytes: bytes)
    }

    /// Calls `body` for the records that are left, from an offset on.
    ///
    /// - Throws: `RecordBatchError` as `next`; what `body` throws.
    package consuming func forEach(from offset: Int64, _ body: (borrowing Record) throws -> Void) throws {
        var cursor = self
        while let record = try cursor.next() {
            if record.offset >= offset { try body(record) }
        }
    }

    private mutating func checkHeaders(_ count: Int, _ end: Int) throws(RecordBatchError) {
        for _ in 0..<count {
            guard try readField(end, "header key length") != nil else {
                throw RecordBatchError(.malformed, at: position, "a header has no key")
            }
            _ = try readField(end, "header value length")
        }
        guard position == end else {
            throw RecordBatchError(
                .malformed, at: position, "a record's fields end \(end - position) bytes off its length")
        }
    }

    private mutating func readVarint(_ field: StaticString) throws(RecordBatchError) -> Int64 {
        try RecordVarint.read(bytes, &position, field)
    }

    /// The range of a length-prefixed field; nil for null.
    private mutating func readField(_ end: Int, _ field: StaticString) throws(RecordBatchError) -> Range<Int>? {
        let count = try readVarint(field)
        if count == -1 { return nil }
        guard count >= 0, count <= Int64(end - position) else {
            throw RecordBatchError(.malformed, at: position, "\(field) is \(count) with \(end - position) bytes left")
        }
        let range = position..<position + Int(count)
        position = range.upperBound
        return range
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
    let keyRange: Range<Int>?
    let valueRange: Range<Int>?
    let headerRange: Range<Int>
    /// The number of headers.
    public let headerCount: Int
    let bytes: RawSpan

    @_lifetime(copy bytes)
    init(
        offset: Int64, timestampMs: Int64, keyRange: Range<Int>?, valueRange: Range<Int>?, headerRange: Range<Int>,
        headerCount: Int, bytes: RawSpan
    ) {
        self.offset = offset
        self.timestampMs = timestampMs
        self.keyRange = keyRange
        self.valueRange = valueRange
        self.headerRange = headerRange
        self.headerCount = headerCount
        self.bytes = bytes
    }

    /// The key; nil for a record without one.
    public var key: RawSpan? {
        @_lifetime(copy self)
        get {
            guard let keyRange else { return nil }
            return bytes.extracting(keyRange)
        }
    }

    /// The value; nil for a tombstone.
    public var value: RawSpan? {
        @_lifetime(copy self)
        get {
            guard let valueRange else { return nil }
            return bytes.extracting(valueRange)
        }
    }

    /// A copy of the key; nil for a record without one.
    public var keyBytes: [UInt8]? { keyRange.map { bytes.copied($0) } }

    /// A copy of the value; nil for a tombstone.
    public var valueBytes: [UInt8]? { valueRange.map { bytes.copied($0) } }

    /// Copies of the headers, in order (KIP-82). Each call reads all of them. In keys, bytes that are not UTF-8 are replaced
    /// by U+FFFD.
    public var headers: [RecordHeader] {
        var result: [RecordHeader] = []
        var position = headerRange.lowerBound
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
