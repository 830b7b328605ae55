import CDeflate
/// HdrHistogram's V2 encoding: `HdrHistogram.encodeIntoCompressedByteBuffer` of its Java reference.
///
///     compressed:  cookie 0x1c849314 | Int32 length | zlib(payload)
///     payload:     cookie 0x1c849313 | Int32 length of counts | Int32 0 | Int32 digits
///                  | Int64 lowest | Int64 highest | Double 1.0 | counts
///     counts:      ZigZag LEB128, at most nine bytes each; -n stands for n zeros
///
/// All integers big-endian.
import KafkaSecurity

extension HdrHistogram {
    static let payloadCookie: UInt32 = 0x1c84_9303 | 0x10
    static let compressedCookie: UInt32 = 0x1c84_9304 | 0x10
    static let payloadHeaderByteCount = 40

    /// The compressed encoding in base64, as a line of an interval log carries it.
    package func encodedBase64() -> String {
        Base64.encode(encodedCompressed())
    }

    /// The compressed encoding.
    package func encodedCompressed() -> [UInt8] {
        let compressed = Self.zlibCompressed(encodedPayload())
        var bytes: [UInt8] = []
        bytes.reserveCapacity(compressed.count + 8)
        bytes.appendBigEndian(Self.compressedCookie)
        bytes.appendBigEndian(UInt32(compressed.count))
        bytes += compressed
        return bytes
    }

    /// The encoding before compression. Empty buckets above the largest value are left out.
    func encodedPayload() -> [UInt8] {
        let encodedCounts = encodedCounts()
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.payloadHeaderByteCount + encodedCounts.count)
        bytes.appendBigEndian(Self.payloadCookie)
        bytes.appendBigEndian(UInt32(encodedCounts.count))
        bytes.appendBigEndian(UInt32(0))
        bytes.appendBigEndian(UInt32(significantDigits))
        bytes.appendBigEndian(UInt64(lowestDiscernibleValue))
        bytes.appendBigEndian(UInt64(highestTrackableValue))
        bytes.appendBigEndian((1.0).bitPattern)
        bytes += encodedCounts
        return bytes
    }

    private func encodedCounts() -> [UInt8] {
        guard totalCount > 0 else { return [] }
        let limit = index(of: Swift.min(max, highestTrackableValue)) + 1
        var bytes: [UInt8] = []
        var index = 0
        while index < limit {
            let count = counts[index]
            index += 1
            guard count == 0 else {
                bytes.appendZigZag(Int64(clamping: count))
                continue
            }
            var zeros: Int64 = 1
            while index < limit, counts[index] == 0 {
                zeros += 1
                index += 1
            }
            bytes.appendZigZag(zeros > 1 ? -zeros : 0)
        }
        return bytes
    }

    private static func zlibCompressed(_ bytes: [UInt8]) -> [UInt8] {
        guard let compressor = libdeflate_alloc_compressor(6) else {
            preconditionFailure("libdeflate has no memory for a compressor")
        }
        defer { libdeflate_free_compressor(compressor) }
        let bound = libdeflate_zlib_compress_bound(compressor, bytes.count)
        return [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
            // The bound is libdeflate's own, so the result always fits and is never 0.
            count = libdeflate_zlib_compress(compressor, bytes, bytes.count, buffer.baseAddress!, bound)
        }
    }
}

extension [UInt8] {
    fileprivate mutating func appendBigEndian(_ value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) }
    }

    /// ZigZag LEB128 in HdrHistogram's nine-byte variant: the ninth byte has eight bits of its own.
    fileprivate mutating func appendZigZag(_ value: Int64) {
        var bits = UInt64(bitPattern: (value << 1) ^ (value >> 63))
        for _ in 0..<8 {
            guard bits >= 0x80 else { break }
            append(UInt8(truncatingIfNeeded: bits) | 0x80)
            bits >>= 7
        }
        append(UInt8(truncatingIfNeeded: bits))
    }
}
