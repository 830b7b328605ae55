import CDeflate

/// gzip (RFC 1952) by libdeflate: one member or several in a row, as Java reads and `gzip` concatenates them.
///
/// libdeflate needs the room for a whole member at once. The size that a member's trailer states (ISIZE) may be false
/// and is of the last member only, so it is a hint: the room is never more than the compressed bytes can yield.
final class GzipDecompressor: BatchDecompressor {
    /// Deflate's highest ratio: two bits for 258 bytes (RFC 1951, 3.2.5), 1032 for each byte.
    private static let ratioMax = 1032
    /// Header and trailer of a member, with the shortest block between (RFC 1952, 2.3).
    private static let memberByteCountMin = 18

    private let context: OpaquePointer

    init() throws(CodecError) {
        guard let context = libdeflate_alloc_decompressor() else {
            throw .outOfMemory("gzip", "a decompressor")
        }
        self.context = context
    }

    deinit { libdeflate_free_decompressor(context) }

    func decompress(_ source: RawSpan, into output: inout [UInt8], maxByteCount: Int) throws(CodecError) {
        output.removeAll(keepingCapacity: true)
        do {
            var position = 0
            repeat {
                position += try decompressMember(source, from: position, into: &output, maxByteCount: maxByteCount)
            } while position < source.byteCount
        } catch {
            output.removeAll(keepingCapacity: true)
            throw error
        }
    }

    /// Appends the member at `position`; returns the number of compressed bytes it took, at least one.
    private func decompressMember(
        _ source: RawSpan, from position: Int, into output: inout [UInt8], maxByteCount: Int
    ) throws(CodecError) -> Int {
        let left = source.byteCount - position
        guard left >= Self.memberByteCountMin else {
            throw .corrupt("gzip", "\(left) bytes at \(position) are too few for a member")
        }
        let start = output.count
        let (product, overflow) = left.multipliedReportingOverflow(by: Self.ratioMax)
        let possible = overflow ? Int.max : product
        let limit = min(possible, max(0, maxByteCount) - start)
        let hint = Int(source.littleEndian(at: source.byteCount - 4, count: 4))
        var room = min(limit, max(hint, output.capacity - start))
        while true {
            output.reserveCapacity(start + room)
            let result = inflate(source, from: position, into: &output, room: room)
            switch result.status {
            case LIBDEFLATE_SUCCESS: return result.consumed
            case LIBDEFLATE_INSUFFICIENT_SPACE where room < limit:
                // The hint was false, or of another member. Starting over costs a third more at the most.
                room = room > limit / 4 ? limit : min(limit, max(4 * room, 4096))
            case LIBDEFLATE_INSUFFICIENT_SPACE where limit < possible:
                throw .tooLarge("gzip", limit: maxByteCount)
            default:
                throw .corrupt("gzip", "the member at byte \(position) is damaged or cut short")
            }
        }
    }

    private func inflate(
        _ source: RawSpan, from position: Int, into output: inout [UInt8], room: Int
    ) -> (status: libdeflate_result, consumed: Int) {
        source.withUnsafeBytes { bytes in
            output.append(upTo: room) { buffer in
                var consumed = 0
                var written = 0
                let status = libdeflate_gzip_decompress_ex(
                    context, bytes.baseAddress! + position, bytes.count - position, buffer.baseAddress, room,
                    &consumed, &written)
                return ((status, consumed), written: status == LIBDEFLATE_SUCCESS ? written : 0)
            }
        }
    }
}
