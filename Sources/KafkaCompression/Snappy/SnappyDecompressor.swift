import CSnappy

/// snappy in snappy-java's framing, with blocks of any size, or one raw block, as librdkafka and Go clients write.
final class SnappyDecompressor: BatchDecompressor {
    /// What one compressed byte can yield at most, rounded up: a copy of 64 bytes takes 3 (snappy's format_description).
    private static let ratioMax = 22

    func decompress(_ source: RawSpan, into output: inout [UInt8], maxByteCount: Int) throws(CodecError) {
        output.removeAll(keepingCapacity: true)
        do {
            if XerialFraming.isHeader(source, at: 0) {
                try decompressFramed(source, into: &output, maxByteCount: maxByteCount)
            } else {
                output.reserveCapacity(
                    try byteCount(ofBlock: source, 0..<source.byteCount, limit: maxByteCount, allowed: maxByteCount))
                try appendBlock(source, 0..<source.byteCount, to: &output)
            }
        } catch {
            output.removeAll(keepingCapacity: true)
            throw error
        }
    }

    /// Adds up what the blocks claim, which is checked, so that the output is allocated once.
    private func decompressFramed(
        _ source: RawSpan, into output: inout [UInt8], maxByteCount: Int
    ) throws(CodecError) {
        var total = 0
        var position = 0
        while let block = try nextBlock(of: source, after: &position) {
            total += try byteCount(ofBlock: source, block, limit: maxByteCount, allowed: maxByteCount - total)
        }
        output.reserveCapacity(total)
        position = 0
        while let block = try nextBlock(of: source, after: &position) {
            try appendBlock(source, block, to: &output)
        }
    }

    /// The range of the next block in `source`, nil at the end. Streams may follow one another, each with its header.
    private func nextBlock(of source: RawSpan, after position: inout Int) throws(CodecError) -> Range<Int>? {
        while XerialFraming.isHeader(source, at: position) { position += XerialFraming.header.count }
        let left = source.byteCount - position
        if left == 0 { return nil }
        guard left >= XerialFraming.lengthByteCount else {
            throw .corrupt("snappy", "\(left) bytes at \(position) are too few for a block's length")
        }
        let claimed = source.bigEndian32(at: position)
        let available = left - XerialFraming.lengthByteCount
        guard claimed > 0, claimed <= available else {
            throw .corrupt("snappy", "the block at byte \(position) claims \(claimed) bytes of \(available) left")
        }
        let start = position + XerialFraming.lengthByteCount
        position = start + Int(claimed)
        return start..<position
    }

    /// The uncompressed byte count that a block claims, when its compressed bytes can yield it and it is allowed.
    private func byteCount(
        ofBlock source: RawSpan, _ block: Range<Int>, limit: Int, allowed: Int
    ) throws(CodecError) -> Int {
        var claimed = 0
        let status = source.withUnsafeBytes { bytes in
            let block = UnsafeRawBufferPointer(rebasing: bytes[block])
            return snappy_uncompressed_length(block.baseAddress, block.count, &claimed)
        }
        guard status == SNAPPY_OK else {
            throw .corrupt("snappy", "the block at byte \(block.lowerBound) does not state its length")
        }
        guard claimed / Self.ratioMax <= block.count else {
            throw .corrupt(
                "snappy", "the block at byte \(block.lowerBound) claims to hold \(claimed) bytes in \(block.count)")
        }
        guard claimed <= allowed else { throw .tooLarge("snappy", limit: limit) }
        return claimed
    }

    private func appendBlock(_ source: RawSpan, _ block: Range<Int>, to output: inout [UInt8]) throws(CodecError) {
        let status = source.withUnsafeBytes { bytes in
            let block = UnsafeRawBufferPointer(rebasing: bytes[block])
            return output.append(upTo: output.capacity - output.count) { buffer in
                var written = buffer.count
                let status = snappy_uncompress(block.baseAddress, block.count, buffer.baseAddress, &written)
                return (status, written: status == SNAPPY_OK ? written : 0)
            }
        }
        guard status == SNAPPY_OK else {
            throw .corrupt("snappy", "the block at byte \(block.lowerBound) is damaged")
        }
    }
}
