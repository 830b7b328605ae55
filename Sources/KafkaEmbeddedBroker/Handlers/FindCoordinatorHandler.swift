import KafkaProtocol

extension Session {
    /// Names the node that was asked. There are no groups here, and the other requests of groups are not offered; but
    /// librdkafka compresses with LZ4 only for brokers that offer this one.
    func handleFindCoordinator(
        _ request: FindCoordinatorRequest, _ header: RequestHeader, _ plan: FaultPlan
    ) -> FindCoordinatorResponse? {
        var response = FindCoordinatorResponse()
        if let code = plan.error() ?? plan.errorAfterStore() {
            response.errorCode = code
            response.nodeID = -1
            response.port = -1
        } else {
            response.nodeID = node.id
            let endpoint = cluster.advertisedEndpoint(of: node)
            response.host = endpoint.host
            response.port = Int32(endpoint.port)
        }
        return response
    }
}

extension FindCoordinatorRequest: TargetedRequest {
    func targets(_ cluster: Cluster) -> [FaultScript.Target] { [] }
}
