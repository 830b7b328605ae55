#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Bytes that many chunks share: their records lie in them, and no chunk copies them.
///
/// The bytes never change. A chunk of ``RecordChunk/init(sharing:capacity:)`` says for each record where its key and
/// value lie. A chunk without a shared arena has one of its own.
public final class RecordArena: @unchecked Sendable {
    // Unchecked: written only by the chunk that owns it alone (checked by uniqueness), immutable once shared.
    let base: UnsafeMutableRawPointer
    let capacity: Int
    /// Of a shared arena; the chunk that owns one knows how much of it it has used.
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
        bytes.withUnsafeBytes { source in
            if let start = source.baseAddress { memcpy(base, start, source.count) }
        }
        byteCount = bytes.byteCount
    }

    /// An arena of zeros, which the caller overwrites.
    convenience init(zeroed byteCount: Int) {
        self.init(capacity: byteCount)
        memset(base, 0, byteCount)
        self.byteCount = byteCount
    }

    deinit { base.deallocate() }
}
