/// Asks for the state and members of consumer groups (KIP-848). API key 69, versions 0 to 1; flexible.
package struct ConsumerGroupDescribeRequest: KafkaRequest {
    package typealias Response = ConsumerGroupDescribeResponse
    package static let apiKey = ApiKey.consumerGroupDescribe
    package static let versions: ClosedRange<Int16> = 0...1

    package var groupIDs: [String] = []
    package var includeAuthorizedOperations = false

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&groupIDs, "group_ids")
        c.field(&includeAuthorizedOperations, "include_authorized_operations")
        c.tags()
    }
}

/// The state and members of consumer groups (KIP-848). API key 69, versions 0 to 1; flexible.
///
/// Version 1 adds the member's type (KIP-1099).
package struct ConsumerGroupDescribeResponse: KafkaResponse {
    package typealias Request = ConsumerGroupDescribeRequest

    package var throttleTimeMs: Int32 = 0
    package var groups: [Group] = []

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&throttleTimeMs, "throttle_time_ms")
        c.field(&groups, "groups")
        c.tags()
    }
}

extension ConsumerGroupDescribeResponse {
    package struct Group: WireStruct {
        package var errorCode: KafkaErrorCode = .none
        package var errorMessage: String?
        package var groupID: String = ""
        package var groupState: String = ""
        package var groupEpoch: Int32 = 0
        package var assignmentEpoch: Int32 = 0
        package var assignorName: String = ""
        package var members: [Member] = []
        /// A bit field; `Int32.min` when not asked for (KIP-430).
        package var authorizedOperations: Int32 = .min

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&errorCode, "error_code")
            c.field(&errorMessage, "error_message")
            c.field(&groupID, "group_id")
            c.field(&groupState, "group_state")
            c.field(&groupEpoch, "group_epoch")
            c.field(&assignmentEpoch, "assignment_epoch")
            c.field(&assignorName, "assignor_name")
            c.field(&members, "members")
            c.field(&authorizedOperations, "authorized_operations", default: .min)
            c.tags()
        }
    }

    package struct Member: WireStruct {
        package var memberID: String = ""
        package var instanceID: String?
        package var rackID: String?
        package var memberEpoch: Int32 = 0
        package var clientID: String = ""
        package var clientHost: String = ""
        package var subscribedTopicNames: [String] = []
        package var subscribedTopicRegex: String?
        package var assignment = DescribedAssignment()
        package var targetAssignment = DescribedAssignment()
        /// −1: not known, 0: of the classic protocol, 1: of the consumer protocol.
        package var memberType: Int8 = -1

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&memberID, "member_id")
            c.field(&instanceID, "instance_id")
            c.field(&rackID, "rack_id")
            c.field(&memberEpoch, "member_epoch")
            c.field(&clientID, "client_id")
            c.field(&clientHost, "client_host")
            c.field(&subscribedTopicNames, "subscribed_topic_names")
            c.field(&subscribedTopicRegex, "subscribed_topic_regex")
            c.field(&assignment, "assignment")
            c.field(&targetAssignment, "target_assignment")
            c.field(&memberType, "member_type", 1..., default: -1, ignorable: true)
            c.tags()
        }
    }
}
