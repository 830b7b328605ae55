import KafkaProtocol
import KafkaTransport
import TestSupport

@testable import KafkaClient

/// Members of a group and their coordinator, with a network that loses answers and users that are slow. What must hold is checked all
/// the time:
/// - no partition is held by two members that the coordinator takes for members of the group;
/// - what the user holds is what the member says, and is told of one step at a time;
/// - no member fails, and none asks in a tight loop.
///
/// After a time of quiet each partition is held once, and all members are stable.
struct SimulatedGroup<Coordinator: SimulatedCoordinator> {
    enum Event {
        case request(client: Int, number: Int, GroupRequest)
        case member(Int, MembershipEvent)
        case unanswered(Int, number: Int)
        case found(Int)
        case wake(Int)
        case revoked(Int, number: Int)
        /// The client learns what there is of topics.
        case topics(Int)
        case coordinator
    }

    var coordinator: Coordinator
    var members: [SimulatedMember] = []
    var random: SeededGenerator
    private var timeline = Timeline<Event>()
    private(set) var complaints: [String] = []
    /// Of a hundred answers, how many are lost.
    var lossPercent = 0
    private var downUntil = MonotonicInstant.distantPast
    private var coordinatorWake = MonotonicInstant.distantFuture
    private(set) var stepCount = 0
    private var stepsOfMoment = 0
    private var lastMoment = MonotonicInstant.distantPast
    private let makeMember: (GroupMemberSettings, Int) -> any GroupMembership

    init(
        _ coordinator: Coordinator, seed: UInt64,
        makeMember: @escaping (GroupMemberSettings, Int) -> any GroupMembership
    ) {
        self.coordinator = coordinator
        random = SeededGenerator(seed: seed)
        self.makeMember = makeMember
    }

    var now: MonotonicInstant { timeline.now }
    var alive: [Int] { members.indices.filter { members[$0].isAlive && !members[$0].hasLeft } }

    // MARK: What is done to the group

    mutating func start(_ topics: Set<String>, instance: String? = nil) {
        var settings = GroupMemberSettings(groupID: "g")
        settings.groupInstanceID = instance
        settings.maxPollInterval = .seconds(60)
        settings.heartbeatInterval = .seconds(5)
        let client = members.count
        members.append(SimulatedMember(makeMember(settings, client), instance: instance, subscription: topics))
        timeline.plan(.member(client, .polled(isWaiting: true)), after: .zero)
        timeline.plan(.member(client, .topics(GroupTopics(known: coordinator.topics))), after: .zero)
        timeline.plan(.member(client, .subscribed(topics)), after: .zero)
    }

    mutating func kill(_ client: Int) {
        members[client].isAlive = false
        members[client].held = []
    }

    mutating func tell(_ client: Int, _ event: MembershipEvent, after delay: Duration = .zero) {
        if case .subscribed(let topics, _) = event { members[client].subscription = topics }
        timeline.plan(.member(client, event), after: delay)
    }

    mutating func cut(_ client: Int, for time: Duration) { members[client].cutUntil = now + time }

    mutating func changeTopics(_ topics: [String: GroupTopic]) {
        coordinator.topics = topics
        for client in alive {
            timeline.plan(.topics(client), after: .milliseconds(Int.random(in: 0..<5000, using: &random)))
        }
    }

    mutating func failOver() {
        coordinator.failOver(now: now)
        downUntil = now + .milliseconds(Int.random(in: 100..<5000, using: &random))
        for client in alive {
            for number in members[client].outstanding {
                timeline.plan(.unanswered(client, number: number), after: delay())
            }
            tell(client, .lostCoordinator, after: delay())
        }
    }

    // MARK: Running

    mutating func run(for time: Duration) {
        let end = now + time
        while complaints.isEmpty, let next = timeline.next, next <= end, let event = timeline.take() { step(event) }
        // The clock goes on when nothing happens.
        timeline.plan(.coordinator, at: end)
        while complaints.isEmpty, let next = timeline.next, next <= end, let event = timeline.take() { step(event) }
        for client in members.indices {
            // Some hundred heartbeats and tries in a minute at most.
            let bound = 100 + 600 * Int(time.components.seconds) / 60
            if members[client].sentCount > bound {
                complain(client, "sends \(members[client].sentCount) requests in \(time)")
            }
            members[client].sentCount = 0
        }
    }

    private mutating func step(_ event: Event) {
        stepCount += 1
        stepsOfMoment = now == lastMoment ? stepsOfMoment + 1 : 0
        lastMoment = now
        if stepsOfMoment > 10_000 {
            complaints.append("time stands still at \(now.nanoseconds / 1_000_000) ms: \(event)")
        }
        switch event {
        case .request(let client, let number, let request):
            // Of a client that is gone nothing comes behind what the one sends that takes its place.
            guard members[client].isAlive else { return }
            guard now >= downUntil else { return refuse(client, number, request) }
            elapse()
            answer(coordinator.receive(request, client: client, number: number, now: now))
        case .coordinator:
            coordinatorWake = .distantFuture
            elapse()
        case .found(let client):
            let error = KafkaClientError(.connectionFailed, "nobody says who coordinates the group")
            handle(client, now < downUntil || isCut(client) ? .noCoordinator(error) : .foundCoordinator)
        case .unanswered(let client, let number):
            guard members[client].outstanding.remove(number) != nil else { return }
            handle(client, .unanswered(number, KafkaClientError(.requestTimedOut, "no answer in time")))
        case .wake(let client):
            if now >= members[client].wakeAt {
                members[client].wakeAt = .distantFuture
                handle(client, .time)
            }
        case .revoked(let client, let number):
            if let partitions = members[client].revocations.removeValue(forKey: number) {
                members[client].held.subtract(partitions)
            }
            handle(client, .revoked(number))
        case .topics(let client): handle(client, .topics(GroupTopics(known: coordinator.topics)))
        case .member(let client, let event):
            if case .answered(let number, _) = event, members[client].outstanding.remove(number) == nil { return }
            handle(client, event)
        }
        planCoordinator()
    }

