/// Keeps a member in its classic group. API key 12, versions 0 to 4; flexible from 4.
///
/// Version 3 has static members (KIP-345).
package struct HeartbeatRequest: KafkaRequest {
    package typealias Response = HeartbeatResponse
    package static let apiKey = ApiKey.heartbeat
    package static let versions: ClosedRange<Int16> = 0...4

    package var groupID: String = ""
    package var generationID: Int32 = 0
    package var memberID: String = ""
    /// The id of a static member (KIP-345); nil for others.
    package var groupInstanceID: String?

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&groupID, "group_id")
        c.field(&generationID, "generation_id")
        c.field(&memberID, "member_id")
        c.field(&groupInstanceID, "group_instance_id", 3...)
        c.tags()
    }
}

/// Whether a member is still in its generation. API key 12, versions 0 to 4; flexible from 4.
///
/// Version 1 adds the throttle time.
package struct HeartbeatResponse: KafkaResponse {
    package typealias Request = HeartbeatRequest

    package var throttleTimeMs: Int32 = 0
    package var errorCode: KafkaErrorCode = .none

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&throttleTimeMs, "throttle_time_ms", 1..., ignorable: true)
        c.field(&errorCode, "error_code")
        c.tags()
    }
}
