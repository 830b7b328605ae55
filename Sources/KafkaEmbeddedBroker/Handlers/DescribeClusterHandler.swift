import KafkaProtocol

extension Session {
    /// Tells the brokers (KIP-700).
    func handleDescribeCluster(
        _ request: DescribeClusterRequest, _ header: RequestHeader, _ plan: FaultPlan
    ) -> DescribeClusterResponse? {
        var response = DescribeClusterResponse()
        response.throttleTimeMs = throttleMs
        response.endpointType = request.endpointType
        if let code = plan.error() ?? plan.errorAfterStore() {
            response.errorCode = code
            return response
        }
        // As a broker of Kafka's, which knows no endpoints of controllers.
        guard request.endpointType == 1 else {
            response.errorCode = .mismatchedEndpointType
            return response
        }
        response.clusterID = cluster.id
        response.controllerID = cluster.controllerID
        response.brokers = cluster.advertisedNodes.map { node in
            var broker = DescribeClusterResponse.Broker()
            broker.brokerID = node.nodeID
            broker.host = node.host
            broker.port = node.port
            return broker
        }
        return response
    }

    /// Partitions are moved at once here, so that none ever is being moved.
    func handleListPartitionReassignments(
        _ request: ListPartitionReassignmentsRequest, _ header: RequestHeader, _ plan: FaultPlan
    ) -> ListPartitionReassignmentsResponse? {
        var response = ListPartitionReassignmentsResponse()
        response.throttleTimeMs = throttleMs
        response.errorCode = plan.error() ?? plan.errorAfterStore() ?? .none
        return response
    }
}

extension DescribeClusterRequest: TargetedRequest {
    func targets(_ cluster: Cluster) -> [FaultScript.Target] { [] }
}

extension ListPartitionReassignmentsRequest: TargetedRequest {
    func targets(_ cluster: Cluster) -> [FaultScript.Target] { [] }
}