    private mutating func elapse() {
        answer(coordinator.elapse(now: now))
    }

    private mutating func planCoordinator() {
        let next = coordinator.nextDeadline
        guard next < coordinatorWake else { return }
        coordinatorWake = next
        timeline.plan(.coordinator, at: next)
    }

    private mutating func answer(_ replies: [SimulatedReply]) {
        for reply in replies where !isLost(reply.client) {
            timeline.plan(.member(reply.client, .answered(reply.number, reply.answer)), after: delay())
        }
    }

    private mutating func refuse(_ client: Int, _ number: Int, _ request: GroupRequest) {
        let answer: GroupAnswer
        switch request {
        case .joinGroup: answer = .joinGroup(.with { $0.errorCode = .notCoordinator })
        case .syncGroup: answer = .syncGroup(.with { $0.errorCode = .coordinatorLoadInProgress })
        case .heartbeat: answer = .heartbeat(.with { $0.errorCode = .notCoordinator })
        case .leaveGroup: answer = .leaveGroup(.with { $0.errorCode = .notCoordinator })
        case .consumerHeartbeat: answer = .consumerHeartbeat(.with { $0.errorCode = .coordinatorNotAvailable })
        case .shareHeartbeat: answer = .shareHeartbeat(.with { $0.errorCode = .coordinatorNotAvailable })
        }
        self.answer([SimulatedReply(client: client, number: number, answer: answer)])
    }

    private mutating func handle(_ client: Int, _ event: MembershipEvent) {
        guard members[client].isAlive, members[client].failure == nil else { return }
        let chance = Double.random(in: -1...1, using: &random)
        let actions = members[client].membership.handle(event, now: now, chance: chance)
        for action in actions {
            members[client].note(action)
            carryOut(action, client)
        }
        if actions.contains(where: { if case .assign = $0 { true } else { false } }) { checkOwners() }
        if members[client].held != members[client].membership.owned {
            complain(client, "has \(members[client].held), and says \(members[client].membership.owned)")
        }
        for complaint in members[client].complaints { complain(client, complaint) }
        if let failure = members[client].failure { complain(client, "fails: \(failure)") }
    }

    private mutating func carryOut(_ action: MembershipAction, _ client: Int) {
        switch action {
        case .findCoordinator: timeline.plan(.found(client), after: delay())
        case .send(let request, let number, let timeout):
            members[client].sentCount += 1
            members[client].outstanding.insert(number)
            timeline.plan(.unanswered(client, number: number), after: timeout ?? .seconds(30))
            if !isLost(client) {
                timeline.plan(.request(client: client, number: number, request), after: delay())
            }
        case .learn: timeline.plan(.topics(client), after: delay())
        case .revoke(_, let number): timeline.plan(.revoked(client, number: number), after: members[client].revokeTime)
        case .wake(let moment):
            if moment != members[client].wakeAt { timeline.plan(.wake(client), at: moment) }
            members[client].wakeAt = moment
        case .assign, .lose, .warn, .left, .fail: break
        }
    }

    private func isCut(_ client: Int) -> Bool { now < members[client].cutUntil }
    private mutating func isLost(_ client: Int) -> Bool {
        isCut(client) || Int.random(in: 0..<100, using: &random) < lossPercent
    }
    private mutating func delay() -> Duration { .milliseconds(Int.random(in: 1...30, using: &random)) }

    // MARK: What must hold

    private mutating func complain(_ client: Int, _ what: String) {
        complaints.append(
            "\(now.nanoseconds / 1_000_000) ms: member \(client) (\(members[client].membership.state)) \(what)")
    }

    private mutating func checkOwners() {
        var owners: [TopicPartition: Int] = [:]
        for client in members.indices where !members[client].held.isEmpty {
            guard let identity = members[client].membership.identity, coordinator.knows(identity) else { continue }
            for partition in members[client].held {
                if let other = owners.updateValue(client, forKey: partition) {
                    complain(client, "has \(partition), as member \(other) has")
                }
            }
        }
    }

    /// Says what is not as it should be when nothing has happened for long.
    mutating func checkQuiet() {
        var owners: [TopicPartition: Int] = [:]
        for client in alive {
            if members[client].membership.state != .stable { complain(client, "is not stable") }
            for partition in members[client].held {
                if owners.updateValue(client, forKey: partition) != nil { complain(client, "shares \(partition)") }
                if !members[client].subscription.contains(partition.topic) {
                    complain(client, "does not want \(partition)")
                }
            }
        }
        let wanted = alive.reduce(into: Set<String>()) { $0.formUnion(members[$1].subscription) }
        for (name, topic) in coordinator.topics where wanted.contains(name) {
            for number in 0..<topic.partitionCount where owners[TopicPartition(name, Int32(number))] == nil {
                complaints.append("\(name)-\(number) is with nobody")
            }
        }
    }
}

extension KafkaResponse {
    static func with(_ change: (inout Self) -> Void) -> Self {
        var response = Self()
        change(&response)
        return response
    }
}
