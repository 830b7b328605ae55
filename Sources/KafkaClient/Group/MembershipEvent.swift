import KafkaProtocol

/// What happens to a member of a group.
enum MembershipEvent: Sendable {
    /// The user wants these topics, and those whose names match the expression (KIP-848 only). First of all events, and after each change.
    case subscribed(Set<String>, regex: String? = nil)
    /// What is known of topics: of all that the driver knows. After each change, and in answer to ``MembershipAction/learn(topics:ids:)``.
    case topics(GroupTopics)

    /// The coordinator was found, and can be sent requests.
    case foundCoordinator
    /// It was not; retried unless the error is final.
    case noCoordinator(KafkaClientError)
    /// The connection to the coordinator is gone. Requests on their way are told of with `unanswered`.
    case lostCoordinator

    /// The answer to the request of this number.
    case answered(Int, GroupAnswer)
    /// The request of this number has no answer that can be read: it was not sent, its time is over, or bytes were no answer.
    case unanswered(Int, KafkaClientError)
    /// What the coordinator answered to a commit that was sent with this identity.
    case committed(MemberIdentity, KafkaErrorCode)

    /// The user has given back the partitions of this revocation: nothing of them is read, and what was to be committed is.
    case revoked(Int)
    /// The user asks for records. While it waits for some, it is not slow, however long that lasts.
    case polled(isWaiting: Bool)
    /// The moment of the last ``MembershipAction/wake(at:)`` has come. Earlier ones do no harm.
    case time
    /// The user leaves the group.
    case leave(reason: String, as: GroupMembershipOperation = .default)
}

/// What is known of topics.
struct GroupTopics: Sendable, Equatable {
    /// Topics by name.
    var known: [String: GroupTopic]
    /// Topics that brokers said not to exist.
    var missing: Set<String>

    init(known: [String: GroupTopic] = [:], missing: Set<String> = []) {
        self.known = known
        self.missing = missing
    }

    func knows(_ topic: String) -> Bool { known[topic] != nil || missing.contains(topic) }
}
