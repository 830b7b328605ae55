/// Joins a share group, stays in it or leaves it (KIP-932). API key 76, version 1; flexible.
///
/// What has not changed since the last heartbeat is not sent again. Version 0 was never stable.
package struct ShareGroupHeartbeatRequest: KafkaRequest {
    package typealias Response = ShareGroupHeartbeatResponse
    package static let apiKey = ApiKey.shareGroupHeartbeat
    package static let versions: ClosedRange<Int16> = 1...1

    package var groupID: String = ""
    /// Made by the client.
    package var memberID: String = ""
    /// 0 to join, −1 to leave.
    package var memberEpoch: Int32 = 0
    /// Nil when there is none, or when it is as it was.
    package var rackID: String?
    /// Nil when they are as they were.
    package var subscribedTopicNames: [String]?

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&groupID, "group_id")
        c.field(&memberID, "member_id")
        c.field(&memberEpoch, "member_epoch")
        c.field(&rackID, "rack_id")
        c.field(&subscribedTopicNames, "subscribed_topic_names")
        c.tags()
    }
}

/// A member's epoch, and its assignment when it has changed (KIP-932). API key 76, version 1; flexible.
package struct ShareGroupHeartbeatResponse: KafkaResponse {
    package typealias Request = ShareGroupHeartbeatRequest

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
