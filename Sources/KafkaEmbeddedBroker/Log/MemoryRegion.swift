#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Memory from the system, which gets it back when no slice of it is left.
final class MemoryRegion: @unchecked Sendable {
    // Unchecked: who owns a slice writes to it, and to nothing else.
    let memory: UnsafeMutableRawBufferPointer
    private let isMapped: Bool

    /// The bytes of a region that `map` gives: a huge page.
    static let mappedByteCount = 2 << 20

    /// Memory of any length, from the allocator.
    init(byteCount: Int) {
        memory = .allocate(byteCount: byteCount, alignment: 8)
        isMapped = false
    }

    private init(mapped memory: UnsafeMutableRawBufferPointer) {
        self.memory = memory
        isMapped = true
    }

    deinit { if isMapped { munmap(memory.baseAddress, memory.count) } else { memory.deallocate() } }

    var whole: MemorySlice { MemorySlice(region: self, range: 0..<memory.count) }

    /// Regions that the system may back by a huge page each, in the order of their addresses. The system gives their pages when they are
    /// touched first.
    ///
    /// - Returns: none when the system has no addresses left.
    static func map(count: Int) -> [MemoryRegion] {
        if count == 0 { return [] }
        // One more, because they begin where a huge page may.
        let byteCount = count * mappedByteCount
        let mapped = mmap(
            nil, byteCount + mappedByteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let mapped, mapped != MAP_FAILED else { return [] }
        let headByteCount = -Int(bitPattern: mapped) & (mappedByteCount - 1)
        let begin = mapped + headByteCount
        if headByteCount > 0 { munmap(mapped, headByteCount) }
        munmap(begin + byteCount, mappedByteCount - headByteCount)
        #if canImport(Glibc)
            // Where the system refuses, there are only more of smaller pages.
            madvise(begin, byteCount, MADV_HUGEPAGE)
        #endif
        return (0..<count).map {
            MemoryRegion(
                mapped: UnsafeMutableRawBufferPointer(start: begin + $0 * mappedByteCount, count: mappedByteCount))
        }
    }

    /// Lets the system give all pages now. What was in them is lost.
    func touch() {
        #if canImport(Glibc)
            if madvise(memory.baseAddress, memory.count, Self.populateWrite) == 0 { return }
        #endif
        for offset in stride(from: 0, to: memory.count, by: Self.pageByteCount) {
            memory.storeBytes(of: 0, toByteOffset: offset, as: UInt8.self)
        }
    }

    /// MADV_POPULATE_WRITE of Linux 5.14, which older headers lack.
    private static let populateWrite: Int32 = 23
    /// No page is smaller.
    private static let pageByteCount = 4096
}
