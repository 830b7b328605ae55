import KafkaProtocol

extension Session {
    /// Names the node that was asked. There are no groups here, and the other requests of groups are not offered; but
    /// librdkafka compresses with LZ4 only for brokers that offer this one.
    func handleFindCoordinator(
        _ request: FindCoordinatorRequest, _ header: RequestHeader, _ plan: FaultPlan
    ) -> FindCoordinatorResponse? {
        var response = FindCoordinatorResponse()
        response.throttleTimeMs = throttleMs
        let code = plan.error() ?? plan.errorAfterStore()
        if header.apiVersion >= 4 {
            response.coordinators = request.coordinatorKeys.map { coordinator(of: $0, code) }
        } else {
            let coordinator = coordinator(of: request.key, code)
            response.errorCode = coordinator.errorCode
            response.errorMessage = coordinator.errorMessage
            response.nodeID = coordinator.nodeID
            response.host = coordinator.host
            response.port = coordinator.port
        }
        return response
    }

    private func coordinator(of key: String, _ code: KafkaErrorCode?) -> FindCoordinatorResponse.Coordinator {
        var coordinator = FindCoordinatorResponse.Coordinator(key: key)
        if let code {
            coordinator.errorCode = code
            coordinator.errorMessage = code.message
            coordinator.nodeID = -1
            coordinator.port = -1
        } else {
            let endpoint = cluster.advertisedEndpoint(of: node)
            coordinator.nodeID = node.id
            coordinator.host = endpoint.host
            coordinator.port = Int32(endpoint.port)
        }
        return coordinator
    }
}

extension FindCoordinatorRequest: TargetedRequest {
    func targets(_ cluster: Cluster) -> [FaultScript.Target] { [] }
}
