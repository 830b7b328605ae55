/// Integers of the framings, at any alignment. The offsets are checked: outside the span they trap, so callers compare
/// them with `byteCount` first.
extension RawSpan {
    func byte(at offset: Int) -> UInt8 {
        // A byte has no invalid bit pattern.
        unsafe unsafeLoad(fromByteOffset: offset, as: UInt8.self)
    }

    /// `count` bytes, at most 8, the least significant first.
    func littleEndian(at offset: Int, count: Int) -> UInt64 {
        var value: UInt64 = 0
        for index in 0..<count {
            value |= UInt64(byte(at: offset + index)) << UInt64(8 * index)
        }
        return value
    }

    /// Four bytes, the most significant first.
    func bigEndian32(at offset: Int) -> UInt32 {
        UInt32(littleEndian(at: offset, count: 4)).byteSwapped
    }
}
