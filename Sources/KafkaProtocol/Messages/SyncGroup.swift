/// Asks for a member's assignment in a generation of a classic group; the leader's brings those of all. API key 14,
/// versions 0 to 5; flexible from 4.
///
/// Version 3 has static members (KIP-345), 5 the protocol's type and name (KIP-559).
package struct SyncGroupRequest: KafkaRequest {
    package typealias Response = SyncGroupResponse
    package static let apiKey = ApiKey.syncGroup
    package static let versions: ClosedRange<Int16> = 0...5

    package var groupID: String = ""
    package var generationID: Int32 = 0
    package var memberID: String = ""
    /// The id of a static member (KIP-345); nil for others.
    package var groupInstanceID: String?
    package var protocolType: String?
    package var protocolName: String?
    /// From the leader only.
    package var assignments: [Assignment] = []

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&groupID, "group_id")
        c.field(&generationID, "generation_id")
        c.field(&memberID, "member_id")
        c.field(&groupInstanceID, "group_instance_id", 3...)
        c.field(&protocolType, "protocol_type", 5..., ignorable: true)
        c.field(&protocolName, "protocol_name", 5..., ignorable: true)
        c.field(&assignments, "assignments")
        c.tags()
    }
}

extension SyncGroupRequest {
    package struct Assignment: WireStruct {
        package var memberID: String = ""
        package var assignment: [UInt8] = []

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&memberID, "member_id")
            c.bytes(&assignment, "assignment")
            c.tags()
        }
    }
}

/// A member's assignment. API key 14, versions 0 to 5; flexible from 4.
///
/// Version 1 adds the throttle time, 5 the protocol's type and name (KIP-559).
package struct SyncGroupResponse: KafkaResponse {
    package typealias Request = SyncGroupRequest

    package var throttleTimeMs: Int32 = 0
    package var errorCode: KafkaErrorCode = .none
    package var protocolType: String?
    package var protocolName: String?
    package var assignment: [UInt8] = []

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&throttleTimeMs, "throttle_time_ms", 1..., ignorable: true)
        c.field(&errorCode, "error_code")
        c.field(&protocolType, "protocol_type", 5..., ignorable: true)
        c.field(&protocolName, "protocol_name", 5..., ignorable: true)
        c.bytes(&assignment, "assignment")
        c.tags()
    }
}
