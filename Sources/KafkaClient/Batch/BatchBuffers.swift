#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Makes and frees the buffers of one pool.
///
/// Sizes that are recycled and large come from the system itself, and go back to it. In the heap what one large buffer leaves is
/// soon too short for the next one, which is of another size: a process then takes twice what it uses. What is allocated for one
/// batch alone comes from the heap, because new pages of the system cost more than writing over old ones.
struct BatchBuffers: Sendable {
    /// The sizes that are recycled, ascending.
    let sizes: [Int]

    private static let mappedByteCountMin = 128 << 10

    /// Which of the recycled sizes this is; nil for none.
    func index(of byteCount: Int) -> Int? { sizes.firstIndex(of: byteCount) }

    func allocate(_ byteCount: Int) -> UnsafeMutableRawBufferPointer {
        guard isMapped(byteCount) else { return .allocate(byteCount: byteCount, alignment: 64) }
        let start = mmap(nil, byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0)
        guard let start, start != MAP_FAILED else { fatalError("the system has no \(byteCount) bytes for a batch") }
        return UnsafeMutableRawBufferPointer(start: start, count: byteCount)
    }

    /// Frees a buffer that `allocate` has made with just so many bytes.
    func free(_ start: UnsafeMutableRawPointer, _ byteCount: Int) {
        if isMapped(byteCount) { munmap(start, byteCount) } else { start.deallocate() }
    }

    private func isMapped(_ byteCount: Int) -> Bool {
        byteCount >= Self.mappedByteCountMin && index(of: byteCount) != nil
    }
}
