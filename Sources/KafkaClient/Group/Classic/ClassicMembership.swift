import KafkaProtocol
import KafkaTransport

/// A member of a classic group: members join, one of them leads and assigns, and all are told by the coordinator.
///
/// States and their transitions stand at ``GroupMembership``. What a coordinator may send by mistake, or in malice, ends in an error
/// or in joining again with pauses that grow.
///
/// Source: JoinGroup 0 to 9, SyncGroup 0 to 5, Heartbeat 0 to 4, LeaveGroup 0 to 5; KIP-62, KIP-345, KIP-394, KIP-429, KIP-559, KIP-800,
/// KIP-814.
struct ClassicMembership: GroupMembership {
    let settings: GroupMemberSettings
    /// Whether partitions are kept while the group rebalances: only when all strategies that the group might choose do so.
    let isCooperative: Bool

    var phase = Phase.unjoined {
        didSet {
            assert(oldValue.state.mayBecome(state), "a member does not become \(state) that is \(oldValue.state)")
        }
    }
    var ownedTopicIDs: [String: KafkaUUID] { [:] }
    var owned: Set<TopicPartition> = []
    /// The topics that the user wants.
    var subscription: Set<String> = []
    /// Those that the member has joined with last.
    var joinedSubscription: Set<String> = []
    var topics = GroupTopics()
    /// Whether they have come since they were last compared with what was assigned by.
    var areTopicsNew = false
    var search: CoordinatorSearch

    /// Empty until the coordinator has given one.
    var memberID = ""
    /// -1 in no generation.
    var generation: Int32 = -1
    var protocolName = ""
    /// What the member was given last, by any generation; strategies may tell the leader.
    var last: ReceivedAssignment?
    /// What the leader has assigned by: the topics that members want, and what was known of them. Nil for other members.
    var ledTopics: Set<String>?
    var ledSnapshot: [String: GroupTopic] = [:]

    /// Joining is not begun before this moment.
    var retryAt = MonotonicInstant.distantPast
    var failureCount = 0
    var violationCount = 0
    /// Why the member joins, for the broker's log (KIP-800).
    var joinReason = "the member is new"
    var leaveReason: String?
    /// What the group is told by a member that leaves.
    var operation = GroupMembershipOperation.default

    var heartbeatNumber: Int?
    var heartbeatAt = MonotonicInstant.distantPast
    /// When requests were sent that are not answered yet, or the last that was.
    var sentAt: [Int: MonotonicInstant] = [:]
    /// The coordinator knew the member at this moment, or later.
    var contactAt = MonotonicInstant.distantPast
    var poll: PollDeadline

    var lastNumber = 0
    var actions: [MembershipAction] = []

    /// A state with what belongs to it.
    enum Phase {
        case unjoined
        case joining(Int)
        /// A leader that lacks topics waits for them.
        case learning(Learning)
        case syncing(Int)
        case stable
        case revoking(Revoking)
        case leaving(Int, until: MonotonicInstant)
        case left
        case failed

        var state: MembershipState {
            switch self {
            case .unjoined: .unjoined
            case .joining: .joining
            case .learning, .syncing: .syncing
            case .stable: .stable
            case .revoking: .revoking
            case .leaving: .leaving
            case .left: .left
            case .failed: .failed
            }
        }
    }

    struct Learning {
        var members: [GroupMember]
        var until: MonotonicInstant
    }

    struct Revoking {
        var number: Int
        var partitions: Set<TopicPartition>
        var next: Next

        enum Next {
            case join
            /// What is new is the user's after the revocation; then the group has to give away what was revoked.
            case assignAndJoin(Set<TopicPartition>)
            case leave
        }
    }

    /// So many answers in a row that break the protocol make the member fail.
    static let violationCountMax = 5

    /// - Precondition: there is a strategy.
    init(_ settings: GroupMemberSettings) {
        precondition(!settings.assignors.isEmpty, "a member of a classic group needs an assignor")
        self.settings = settings
        isCooperative = settings.assignors.allSatisfy { $0.rebalanceProtocol == .cooperative }
        search = CoordinatorSearch(settings.backoff)
        poll = PollDeadline(interval: settings.maxPollInterval)
    }

    var state: MembershipState { phase.state }
    var awaitsUser: Bool { phase.state == .unjoined && poll.isMissed }

    var identity: MemberIdentity? {
        guard isMember else { return nil }
        return MemberIdentity(
            memberID: memberID, generation: generation, groupInstanceID: settings.groupInstanceID)
    }

    var isMember: Bool { !memberID.isEmpty && generation >= 0 }

    mutating func handle(_ event: MembershipEvent, now: MonotonicInstant, chance: Double) -> [MembershipAction] {
        switch event {
        case .subscribed(let topics, _): subscribe(topics, now: now)
        case .topics(let topics):
            self.topics = topics
            areTopicsNew = true
        case .foundCoordinator: search.didFind()
        case .noCoordinator(let error): didNotFindCoordinator(error, now: now, chance: chance)
        case .lostCoordinator: search.forget(now: now, chance: chance)
        case .answered(let number, let answer): didReceive(answer, number, now: now, chance: chance)
        case .unanswered(let number, let error): didFail(number, error, now: now, chance: chance)
        case .committed(let identity, let code): didCommit(identity, code, now: now, chance: chance)
        case .revoked(let number): didRevoke(number, now: now)
        case .polled(let isWaiting): poll.didPoll(isWaiting: isWaiting, now: now)
        case .time: break
        case .leave(let reason, let operation): leave(reason, operation, now: now)
        }
        advance(now: now, chance: chance)
        let taken = actions
        actions = []
        return taken
    }

    private mutating func subscribe(_ topics: Set<String>, now: MonotonicInstant) {
        subscription = topics
        if case .left = phase {
            phase = .unjoined
            joinReason = "the member is back"
        }
        if case .unjoined = phase, !isMember { poll.begin(now: now) }
    }

    private mutating func didNotFindCoordinator(_ error: KafkaClientError, now: MonotonicInstant, chance: Double) {
        search.didFail(now: now, chance: chance)
        if !error.isRetriable { fail(error) }
    }

    mutating func send(_ request: GroupRequest, timeout: Duration? = nil, now: MonotonicInstant) -> Int {
        lastNumber += 1
        sentAt[lastNumber] = now
        actions.append(.send(request, number: lastNumber, timeout: timeout))
        return lastNumber
    }
}
