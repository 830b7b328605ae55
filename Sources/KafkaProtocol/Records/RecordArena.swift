#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Bytes that many chunks share: their records lie in them, and no chunk copies them.
///
/// The bytes never change. A chunk of ``RecordChunk/init(sharing:capacity:)`` says for each record where its key and
/// value lie. A chunk without a shared arena has one of its own, which grows with its records.
public final class RecordArena: @unchecked Sendable {
    // Unchecked: written only by the chunk that owns it alone (checked by uniqueness), immutable once shared.
    private(set) var base: UnsafeMutableRawPointer
    private var capacity: Int
    private(set) var byteCount: Int

    /// Offsets are 32 bits.
    static let byteCountMax = Int(UInt32.max)

    init(capacity: Int) {
        self.capacity = max(64, capacity)
        base = .allocate(byteCount: self.capacity, alignment: 64)
        byteCount = 0
    }

    /// Creates an arena with a copy of `bytes`, at most 4 GiB.
    ///
    /// - Throws: `KafkaClientError` with `.invalidArgument` for more bytes.
    public convenience init(bytes: RawSpan) throws(KafkaClientError) {
        guard bytes.byteCount <= Self.byteCountMax else {
            throw KafkaClientError(.invalidArgument, "an arena holds at most 4 GiB, not \(bytes.byteCount) bytes")
        }
        self.init(capacity: bytes.byteCount)
        _ = append(bytes)
    }

    /// An arena of zeros, which the caller overwrites.
    convenience init(zeroed byteCount: Int) {
        self.init(capacity: byteCount)
        memset(base, 0, byteCount)
        self.byteCount = byteCount
    }

    deinit { base.deallocate() }

    func append(_ bytes: RawSpan) -> UInt32 {
        let offset = byteCount
        reserve(bytes.byteCount)
        bytes.withUnsafeBytes { source in
            if let start = source.baseAddress { memcpy(base + offset, start, source.count) }
        }
        byteCount += bytes.byteCount
        return UInt32(truncatingIfNeeded: offset)
    }

    func removeAll() { byteCount = 0 }

    func copy() -> RecordArena {
        let copy = RecordArena(capacity: byteCount)
        memcpy(copy.base, base, byteCount)
        copy.byteCount = byteCount
        return copy
    }

    private func reserve(_ additional: Int) {
        let needed = byteCount + additional
        precondition(needed <= Self.byteCountMax, "a chunk checks what it adds")
        if needed <= capacity { return }
        let larger = max(needed, capacity * 2)
        let bytes = UnsafeMutableRawPointer.allocate(byteCount: larger, alignment: 64)
        memcpy(bytes, base, byteCount)
        base.deallocate()
        base = bytes
        capacity = larger
    }
}
