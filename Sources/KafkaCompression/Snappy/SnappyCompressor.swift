import CSnappy

/// snappy in snappy-java's framing, which every Kafka client reads.
final class SnappyCompressor: BatchCompressor {
    /// Takes a block whose worst case would not fit the target. Empty until that happens.
    private var scratch: [UInt8] = []

    func maxCompressedByteCount(for byteCount: Int) -> Int {
        let (full, rest) = byteCount.quotientAndRemainder(dividingBy: XerialFraming.blockByteCount)
        let fullBlock = XerialFraming.lengthByteCount + snappy_max_compressed_length(XerialFraming.blockByteCount)
        let lastBlock = rest == 0 ? 0 : XerialFraming.lengthByteCount + snappy_max_compressed_length(rest)
        return XerialFraming.header.count + full * fullBlock + lastBlock
    }

    func compress(_ source: RawSpan, into target: inout OutputRawSpan) throws(CodecError) {
        let room = target.freeCapacity
        let fits = target.withUnsafeMutableBytes { buffer, initializedCount in
            let target = UnsafeMutableRawBufferPointer(rebasing: buffer[initializedCount...])
            guard let written = source.withUnsafeBytes({ compress($0, into: target) }) else { return false }
            initializedCount += written
            return true
        }
        guard fits else { throw .targetTooSmall("snappy", byteCount: source.byteCount, room: room) }
    }

    /// Returns the number of bytes written, nil when they do not fit.
    private func compress(_ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer) -> Int? {
        guard target.count >= XerialFraming.header.count else { return nil }
        target.copyBytes(from: XerialFraming.header)
        var end = XerialFraming.header.count
        var position = 0
        while position < source.count {
            let count = min(XerialFraming.blockByteCount, source.count - position)
            let block = UnsafeRawBufferPointer(rebasing: source[position..<position + count])
            guard target.count - end >= XerialFraming.lengthByteCount else { return nil }
            let start = end + XerialFraming.lengthByteCount
            let room = UnsafeMutableRawBufferPointer(rebasing: target[start...])
            guard let written = compressBlock(block, into: room) else { return nil }
            target.storeBytes(of: UInt32(written).bigEndian, toByteOffset: end, as: UInt32.self)
            end = start + written
            position += count
        }
        return end
    }

    /// The library refuses a target that lacks room for the worst case, so near the target's end a block is compressed
    /// into memory of its own and copied.
    private func compressBlock(_ block: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer) -> Int? {
        var written = snappy_max_compressed_length(block.count)
        if target.count >= written {
            let status = snappy_compress(
                block.baseAddress, block.count, target.baseAddress, &written)
            return status == SNAPPY_OK ? written : nil
        }
        if scratch.count < written { scratch = Array(repeating: 0, count: written) }
        return scratch.withUnsafeMutableBytes { scratch in
            let status = snappy_compress(block.baseAddress, block.count, scratch.baseAddress, &written)
            guard status == SNAPPY_OK, written <= target.count else { return nil }
            target.copyMemory(from: UnsafeRawBufferPointer(rebasing: scratch[..<written]))
            return written
        }
    }
}
