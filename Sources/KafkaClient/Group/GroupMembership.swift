import KafkaTransport

/// One member of a group, as a value without I/O, clock or chance: events go in, actions come out.
///
/// There are two: ``ClassicMembership``, where members agree among themselves, and ``ConsumerMembership``, where the broker decides
/// (KIP-848). They share events and actions, so one driver can run either.
///
/// ```
///                      ┌──────────────── join again ───────────────────────┐
///                      ▼                                                   │
///   unjoined ──▶ joining ──▶ syncing ──▶ stable ◀──────────────────┐       │
///      ▲            │           │          │ ▲                     │       │
///      │            │           │          ▼ │ (KIP-848)           │       │
///      │            │           └──────▶ revoking ──▶ (next) ──────┴───────┘
///      │            │           │          │
///      └─── lost ───┴───────────┴──────────┤          from any state: failed;
///                                          ▼          from any but failed, on `leave`:
///                             leaving ◀── revoking    revoking, leaving, left
///                                │
///                                ▼
///                              left ──▶ unjoined, when topics are subscribed again
/// ```
///
/// The driver hands every event to `handle` in the order in which they come, and carries out what it returns in order.
protocol GroupMembership: Sendable {
    /// Where the member stands.
    var state: MembershipState { get }
    /// The partitions that the user has, those that are being revoked among them.
    var owned: Set<TopicPartition> { get }
    /// Who the member is, for commits; nil while it is in no generation.
    var identity: MemberIdentity? { get }

    /// Takes an event.
    ///
    /// - Parameter chance: a number from -1 to 1 that is drawn anew each time.
    /// - Returns: what is to be done, in order. The last ``MembershipAction/wake(at:)`` of all counts.
    mutating func handle(_ event: MembershipEvent, now: MonotonicInstant, chance: Double) -> [MembershipAction]
}

/// Where a member of a group stands. Transitions that don't stand here don't happen.
enum MembershipState: String, Sendable, Hashable {
    /// In no generation, or about to join the next one: looks for the coordinator, or waits. To joining, revoking, left.
    case unjoined
    /// A request to join is on its way. To syncing, stable (KIP-848), unjoined, revoking, leaving, left.
    case joining
    /// In a generation, and waits for its assignment; a leader may be making it. To stable, revoking, unjoined, leaving, left.
    case syncing
    /// Has its assignment. To unjoined, revoking, leaving, left.
    case stable
    /// The user gives partitions back. To unjoined, stable, leaving, left.
    case revoking
    /// The coordinator is told that the member leaves. To left.
    case leaving
    /// Not in the group, by its own wish. To unjoined.
    case left
    /// Something that trying again does not mend. For good.
    case failed
}

/// Who a member is in a generation; by it the coordinator tells whether a commit is still the member's to make.
struct MemberIdentity: Sendable, Hashable {
    var memberID: String
    /// The generation; of a KIP-848 group the member's epoch.
    var generation: Int32
    var groupInstanceID: String?
}
