/// Deletes groups that have no members (KIP-229). API key 42, versions 0 to 2; flexible from 2.
package struct DeleteGroupsRequest: KafkaRequest {
    package typealias Response = DeleteGroupsResponse
    package static let apiKey = ApiKey.deleteGroups
    package static let versions: ClosedRange<Int16> = 0...2

    package var groupNames: [String] = []

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&groupNames, "groups_names")
        c.tags()
    }
}

/// Which groups were deleted. API key 42, versions 0 to 2; flexible from 2.
package struct DeleteGroupsResponse: KafkaResponse {
    package typealias Request = DeleteGroupsRequest

    package var throttleTimeMs: Int32 = 0
    package var groups: [Group] = []

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&throttleTimeMs, "throttle_time_ms")
        c.field(&groups, "results")
        c.tags()
    }
}

extension DeleteGroupsResponse {
    package struct Group: WireStruct {
        package var groupID: String = ""
        package var errorCode: KafkaErrorCode = .none

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&groupID, "group_id")
            c.field(&errorCode, "error_code")
            c.tags()
        }
    }
}
