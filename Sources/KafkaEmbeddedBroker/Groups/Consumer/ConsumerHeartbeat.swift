import KafkaProtocol

/// A heartbeat of a member of a consumer group, checked as far as that needs no group.
struct ConsumerHeartbeat: Sendable {
    let request: ConsumerGroupHeartbeatRequest
    let client: GroupClient
    /// The member's own, or one made for a member that has none.
    let memberID: String
    let owned: PartitionSet?
    let assignor: ServerAssignor?
    let pattern: TopicPattern?

    var isJoining: Bool { request.memberEpoch == 0 }

    /// Whether the member says all of itself, so that it wants to be told all.
    var isFull: Bool {
        isJoining
            || request.rebalanceTimeoutMs != -1 && request.topicPartitions != nil
                && (request.subscribedTopicNames != nil || request.subscribedTopicRegex != nil)
    }

    /// About the bytes that a group keeps of it.
    var byteCount: Int {
        (request.subscribedTopicNames ?? []).reduce(1024 + memberID.utf8.count + client.byteCount) {
            $0 + 64 + $1.utf8.count
        }
    }

    /// - Parameter newID: for a member of version 0 that has no id yet.
    /// - Throws: what is wrong with the request.
    ///
    /// Source: `GroupMetadataManager.throwIfConsumerGroupHeartbeatRequestIsInvalid` of Kafka 4.3.
    init(
        _ request: ConsumerGroupHeartbeatRequest, version: Int16, client: GroupClient, newID: String
    ) throws(GroupRefusal) {
        if let problem = Self.problem(request, version) { throw GroupRefusal(.invalidRequest, problem) }
        self.request = request
        self.client = client
        memberID = request.memberID.isEmpty ? newID : request.memberID
        owned = request.topicPartitions.map(PartitionSet.init)
        assignor = request.serverAssignor.flatMap(ServerAssignor.init(rawValue:))
        if let name = request.serverAssignor, assignor == nil {
            let known = ServerAssignor.allCases.map(\.rawValue).joined(separator: ", ")
            throw GroupRefusal(.unsupportedAssignor, "there is no assignor \"\(name)\"; there are \(known)")
        }
        // An empty one takes the former back.
        let regex = request.subscribedTopicRegex.flatMap { $0.isEmpty ? nil : $0 }
        pattern = regex.flatMap(TopicPattern.init)
        if let regex, pattern == nil {
            throw GroupRefusal(.invalidRegularExpression, "the regular expression \"\(regex)\" is not understood")
        }
    }

    private static func problem(_ request: ConsumerGroupHeartbeatRequest, _ version: Int16) -> String? {
        if request.groupID.isEmpty { return "the group's id is empty" }
        if request.memberID.isEmpty, version >= 1 || request.memberEpoch != 0 { return "the member's id is empty" }
        if request.instanceID?.isEmpty == true { return "the instance id is empty" }
        if request.rackID?.isEmpty == true { return "the rack's id is empty" }
        switch request.memberEpoch {
        case 0:
            if request.rebalanceTimeoutMs == -1 { return "a member that joins has to name its rebalance timeout" }
            if request.topicPartitions?.isEmpty != true { return "a member that joins can't own partitions" }
            if request.subscribedTopicNames == nil, request.subscribedTopicRegex == nil {
                return "a member that joins has to say what it reads"
            }
        case -2 where request.instanceID == nil: return "only a static member can leave to come back"
        case ..<(-2): return "the member's epoch is \(request.memberEpoch)"
        default: break
        }
        return nil
    }
}
