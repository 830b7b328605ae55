/// Reads Kafka's primitive types from a buffer of remote bytes.
///
/// The error is sticky: after the first failure every read gives a zero value, and `error` says what the first one was.
/// Every length and count is checked against the bytes that remain before it is used, so no input traps or makes
/// the reader allocate more than a small multiple of the bytes that came.
///
/// The bytes must stay alive and unchanged as long as the reader is used. Nothing read refers to them afterwards, except
/// the ranges of records fields, which are offsets in the buffer.
///
/// Source: Kafka protocol guide, "Protocol Primitive Types"; compact forms and tagged fields by KIP-482.
package struct WireReader {
    // Invariant: 0 <= offset <= limit <= bytes.count. After a failure limit == offset, so that one comparison per read
    // covers both the end of the bytes and the sticky error.
    private let bytes: UnsafeRawBufferPointer
    package private(set) var offset: Int
    private var limit: Int
    package private(set) var error: WireError?
    /// Whether there is an `error`; kept apart because every field asks.
    package private(set) var hasFailed = false

    /// A reader of `bytes` from its begin; offsets and ranges count from there.
    package init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
        self.offset = 0
        self.limit = bytes.count
    }

    /// Bytes not read yet; zero after a failure.
    package var remainingByteCount: Int { limit - offset }

    /// The same reader, whose bytes end at `byteOffset`.
    package func ending(at byteOffset: Int) -> WireReader {
        var reader = self
        reader.limit = min(max(offset, byteOffset), limit)
        return reader
    }

    // MARK: Failing

    /// Keeps the first failure and lets every later read give zero.
    package mutating func fail(expected: String, at byteOffset: Int? = nil) {
        if !hasFailed {
            hasFailed = true
            error = WireError(byteOffset: byteOffset ?? offset, expected: expected)
        }
        limit = offset
    }

    @inline(never)
    mutating func encloseError(in field: StaticString) {
        error?.enclose(in: field.description)
    }

    @inline(never)
    mutating func encloseError(inElement index: Int) {
        error?.enclose(in: "[\(index)]")
    }

    // MARK: Fixed width

    package mutating func int8() -> Int8 { integer("int8") }
    package mutating func int16() -> Int16 { integer("int16") }
    package mutating func int32() -> Int32 { integer("int32") }
    package mutating func int64() -> Int64 { integer("int64") }
    package mutating func uint16() -> UInt16 { integer("uint16") }
    package mutating func uint32() -> UInt32 { integer("uint32") }
    package mutating func float64() -> Double { Double(bitPattern: integer("float64")) }

    /// Any byte but zero is true, as in Kafka.
    package mutating func bool() -> Bool { (integer("bool") as UInt8) != 0 }

    package mutating func uuid() -> KafkaUUID {
        guard remainingByteCount >= 16 else {
            failShort(16, "uuid")
            return .zero
        }
        return KafkaUUID(high: integer("uuid"), low: integer("uuid"))
    }

    private mutating func integer<T: FixedWidthInteger>(_ type: StaticString) -> T {
        let byteCount = MemoryLayout<T>.size
        guard remainingByteCount >= byteCount else {
            failShort(byteCount, type)
            return 0
        }
        let value = T(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: T.self))
        offset += byteCount
        return value
    }

    @inline(never)
    private mutating func failShort(_ byteCount: Int, _ type: StaticString) {
        fail(expected: "\(byteCount) bytes of \(type), \(remainingByteCount) remain")
    }

    // MARK: Variable width

    /// An unsigned varint of at most 32 bits in at most five bytes; a longer one is a failure.
    package mutating func unsignedVarint() -> UInt32 {
        if offset < limit, bytes[offset] < 0x80 {
            let value = UInt32(bytes[offset])
            offset += 1
            return value
        }
        return UInt32(truncatingIfNeeded: longVarint(bits: 32))
    }

    /// A zigzag varint of at most 32 bits.
    package mutating func varint() -> Int32 {
        let raw = unsignedVarint()
        return Int32(bitPattern: raw >> 1) ^ -Int32(bitPattern: raw & 1)
    }

    /// A zigzag varint of at most 64 bits, in at most ten bytes.
    package mutating func varlong() -> Int64 {
        let raw = longVarint(bits: 64)
        return Int64(bitPattern: raw >> 1) ^ -Int64(bitPattern: raw & 1)
    }

    private mutating func longVarint(bits: Int) -> UInt64 {
        var value: UInt64 = 0
        var shift = 0
        var position = offset
        while true {
            guard position < limit else {
                fail(expected: "a varint of at most \(bits) bits, the bytes end within it")
                return 0
            }
            let byte = UInt64(bytes[position])
            position += 1
            let room = bits - shift
            guard room >= 7 || (byte & 0x7f) >> UInt64(room) == 0, room >= 8 || byte < 0x80 else {
                fail(expected: "a varint of at most \(bits) bits, found a longer one")
                return 0
            }
            value |= (byte & 0x7f) << UInt64(shift)
            if byte < 0x80 {
                offset = position
                return value
            }
            shift += 7
        }
    }

    /// Takes the one byte of an empty tagged-field section, if it is next.
    mutating func takeEmptySection() -> Bool {
        guard offset < limit, bytes[offset] == 0 else { return false }
        offset += 1
        return true
    }

    // MARK: Bytes

    /// The next `byteCount` bytes as a range of the buffer, without reading them.
    package mutating func locate(byteCount: Int, _ what: StaticString = "bytes") -> Range<Int> {
        guard byteCount >= 0, byteCount <= remainingByteCount else {
            fail(expected: "\(what) of a length between 0 and the \(remainingByteCount) remaining, found \(byteCount)")
            return offset..<offset
        }
        let range = offset..<offset + byteCount
        offset += byteCount
        return range
    }

    /// The bytes of a range that `locate` gave.
    func buffer(_ range: Range<Int>) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: bytes[range])
    }

    /// Limits reads to the next `byteCount` bytes. Returns what `widen(to:)` needs to end that; nil when there are fewer.
    mutating func narrow(toByteCount byteCount: Int) -> Int? {
        guard byteCount >= 0, byteCount <= remainingByteCount else {
            fail(expected: "a tagged field of at most \(remainingByteCount) bytes, found one of \(byteCount)")
            return nil
        }
        let outer = limit
        limit = offset + byteCount
        return outer
    }

    /// Ends what `narrow` began; bytes left over are a failure.
    mutating func widen(to outer: Int) {
        guard !hasFailed else { return }
        guard offset == limit else {
            fail(expected: "the end of the tagged field, \(remainingByteCount) bytes are left")
            return
        }
        limit = outer
    }
}
