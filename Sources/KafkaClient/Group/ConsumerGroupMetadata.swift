/// Who a consumer is in its group, so that a producer can commit offsets for it within a transaction: the coordinator refuses those of a
/// member that the group has gone on without (KIP-447).
///
/// ``Consumer/groupMetadata`` gives it; ``Transaction/addOffsets(_:of:)`` takes it. It tells of one moment: ask for it anew for each
/// transaction.
public struct ConsumerGroupMetadata: Sendable, Hashable {
    /// The group.
    public var groupID: String
    /// The generation; of a group of KIP-848 the member's epoch. -1 for a consumer that is no member.
    public var generation: Int32
    /// The member's id; empty for a consumer that is no member.
    public var memberID: String
    /// The name of a static member (KIP-345); nil for others.
    public var groupInstanceID: String?

    /// The metadata of a consumer that is no member: it commits for a group whose partitions it was given otherwise. The coordinator takes
    /// what it says as it is.
    ///
    /// - Parameters:
    ///   - groupID: the group.
    ///   - generation: the generation; -1 for none.
    ///   - memberID: the member's id; empty for none.
    ///   - groupInstanceID: the name of a static member; nil for others.
    public init(groupID: String, generation: Int32 = -1, memberID: String = "", groupInstanceID: String? = nil) {
        self.groupID = groupID
        self.generation = generation
        self.memberID = memberID
        self.groupInstanceID = groupInstanceID
    }
}
