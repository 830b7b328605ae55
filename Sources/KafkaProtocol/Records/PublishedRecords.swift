/// How many records of a chunk are published, in one word that changes at once.
///
///      bit  63      40…62              20…39     0…19
///           closed  named partitions   keys      records
package struct PublishedRecords {
    package let word: UInt64

    package init(word: UInt64) { self.word = word }

    package static let closed: UInt64 = 1 << 63
    private static let key: UInt64 = 1 << 20
    private static let name: UInt64 = 1 << 40

    package var isClosed: Bool { word & Self.closed != 0 }
    package var count: Int { Int(word & (Self.key - 1)) }
    package var hasKeys: Bool { word & (Self.name - Self.key) != 0 }
    package var namedCount: Int { Int((word & ~Self.closed) >> 40) }

    /// What one record adds.
    static func one(hasKey: Bool, isNamed: Bool) -> UInt64 {
        1 + (hasKey ? key : 0) + (isNamed ? name : 0)
    }
}
