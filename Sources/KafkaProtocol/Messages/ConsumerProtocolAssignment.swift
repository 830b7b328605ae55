/// The partitions of a member of a classic group: `assignment` in SyncGroup. Versions 0 to 3, which are the same.
package struct ConsumerProtocolAssignment: PrefixedStruct {
    package static let versions: ClosedRange<Int16> = 0...3

    package var assignedPartitions: [ConsumerProtocolTopicPartition] = []
    /// What the assignor itself wants to say.
    package var userData: [UInt8]?

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&assignedPartitions, "assigned_partitions")
        c.bytes(&userData, "user_data")
        c.tags()
    }
}
