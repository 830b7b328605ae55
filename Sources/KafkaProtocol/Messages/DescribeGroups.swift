/// Asks for the state and members of classic groups. API key 15, versions 0 to 6; flexible from 5.
///
/// Version 3 can ask for authorized operations (KIP-430), 6 may answer GROUP_ID_NOT_FOUND (KIP-1043).
package struct DescribeGroupsRequest: KafkaRequest {
    package typealias Response = DescribeGroupsResponse
    package static let apiKey = ApiKey.describeGroups
    package static let versions: ClosedRange<Int16> = 0...6

    package var groups: [String] = []
    package var includeAuthorizedOperations = false

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&groups, "groups")
        c.field(&includeAuthorizedOperations, "include_authorized_operations", 3...)
        c.tags()
    }
}

/// The state and members of classic groups. API key 15, versions 0 to 6; flexible from 5.
///
/// Version 1 adds the throttle time, 3 the authorized operations (KIP-430), 4 static members (KIP-345), 6 a message
/// (KIP-1043).
package struct DescribeGroupsResponse: KafkaResponse {
    package typealias Request = DescribeGroupsRequest

    package var throttleTimeMs: Int32 = 0
    package var groups: [Group] = []

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&throttleTimeMs, "throttle_time_ms", 1..., ignorable: true)
        c.field(&groups, "groups")
        c.tags()
    }
}

extension DescribeGroupsResponse {
    package struct Group: WireStruct {
        package var errorCode: KafkaErrorCode = .none
        package var errorMessage: String?
        package var groupID: String = ""
        package var groupState: String = ""
        package var protocolType: String = ""
        /// The protocol that was chosen; empty unless the group is stable.
        package var protocolData: String = ""
        package var members: [Member] = []
        /// A bit field; `Int32.min` when not asked for (KIP-430).
        package var authorizedOperations: Int32 = .min

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&errorCode, "error_code")
            c.field(&errorMessage, "error_message", 6...)
            c.field(&groupID, "group_id")
            c.field(&groupState, "group_state")
            c.field(&protocolType, "protocol_type")
            c.field(&protocolData, "protocol_data")
            c.field(&members, "members")
            c.field(&authorizedOperations, "authorized_operations", 3..., default: .min)
            c.tags()
        }
    }

    package struct Member: WireStruct {
        package var memberID: String = ""
        /// The id of a static member (KIP-345); nil for others.
        package var groupInstanceID: String?
        package var clientID: String = ""
        package var clientHost: String = ""
        /// Empty unless the group is stable.
        package var memberMetadata: [UInt8] = []
        /// Empty unless the group is stable.
        package var memberAssignment: [UInt8] = []

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&memberID, "member_id")
            c.field(&groupInstanceID, "group_instance_id", 4..., ignorable: true)
            c.field(&clientID, "client_id")
            c.field(&clientHost, "client_host")
            c.bytes(&memberMetadata, "member_metadata")
            c.bytes(&memberAssignment, "member_assignment")
            c.tags()
        }
    }
}
