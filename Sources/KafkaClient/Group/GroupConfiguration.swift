import KafkaProtocol

/// How a consumer is a member of a group.
///
/// It is checked when a consumer is created with it.
public struct GroupConfiguration: Sendable {
    /// By which protocol members and coordinator agree on who reads what.
    public enum GroupProtocol: Sendable, Hashable {
        /// One member assigns partitions, by a strategy that all members know. Every broker has it.
        case classic
        /// The coordinator assigns, and members change one by one (KIP-848). Kafka 4.0 and newer.
        case consumer
    }

    /// The group. Kafka's `group.id`.
    public var groupID: String
    /// The topics to read. They may be created later.
    public var topics: Set<String>
    /// A regular expression: topics are read whose names match as a whole, besides ``topics``, also those that are created later.
    /// Topics in which Kafka keeps something of its own are not.
    ///
    /// In a group of KIP-848 the coordinator matches, by the syntax of RE2J. In a classic one this client does, which knows of that
    /// syntax what names of topics need: characters, `.`, classes, `\d \w \s` and their opposites, groups, `|`, `* + ? {m,n}`, `^`
    /// and `$`. It looks for new topics as often as ``ClusterConfiguration/metadataMaxAge`` says. At most 512 bytes there.
    public var topicPattern: String?
    /// By which protocol members and coordinator agree. Kafka's `group.protocol`.
    public var groupProtocol: GroupProtocol
    /// Strategies of a classic group, the preferred one first. Kafka's `partition.assignment.strategy`.
    public var assignors: [any PartitionAssignor]
    /// The strategy of the broker's in a group of KIP-848, such as `uniform` or `range`; nil for its own choice. Kafka's
    /// `group.remote.assignor`.
    public var serverAssignor: String?
    /// A name of its own that a member keeps when it restarts (KIP-345): the group does not rebalance for a short absence. Kafka's
    /// `group.instance.id`.
    public var groupInstanceID: String?
    /// Where to begin in a partition of which the group has committed no offset. Kafka's `auto.offset.reset`, which is `latest`
    /// unless it is set.
    public var start: StartOffset
    /// How often the positions of what was handled are committed; nil for never. Kafka's `auto.commit.interval.ms`.
    ///
    /// A batch counts as handled when the next one is asked for, or ``Consumer/forEachBatch(codecs:_:)``'s closure has returned. One
    /// that was not handled is never committed.
    public var autoCommitInterval: Duration?
    /// After so long without a heartbeat the coordinator takes the member out of the group: one second to one hour. Classic groups
    /// only; in others the broker says it. Kafka's `session.timeout.ms`.
    public var sessionTimeout: Duration
    /// The time between two heartbeats, less than the session timeout. Classic groups only. Kafka's `heartbeat.interval.ms`.
    public var heartbeatInterval: Duration
    /// A member that does not ask for a batch for so long leaves the group until it does: one second to one day. Also how long a
    /// rebalance waits for the member. Kafka's `max.poll.interval.ms`.
    public var maxPollInterval: Duration
    /// Told of partitions that come and go. The group waits for it: it should return soon.
    public var onRebalance: (@Sendable (GroupChange) async -> Void)?

    /// Creates a configuration. Parameters that are left out have the defaults; the properties say units and bounds.
    public init(
        groupID: String, topics: Set<String> = [], topicPattern: String? = nil,
        groupProtocol: GroupProtocol = .classic,
        assignors: [any PartitionAssignor] = [RangeAssignor(), CooperativeStickyAssignor()],
        serverAssignor: String? = nil,
        groupInstanceID: String? = nil, start: StartOffset = .earliest, autoCommitInterval: Duration? = .seconds(5),
        sessionTimeout: Duration = .seconds(45), heartbeatInterval: Duration = .seconds(3),
        maxPollInterval: Duration = .seconds(300), onRebalance: (@Sendable (GroupChange) async -> Void)? = nil
    ) {
        self.groupID = groupID
        self.topics = topics
        self.topicPattern = topicPattern
        self.groupProtocol = groupProtocol
        self.assignors = assignors
        self.serverAssignor = serverAssignor
        self.groupInstanceID = groupInstanceID
        self.start = start
        self.autoCommitInterval = autoCommitInterval
        self.sessionTimeout = sessionTimeout
        self.heartbeatInterval = heartbeatInterval
        self.maxPollInterval = maxPollInterval
        self.onRebalance = onRebalance
    }

