/// The zig-zag varints of records, of up to 64 bits. `WireReader` reads those of messages.
enum RecordVarint {
    static func byteCount(_ value: Int64) -> Int {
        let bits = 64 - zigZag(value).leadingZeroBitCount
        return max(1, (bits + 6) / 7)
    }

    static func zigZag(_ value: Int64) -> UInt64 {
        UInt64(bitPattern: value << 1 ^ value >> 63)
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
