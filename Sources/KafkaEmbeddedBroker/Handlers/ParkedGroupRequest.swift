import KafkaProtocol

/// A JoinGroup or SyncGroup that waits for other members.
struct ParkedGroupRequest {
    let header: RequestHeader
    let plan: FaultPlan
    let waiter: GroupWaiterID
}
