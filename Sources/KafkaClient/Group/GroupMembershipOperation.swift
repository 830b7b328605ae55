/// What a member of a group tells it when it is closed.
///
/// Kafka's `CloseOptions.GroupMembershipOperation`. Source: KIP-1092.
public enum GroupMembershipOperation: Sendable {
    /// A member leaves, so that others get its partitions at once; a static one says nothing, and they wait for it
    /// (``GroupConfiguration/groupInstanceID``).
    case `default`
    /// The member leaves for good, also a static one.
    case leaveGroup
    /// The member's partitions wait until it comes back, if it is a static one; until its session is over for another.
    case remainInGroup

    /// Whether the member leaves for good.
    func leaves(isStatic: Bool) -> Bool {
        switch self {
        case .default: !isStatic
        case .leaveGroup: true
        case .remainInGroup: false
        }
    }
}
