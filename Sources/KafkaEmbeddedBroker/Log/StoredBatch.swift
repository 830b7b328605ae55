import KafkaProtocol

/// A record batch in a log: its bytes, and the fields of its header that are read most.
///
/// Immutable once it is in a log, so a connection may send its bytes while the log drops it.
final class StoredBatch: @unchecked Sendable {
    // Unchecked: the bytes are written by `assign` only, before any other thread can see the batch.
    private let bytes: UnsafeMutableRawBufferPointer
    private(set) var baseOffset: Int64 = 0
    let lastOffsetDelta: Int32
    let maxTimestampMs: Int64

    /// Copies a batch whose header was checked.
    init(copying source: UnsafeRawBufferPointer, _ header: RecordBatchHeader) {
        bytes = .allocate(byteCount: source.count, alignment: 8)
        bytes.copyMemory(from: source)
        lastOffsetDelta = header.lastOffsetDelta
        maxTimestampMs = header.maxTimestampMs
    }

    deinit { bytes.deallocate() }

    var byteCount: Int { bytes.count }
    var lastOffset: Int64 { baseOffset + Int64(lastOffsetDelta) }
    var buffer: UnsafeRawBufferPointer { UnsafeRawBufferPointer(bytes) }

    /// Writes what a log knows into the two fields that the checksum does not cover.
    ///
    /// Source: record batch v2, base offset at byte 0, partition leader epoch at byte 12.
    func assign(baseOffset: Int64, leaderEpoch: Int32) {
        self.baseOffset = baseOffset
        bytes.storeBytes(of: baseOffset.bigEndian, toByteOffset: 0, as: Int64.self)
        bytes.storeBytes(of: leaderEpoch.bigEndian, toByteOffset: 12, as: Int32.self)
    }
}
