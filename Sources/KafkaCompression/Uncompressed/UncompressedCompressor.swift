/// Copies, so that code over codecs needs no special case for none.
final class UncompressedCompressor: BatchCompressor {
    func maxCompressedByteCount(for byteCount: Int) -> Int { byteCount }

    func compress(_ source: RawSpan, into target: inout OutputRawSpan) throws(CodecError) {
        guard source.byteCount <= target.freeCapacity else {
            throw .targetTooSmall("none", byteCount: source.byteCount, room: target.freeCapacity)
        }
        target.withUnsafeMutableBytes { buffer, initializedCount in
            source.withUnsafeBytes { bytes in
                UnsafeMutableRawBufferPointer(rebasing: buffer[initializedCount...]).copyMemory(from: bytes)
            }
            initializedCount += source.byteCount
        }
    }
}
