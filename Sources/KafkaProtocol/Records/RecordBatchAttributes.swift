/// The attribute bits of a record batch.
///
/// Source: record batch v2 `attributes`, KIP-98; bit 6 by KIP-534.
public struct RecordBatchAttributes: RawRepresentable, Equatable, Sendable {
    /// The bits as they stand in the batch's header.
    public var rawValue: Int16

    /// The attributes with these bits; by default none is set: no compression, and timestamps of the producer.
    public init(rawValue: Int16 = 0) { self.rawValue = rawValue }

    /// The attributes of a batch with this compression, and no other bit set.
    public init(compression: CompressionType) { rawValue = Int16(compression.rawValue) }

    /// How the records are compressed (bits 0 to 2); nil for a number that Kafka does not define.
    public var compression: CompressionType? { CompressionType(rawValue: UInt8(rawValue & 0b111)) }

    /// Whether the broker set the timestamps (bit 3): the timestamp of every record is then the batch's `maxTimestampMs`.
    public var isLogAppendTime: Bool {
        get { rawValue & 1 << 3 != 0 }
        set { set(3, newValue) }
    }

    /// Whether the batch belongs to a transaction (bit 4).
    public var isTransactional: Bool {
        get { rawValue & 1 << 4 != 0 }
        set { set(4, newValue) }
    }

    /// Whether the batch holds a transaction marker instead of a producer's records (bit 5).
    public var isControl: Bool {
        get { rawValue & 1 << 5 != 0 }
        set { set(5, newValue) }
    }

    /// Whether `baseTimestampMs` is the time after which tombstones may be removed (bit 6, KIP-534).
    public var hasDeleteHorizon: Bool {
        get { rawValue & 1 << 6 != 0 }
        set { set(6, newValue) }
    }

    private mutating func set(_ bit: Int16, _ on: Bool) {
        if on { rawValue |= 1 << bit } else { rawValue &= ~(1 << bit) }
    }
}
