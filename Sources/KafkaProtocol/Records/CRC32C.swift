import CISAL

/// CRC-32C (Castagnoli), the checksum of record batches, by ISA-L.
///
/// Source: record batch v2 `crc`, KIP-98: over everything from `attributes` to the end of the batch.
package enum CRC32C {
    /// The checksum of `bytes`, of which there may be none.
    package static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        var crc: UInt32 = 0xFFFF_FFFF
        var rest = bytes
        // ISA-L counts in Int32. It takes a mutable pointer and writes nothing.
        while !rest.isEmpty {
            let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(1 << 30))
            let start = UnsafeMutablePointer(mutating: piece.baseAddress!.assumingMemoryBound(to: UInt8.self))
            crc = crc32_iscsi(start, Int32(piece.count), crc)
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(piece.count))
        }
        return ~crc
    }

    package static func checksum(_ bytes: RawSpan) -> UInt32 {
        bytes.withUnsafeBytes { checksum($0) }
    }
}
