import KafkaProtocol

extension Session {
    /// Hands out a new id with epoch 0, as Kafka to every producer without a transactional id.
    func handleInitProducerID(
        _ request: InitProducerIDRequest, _ header: RequestHeader, _ plan: FaultPlan
    ) -> InitProducerIDResponse? {
        var response = InitProducerIDResponse()
        response.throttleTimeMs = throttleMs
        if let code = plan.error() ?? plan.errorAfterStore() {
            response.errorCode = code
        } else if request.transactionalID != nil {
            // There is no transaction coordinator here.
            response.errorCode = .invalidRequest
        } else {
            response.producerID = cluster.makeProducerID()
        }
        return response
    }
}

extension InitProducerIDRequest: TargetedRequest {
    func targets(_ cluster: Cluster) -> [FaultScript.Target] { [] }
}
