import KafkaProtocol
import KafkaTransport

/// A member of a consumer group (KIP-848).
struct ConsumerMember: Sendable {
    /// How far a member is on its way to what it is to have.
    enum Progress: Sendable {
        /// It has what the target of its epoch gives it.
        case stable
        /// It has to give partitions up before it may go on to the next epoch.
        case revoking
        /// It has reached the epoch, and waits for partitions that others still have.
        case awaiting
    }

    var id: String
    /// The id of a static member; nil for others.
    var instanceID: String?
    var rackID: String?
    var client: GroupClient
    /// The epoch that the member was told of last; -2 for a static member that is away.
    var epoch: Int32 = 0
    var previousEpoch: Int32 = -1
    var progress = Progress.stable
    /// What it has, and may read.
    var assigned = PartitionSet()
    /// What it still has to give up.
    var revoked = PartitionSet()
    var rebalanceTimeout = Duration.zero
    var topicNames: Set<String> = []
    /// As the member said it.
    var regex: String?
    var pattern: TopicPattern?
    /// The server-side assignor that it would like; nil for none.
    var assignor: ServerAssignor?
    /// When it is fenced unless it is heard of.
    var deadline = MonotonicInstant.distantFuture
    /// When it is fenced unless it has given up what it has to.
    var revocationDeadline = MonotonicInstant.distantFuture

    /// The epoch of a static member that is away.
    static let awayEpoch: Int32 = -2

    /// All that nobody else may have.
    var held: PartitionSet { assigned.union(revoked) }

    /// The topics of these that it reads.
    func subscription(among topics: GroupTopics) -> Set<String> {
        var names = topicNames.filter { topics[$0] != nil }
        if let pattern { names.formUnion(topics.names.filter(pattern.matches)) }
        return names
    }

    /// About the bytes that it takes without its partitions.
    var byteCount: Int {
        512 + id.utf8.count + (instanceID?.utf8.count ?? 0) + (rackID?.utf8.count ?? 0) + client.byteCount
            + topicNames.reduce(0) { $0 + 64 + $1.utf8.count }
            + (pattern?.byteCount ?? 0)
    }
}
