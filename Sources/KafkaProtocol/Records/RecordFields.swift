/// Where the fields of a record lie.
@usableFromInline package struct RecordFields: Sendable {
    var offsetDelta: Int64 = 0
    var timestampDelta: Int64 = 0
    @usableFromInline var keyBegin = 0
    /// -1 for none.
    @usableFromInline var keyCount = 0
    @usableFromInline var valueBegin = 0
    /// -1 for none.
    @usableFromInline var valueCount = 0
    var headersBegin = 0
    var headersEnd = 0
    @usableFromInline var headerCount = 0

    init() {}

    /// Reads the record at `position`, and moves behind it. All fields are set.
    ///
    /// - Throws: `RecordBatchError` when a length or a count does not fit.
    @inline(__always)
    mutating func read(_ bytes: UnsafeRawBufferPointer, _ position: inout Int) throws(RecordBatchError) {
        if let base = bytes.baseAddress, readShort(base, bytes.count, &position) { return }
        self = try Self.readAny(bytes, &position)
    }

    /// Reads a record whose lengths and deltas have one or two bytes each and that has no headers, as most have. False for any
    /// other, and for one in which something does not fit; then the position stays, and the fields mean nothing.
    ///
    /// Sums don't overflow: each is of a position and of numbers below 2^14.
    @inline(__always)
    private mutating func readShort(_ base: UnsafeRawPointer, _ count: Int, _ position: inout Int) -> Bool {
        let begin = position
        // Both words lie within the buffer, wherever their fields end.
        guard count &- begin >= Self.shortByteCount else { return false }
        var head = ShortVarints(at: base + begin)
        let byteCount = head.nextCount()
        let end = begin &+ head.byteCount &+ byteCount
        head.skipByte()  // attributes, which no version uses
        timestampDelta = Int64(head.nextSigned())
        offsetDelta = Int64(head.nextCount())
        var at = begin &+ head.byteCount
        var lengths = ShortVarints(at: base + at)
        keyCount = lengths.nextCountOrNull()
        keyBegin = at &+ lengths.byteCount
        // Before anything is read behind the key.
        guard end <= count, keyCount <= end &- keyBegin else { return false }
        if keyCount > 0 {
            at = keyBegin &+ keyCount
            guard at <= count &- 8 else { return false }
            head.oddities |= lengths.oddities
            lengths = ShortVarints(at: base + at)
        }
        valueCount = lengths.nextCountOrNull()
        valueBegin = at &+ lengths.byteCount
        // The value ends one byte before the record: that byte says that there are no headers.
        let headersAt = valueBegin &+ (valueCount < 0 ? 0 : valueCount)
        guard headersAt == end &- 1, head.oddities | lengths.oddities == 0,
            base.load(fromByteOffset: headersAt, as: UInt8.self) == 0
        else { return false }
        headersBegin = end
        headersEnd = end
        headerCount = 0
        position = end
        return true
    }

    /// Two words, the second of which begins behind up to seven bytes of the first.
    private static let shortByteCount = 16

    /// Reads any record.
    @inline(never)
    static func readAny(
        _ bytes: UnsafeRawBufferPointer, _ position: inout Int
    ) throws(RecordBatchError) -> RecordFields { try RecordFields(any: bytes, &position) }

    private init(any bytes: UnsafeRawBufferPointer, _ position: inout Int) throws(RecordBatchError) {
        let begin = position
        let byteCount = try RecordVarint.read(bytes, &position, "record length")
        guard byteCount >= RecordCursor.recordByteCountMin - 1, byteCount <= Int64(bytes.count - position) else {
            throw Self.doesNotFit(byteCount, begin, position, bytes.count)
        }
        let end = position + Int(byteCount)
        position += 1  // attributes, which no version uses
        timestampDelta = try RecordVarint.read(bytes, &position, "timestamp delta")
        offsetDelta = try RecordVarint.read(bytes, &position, "offset delta")
        keyCount = try Self.readCount(bytes, &position, end, "key length")
        keyBegin = position
        position += max(0, keyCount)
        valueCount = try Self.readCount(bytes, &position, end, "value length")
        valueBegin = position
        position += max(0, valueCount)
        let count = try RecordVarint.read(bytes, &position, "header count")
        if count == 0, position == end {
            headersBegin = end
            headersEnd = end
            return
        }
        guard position <= end, count >= 0, count <= Int64(end - position) / 2 else {
            throw Self.tooManyHeaders(count, position, end)
        }
        headerCount = Int(count)
        headersBegin = position
        headersEnd = end
        try Self.checkHeaders(headerCount, bytes, &position, end)
    }

    /// The count of a length-prefixed field; -1 for null.
    @inline(__always)
    private static func readCount(
        _ bytes: UnsafeRawBufferPointer, _ position: inout Int, _ end: Int, _ field: StaticString
    ) throws(RecordBatchError) -> Int {
        let count = try RecordVarint.read(bytes, &position, field)
        guard count >= -1, count <= Int64(end - position) else {
            throw RecordBatchError(
                .malformed, at: position, "\(field) is \(count) with \(end - position) bytes left")
        }
        return Int(count)
    }

    @inline(never)
    private static func checkHeaders(
        _ count: Int, _ bytes: UnsafeRawBufferPointer, _ position: inout Int, _ end: Int
    ) throws(RecordBatchError) {
        for _ in 0..<count {
            let keyCount = try readCount(bytes, &position, end, "header key length")
            guard keyCount >= 0 else { throw RecordBatchError(.malformed, at: position, "a header has no key") }
            position += keyCount
            position += max(0, try readCount(bytes, &position, end, "header value length"))
        }
        guard position == end else {
            throw RecordBatchError(
                .malformed, at: position, "a record's fields end \(end - position) bytes off its length")
        }
    }

    @inline(never)
    private static func doesNotFit(_ byteCount: Int64, _ begin: Int, _ position: Int, _ end: Int) -> RecordBatchError {
        RecordBatchError(
            .malformed, at: position, "a record of \(byteCount) bytes where \(end - position) are left")
    }

    @inline(never)
    private static func tooManyHeaders(_ count: Int64, _ position: Int, _ end: Int) -> RecordBatchError {
        RecordBatchError(
            .malformed, at: position, "\(count) headers in a record with \(end - position) bytes left")
    }
}

