/// Joins a classic group, or joins it again, and waits for its next generation. API key 11, versions 0 to 9; flexible
/// from 6.
///
/// Version 1 adds the rebalance timeout (KIP-62), 4 gives new members an id to join with (KIP-394), 5 has static
/// members (KIP-345), 8 the reason (KIP-800).
package struct JoinGroupRequest: KafkaRequest {
    package typealias Response = JoinGroupResponse
    package static let apiKey = ApiKey.joinGroup
    package static let versions: ClosedRange<Int16> = 0...9

    package var groupID: String = ""
    package var sessionTimeoutMs: Int32 = 0
    /// How long the coordinator waits for members while it rebalances. Version 0 has none: there the session timeout is
    /// also this one.
    package var rebalanceTimeoutMs: Int32 = -1
    /// Empty for a member that is new.
    package var memberID: String = ""
    /// The id of a static member (KIP-345); nil for others.
    package var groupInstanceID: String?
    /// "consumer" for consumers.
    package var protocolType: String = ""
    /// In the order in which the member prefers them.
    package var protocols: [GroupProtocol] = []
    /// Why the member joins, for the broker's log (KIP-800).
    package var reason: String?

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&groupID, "group_id")
        c.field(&sessionTimeoutMs, "session_timeout_ms")
        c.field(&rebalanceTimeoutMs, "rebalance_timeout_ms", 1..., default: -1, ignorable: true)
        c.field(&memberID, "member_id")
        c.field(&groupInstanceID, "group_instance_id", 5...)
        c.field(&protocolType, "protocol_type")
        c.field(&protocols, "protocols")
        c.field(&reason, "reason", 8..., ignorable: true)
        c.tags()
    }
}

extension JoinGroupRequest {
    /// A way to assign partitions, and what the member says for it.
    package struct GroupProtocol: WireStruct {
        package var name: String = ""
        package var metadata: [UInt8] = []

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&name, "name")
            c.bytes(&metadata, "metadata")
            c.tags()
        }
    }
}

/// The generation that a member is in, and for its leader all members. API key 11, versions 0 to 9; flexible from 6.
///
/// Version 2 adds the throttle time, 5 static members (KIP-345), 7 the protocol's type (KIP-559), 9 `skipAssignment`
/// (KIP-814).
package struct JoinGroupResponse: KafkaResponse {
    package typealias Request = JoinGroupRequest

    package var throttleTimeMs: Int32 = 0
    package var errorCode: KafkaErrorCode = .none
    /// −1 after an error.
    package var generationID: Int32 = -1
    package var protocolType: String?
    /// Nil, from version 7 on, when there is none.
    package var protocolName: String? = ""
    /// The member id of the group's leader.
    package var leader: String = ""
    /// Whether the leader must not assign partitions anew (KIP-814).
    package var skipAssignment = false
    package var memberID: String = ""
    /// For the leader only.
    package var members: [Member] = []

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&throttleTimeMs, "throttle_time_ms", 2..., ignorable: true)
        c.field(&errorCode, "error_code")
        c.field(&generationID, "generation_id", default: -1)
        c.field(&protocolType, "protocol_type", 7..., ignorable: true)
        c.field(&protocolName, "protocol_name", nullable: 7...)
        c.field(&leader, "leader")
        c.field(&skipAssignment, "skip_assignment", 9...)
        c.field(&memberID, "member_id")
        c.field(&members, "members")
        c.tags()
    }
}

extension JoinGroupResponse {
    package struct Member: WireStruct {
        package var memberID: String = ""
        /// The id of a static member (KIP-345); nil for others.
        package var groupInstanceID: String?
        package var metadata: [UInt8] = []

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&memberID, "member_id")
            c.field(&groupInstanceID, "group_instance_id", 5..., ignorable: true)
            c.bytes(&metadata, "metadata")
            c.tags()
        }
    }
}
