public import KafkaProtocol
public import KafkaTransport

/// A sealed record batch: what builders make and producers send. Its bytes never change. (In the delivery of records that
/// failed before they were in a batch, it has no bytes.)
///
/// The batch owns its memory, which goes back to the builder's pool with the last reference to the batch. Until then its
/// bytes count against ``BuilderConfiguration/memoryByteCountMax``: a program that keeps many batches makes `append` wait.
///
/// Source: record batch v2, KIP-98.
public final class RecordBatch: @unchecked Sendable {
    // Unchecked: the memory is written before the batch is made and never after.
    /// The topic that the batch goes to.
    public let topic: String
    /// The partition that the batch goes to. With -1 the producer chooses one when it sends the batch, and may choose
    /// another one after a failure.
    public let partition: Int32
    /// The number of records, at least one.
    public let recordCount: Int
    /// The bytes of the batch as it is sent, header included.
    public let byteCount: Int
    /// The bytes that the batch would have without compression, header included.
    public let uncompressedByteCount: Int
    /// How the records are compressed. ``CompressionType/none`` also when a codec was given and they did not shrink.
    public let compression: CompressionType
    /// When the batch was begun, sealed and compressed.
    public let times: BatchTimes
    /// The records that callers have marked, in order.
    let marks: [BatchMark]
    /// The numbers of the records, in order; empty unless their chunks were numbered.
    package let numbers: RecordNumbers
    private let memory: UnsafeMutableRawBufferPointer
    let pool: BatchMemoryPool?

    /// The bytes of the pool that it holds.
    var heldByteCount: Int { memory.count }

    /// - Precondition: `memory` came from `pool` and begins with a sealed batch of `byteCount` bytes.
    init(
        topic: String, partition: Int32, recordCount: Int, byteCount: Int, uncompressedByteCount: Int,
        compression: CompressionType, times: BatchTimes, marks: [BatchMark] = [],
        numbers: RecordNumbers = RecordNumbers(), memory: UnsafeMutableRawBufferPointer, pool: BatchMemoryPool
    ) {
        precondition(byteCount <= memory.count)
        self.topic = topic
        self.partition = partition
        self.recordCount = recordCount
        self.byteCount = byteCount
        self.uncompressedByteCount = uncompressedByteCount
        self.compression = compression
        self.times = times
        self.marks = marks
        self.numbers = numbers
        self.memory = memory
        self.pool = pool
    }

    /// Records that failed before they were in a batch, so that a delivery can tell of them. It has no bytes.
    init(unbuiltRecords recordCount: Int, topic: String, marks: [BatchMark], at moment: MonotonicInstant) {
        self.topic = topic
        partition = -1
        self.recordCount = recordCount
        byteCount = 0
        uncompressedByteCount = 0
        compression = .none
        times = BatchTimes(firstAppend: moment, sealed: moment, compressed: moment)
        self.marks = marks
        numbers = RecordNumbers()
        memory = UnsafeMutableRawBufferPointer(start: nil, count: 0)
        pool = nil
    }

    /// A batch's facts without its bytes, which must not be asked for.
    init(withoutBytesOf batch: RecordBatch) {
        topic = batch.topic
        partition = batch.partition
        recordCount = batch.recordCount
        byteCount = batch.byteCount
        uncompressedByteCount = batch.uncompressedByteCount
        compression = batch.compression
        times = batch.times
        marks = []
        numbers = RecordNumbers()
        memory = UnsafeMutableRawBufferPointer(start: nil, count: 0)
        pool = nil
    }

    deinit { pool?.give(memory) }

    /// The bytes of the batch, header included: as they are sent, but for the fields of an idempotent producer, which writes
    /// its id, epoch and sequence (and the checksum) in the request's own bytes. They are borrowed, not copied.
    public var bytes: RawSpan {
        @_lifetime(borrow self)
        get {
            let span = unsafeBytes.bytes
            return _overrideLifetime(span, borrowing: self)
        }
    }

    /// A copy of ``bytes``.
    public var copiedBytes: [UInt8] { [UInt8](unsafeBytes) }

    /// The bytes of the batch. Valid as long as the batch is referenced.
    private var unsafeBytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: memory[0..<byteCount]) }

    /// The bytes behind the header, for system calls. Valid as long as the batch is referenced.
    var unsafeRecords: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: memory[RecordBatchHeader.byteCount..<byteCount])
    }

    /// Writes the header as it is sent.
    ///
    /// - Parameters:
    ///   - stamp: what an idempotent producer adds; nil for none.
    ///   - target: as long as a header.
    func writeHeader(_ stamp: ProducerStamp?, to target: UnsafeMutableRawBufferPointer) {
        RecordBatchHeader.write(of: unsafeBytes, stamp, to: target)
    }
}

/// Consecutive records of a batch that have the same mark.
struct BatchMark: Sendable {
    let mark: RecordMark
    /// The index of the first of them in the batch.
    let first: Int
    var count: Int
}

extension [BatchMark] {
    /// Adds a record, or several.
    mutating func add(_ mark: RecordMark, at first: Int, count: Int = 1) {
        if let last, last.first + last.count == first, RecordMark.areSame(last.mark, mark) {
            self[self.count - 1].count += count
        } else {
            append(BatchMark(mark: mark, first: first, count: count))
        }
    }
}

/// When a batch was begun, sealed and compressed, on the monotonic clock.
public struct BatchTimes: Sendable, Equatable {
    /// When the first record was appended.
    public var firstAppend: MonotonicInstant
    /// When the batch was closed to further records, because it was full, had lingered or was flushed.
    public var sealed: MonotonicInstant
    /// When the codec had compressed the batch. The same as `sealed` when there is no codec.
    public var compressed: MonotonicInstant

    /// Creates the times of a batch.
    package init(firstAppend: MonotonicInstant, sealed: MonotonicInstant, compressed: MonotonicInstant) {
        self.firstAppend = firstAppend
        self.sealed = sealed
        self.compressed = compressed
    }
}
