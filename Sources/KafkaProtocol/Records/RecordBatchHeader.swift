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

/// The fields of a record batch v2 before its records.
///
/// Source: KIP-98 (magic 2), KIP-534 (delete horizon), `DefaultRecordBatch` in Apache Kafka.
public struct RecordBatchHeader: Equatable, Sendable {
    public static let byteCount = 61
    static let magic: Int8 = 2
    /// The first byte that `batch length` counts.
    static let lengthFrom = 12
    /// The first byte that the checksum covers.
    static let checksumFrom = 21

    public var baseOffset: Int64 = 0
    /// Bytes of the whole batch, this header included.
    public var batchByteCount: Int = RecordBatchHeader.byteCount
    public var partitionLeaderEpoch: Int32 = -1
    public var crc: UInt32 = 0
    public var attributes = RecordBatchAttributes()
    public var lastOffsetDelta: Int32 = 0
    /// Milliseconds since 1970; the delete horizon instead when `attributes.hasDeleteHorizon`.
    public var baseTimestampMs: Int64 = -1
    public var maxTimestampMs: Int64 = -1
    public var producerID: Int64 = -1
    public var producerEpoch: Int16 = -1
    public var baseSequence: Int32 = -1
    public var recordCount: Int32 = 0

    public init() {}

    /// Reads the fields, and does not judge their values.
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
