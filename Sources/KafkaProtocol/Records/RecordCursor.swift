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
        precondition(bytes.byteCount <= Int(Int32.max), "the records of a batch have 2 GiB or more")
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
        var deltas = RecordDeltas()
        let fields = try bytes.withUnsafeBytes { buffer throws(RecordBatchError) in
            var fields = RecordFields()
            try fields.read(buffer, &position, &deltas)
            return fields
        }
        remaining = left
        let timestampMs =
            header.attributes.isLogAppendTime
            ? header.maxTimestampMs : header.baseTimestampMs &+ deltas.timestamp
        return Record(fields, offset: header.baseOffset &+ deltas.offset, timestampMs: timestampMs, bytes)
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
                var deltas = RecordDeltas()
                // One for all: the compiler has each that is made destroyed, by a call.
                var record = Record(RecordFields(), offset: 0, timestampMs: 0, bytes)
                for _ in 0..<remaining {
                    try record.fields.read(buffer, &position, &deltas)
                    record.offset = header.baseOffset &+ deltas.offset
                    if record.offset < offset { continue }
                    record.timestampMs =
                        isLogAppendTime ? header.maxTimestampMs : header.baseTimestampMs &+ deltas.timestamp
                    try body(record)
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
public struct Record: ~Escapable, BitwiseCopyable {
    /// The record's offset in its partition.
    public internal(set) var offset: Int64
    /// Milliseconds since 1970. The producer has set it, or the broker if the topic says so
    /// (`message.timestamp.type=LogAppendTime`).
    public internal(set) var timestampMs: Int64
    @usableFromInline package internal(set) var fields: RecordFields
    /// Where the records begin.
    @usableFromInline let base: UnsafeRawPointer

    /// - Precondition: the fields were read from these bytes.
    @inline(__always)
    @_lifetime(copy bytes)
    package init(_ fields: RecordFields, offset: Int64, timestampMs: Int64, _ bytes: RawSpan) {
        self.offset = offset
        self.timestampMs = timestampMs
        self.fields = fields
        // Of no bytes no fields are read, and so nothing lies there.
        base = bytes.withUnsafeBytes { $0.baseAddress ?? Self.nowhere }
    }

    private static var nowhere: UnsafeRawPointer { UnsafeRawPointer(bitPattern: 1).unsafelyUnwrapped }

    /// Some of the bytes that the fields were read from.
    @inlinable
    @_lifetime(copy self)
    func bytes(_ range: Range<Int>) -> RawSpan {
        // The range was checked when the record was read.
        let start = base + range.lowerBound
        return _overrideLifetime(RawSpan(_unsafeStart: start, byteCount: range.count), copying: self)
    }

    /// All bytes up to the end of the record.
    private var allBytes: RawSpan {
        @_lifetime(copy self)
        get { bytes(0..<Int(fields.end)) }
    }

    /// The number of headers.
    public var headerCount: Int {
        var position = fields.headersBegin
        return headerCount(&position)
    }

    /// Moves to the first header.
    private func headerCount(_ position: inout Int) -> Int {
        // It was checked when the record was read.
        Int((try? RecordVarint.read(allBytes, &position, "header count")) ?? 0)
    }

    /// The key; nil for a record without one.
    // Inlined into programs: a call would cost more than the look at the fields.
    @inlinable public var key: RawSpan? {
        @_lifetime(copy self)
        get {
            guard fields.keyCount >= 0 else { return nil }
            return bytes(fields.keyRange)
        }
    }

    /// The value; nil for a tombstone.
    // Inlined into programs: a call would cost more than the look at the fields.
    @inlinable public var value: RawSpan? {
        @_lifetime(copy self)
        get {
            guard fields.valueCount >= 0 else { return nil }
            return bytes(fields.valueRange)
        }
    }

    /// A copy of the key; nil for a record without one.
    public var keyBytes: [UInt8]? {
        fields.keyCount < 0 ? nil : allBytes.copied(fields.keyRange)
    }

    /// A copy of the value; nil for a tombstone.
    public var valueBytes: [UInt8]? {
        fields.valueCount < 0 ? nil : allBytes.copied(fields.valueRange)
    }

    /// Copies of the headers, in order (KIP-82). Each call reads all of them. In keys, bytes that are not UTF-8 are replaced
    /// by U+FFFD.
    public var headers: [RecordHeader] {
        var result: [RecordHeader] = []
        var position = fields.headersBegin
        for _ in 0..<headerCount(&position) {
            // The cursor has walked these bytes already.
            guard let key = try? field(&position), let value = try? field(&position) else { break }
            result.append(RecordHeader(key: String(decoding: key ?? [], as: UTF8.self), value: value))
        }
        return result
    }

    private func field(_ position: inout Int) throws(RecordBatchError) -> [UInt8]?? {
        let count = try RecordVarint.read(allBytes, &position, "header")
        if count < 0 { return .some(nil) }
        defer { position += Int(count) }
        return .some(allBytes.copied(position..<position + Int(count)))
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
