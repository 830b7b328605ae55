import KafkaProtocol

extension Session {
    /// Hands out a new id with epoch 0, as Kafka to every producer without a transactional id, also to one that has an id
    /// and would like to keep it.
    ///
    /// Source: `KafkaApis.handleInitProducerIdRequest` and `TransactionCoordinator.handleInitProducerId` of Kafka.
    func handleInitProducerID(
        _ request: InitProducerIDRequest, _ header: RequestHeader, _ plan: FaultPlan
    ) -> InitProducerIDResponse? {
        var response = InitProducerIDResponse()
        response.throttleTimeMs = throttleMs
        response.producerEpoch = -1
        if let code = plan.error() ?? plan.errorAfterStore() {
            response.errorCode = code
        } else if request.transactionalID != nil || (request.producerID < 0) != (request.producerEpoch < 0) {
            // There is no transaction coordinator here, and an id without an epoch is none, nor an epoch without an id.
            response.errorCode = .invalidRequest
        } else {
            response.producerID = cluster.makeProducerID()
            response.producerEpoch = 0
        }
        return response
    }
}

extension InitProducerIDRequest: TargetedRequest {
    func targets(_ cluster: Cluster) -> [FaultScript.Target] { [] }
}
