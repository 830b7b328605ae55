import KafkaProtocol
import KafkaTransport

/// One member of a group, as a value without I/O, clock or chance: events go in, actions come out.
///
/// There are two: ``ClassicMembership``, where members agree among themselves, and ``ConsumerMembership``, where the broker decides
/// (KIP-848). They share events and actions, so one driver can run either.
///
/// ```
///                  MEMBER_ID_REQUIRED, errors, lost, the group rebalances
///       ┌──────────────┬───────────────────┬──────────────────┬────────────────┐
///       ▼              │                   │                  │                │
///   unjoined ──────▶ joining ─────────▶ syncing ──────────▶ stable ───────▶ revoking
///       │              │    (KIP-848: straight to stable)     ▲                │
///       └──────────────┼───────────────────────────────────── │ ──────────────▶│ joins again, or leaves
///                      ▼                                      └── (KIP-848) ───┘
///      leave: revoking, when the user has partitions; then leaving, when the coordinator is to be told; then left
///      left: unjoined, when topics are subscribed again
///      failed: from any but left, for good
/// ```
///
/// The driver hands every event to `handle` in the order in which they come, and carries out what it returns in order.
protocol GroupMembership: Sendable {
    /// Where the member stands.
    var state: MembershipState { get }
    /// The partitions that the user has, those that are being revoked among them.
    var owned: Set<TopicPartition> { get }
    /// The ids of the topics of these partitions, by their names; empty where the coordinator assigns topics by their names.
    var ownedTopicIDs: [String: KafkaUUID] { get }
    /// Who the member is, for commits; nil while it is in no generation.
    var identity: MemberIdentity? { get }

    /// Whether the member stays out of the group until the user asks for records again.
    var awaitsUser: Bool { get }

    /// Takes an event.
    ///
    /// - Parameter chance: a number from -1 to 1 that is drawn anew each time.
    /// - Returns: what is to be done, in order. The last ``MembershipAction/wake(at:)`` of all counts.
    mutating func handle(_ event: MembershipEvent, now: MonotonicInstant, chance: Double) -> [MembershipAction]
}

/// Where a member of a group stands.
enum MembershipState: String, Sendable, Hashable {
    /// In no generation, or about to join the next one: looks for the coordinator, or waits.
    case unjoined
    /// A request to join is on its way.
    case joining
    /// In a generation, and waits for its assignment; a leader may be making it. Classic groups only.
    case syncing
    /// Has its assignment.
    case stable
    /// The user gives partitions back.
    case revoking
    /// The coordinator is told that the member leaves.
    case leaving
    /// Not in the group, by its own wish.
    case left
    /// Something that trying again does not mend.
    case failed

    /// Whether a member that stands here may stand there next.
    func mayBecome(_ next: MembershipState) -> Bool {
        switch self {
        case .unjoined: [.unjoined, .joining, .revoking, .leaving, .left, .failed].contains(next)
        case .joining: next != .joining
        case .syncing: next != .joining
        case .stable: ![.joining, .syncing].contains(next)
        case .revoking: ![.joining, .syncing].contains(next)
        case .leaving: next == .left
        case .left: next == .unjoined
        case .failed: false
        }
    }
}

/// Who a member is in a generation; by it the coordinator tells whether a commit is still the member's to make.
struct MemberIdentity: Sendable, Hashable {
    var memberID: String
    /// The generation; of a KIP-848 group the member's epoch.
    var generation: Int32
    var groupInstanceID: String?
}
