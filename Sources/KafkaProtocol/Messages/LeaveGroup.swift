/// Takes members out of a classic group. API key 13, versions 0 to 5; flexible from 4.
///
/// Version 3 takes several members, static ones too (KIP-345), 5 the reason (KIP-800).
package struct LeaveGroupRequest: KafkaRequest {
    package typealias Response = LeaveGroupResponse
    package static let apiKey = ApiKey.leaveGroup
    package static let versions: ClosedRange<Int16> = 0...5

    package var groupID: String = ""
    /// Up to version 2.
    package var memberID: String = ""
    /// From version 3 on.
    package var members: [Member] = []

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&groupID, "group_id")
        c.field(&memberID, "member_id", 0...2)
        c.field(&members, "members", 3...)
        c.tags()
    }
}

extension LeaveGroupRequest {
    package struct Member: WireStruct {
        /// Empty for a static member that is named by its instance id only.
        package var memberID: String = ""
        /// The id of a static member (KIP-345); nil for others.
        package var groupInstanceID: String?
        /// Why the member leaves, for the broker's log (KIP-800).
        package var reason: String?

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&memberID, "member_id")
            c.field(&groupInstanceID, "group_instance_id")
            c.field(&reason, "reason", 5..., ignorable: true)
            c.tags()
        }
    }
}

/// Which members left. API key 13, versions 0 to 5; flexible from 4.
///
/// Version 1 adds the throttle time, 3 a code for each member (KIP-345).
package struct LeaveGroupResponse: KafkaResponse {
    package typealias Request = LeaveGroupRequest

    package var throttleTimeMs: Int32 = 0
    package var errorCode: KafkaErrorCode = .none
    /// From version 3 on.
    package var members: [Member] = []

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&throttleTimeMs, "throttle_time_ms", 1..., ignorable: true)
        c.field(&errorCode, "error_code")
        c.field(&members, "members", 3...)
        c.tags()
    }
}

extension LeaveGroupResponse {
    package struct Member: WireStruct {
        package var memberID: String = ""
        /// The id of a static member (KIP-345); nil for others.
        package var groupInstanceID: String?
        package var errorCode: KafkaErrorCode = .none

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&memberID, "member_id")
            c.field(&groupInstanceID, "group_instance_id")
            c.field(&errorCode, "error_code")
            c.tags()
        }
    }
}
