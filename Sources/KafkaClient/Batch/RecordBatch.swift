public import KafkaProtocol
public import KafkaTransport

/// A sealed record batch: the unit of everything behind the builder. Its bytes never change.
///
/// The batch owns its memory, which goes back to the builder's pool with the last reference: holding on to batches is
/// holding on to the builder's bytes, and in the end makes `append` wait.
public final class RecordBatch: @unchecked Sendable {
    // Unchecked: the memory is written before the batch is made and never after.
    public let topic: String
    /// -1: any, the producer picks one when it sends, and may pick another when that one fails.
    public let partition: Int32
    public let recordCount: Int
    /// Bytes on the wire, header included.
    public let byteCount: Int
    /// Bytes that the batch would have without compression, header included.
    public let uncompressedByteCount: Int
    public let compression: CompressionType
    public let times: BatchTimes
    private let memory: UnsafeMutableRawBufferPointer
    private let pool: BatchMemoryPool

    /// - Precondition: `memory` came from `pool` and begins with a sealed batch of `byteCount` bytes.
    init(
        topic: String, partition: Int32, recordCount: Int, byteCount: Int, uncompressedByteCount: Int,
        compression: CompressionType, times: BatchTimes, memory: UnsafeMutableRawBufferPointer, pool: BatchMemoryPool
    ) {
        precondition(byteCount <= memory.count)
        self.topic = topic
        self.partition = partition
        self.recordCount = recordCount
        self.byteCount = byteCount
        self.uncompressedByteCount = uncompressedByteCount
        self.compression = compression
        self.times = times
        self.memory = memory
        self.pool = pool
    }

    deinit { pool.give(memory) }

    /// The batch as it goes on the wire.
    public var bytes: RawSpan {
        @_lifetime(borrow self)
        get {
            let span = RawSpan(_unsafeStart: UnsafeRawPointer(memory.baseAddress!), byteCount: byteCount)
            return _overrideLifetime(span, borrowing: self)
        }
    }

    /// The same, copied.
    public var copiedBytes: [UInt8] { [UInt8](unsafeBytes) }

    /// The same for system calls, valid while the batch lives.
    var unsafeBytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: memory[0..<byteCount]) }
}

/// When a batch passed the stations of its builder, on the monotonic clock.
public struct BatchTimes: Sendable, Equatable {
    /// The first record was appended.
    public var firstAppend: MonotonicInstant
    /// No more records go in: full, lingered or flushed.
    public var sealed: MonotonicInstant
    /// The codec is done; `sealed` where there is none.
    public var compressed: MonotonicInstant

    public init(firstAppend: MonotonicInstant, sealed: MonotonicInstant, compressed: MonotonicInstant) {
        self.firstAppend = firstAppend
        self.sealed = sealed
        self.compressed = compressed
    }
}
