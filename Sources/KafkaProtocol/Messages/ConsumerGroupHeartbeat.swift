/// Joins a consumer group, stays in it or leaves it (KIP-848). API key 68, versions 0 to 1; flexible.
///
/// Version 1 adds the regular expression, and has the client make the member's id (KIP-1082). What has not changed
/// since the last heartbeat is not sent again.
package struct ConsumerGroupHeartbeatRequest: KafkaRequest {
    package typealias Response = ConsumerGroupHeartbeatResponse
    package static let apiKey = ApiKey.consumerGroupHeartbeat
    package static let versions: ClosedRange<Int16> = 0...1

    package var groupID: String = ""
    /// Made by the client from version 1 on (KIP-1082).
    package var memberID: String = ""
    /// 0 to join, −1 to leave, −2 for a static member that leaves and comes back.
    package var memberEpoch: Int32 = 0
    /// The id of a static member; nil when there is none, or when it is as it was.
    package var instanceID: String?
    /// Nil when there is none, or when it is as it was.
    package var rackID: String?
    /// −1 when it is as it was.
    package var rebalanceTimeoutMs: Int32 = -1
    /// Nil when they are as they were.
    package var subscribedTopicNames: [String]?
    /// In the syntax of RE2J; nil when it is as it was.
    package var subscribedTopicRegex: String?
    /// Nil when the broker chooses, or when it is as it was.
    package var serverAssignor: String?
    /// What the member owns; nil when it is as it was.
    package var topicPartitions: [TopicIDPartitions]?

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&groupID, "group_id")
        c.field(&memberID, "member_id")
        c.field(&memberEpoch, "member_epoch")
        c.field(&instanceID, "instance_id")
        c.field(&rackID, "rack_id")
        c.field(&rebalanceTimeoutMs, "rebalance_timeout_ms", default: -1)
        c.field(&subscribedTopicNames, "subscribed_topic_names")
        c.field(&subscribedTopicRegex, "subscribed_topic_regex", 1...)
        c.field(&serverAssignor, "server_assignor")
        c.field(&topicPartitions, "topic_partitions")
        c.tags()
    }
}

/// A member's epoch, and its assignment when it has changed (KIP-848). API key 68, versions 0 to 1; flexible.
package struct ConsumerGroupHeartbeatResponse: KafkaResponse {
    package typealias Request = ConsumerGroupHeartbeatRequest

    package var throttleTimeMs: Int32 = 0
    package var errorCode: KafkaErrorCode = .none
    package var errorMessage: String?
    package var memberID: String?
    package var memberEpoch: Int32 = 0
    package var heartbeatIntervalMs: Int32 = 0
    /// Nil when it is as it was.
    package var assignment: MemberAssignment?

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&throttleTimeMs, "throttle_time_ms")
        c.field(&errorCode, "error_code")
        c.field(&errorMessage, "error_message")
        c.field(&memberID, "member_id")
        c.field(&memberEpoch, "member_epoch")
        c.field(&heartbeatIntervalMs, "heartbeat_interval_ms")
        c.field(&assignment, "assignment")
        c.tags()
    }
}
