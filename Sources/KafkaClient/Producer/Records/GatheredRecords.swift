import KafkaProtocol
import KafkaTransport

/// Records that are handed over together, and what is known of them.
struct GatheredRecords {
    let chunk: RecordChunk
    /// The partitions that callers named, one for each record; nil when none did, or when `partition` holds for all.
    var names: UnsafePointer<Int32>?
    var namedCount = 0
    var partition: Int32?
    let hasKeys: Bool
    let began: MonotonicInstant
    let beganMs: Int64
    /// The bytes that count against the room.
    let byteCount: Int
    let origin: OpenChunk?

    /// - Parameter firstNumber: the number of the first record; nil for records without.
    init(_ open: OpenChunk, _ published: PublishedRecords, firstNumber: Int64?) {
        var chunk = open.chunk
        chunk.numbering = firstNumber.map { RecordNumbering(first: $0) }
        self.chunk = chunk
        if published.namedCount > 0 { names = UnsafePointer(open.partitions) }
        namedCount = published.namedCount
        hasKeys = published.hasKeys
        began = open.began
        beganMs = open.beganMs
        byteCount = open.byteCount
        origin = open
    }

    init(
        chunk: RecordChunk, partition: Int32?, hasKeys: Bool, began: MonotonicInstant, beganMs: Int64, byteCount: Int
    ) {
        self.chunk = chunk
        self.partition = partition
        self.hasKeys = hasKeys
        self.began = began
        self.beganMs = beganMs
        self.byteCount = byteCount
        origin = nil
    }
}
