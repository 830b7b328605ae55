import KafkaProtocol
import KafkaTransport

extension Session {
    /// The APIs of groups.
    static let groupAPIs: [(key: ApiKey, versions: ClosedRange<Int16>)] = [
        (.joinGroup, JoinGroupRequest.versions), (.syncGroup, SyncGroupRequest.versions),
        (.heartbeat, HeartbeatRequest.versions), (.leaveGroup, LeaveGroupRequest.versions),
        (.offsetCommit, OffsetCommitRequest.versions), (.offsetFetch, OffsetFetchRequest.versions),
        (.offsetDelete, OffsetDeleteRequest.versions), (.describeGroups, DescribeGroupsRequest.versions),
        (.listGroups, ListGroupsRequest.versions), (.deleteGroups, DeleteGroupsRequest.versions),
        (.consumerGroupHeartbeat, ConsumerGroupHeartbeatRequest.versions),
        (.consumerGroupDescribe, ConsumerGroupDescribeRequest.versions),
    ]

    /// Serves a request of groups.
    func handleGroups(_ header: RequestHeader, _ reader: WireReader) {
        switch header.apiKey {
        case .joinGroup: serve(JoinGroupRequest.self, header, reader, handleJoinGroup)
        case .syncGroup: serve(SyncGroupRequest.self, header, reader, handleSyncGroup)
        case .heartbeat: serve(HeartbeatRequest.self, header, reader, handleHeartbeat)
        case .leaveGroup: serve(LeaveGroupRequest.self, header, reader, handleLeaveGroup)
        case .offsetCommit: serve(OffsetCommitRequest.self, header, reader, handleOffsetCommit)
        case .offsetFetch: serve(OffsetFetchRequest.self, header, reader, handleOffsetFetch)
        case .offsetDelete: serve(OffsetDeleteRequest.self, header, reader, handleOffsetDelete)
        case .describeGroups: serve(DescribeGroupsRequest.self, header, reader, handleDescribeGroups)
        case .listGroups: serve(ListGroupsRequest.self, header, reader, handleListGroups)
        case .deleteGroups: serve(DeleteGroupsRequest.self, header, reader, handleDeleteGroups)
        case .consumerGroupHeartbeat:
            serve(ConsumerGroupHeartbeatRequest.self, header, reader, handleConsumerGroupHeartbeat)
        case .consumerGroupDescribe:
            serve(ConsumerGroupDescribeRequest.self, header, reader, handleConsumerGroupDescribe)
        default: if !handleShare(header, reader) { handleTransactions(header, reader) }
        }
    }

    /// Why a request for a group is not served here; nil when it is.
    func refusal(ofGroup id: String, _ plan: FaultPlan) -> KafkaErrorCode? {
        plan.error() ?? (cluster.coordinatorID(of: id) == node.id ? nil : .notCoordinator)
    }

    /// What descriptions of groups tell of the client.
    func groupClient(_ header: RequestHeader) -> GroupClient {
        GroupClient(id: header.clientID ?? "", host: "/\(cluster.configuration.host)")
    }

    // MARK: Waiting

    /// Takes the answer of a request that waits, on any thread, and goes on with it on the session's loop.
    var groupAnswers: @Sendable (GroupAnswer) -> Void {
        let loop = shard.loop
        return { [weak self] answer in
            guard let self else { return }
            Task(executorPreference: loop) { self.unpark(answer) }
        }
    }

    /// Lets the connection wait for the answer to a request.
    func park(_ header: RequestHeader, _ plan: FaultPlan, until waiter: GroupWaiterID) {
        parkedGroupRequest = ParkedGroupRequest(header: header, plan: plan, waiter: waiter)
        wait()
    }

    private func unpark(_ found: GroupAnswer) {
        guard let parked = parkedGroupRequest, parked.waiter == found.waiter else { return }
        parkedGroupRequest = nil
        let plan = parked.plan
        throttleMs = plan.throttleMs
        switch found.content {
        case .join(let response): answer(finished(response, plan), to: parked.header)
        case .sync(let response): answer(finished(response, plan), to: parked.header)
        }
        throttleMs = 0
        if plan.disconnect == .afterStore { return hangUp() }
        let now = MonotonicInstant.now
        let held = HeldAnswer(
            node: node.id, apiKey: parked.header.apiKey, recordCount: 0, arrived: now, left: now, answered: now)
        if plan.holdsAnswer, !plan.isHeldOnWire {
            return holdAnswer(held, for: plan.isStalled ? nil : plan.delay, throttleMs: plan.throttleMs)
        }
        if plan.isHeldOnWire { sendLater(held, after: plan.delay) }
        resume(throttleMs: plan.throttleMs)
    }
}
