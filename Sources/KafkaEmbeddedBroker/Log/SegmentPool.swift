// To touch memory for the first time costs more than to copy a batch into it: the system is entered for each page, and clears it.
// So segments are cut from regions that the system may back by huge pages, and are used again, last in, first out.

import Synchronization

#if canImport(Glibc)
    import Glibc
#endif

/// The memory of all logs of a broker.
final class SegmentPool: Sendable {
    static let segmentByteCount = 256 << 10
    /// A huge page.
    private static let regionByteCount = 2 << 20

    private let free = Mutex<[MemorySlice]>([])
    private let freeCountMax: Int

    /// - Parameter freeByteCountMax: the bytes of segments that are kept for later; others go back to the system.
    init(freeByteCountMax: Int) { freeCountMax = max(8, freeByteCountMax / Self.segmentByteCount) }

    /// A segment of so many bytes at least; shorter ones and longer ones than usual are not from a region.
    func makeSegment(_ byteCount: Int) -> LogSegment {
        guard byteCount == Self.segmentByteCount else {
            return LogSegment(MemoryRegion(byteCount: byteCount).whole, of: nil)
        }
        return LogSegment(free.withLock { $0.popLast() } ?? cutRegion(), of: self)
    }

    private func cutRegion() -> MemorySlice {
        let region = MemoryRegion(byteCount: Self.regionByteCount, alignment: Self.regionByteCount)
        let slices = stride(from: 0, to: Self.regionByteCount, by: Self.segmentByteCount).map {
            MemorySlice(region: region, range: $0..<$0 + Self.segmentByteCount)
        }
        free.withLock { $0 += slices.dropFirst().reversed() }
        return slices[0]
    }

    func giveBack(_ slice: MemorySlice) {
        free.withLock { free in
            if free.count < freeCountMax { free.append(slice) }
        }
    }
}

/// A part of a region.
struct MemorySlice: Sendable {
    let region: MemoryRegion
    let range: Range<Int>

    var memory: UnsafeMutableRawBufferPointer { UnsafeMutableRawBufferPointer(rebasing: region.memory[range]) }
}

/// Memory from the system, which gets it back when no slice of it is left.
final class MemoryRegion: @unchecked Sendable {
    // Unchecked: who owns a slice writes to it, and to nothing else.
    let memory: UnsafeMutableRawBufferPointer

    init(byteCount: Int, alignment: Int = 8) {
        memory = .allocate(byteCount: byteCount, alignment: alignment)
        #if canImport(Glibc)
            // Where the system refuses, there are only more of smaller pages.
            if alignment == byteCount { madvise(memory.baseAddress, byteCount, MADV_HUGEPAGE) }
        #endif
    }

    deinit { memory.deallocate() }

    var whole: MemorySlice { MemorySlice(region: self, range: 0..<memory.count) }
}
