import KafkaProtocol

extension Session {
    /// Names the node that was asked. There are no groups here, and what a group would ask next is not offered; but
    /// librdkafka compresses with LZ4 only for brokers that offer this.
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
            response.host = node.endpoint.host
            response.port = Int32(node.endpoint.port)
        }
        return response
    }
}

extension FindCoordinatorRequest: TargetedRequest {
    func targets(_ cluster: Cluster) -> [FaultScript.Target] { [] }
}
