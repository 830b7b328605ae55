/// What a broker that lies does to a batch that it acknowledges.
///
/// Each is a word of ``FaultRule/init(parsing:)``. Such faults are for checking programs that check what is stored.
public enum StorageFault: String, Sendable, Equatable, CaseIterable {
    /// The batch is not stored. The answer names the offset that the next batch gets.
    case lose
    /// The batch is stored twice, one copy behind the other. The answer names the offset of the first.
    case double
    /// The batch is stored behind the next one of its partition. The answer names the offset that this next batch gets. Without
    /// a next one it is never stored.
    case swap
    /// The batch is stored with one byte flipped, and a checksum that fits: the last byte of the first value that has any. A
    /// compressed batch is stored as it came.
    case corrupt
    /// The batch is stored with its last byte flipped, and the checksum that it had: readers find it damaged.
    case damage
}
