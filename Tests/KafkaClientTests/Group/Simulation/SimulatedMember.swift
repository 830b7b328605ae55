import KafkaTransport

@testable import KafkaClient

/// A member with its user: what the user holds is counted here, and has to be what the member says.
struct SimulatedMember {
    var membership: any GroupMembership
    let instance: String?
    var held: Set<TopicPartition> = []
    /// Members that died take no part any more; those that left or failed neither.
    var isAlive = true
    var hasLeft = false
    var failure: KafkaClientError?
    /// Cut off from the coordinator until then.
    var cutUntil = MonotonicInstant.distantPast
    /// How long the user takes to give partitions back.
    var revokeTime = Duration.milliseconds(50)
    /// The wake-up that counts.
    var wakeAt = MonotonicInstant.distantFuture
    /// Requests that are not answered yet.
    var outstanding: Set<Int> = []
    /// Revocations that the user works at.
    var revocations: [Int: Set<TopicPartition>] = [:]
    var subscription: Set<String>
    /// How many requests it has sent since the last look.
    var sentCount = 0
    var complaints: [String] = []

    init(_ membership: any GroupMembership, instance: String?, subscription: Set<String>) {
        self.membership = membership
        self.instance = instance
        self.subscription = subscription
    }

    /// Notes what an action means for what the user holds.
    mutating func note(_ action: MembershipAction) {
        switch action {
        case .revoke(let partitions, let number):
            if partitions.isEmpty || !partitions.isSubset(of: held) {
                complaints.append("revokes \(partitions) of \(held)")
            }
            revocations[number] = partitions
        case .assign(let new, let all):
            if !new.isDisjoint(with: held) { complaints.append("is given \(new), and has \(held)") }
            held.formUnion(new)
            if held != all { complaints.append("has \(held), and is told to have \(all)") }
        case .lose(let partitions, _):
            if partitions.isEmpty || !partitions.isSubset(of: held) {
                complaints.append("loses \(partitions) of \(held)")
            }
            held.subtract(partitions)
            revocations = [:]
        case .left:
            hasLeft = true
            if !held.isEmpty { complaints.append("has left with \(held)") }
        case .fail(let error):
            failure = error
            if !held.isEmpty { complaints.append("has failed with \(held)") }
        case .findCoordinator, .send, .learn, .wake, .warn: break
        }
    }
}