/// The next eight bytes, as zig-zag varints of one or two bytes. What is none is noted, and looked at once.
private struct ShortVarints {
    private var word: UInt64
    /// The bytes that were read.
    private(set) var byteCount = 0
    /// Not zero when a varint is longer, or a count is negative.
    var oddities: UInt64 = 0

    /// - Precondition: eight bytes may be read there.
    @inline(__always)
    init(at bytes: UnsafeRawPointer) { word = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self)) }

    @inline(__always)
    mutating func skipByte() {
        word >>= 8
        byteCount &+= 1
    }

    @inline(__always)
    private mutating func nextBits() -> UInt64 {
        if word & 0x80 == 0 {
            let bits = word & 0x7F
            skipByte()
            return bits
        }
        oddities |= word & 0x8000
        let bits = word & 0x7F | word >> 1 & 0x3F80
        word >>= 16
        byteCount &+= 2
        return bits
    }

    /// A number that is not negative.
    @inline(__always)
    mutating func nextCount() -> Int {
        let bits = nextBits()
        oddities |= bits & 1
        return Int(truncatingIfNeeded: bits >> 1)
    }

    /// The same, or -1.
    @inline(__always)
    mutating func nextCountOrNull() -> Int {
        let bits = nextBits()
        if bits == 1 { return -1 }
        oddities |= bits & 1
        return Int(truncatingIfNeeded: bits >> 1)
    }

    @inline(__always)
    mutating func nextSigned() -> Int {
        let bits = nextBits()
        return Int(truncatingIfNeeded: bits >> 1) ^ (0 &- Int(truncatingIfNeeded: bits & 1))
    }
}
