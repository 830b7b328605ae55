// The state machine of one group of the consumer protocol (KIP-848), as Kafka's `ConsumerGroup` and `GroupMetadataManager`
// keep it: it has no clock and no connections, and knows the cluster's topics by an argument.
//
// Three epochs say how far things are. The group's grows when a member comes, goes or reads other topics, or when these
// topics change. The target's is that of the group for which partitions were shared out last. A member's is that of the
// target which it has reached, or is on its way from.

import KafkaProtocol
import KafkaTransport

/// A group whose partitions the broker shares out.
struct ConsumerGroup: Sendable {
    /// The raw values are the names in ConsumerGroupDescribe and ListGroups.
    enum State: String, Sendable {
        case empty = "Empty"
        case assigning = "Assigning"
        case reconciling = "Reconciling"
        case stable = "Stable"
    }

    let settings: EmbeddedBrokerGroups
    var epoch: Int32 = 0
    var targetEpoch: Int32 = 0
    /// What each member is to have.
    var target: [String: PartitionSet] = [:]
    private(set) var members: [String: ConsumerMember] = [:]
    /// Static members by their instance ids.
    private(set) var staticMembers: [String: String] = [:]
    /// Who holds each partition, and may still be reading it.
    private(set) var holders: [KafkaUUID: [Int32: String]] = [:]
    /// The topics that members read, as they were when the group's epoch was made.
    private(set) var readTopics: [KafkaUUID: GroupTopics.Topic] = [:]
    /// What each member reads of these.
    private var subscriptions: [String: Set<KafkaUUID>] = [:]
    private var topicVersion = -1
    /// No deadline is before this one.
    private(set) var wakeAt = MonotonicInstant.distantFuture
    /// About the bytes that it takes.
    private(set) var byteCount = 256

    init(_ settings: EmbeddedBrokerGroups) { self.settings = settings }

    var state: State {
        if members.isEmpty { return .empty }
        if epoch != targetEpoch { return .assigning }
        let isReached = members.values.allSatisfy {
            $0.epoch == ConsumerMember.awayEpoch || $0.epoch == targetEpoch && $0.progress == .stable
        }
        return isReached ? .stable : .reconciling
    }

    // MARK: Members

    /// Puts a member in, or in the place of what it was.
    mutating func put(_ member: ConsumerMember) {
        let former = members.updateValue(member, forKey: member.id)
        if let instance = member.instanceID { staticMembers[instance] = member.id }
        if former?.assigned != member.assigned || former?.revoked != member.revoked {
            if let former { release(former) }
            member.held.forEach { holders[$0, default: [:]][$1] = member.id }
        }
        wakeAt = min(wakeAt, member.deadline, member.revocationDeadline)
    }

    private mutating func release(_ member: ConsumerMember) {
        member.held.forEach { topic, partition in
            if holders[topic]?[partition] == member.id { holders[topic]?[partition] = nil }
        }
        holders = holders.filter { !$0.value.isEmpty }
    }

    /// Takes a member out; the others get its partitions with the next target.
    mutating func remove(_ id: String) {
        guard let member = members.removeValue(forKey: id) else { return }
        release(member)
        if let instance = member.instanceID, staticMembers[instance] == id { staticMembers[instance] = nil }
        target[id] = nil
        subscriptions[id] = nil
        bumpEpoch()
        updateByteCount()
    }

    /// Gives a static member's place, and all that it has, to another member's id.
    mutating func hand(_ former: ConsumerMember, to member: ConsumerMember) {
        members[former.id] = nil
        release(former)
        target[member.id] = target.removeValue(forKey: former.id)
        subscriptions[member.id] = subscriptions.removeValue(forKey: former.id)
        put(member)
    }

    /// Notes that a member was heard of.
    mutating func touch(_ id: String, now: MonotonicInstant) {
        let deadline = now + settings.consumerSessionTimeout
        members[id]?.deadline = deadline
        wakeAt = min(wakeAt, deadline)
    }

    // MARK: Targets

    /// Whether topics have come, gone or grown since the group looked at them.
    func isOutdated(by topics: GroupTopics) -> Bool { topics.version != topicVersion }

    /// Looks at the topics, and shares partitions out anew when something has changed since that was done last.
    ///
    /// - Parameter hasNewSubscription: whether a member has come or reads other topics.
    mutating func updateTarget(_ topics: GroupTopics, hasNewSubscription: Bool) {
        if hasNewSubscription || isOutdated(by: topics) {
            let former = readTopics
            lookUp(topics)
            if hasNewSubscription || readTopics != former { bumpEpoch() }
        }
        if epoch == targetEpoch { return }
        let subscribers = members.values.map { member in
            ServerAssignor.Subscriber(
                id: member.id, rank: member.instanceID ?? member.id, topics: subscriptions[member.id] ?? [],
                former: target[member.id] ?? PartitionSet())
        }
        target = assignor.assign(Array(readTopics.values), to: subscribers)
        targetEpoch = epoch
        updateByteCount()
    }

    private mutating func lookUp(_ topics: GroupTopics) {
        topicVersion = topics.version
        var matches: [String: Set<String>] = [:]
        subscriptions = [:]
        readTopics = [:]
        for member in members.values {
            var names = member.topicNames
            if let regex = member.regex, let pattern = member.pattern {
                let matched = matches[regex] ?? Set(topics.names.filter(pattern.matches))
                matches[regex] = matched
                names.formUnion(matched)
            }
            let found = names.compactMap { topics[$0] }
            subscriptions[member.id] = Set(found.map(\.id))
            for topic in found { readTopics[topic.id] = topic }
        }
    }

    /// The one that most members want; uniform when nobody says.
    var assignor: ServerAssignor {
        ServerAssignor.allCases.max { one, other in
            // Of equals the first is taken, so the later one counts as less.
            votes(for: one) < votes(for: other)
                || votes(for: one) == votes(for: other) && one == .range && other == .uniform
        } ?? .uniform
    }

    private func votes(for assignor: ServerAssignor) -> Int { members.values.count { $0.assignor == assignor } }

    /// The first epoch of a group is 2 when its first member reads something, and else 1, as Kafka 4.3 has it.
    private mutating func bumpEpoch() {
        epoch = epoch == .max ? 1 : epoch + 1
        if epoch == 1, !readTopics.isEmpty { epoch = 2 }
    }

    // MARK: Time

    /// Fences members that were not heard of, and those that do not give up what they have to.
    mutating func expire(now: MonotonicInstant) {
        for member in members.values where min(member.deadline, member.revocationDeadline) <= now { remove(member.id) }
        wakeAt = members.values.map { min($0.deadline, $0.revocationDeadline) }.min() ?? .distantFuture
    }

    /// Goes on at another broker: all sessions begin anew.
    mutating func move(now: MonotonicInstant) {
        for id in members.keys { touch(id, now: now) }
    }

    private mutating func updateByteCount() {
        let partitionCount = target.values.reduce(0) { $0 + $1.count }
        byteCount = members.values.reduce(256 + partitionCount * 128) { $0 + $1.byteCount }
    }
}
