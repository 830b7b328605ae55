// The head of a record batch v2, big-endian:
//
//       0  base offset              8      27  base timestamp     8
//       8  batch length             4      35  max timestamp      8
//      12  partition leader epoch   4      43  producer id        8
//      16  magic (2)                1      51  producer epoch     2
//      17  crc                      4      53  base sequence      4
//      21  attributes               2      57  record count       4
//      23  last offset delta        4      61  records …
//
// `batch length` counts from byte 12 on, `crc` covers from byte 21 on.

/// The header of a record batch: the fields before its records.
///
/// Source: record batch v2 (magic 2), KIP-98; delete horizon, KIP-534; `DefaultRecordBatch` in Apache Kafka.
public struct RecordBatchHeader: Equatable, Sendable {
    /// The bytes of a header: 61.
    public static let byteCount = 61
    static let magic: Int8 = 2
    /// The first byte that `batch length` counts.
    static let lengthFrom = 12
    /// The first byte that the checksum covers.
    static let checksumFrom = 21

    /// The offset of the first record. Producers send 0, and the broker sets it.
    public package(set) var baseOffset: Int64 = 0
    /// The bytes of the whole batch, this header included.
    public package(set) var batchByteCount: Int = RecordBatchHeader.byteCount
    /// The epoch of the leader that appended the batch (KIP-101). Producers send -1, and the broker sets it.
    public package(set) var partitionLeaderEpoch: Int32 = -1
    /// The CRC-32C of the bytes from the attributes to the end of the batch.
    public package(set) var crc: UInt32 = 0
    /// Compression, and how timestamps and records are to be read.
    public package(set) var attributes = RecordBatchAttributes()
    /// The offset of the last record, counted from `baseOffset`. After compaction it may be larger than the number of
    /// records tells.
    public package(set) var lastOffsetDelta: Int32 = 0
    /// The timestamp of the first record, in milliseconds since 1970. With ``RecordBatchAttributes/hasDeleteHorizon`` the
    /// time after which tombstones may be removed.
    public package(set) var baseTimestampMs: Int64 = -1
    /// The latest timestamp of a record, in milliseconds since 1970.
    public package(set) var maxTimestampMs: Int64 = -1
    /// The id of an idempotent or transactional producer (KIP-98); -1 for any other.
    public package(set) var producerID: Int64 = -1
    /// The epoch of that producer; -1 without a producer id.
    public package(set) var producerEpoch: Int16 = -1
    /// That producer's sequence number of the first record; -1 without a producer id.
    public package(set) var baseSequence: Int32 = -1
    /// The number of records in the batch.
    public package(set) var recordCount: Int32 = 0

    /// A header without records: all fields have the values that the properties begin with.
    package init() {}

    /// Reads the fields without checking their values.
    ///
    /// - Precondition: `bytes` holds at least `byteCount` bytes.
    init(reading bytes: RawSpan) {
        baseOffset = bytes.bigEndian(at: 0)
        batchByteCount = Int(bytes.bigEndian(at: 8) as Int32) + Self.lengthFrom
        partitionLeaderEpoch = bytes.bigEndian(at: 12)
        crc = bytes.bigEndian(at: 17)
        attributes = RecordBatchAttributes(rawValue: bytes.bigEndian(at: 21))
        lastOffsetDelta = bytes.bigEndian(at: 23)
        baseTimestampMs = bytes.bigEndian(at: 27)
        maxTimestampMs = bytes.bigEndian(at: 35)
        producerID = bytes.bigEndian(at: 43)
        producerEpoch = bytes.bigEndian(at: 51)
        baseSequence = bytes.bigEndian(at: 53)
        recordCount = bytes.bigEndian(at: 57)
    }

    /// Reads the fields of a batch that was checked before.
    ///
    /// - Precondition: `bytes` holds at least `byteCount` bytes.
    package init(unchecked bytes: RawSpan) { self.init(reading: bytes) }

    /// The offset behind the last record. The numbers come from the network and may be any: the sum wraps instead of trapping.
    package var nextOffset: Int64 { baseOffset &+ Int64(lastOffsetDelta) &+ 1 }

    /// Whether the checksum is that of the batch's bytes.
    ///
    /// - Parameter batch: the whole batch.
    package func matches(_ batch: RawSpan) -> Bool {
        CRC32C.checksum(batch.extracting(Self.checksumFrom...)) == crc
    }

    /// Writes the header in front of the records that the batch already holds, and the checksum over both.
    ///
    /// - Precondition: `batch` spans the whole batch, its records from byte 61 on.
    package func seal(_ batch: UnsafeMutableRawBufferPointer) {
        precondition(batch.count == batchByteCount && batch.count >= Self.byteCount)
        batch.storeBigEndian(baseOffset, at: 0)
        batch.storeBigEndian(Int32(batchByteCount - Self.lengthFrom), at: 8)
        batch.storeBigEndian(partitionLeaderEpoch, at: 12)
        batch.storeBigEndian(Self.magic, at: 16)
        batch.storeBigEndian(attributes.rawValue, at: 21)
        batch.storeBigEndian(lastOffsetDelta, at: 23)
        batch.storeBigEndian(baseTimestampMs, at: 27)
        batch.storeBigEndian(maxTimestampMs, at: 35)
        batch.storeBigEndian(producerID, at: 43)
        batch.storeBigEndian(producerEpoch, at: 51)
        batch.storeBigEndian(baseSequence, at: 53)
        batch.storeBigEndian(recordCount, at: 57)
        let crc = CRC32C.checksum(UnsafeRawBufferPointer(rebasing: batch[Self.checksumFrom...]))
        batch.storeBigEndian(crc, at: 17)
    }
}

extension RawSpan {
    /// - Precondition: the integer lies within the span (checked by the span).
    func bigEndian<I: FixedWidthInteger & BitwiseCopyable>(at offset: Int) -> I {
        I(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: I.self))
    }
}

extension UnsafeMutableRawBufferPointer {
    func storeBigEndian<I: FixedWidthInteger & BitwiseCopyable>(_ value: I, at offset: Int) {
        storeBytes(of: value.bigEndian, toByteOffset: offset, as: I.self)
    }
}
