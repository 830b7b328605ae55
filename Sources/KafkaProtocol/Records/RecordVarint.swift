/// The zig-zag varints of records, of up to 64 bits. `WireReader` reads those of messages.
enum RecordVarint {
    static func byteCount(_ value: Int64) -> Int {
        let bits = 64 - zigZag(value).leadingZeroBitCount
        return max(1, (bits + 6) / 7)
    }

    static func zigZag(_ value: Int64) -> UInt64 {
        UInt64(bitPattern: value << 1 ^ value >> 63)
    }

    /// Lengths and deltas mostly have one or two bytes: these are read here, others by a call.
    @inline(__always)
    static func read(
        _ bytes: UnsafeRawBufferPointer, _ position: inout Int, _ field: StaticString
    ) throws(RecordBatchError) -> Int64 {
        let at = position
        if at + 1 < bytes.count {
            // Both bytes lie within the buffer.
            let base = bytes.baseAddress.unsafelyUnwrapped
            let first = base.load(fromByteOffset: at, as: UInt8.self)
            if first < 0x80 {
                position = at + 1
                return Int64(first >> 1) ^ -Int64(first & 1)
            }
            let second = base.load(fromByteOffset: at + 1, as: UInt8.self)
            if second < 0x80 {
                position = at + 2
                let bits = UInt32(first & 0x7F) | UInt32(second) << 7
                return Int64(bits >> 1) ^ -Int64(bits & 1)
            }
        }
        return try readLong(bytes, &position, field)
    }

    @inline(never)
    private static func readLong(
        _ bytes: UnsafeRawBufferPointer, _ position: inout Int, _ field: StaticString
    ) throws(RecordBatchError) -> Int64 {
        try read(bytes.bytes, &position, field)
    }

    static func read(_ bytes: RawSpan, _ position: inout Int, _ field: StaticString) throws(RecordBatchError) -> Int64 {
        var result: UInt64 = 0
        var shift: UInt64 = 0
        let start = position
        while position < bytes.byteCount, shift < 64 {
            let byte = bytes.unsafeLoad(fromByteOffset: position, as: UInt8.self)
            position += 1
            result |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 {
                return Int64(bitPattern: result >> 1) ^ -Int64(bitPattern: result & 1)
            }
            shift += 7
        }
        throw RecordBatchError(.malformed, at: start, "\(field) is not a varint of at most ten bytes")
    }
}
