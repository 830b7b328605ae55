import KafkaProtocol
import KafkaTransport

/// A member of a consumer group of KIP-848, or of a share group of KIP-932: the coordinator assigns, and tells it in the answers to heartbeats.
///
/// States and their transitions stand at ``GroupMembership``; there is no syncing. A member has a *target*, which is what the
/// coordinator wants it to have. It first revokes what is not in it, then takes what is new, and then tells the coordinator what it has:
/// only then the coordinator gives to others what was revoked.
///
/// Members of a share group share partitions, so that nothing of all this waits for others, and nothing is told of what a member has.
///
/// Source: ConsumerGroupHeartbeat 0 to 1, ShareGroupHeartbeat 1; KIP-848, KIP-932, KIP-1082.
struct ConsumerMembership: GroupMembership {
    let settings: GroupMemberSettings
    /// Whether the group is a share group.
    let isShare: Bool

    var phase = Phase.unjoined {
        didSet {
            assert(oldValue.state.mayBecome(state), "a member does not become \(state) that is \(oldValue.state)")
        }
    }
    var subscription: Set<String> = []
    var regex: String?
    var names: [KafkaUUID: String] = [:]
    var search: CoordinatorSearch

    /// Made by the client, and the same for good (KIP-1082); where it is empty, the coordinator makes one.
    var memberID: String
    /// 0 outside the group.
    var epoch: Int32 = 0
    /// What the coordinator wants the member to have; nil before it has said so.
    var target: [KafkaUUID: Set<Int32>]?
    /// What the user has, by id. A topic that is made anew has its old name, and another id.
    var ownedByID: [KafkaUUID: Set<Int32>] = [:]
    var owned: Set<TopicPartition> = []
    /// Whether the user has been told of an assignment since the member has joined.
    var hasAssigned = false
    /// Topics of the target whose names were asked for.
    var askedIDs: Set<KafkaUUID> = []

    /// What the coordinator was told last; nil when it has to be told everything.
    var told: Told?
    /// Whether the next heartbeat says what the member has, even when it is as it was.
    var mustAcknowledge = false

    var heartbeatNumber: Int?
    var heartbeatAt = MonotonicInstant.distantPast
    /// Something is to be told now. It waits for the answer that is on its way, and for a pause after a failure.
    var isUrgent = false
    var notBefore = MonotonicInstant.distantPast
    var interval: Duration
    /// The pause before the next heartbeat of a member that has joined and has not been assigned anything yet.
    var firstInterval: Duration?
    var failureCount = 0
    var violationCount = 0

    var sentAt = MonotonicInstant.distantPast
    var contactAt = MonotonicInstant.distantPast
    var poll: PollDeadline
    var isLeaving = false
    /// What the group is told by a member that leaves.
    var operation = GroupMembershipOperation.default

    var lastNumber = 0
    var actions: [MembershipAction] = []

    /// A state with what belongs to it.
    enum Phase {
        case unjoined
        case joining
        case stable
        case revoking(Int, [KafkaUUID: Set<Int32>])
        case leaving(Int, until: MonotonicInstant)
        case left
        case failed

        var state: MembershipState {
            switch self {
            case .unjoined: .unjoined
            case .joining: .joining
            case .stable: .stable
            case .revoking: .revoking
            case .leaving: .leaving
            case .left: .left
            case .failed: .failed
            }
        }
    }

    /// What a heartbeat says only when it has changed.
    struct Told {
        var subscription: Set<String>
        var regex: String?
        var owned: [KafkaUUID: Set<Int32>]
    }

    /// The first ``firstInterval``; each is twice the one before, up to what the coordinator asks for.
    ///
    /// Kafka's coordinator lets a share group's member join before it has made the state of the partitions, so that its first
    /// answer assigns none, and the next heartbeat is due seconds later.
    static let firstIntervalMin = Duration.milliseconds(100)

    /// So many answers in a row that break the protocol make the member fail.
    static let violationCountMax = 5

    /// - Parameters:
    ///   - memberID: a new id, such as a ``KafkaUUID``'s text.
    ///   - isShare: whether the group is a share group.
    init(_ settings: GroupMemberSettings, memberID: String, isShare: Bool = false) {
        self.settings = settings
        self.isShare = isShare
        self.memberID = memberID
        interval = settings.heartbeatInterval
        search = CoordinatorSearch(settings.backoff)
        poll = PollDeadline(interval: settings.maxPollInterval)
    }

    var state: MembershipState { phase.state }
    var awaitsUser: Bool { phase.state == .unjoined && poll.isMissed }

    var identity: MemberIdentity? {
        guard epoch > 0 else { return nil }
        return MemberIdentity(memberID: memberID, generation: epoch, groupInstanceID: settings.groupInstanceID)
    }

    mutating func handle(_ event: MembershipEvent, now: MonotonicInstant, chance: Double) -> [MembershipAction] {
        switch event {
        case .subscribed(let topics, let regex): subscribe(topics, regex, now: now)
        case .topics(let topics): learn(topics)
        case .foundCoordinator: search.didFind()
        case .noCoordinator(let error):
            search.didFail(now: now, chance: chance)
            if !error.isRetriable { fail(error) }
        case .lostCoordinator: search.forget(now: now, chance: chance)
        case .answered(let number, let answer): didReceive(answer, number, now: now, chance: chance)
        case .unanswered(let number, let error): didFail(number, error, now: now, chance: chance)
        case .committed(let identity, let code): didCommit(identity, code, now: now, chance: chance)
        case .revoked(let number): didRevoke(number)
        case .polled(let isWaiting): poll.didPoll(isWaiting: isWaiting, now: now)
        case .time: break
        case .leave(_, let operation): leave(operation)
        }
        advance(now: now, chance: chance)
        let taken = actions
        actions = []
        return taken
    }

    private mutating func subscribe(_ topics: Set<String>, _ regex: String?, now: MonotonicInstant) {
        subscription = topics
        self.regex = regex
        isUrgent = true
        if case .left = phase { phase = .unjoined }
        if case .unjoined = phase { poll.begin(now: now) }
    }

    /// Names are kept when a topic goes, so that what was read of it can still be named.
    private mutating func learn(_ topics: GroupTopics) {
        for (name, topic) in topics.known where topic.id != .zero { names[topic.id] = name }
        if let target {
            names = names.filter { id, name in
                topics.known[name]?.id == id || target[id] != nil || ownedByID[id] != nil
            }
        }
    }

    var wantsTopics: Bool { !subscription.isEmpty || regex != nil }
}
