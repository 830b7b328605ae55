import KafkaProtocol

extension Session {
    /// Names the node that coordinates a group or a transactional id.
    func handleFindCoordinator(
        _ request: FindCoordinatorRequest, _ header: RequestHeader, _ plan: FaultPlan
    ) -> FindCoordinatorResponse? {
        var response = FindCoordinatorResponse()
        response.throttleTimeMs = throttleMs
        let code = plan.error() ?? plan.errorAfterStore()
        if header.apiVersion >= 4 {
            response.coordinators = request.coordinatorKeys.map { coordinator(of: $0, request.keyType, code) }
        } else {
            let coordinator = coordinator(of: request.key, request.keyType, code)
            response.errorCode = coordinator.errorCode
            response.errorMessage = coordinator.errorMessage
            response.nodeID = coordinator.nodeID
            response.host = coordinator.host
            response.port = coordinator.port
        }
        return response
    }

    private func coordinator(
        of key: String, _ keyType: Int8, _ code: KafkaErrorCode?
    ) -> FindCoordinatorResponse.Coordinator {
        var coordinator = FindCoordinatorResponse.Coordinator(key: key)
        let found = cluster.coordinator(of: key)
        let isKnown = keyType == 0 || keyType == 1
        if let code = code ?? (!isKnown ? .invalidRequest : found == nil ? .coordinatorNotAvailable : nil) {
            coordinator.errorCode = code
            coordinator.errorMessage = code.message
            coordinator.nodeID = -1
            coordinator.port = -1
        } else if let found {
            let endpoint = cluster.advertisedEndpoint(of: found)
            coordinator.nodeID = found.id
            coordinator.host = endpoint.host
            coordinator.port = Int32(endpoint.port)
        }
        return coordinator
    }
}

extension FindCoordinatorRequest: TargetedRequest {
    func targets(_ cluster: Cluster) -> [FaultScript.Target] { [] }
}
