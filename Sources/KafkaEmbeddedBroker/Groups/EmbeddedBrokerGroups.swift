import KafkaProtocol

/// How an embedded broker coordinates groups.
public struct EmbeddedBrokerGroups: Sendable, Equatable {
    /// How long the first rebalance of a classic group waits for further members, zero to one hour. Kafka's
    /// `group.initial.rebalance.delay.ms`, which is three seconds there; here a group need not wait for anybody.
    public var initialRebalanceDelay = Duration.zero
    /// The shortest session timeout that a member of a classic group may ask for, at least one millisecond. Kafka's
    /// `group.min.session.timeout.ms`.
    public var sessionTimeoutMin = Duration.seconds(6)
    /// The longest session timeout that a member of a classic group may ask for. Kafka's `group.max.session.timeout.ms`.
    public var sessionTimeoutMax = Duration.seconds(1800)
    /// After what time a member of a consumer group (KIP-848) that sends no heartbeat is fenced, one millisecond to one day.
    /// Kafka's `group.consumer.session.timeout.ms`.
    public var consumerSessionTimeout = Duration.seconds(45)
    /// How often members of a consumer group (KIP-848) are told to send heartbeats, one millisecond to one hour. Kafka's
    /// `group.consumer.heartbeat.interval.ms`, which is five seconds there; here members learn of changes sooner.
    public var consumerHeartbeatInterval = Duration.seconds(1)
    /// After what time a member of a share group (KIP-932) that sends no heartbeat is fenced, one millisecond to one day. Kafka's
    /// `group.share.session.timeout.ms`.
    public var shareSessionTimeout = Duration.seconds(45)
    /// How often members of a share group are told to send heartbeats, one millisecond to one hour. Kafka's
    /// `group.share.heartbeat.interval.ms`, which is five seconds there; here members learn of changes sooner.
    public var shareHeartbeatInterval = Duration.seconds(1)
    /// How long a record stays with the member of a share group that has acquired it, one millisecond to one day; a group's own
    /// `share.record.lock.duration.ms` goes before. Kafka's `group.share.record.lock.duration.ms`.
    public var shareLockDuration = Duration.seconds(30)
    /// How often a record is handed to members of a share group at most, 1 to 100. Kafka's `group.share.delivery.count.limit`.
    public var shareDeliveryCountMax = 5
    /// The most records of a partition that a share group works on, 1 to 1,000,000. Kafka's
    /// `group.share.partition.max.record.locks`.
    public var shareRecordLocksMax = 2000
    /// The most sessions of members of share groups at one broker, 1 to 1,000,000; one more is refused with
    /// SHARE_SESSION_LIMIT_REACHED. Kafka's `group.share.max.share.sessions`.
    public var shareSessionCountMax = 2000
    /// The most members of a group, 1 to 10,000; more are refused with GROUP_MAX_SIZE_REACHED. Kafka's `group.max.size`.
    public var sizeMax = 1000
    /// The longest metadata of a committed offset, in bytes, 0 to 32,767. Kafka's `offset.metadata.max.bytes`.
    public var offsetMetadataByteCountMax = 4096
    /// The bytes that all groups and their offsets may take together, at least 1. Beyond them empty groups without offsets
    /// are forgotten, and then nobody may join and nothing is committed: such requests are refused with POLICY_VIOLATION.
    public var byteCountMax = 64 << 20

    /// Groups with the values that the properties begin with.
    public init() {}

    func check(_ check: inout ConfigurationCheck) {
        check.expect("groups.initialRebalanceDelay", initialRebalanceDelay, in: .zero ... .seconds(3600))
        check.expect(
            "groups.sessionTimeoutMin", sessionTimeoutMin >= .milliseconds(1) && sessionTimeoutMin <= sessionTimeoutMax,
            "is \(sessionTimeoutMin); it must lie between a millisecond and sessionTimeoutMax, which is \(sessionTimeoutMax)"
        )
        check.expect("groups.consumerSessionTimeout", consumerSessionTimeout, in: .milliseconds(1) ... .seconds(86_400))
        check.expect(
            "groups.consumerHeartbeatInterval", consumerHeartbeatInterval, in: .milliseconds(1) ... .seconds(3600))
        check.expect("groups.shareSessionTimeout", shareSessionTimeout, in: .milliseconds(1) ... .seconds(86_400))
        check.expect("groups.shareHeartbeatInterval", shareHeartbeatInterval, in: .milliseconds(1) ... .seconds(3600))
        check.expect("groups.shareLockDuration", shareLockDuration, in: .milliseconds(1) ... .seconds(86_400))
        check.expect("groups.shareDeliveryCountMax", shareDeliveryCountMax, in: 1...100)
        check.expect("groups.shareRecordLocksMax", shareRecordLocksMax, in: 1...1_000_000)
        check.expect("groups.shareSessionCountMax", shareSessionCountMax, in: 1...1_000_000)
        check.expect("groups.sizeMax", sizeMax, in: 1...10_000)
        check.expect("groups.offsetMetadataByteCountMax", offsetMetadataByteCountMax, in: 0...Int(Int16.max))
        check.expect("groups.byteCountMax", byteCountMax > 0, "is \(byteCountMax); it must be positive")
    }
}
