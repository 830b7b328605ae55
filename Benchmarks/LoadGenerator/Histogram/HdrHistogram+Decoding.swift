import CDeflate
/// Reading HdrHistogram's V2 encoding back, from any writer.
import KafkaSecurity

/// What is wrong with an encoded histogram, and where.
package struct HdrDecodingError: Error, Equatable, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}

extension HdrHistogram {
    /// Decodes the base64 of a line of an interval log. Smallest and largest value are known to their bucket only.
    ///
    /// Takes at most 64 MiB of counts, whatever the text claims.
    package init(encodedBase64 text: some StringProtocol) throws(HdrDecodingError) {
        guard let bytes = Base64.decode(text) else { throw HdrDecodingError("not base64") }
        var reader = BigEndianReader(bytes: bytes)
        guard try reader.next(UInt32.self) == Self.compressedCookie else {
            throw HdrDecodingError("not a compressed V2 histogram")
        }
        let length = Int(try reader.next(UInt32.self))
        guard length == reader.remaining else { throw HdrDecodingError("\(reader.remaining) bytes, \(length) claimed") }
        try self.init(payload: Self.zlibDecompressed(Array(bytes.suffix(length))))
    }

    init(payload: [UInt8]) throws(HdrDecodingError) {
        var reader = BigEndianReader(bytes: payload)
        guard try reader.next(UInt32.self) == Self.payloadCookie else { throw HdrDecodingError("not a V2 payload") }
        let length = Int(try reader.next(UInt32.self))
        let offset = try reader.next(UInt32.self)
        let digits = Int(try reader.next(UInt32.self))
        let lowest = try reader.next(UInt64.self)
        let highest = try reader.next(UInt64.self)
        _ = try reader.next(UInt64.self)
        guard offset == 0 else { throw HdrDecodingError("a shifted histogram") }
        guard length == reader.remaining else { throw HdrDecodingError("\(reader.remaining) bytes, \(length) claimed") }
        guard (1...5).contains(digits), lowest >= 1, lowest < 1 << 32, highest <= Int64.max, highest / 2 >= lowest
        else { throw HdrDecodingError("range \(lowest) … \(highest) with \(digits) digits") }
        self.init(
            lowestDiscernibleValue: Int64(lowest), highestTrackableValue: Int64(highest), significantDigits: digits)
        try readCounts(&reader)
    }

    private mutating func readCounts(_ reader: inout BigEndianReader) throws(HdrDecodingError) {
        var index = 0
        while reader.remaining > 0 {
            let count = try reader.nextZigZag()
            guard count >= 0 else {
                guard count > -Int64(countCapacity) else { throw HdrDecodingError("\(count) zeros at index \(index)") }
                index += Int(-count)
                continue
            }
            guard index < countCapacity else { throw HdrDecodingError("a count beyond the last bucket") }
            // A writer's range may end within the bucket, whose lowest value is still inside it.
            record(Swift.min(lowestValue(at: index), highestTrackableValue), count: UInt64(count))
            index += 1
        }
    }

    static func zlibDecompressed(_ bytes: [UInt8]) throws(HdrDecodingError) -> [UInt8] {
        guard let decompressor = libdeflate_alloc_decompressor() else {
            throw HdrDecodingError("no memory for a decompressor")
        }
        defer { libdeflate_free_decompressor(decompressor) }
        var capacity = Swift.max(bytes.count * 4, 4096)
        while capacity <= 64 << 20 {
            var outcome = LIBDEFLATE_BAD_DATA
            let output = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
                // On failure nothing of the buffer counts as written.
                outcome = libdeflate_zlib_decompress(
                    decompressor, bytes, bytes.count, buffer.baseAddress!, capacity, &count)
                if outcome != LIBDEFLATE_SUCCESS { count = 0 }
            }
            if outcome == LIBDEFLATE_SUCCESS { return output }
            guard outcome == LIBDEFLATE_INSUFFICIENT_SPACE else { throw HdrDecodingError("damaged zlib data") }
            capacity *= 4
        }
        throw HdrDecodingError("more than 64 MiB of counts")
    }
}

/// Integers out of bytes, each checked against what remains.
private struct BigEndianReader {
    let bytes: [UInt8]
    var position = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    var remaining: Int { bytes.count - position }

    mutating func next<Integer: FixedWidthInteger>(_: Integer.Type) throws(HdrDecodingError) -> Integer {
        let byteCount = Integer.bitWidth / 8
        guard remaining >= byteCount else { throw HdrDecodingError("ends at byte \(bytes.count)") }
        var value: Integer = 0
        for byte in bytes[position..<position + byteCount] { value = value << 8 | Integer(byte) }
        position += byteCount
        return value
    }

    mutating func nextZigZag() throws(HdrDecodingError) -> Int64 {
        var bits: UInt64 = 0
        for number in 0..<9 {
            let byte = try next(UInt8.self)
            if number == 8 {
                bits |= UInt64(byte) << 56
                break
            }
            bits |= UInt64(byte & 0x7f) << UInt64(7 * number)
            if byte < 0x80 { break }
        }
        return Int64(bitPattern: bits >> 1) ^ -Int64(bitPattern: bits & 1)
    }
}
