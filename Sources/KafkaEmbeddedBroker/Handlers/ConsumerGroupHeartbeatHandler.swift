import KafkaProtocol

extension Session {
    /// Serves a member of a consumer group (KIP-848).
    func handleConsumerGroupHeartbeat(
        _ request: ConsumerGroupHeartbeatRequest, _ header: RequestHeader, _ plan: FaultPlan
    ) -> ConsumerGroupHeartbeatResponse? {
        var response = ConsumerGroupHeartbeatResponse()
        if let code = refusal(ofGroup: request.groupID, plan) {
            response.errorCode = code
            response.errorMessage = code.message
        } else {
            do throws(GroupRefusal) {
                let beat = try ConsumerHeartbeat(
                    request, version: header.apiVersion, client: groupClient(header),
                    newID: KafkaUUID.random().description)
                response = try serve(beat).get()
            } catch {
                response.errorCode = error.code
                response.errorMessage = error.message
            }
            if let code = plan.errorAfterStore() { response.errorCode = code }
        }
        response.throttleTimeMs = throttleMs
        return response
    }

    private func serve(_ beat: ConsumerHeartbeat) -> Result<ConsumerGroupHeartbeatResponse, GroupRefusal> {
        let topics = cluster.groupTopics
        let groups = cluster.groups
        return groups.update(beat.request.groupID, coordinator: node.id) { group, state, now in
            if group == nil, !beat.isJoining {
                return .failure(GroupRefusal(.groupIdNotFound, "there is no group \(beat.request.groupID)"))
            }
            // A member that stays makes its group larger when there are more topics.
            let mayGrow =
                beat.isJoining || beat.request.subscribedTopicNames != nil || beat.pattern != nil
                || group?.consumer?.isOutdated(by: topics) == true
            if mayGrow, !groups.hasRoom(for: beat.byteCount, &state) {
                return .failure(GroupRefusal(.policyViolation, "the groups take as much memory as they may"))
            }
            var found = group ?? Group()
            group = nil
            defer { group = found }
            do throws(GroupRefusal) {
                return .success(
                    try found.withConsumer(groups.settings) { consumer throws(GroupRefusal) in
                        try consumer.heartbeat(beat, topics, now: now)
                    })
            } catch {
                return .failure(error)
            }
        }
    }
}

extension ConsumerGroupHeartbeatRequest: TargetedRequest {
    func targets(_ cluster: Cluster) -> [FaultScript.Target] { [] }
}
