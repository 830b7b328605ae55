/// The attribute bits of a record batch v2.
///
/// Source: KIP-98; bit 6 by KIP-534.
public struct RecordBatchAttributes: RawRepresentable, Equatable, Sendable {
    public var rawValue: Int16

    public init(rawValue: Int16 = 0) { self.rawValue = rawValue }

    public init(compression: CompressionType) { rawValue = Int16(compression.rawValue) }

    /// nil for a code that Kafka does not define.
    public var compression: CompressionType? { CompressionType(rawValue: UInt8(rawValue & 0b111)) }

    /// The broker wrote the time of arrival: every record has the batch's `maxTimestampMs`.
    public var isLogAppendTime: Bool {
        get { rawValue & 1 << 3 != 0 }
        set { set(3, newValue) }
    }

    public var isTransactional: Bool {
        get { rawValue & 1 << 4 != 0 }
        set { set(4, newValue) }
    }

    /// The batch holds a transaction marker, not records of a user.
    public var isControl: Bool {
        get { rawValue & 1 << 5 != 0 }
        set { set(5, newValue) }
    }

    /// `baseTimestampMs` is the time after which tombstones may be removed.
    public var hasDeleteHorizon: Bool {
        get { rawValue & 1 << 6 != 0 }
        set { set(6, newValue) }
    }

    private mutating func set(_ bit: Int16, _ on: Bool) {
        if on { rawValue |= 1 << bit } else { rawValue &= ~(1 << bit) }
    }
}