    var problems: [ConfigurationProblem] {
        var check = ConfigurationCheck("GroupConfiguration")
        check.expect("groupID", !groupID.isEmpty, "is empty; give the group's name")
        check.expect("groupID", groupID.utf8.count <= Int(Int16.max), "is longer than 32767 bytes")
        check.expect(
            "topics", !topics.isEmpty || topicPattern != nil,
            "are none; give at least one topic to read, or a topicPattern")
        check.expectLegal("topics", topics)
        if let topicPattern {
            check.expect("topicPattern", !topicPattern.isEmpty, "is empty; leave it out to read topics by their names")
            check.expect(
                "topicPattern",
                topicPattern.isEmpty || groupProtocol == .consumer || TopicPattern(topicPattern) != nil,
                "is no regular expression that is understood in a classic group: '\(topicPattern.prefix(100))'")
        }
        check.expect("assignors", !assignors.isEmpty, "are none; give at least one strategy")
        let names = assignors.map(\.name)
        check.expect(
            "assignors", Set(names).count == names.count, "have the same name: \(names.joined(separator: ", "))")
        check.expect("sessionTimeout", sessionTimeout, in: .seconds(1) ... .seconds(3600))
        check.expect(
            "heartbeatInterval", heartbeatInterval > .zero && heartbeatInterval < sessionTimeout,
            "is \(heartbeatInterval); it must be longer than zero and shorter than sessionTimeout, \(sessionTimeout)")
        check.expect("maxPollInterval", maxPollInterval, in: .seconds(1) ... .seconds(86_400))
        if let interval = autoCommitInterval {
            check.expect("autoCommitInterval", interval, in: .milliseconds(1) ... .seconds(86_400))
        }
        return check.problems
    }
}

extension ConfigurationCheck {
    /// - Parameter topics: names that a topic may have, all of them.
    mutating func expectLegal(_ name: String, _ topics: Set<String>) {
        for objection in topics.sorted().compactMap(TopicName.objection(to:)) {
            expect(name, false, "can't be read: \(objection)")
        }
    }
}

/// Partitions that come to a member of a group, or go from it.
public enum GroupChange: Sendable, Equatable {
    /// These are the member's from now on, besides those that it had. Reading begins when the handler has returned.
    case assigned(Set<TopicPartition>)
    /// These are given back. None of their batches is handed out any more; the handler may still commit.
    case revoked(Set<TopicPartition>)
    /// These are somebody else's, or may be at any moment: the member was not heard of for too long, or was fenced. It can't commit
    /// for them any more.
    case lost(Set<TopicPartition>)
}

/// An offset that a group has committed for a partition.
///
/// Source: OffsetCommit, API key 8; OffsetFetch, API key 9.
public struct CommittedOffset: Sendable, Hashable {
    /// The offset of the next record to read.
    public var offset: Int64
    /// The epoch of the leader that appended the record before; -1 when it is not known (KIP-320).
    public var leaderEpoch: Int32
    /// What the member wanted to be kept with it; the broker's bound is 4,096 bytes by default. Kafka's
    /// `offset.metadata.max.bytes`.
    public var metadata: String

    /// An offset to commit.
    public init(_ offset: Int64, leaderEpoch: Int32 = -1, metadata: String = "") {
        self.offset = offset
        self.leaderEpoch = leaderEpoch
        self.metadata = metadata
    }
}

extension [TopicPartition: CommittedOffset] {
    /// A coordinator keeps offsets below zero, and members that read them take them for none.
    ///
    /// - Throws: `KafkaClientError` with `.invalidArgument` for an offset below zero.
    func checkNotNegative() throws(KafkaClientError) {
        guard let (partition, committed) = first(where: { $0.value.offset < 0 }) else { return }
        throw KafkaClientError(
            .invalidArgument,
            "offset \(committed.offset) of partition \(partition.partition) of topic '\(partition.topic)' is below zero"
        )
    }
}
