/// A strategy by which the leader of a group gives its members partitions. The leader is one of the members; which one is the
/// broker's choice.
///
/// All members of a group have to know the strategy that is used. The group uses one that all of them know, by the preferences of
/// most of them. Its methods are called on any thread, and should not block: the whole group waits for ``assign(_:)``.
///
/// Source: `ConsumerPartitionAssignor` of Kafka's client, KIP-429.
public protocol PartitionAssignor: Sendable {
    /// The strategy's name on the wire, by which members know it, such as `range`.
    var name: String { get }

    /// Whether members keep their partitions while the group agrees on who gets which. Eager unless said otherwise.
    var rebalanceProtocol: RebalanceProtocol { get }

    /// What this member tells the leader beside its topics; nil when it is nothing, which is also the default.
    ///
    /// - Parameters:
    ///   - topics: the topics that the member wants.
    ///   - last: what the member was given last; nil when it never was.
    func userData(topics: [String], last: ReceivedAssignment?) -> [UInt8]?

    /// Gives each partition to one member. What is given to nobody is not read.
    ///
    /// Partitions of topics that a member has not asked for, and partitions that are given twice, fail the member. With a
    /// cooperative strategy, a partition that moves from one member to another may be given to the other one at once: the client
    /// holds it back until its owner has let go of it.
    ///
    /// - Throws: what makes the leader fail.
    func assign(_ group: GroupSubscription) throws -> GroupAssignment

    /// Says that the member was given an assignment that this strategy has made. Does nothing unless it is implemented.
    func didReceive(_ assignment: ReceivedAssignment)
}

extension PartitionAssignor {
    public var rebalanceProtocol: RebalanceProtocol { .eager }
    public func userData(topics: [String], last: ReceivedAssignment?) -> [UInt8]? { nil }
    public func didReceive(_ assignment: ReceivedAssignment) {}
}

/// What members do with their partitions while the group agrees on who gets which.
///
/// Source: KIP-429.
public enum RebalanceProtocol: Sendable, Hashable {
    /// All partitions are revoked first.
    case eager
    /// Members go on with the partitions that they keep. What moves is revoked, then given in another round.
    case cooperative
}
