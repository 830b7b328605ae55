/// What a member of a classic group says for a way to assign partitions: `metadata` in JoinGroup. Versions 0 to 3.
///
/// Version 1 adds the owned partitions (KIP-429), 2 the generation (KIP-792), 3 the rack (KIP-881).
package struct ConsumerProtocolSubscription: PrefixedStruct {
    package static let versions: ClosedRange<Int16> = 0...3

    package var topics: [String] = []
    /// What the assignor itself wants to say.
    package var userData: [UInt8]?
    package var ownedPartitions: [ConsumerProtocolTopicPartition] = []
    /// The generation in which the partitions are owned; −1 when not known.
    package var generationID: Int32 = -1
    package var rackID: String?

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&topics, "topics")
        c.bytes(&userData, "user_data")
        c.field(&ownedPartitions, "owned_partitions", 1..., ignorable: true)
        c.field(&generationID, "generation_id", 2..., default: -1, ignorable: true)
        c.field(&rackID, "rack_id", 3..., ignorable: true)
        c.tags()
    }
}
