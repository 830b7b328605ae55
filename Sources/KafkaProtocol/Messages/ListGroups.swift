/// Asks for the groups that a broker coordinates. API key 16, versions 0 to 5; flexible from 3.
///
/// Version 4 can ask for states (KIP-518), 5 for types (KIP-848).
package struct ListGroupsRequest: KafkaRequest {
    package typealias Response = ListGroupsResponse
    package static let apiKey = ApiKey.listGroups
    package static let versions: ClosedRange<Int16> = 0...5

    /// Empty for all.
    package var statesFilter: [String] = []
    /// Empty for all.
    package var typesFilter: [String] = []

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&statesFilter, "states_filter", 4...)
        c.field(&typesFilter, "types_filter", 5...)
        c.tags()
    }
}

/// The groups that a broker coordinates. API key 16, versions 0 to 5; flexible from 3.
///
/// Version 1 adds the throttle time, 4 the state (KIP-518), 5 the type (KIP-848).
package struct ListGroupsResponse: KafkaResponse {
    package typealias Request = ListGroupsRequest

    package var throttleTimeMs: Int32 = 0
    package var errorCode: KafkaErrorCode = .none
    package var groups: [Group] = []

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&throttleTimeMs, "throttle_time_ms", 1..., ignorable: true)
        c.field(&errorCode, "error_code")
        c.field(&groups, "groups")
        c.tags()
    }
}

extension ListGroupsResponse {
    package struct Group: WireStruct {
        package var groupID: String = ""
        package var protocolType: String = ""
        package var groupState: String = ""
        package var groupType: String = ""

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&groupID, "group_id")
            c.field(&protocolType, "protocol_type")
            c.field(&groupState, "group_state", 4..., ignorable: true)
            c.field(&groupType, "group_type", 5..., ignorable: true)
            c.tags()
        }
    }
}
