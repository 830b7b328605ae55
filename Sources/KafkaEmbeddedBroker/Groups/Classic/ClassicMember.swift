import KafkaProtocol
import KafkaTransport

/// A member of a classic group.
struct ClassicMember: Sendable {
    let id: String
    /// The id of a static member (KIP-345); nil for others.
    var instanceID: String?
    var client: GroupClient
    var sessionTimeout: Duration
    var rebalanceTimeout: Duration
    /// The ways to assign partitions, those that it prefers first.
    var protocols: [JoinGroupRequest.GroupProtocol]
    var assignment: [UInt8] = []
    /// The number of members that the group had before: lists and elections go by it.
    let number: UInt64
    /// Whether it has been in no generation yet.
    var isNew = true
    /// Its JoinGroup that waits for the end of a rebalance.
    var joining: GroupWaiterID?
    /// Its SyncGroup that waits for the leader's.
    var syncing: GroupWaiterID?
    /// Whether it still has to send SyncGroup in this generation.
    var owesSync = false
    /// When it is taken for gone unless it is heard of.
    var deadline = MonotonicInstant.distantFuture

    var protocolNames: Set<String> { Set(protocols.map(\.name)) }

    /// What it says for a way to assign partitions.
    func metadata(for name: String?) -> [UInt8] { protocols.first { $0.name == name }?.metadata ?? [] }

    /// About the bytes that it takes.
    var byteCount: Int {
        256 + id.utf8.count + (instanceID?.utf8.count ?? 0) + client.byteCount + assignment.count
            + protocols.reduce(0) { $0 + 64 + $1.name.utf8.count + $1.metadata.count }
    }
}
