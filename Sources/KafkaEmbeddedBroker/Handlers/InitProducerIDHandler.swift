import KafkaProtocol

extension Session {
    /// Hands out a new id with epoch 0, as Kafka to every producer without a transactional id, also to one that has an id
    /// and would like to keep it. A producer with a transactional id gets the one that goes with it, in the next epoch.
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
        } else if (request.producerID < 0) != (request.producerEpoch < 0) {
            // An id without an epoch is none, nor an epoch without an id.
            response.errorCode = .invalidRequest
        } else if let id = request.transactionalID {
            do throws(TransactionRefusal) {
                try checkCoordinator(of: id)
                let known = request.producerID < 0 ? nil : (request.producerID, request.producerEpoch)
                (response.producerID, response.producerEpoch) = try cluster.initializeTransactions(
                    id, known: known, timeoutMs: request.transactionTimeoutMs)
            } catch {
                response.errorCode = error.code(since: 4, header)
            }
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
