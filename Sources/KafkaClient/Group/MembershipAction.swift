import KafkaProtocol
import KafkaTransport

/// What a member of a group wants done.
enum MembershipAction: Sendable {
    /// Ask who coordinates the group. Ends with `foundCoordinator` or `noCoordinator`.
    case findCoordinator
    /// Send this to the coordinator. Ends with `answered` or `unanswered` of this number.
    ///
    /// - Parameter timeout: how long the answer may take; nil for what requests have otherwise.
    case send(GroupRequest, number: Int, timeout: Duration?)
    /// Ask brokers for these topics, by name and by id. Ends with `topics`.
    case learn(topics: Set<String>, ids: Set<KafkaUUID>)

    /// Read no more of these partitions, let the user commit, then tell `revoked` of this number. Never empty.
    case revoke(Set<TopicPartition>, number: Int)
    /// These partitions are new to the user, maybe none; it has `all` now.
    case assign(Set<TopicPartition>, all: Set<TopicPartition>)
    /// These partitions are somebody else's, or may be at any moment: read no more of them, and commit nothing. Those that are being
    /// revoked may be among them: that revocation is over. Never empty.
    case lose(Set<TopicPartition>, KafkaClientError)

    /// Tell `time` at this moment; replaces the one before.
    case wake(at: MonotonicInstant)
    /// Something that the user may want to know. The member goes on.
    case warn(KafkaClientError)
    /// The member has left the group.
    case left
    /// The member is out of the group for good; a fenced one, too (`brokerError` says so).
    case fail(KafkaClientError)
}

/// What a member sends to its coordinator.
enum GroupRequest: Sendable, Equatable {
    case joinGroup(JoinGroupRequest)
    case syncGroup(SyncGroupRequest)
    case heartbeat(HeartbeatRequest)
    /// Written for version 3 and later; see `fitted(to:)`.
    case leaveGroup(LeaveGroupRequest)
    case consumerHeartbeat(ConsumerGroupHeartbeatRequest)
    case shareHeartbeat(ShareGroupHeartbeatRequest)
}

/// What the coordinator answers.
enum GroupAnswer: Sendable, Equatable {
    case joinGroup(JoinGroupResponse)
    case syncGroup(SyncGroupResponse)
    case heartbeat(HeartbeatResponse)
    case leaveGroup(LeaveGroupResponse)
    case consumerHeartbeat(ConsumerGroupHeartbeatResponse)
    case shareHeartbeat(ShareGroupHeartbeatResponse)
}

extension LeaveGroupRequest {
    /// The same request as a version has it: up to version 2 a member is named outside the list.
    func fitted(to version: Int16) -> LeaveGroupRequest {
        guard version < 3 else { return self }
        var request = self
        request.memberID = members.first?.memberID ?? ""
        request.members = []
        return request
    }
}
