import KafkaProtocol

extension Session {
    /// Lists the groups that this broker coordinates.
    func handleListGroups(
        _ request: ListGroupsRequest, _ header: RequestHeader, _ plan: FaultPlan
    ) -> ListGroupsResponse? {
        var response = ListGroupsResponse()
        response.throttleTimeMs = throttleMs
        if let code = plan.error() ?? plan.errorAfterStore() {
            response.errorCode = code
            return response
        }
        let states = Set(request.statesFilter.map { $0.lowercased() })
        let types = Set(request.typesFilter.map { $0.lowercased() })
        cluster.groups.forEach { id, group in
            var listed = ListGroupsResponse.Group()
            listed.groupID = id
            listed.groupState = group.stateName
            listed.groupType = group.share != nil ? "share" : group.consumer == nil ? "classic" : "consumer"
            listed.protocolType =
                group.share != nil ? "share" : group.consumer == nil ? group.classic?.protocolType ?? "" : "consumer"
            guard states.isEmpty || states.contains(listed.groupState.lowercased()),
                types.isEmpty || types.contains(listed.groupType), self.cluster.coordinatorID(of: id) == self.node.id
            else { return }
            response.groups.append(listed)
        }
        response.groups.sort { $0.groupID < $1.groupID }
        return response
    }
}

extension ListGroupsRequest: TargetedRequest {
    func targets(_ cluster: Cluster) -> [FaultScript.Target] { [] }
}
