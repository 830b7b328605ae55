/// Where the fields of a record lie. The bytes of a batch are fewer than 2 GiB, so that a half word is enough for each: what is
/// handed over for each record stays small.
@usableFromInline package struct RecordFields: Sendable, BitwiseCopyable {
    @usableFromInline var keyBegin: Int32 = 0
    /// -1 for none.
    @usableFromInline var keyCount: Int32 = 0
    @usableFromInline var valueBegin: Int32 = 0
    /// -1 for none.
    @usableFromInline var valueCount: Int32 = 0
    /// Behind the last header.
    var end: Int32 = 0

    init() {}

    /// - Precondition: there is a key.
    // No sum overflows: the record was read.
    @inlinable var keyRange: Range<Int> {
        Range(uncheckedBounds: (Int(keyBegin), Int(keyBegin) &+ Int(keyCount)))
    }

    /// - Precondition: there is a value.
    @inlinable var valueRange: Range<Int> {
        Range(uncheckedBounds: (Int(valueBegin), Int(valueBegin) &+ Int(valueCount)))
    }

    /// Where the number of headers is.
    var headersBegin: Int { Int(valueBegin) + Int(max(0, valueCount)) }

    /// Reads the record at `position`, and moves behind it. All fields and deltas are set.
    ///
    /// - Throws: `RecordBatchError` when a length or a count does not fit.
    @inline(__always)
    mutating func read(
        _ bytes: UnsafeRawBufferPointer, _ position: inout Int, _ deltas: inout RecordDeltas
    ) throws(RecordBatchError) {
        if let base = bytes.baseAddress, readShort(base, bytes.count, &position, &deltas) { return }
        self = try Self.readAny(bytes, &position, &deltas)
    }

    /// Reads a record whose lengths and deltas have one or two bytes each and that has no headers, as most have. False for any
    /// other, and for one in which something does not fit; then the position stays, and fields and deltas mean nothing.
    ///
    /// Sums don't overflow: each is of a position and of numbers below 2^14.
    @inline(__always)
    private mutating func readShort(
        _ base: UnsafeRawPointer, _ count: Int, _ position: inout Int, _ deltas: inout RecordDeltas
    ) -> Bool {
        // All before the key lies within the buffer, wherever the fields end.
        guard count &- position >= Self.headByteCountMax else { return false }
        var varints = ShortVarints(base, at: position)
        let byteCount = varints.nextCount()
        let end = varints.position &+ byteCount
        varints.position &+= 1  // attributes, which no version uses
        let timestamp = varints.nextSigned()
        let offset = varints.nextCount()
        let keyCount = varints.nextCountOrNull()
        let keyBegin = varints.position
        guard end <= count else { return false }
        if keyCount > 0 {
            varints.position &+= keyCount
            // There must be a length and the number of headers.
            guard varints.position &+ 2 <= end else { return false }
        }
        let valueCount = varints.nextCountOrNull()
        let valueBegin = varints.position
        // The value ends one byte before the record: that byte says that there are no headers.
        let headersAt = valueBegin &+ max(0, valueCount)
        guard headersAt == end &- 1, varints.oddities == 0, base.load(fromByteOffset: headersAt, as: UInt8.self) == 0
        else { return false }
        self.keyBegin = Int32(truncatingIfNeeded: keyBegin)
        self.keyCount = Int32(truncatingIfNeeded: keyCount)
        self.valueBegin = Int32(truncatingIfNeeded: valueBegin)
        self.valueCount = Int32(truncatingIfNeeded: valueCount)
        self.end = Int32(truncatingIfNeeded: end)
        deltas.timestamp = Int64(timestamp)
        deltas.offset = Int64(offset)
        position = end
        return true
    }

    /// A length, the attributes, two deltas and two lengths.
    private static let headByteCountMax = 11

    /// Reads any record.
    @inline(never)
    static func readAny(
        _ bytes: UnsafeRawBufferPointer, _ position: inout Int, _ deltas: inout RecordDeltas
    ) throws(RecordBatchError) -> RecordFields {
        try RecordFields(any: bytes, &position, &deltas)
    }

    private init(
        any bytes: UnsafeRawBufferPointer, _ position: inout Int, _ deltas: inout RecordDeltas
    ) throws(RecordBatchError) {
        let begin = position
        let byteCount = try RecordVarint.read(bytes, &position, "record length")
        guard byteCount >= RecordCursor.recordByteCountMin - 1, byteCount <= Int64(bytes.count - position) else {
            throw Self.doesNotFit(byteCount, begin, position, bytes.count)
        }
        let end = position + Int(byteCount)
        position += 1  // attributes, which no version uses
        deltas.timestamp = try RecordVarint.read(bytes, &position, "timestamp delta")
        deltas.offset = try RecordVarint.read(bytes, &position, "offset delta")
        let keyCount = try Self.readCount(bytes, &position, end, "key length")
        let keyBegin = position
        position += max(0, keyCount)
        let valueCount = try Self.readCount(bytes, &position, end, "value length")
        let valueBegin = position
        position += max(0, valueCount)
        let count = try RecordVarint.read(bytes, &position, "header count")
        guard position <= end, count >= 0, count <= Int64(end - position) / 2 else {
            throw Self.tooManyHeaders(count, position, end)
        }
        try Self.checkHeaders(Int(count), bytes, &position, end)
        self.keyBegin = Int32(truncatingIfNeeded: keyBegin)
        self.keyCount = Int32(truncatingIfNeeded: keyCount)
        self.valueBegin = Int32(truncatingIfNeeded: valueBegin)
        self.valueCount = Int32(truncatingIfNeeded: valueCount)
        self.end = Int32(truncatingIfNeeded: end)
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

/// What a record says of itself against its batch.
package struct RecordDeltas {
    var timestamp: Int64 = 0
    var offset: Int64 = 0

    init() {}
}

/// Zig-zag varints of one or two bytes, one behind the other. What is none is noted, and looked at once.
private struct ShortVarints {
    private let base: UnsafeRawPointer
    var position: Int
    /// Not zero when a varint is longer, or a count is negative.
    private(set) var oddities: UInt = 0

    @inline(__always)
    init(_ base: UnsafeRawPointer, at position: Int) {
        self.base = base
        self.position = position
    }

    /// - Precondition: two bytes may be read.
    @inline(__always)
    private mutating func nextBits() -> UInt {
        let first = UInt(base.load(fromByteOffset: position, as: UInt8.self))
        if first < 0x80 {
            position &+= 1
            return first
        }
        let second = UInt(base.load(fromByteOffset: position &+ 1, as: UInt8.self))
        oddities |= second & 0x80
        position &+= 2
        return first & 0x7F | second &<< 7
    }

    /// A number that is not negative.
    @inline(__always)
    mutating func nextCount() -> Int {
        let bits = nextBits()
        oddities |= bits & 1
        return Int(bitPattern: bits &>> 1)
    }

    /// The same, or -1.
    @inline(__always)
    mutating func nextCountOrNull() -> Int {
        let bits = nextBits()
        if bits == 1 { return -1 }
        oddities |= bits & 1
        return Int(bitPattern: bits &>> 1)
    }

    @inline(__always)
    mutating func nextSigned() -> Int {
        let bits = nextBits()
        return Int(bitPattern: bits &>> 1) ^ (0 &- Int(bitPattern: bits & 1))
    }
}
