import KafkaProtocol

extension Session {
    /// Commits or aborts a transaction. When the answer leaves, all markers are written.
    func handleEndTxn(_ request: EndTxnRequest, _ header: RequestHeader, _ plan: FaultPlan) -> EndTxnResponse? {
        var response = EndTxnResponse()
        response.throttleTimeMs = throttleMs
        if let code = plan.error() {
            response.errorCode = code
            return response
        }
        do throws(TransactionRefusal) {
            try checkCoordinator(of: request.transactionalID)
            let next = try cluster.endTransaction(
                request.transactionalID, request.producerID, request.producerEpoch, commit: request.committed,
                bumps: header.apiVersion >= 5)
            if header.apiVersion >= 5 { (response.producerID, response.producerEpoch) = next }
        } catch {
            response.errorCode = error.code(since: 2, header)
        }
        if let code = plan.errorAfterStore() { response.errorCode = code }
        return response
    }

    /// Adds the offsets of a group to a transaction.
    func handleAddOffsetsToTxn(
        _ request: AddOffsetsToTxnRequest, _ header: RequestHeader, _ plan: FaultPlan
    ) -> AddOffsetsToTxnResponse? {
        var response = AddOffsetsToTxnResponse()
        response.throttleTimeMs = throttleMs
        if let code = plan.error() {
            response.errorCode = code
            return response
        }
        do throws(TransactionRefusal) {
            try checkCoordinator(of: request.transactionalID)
            try cluster.addToTransaction(
                request.transactionalID, request.producerID, request.producerEpoch, groups: [request.groupID])
        } catch {
            response.errorCode = error.code(since: 2, header)
        }
        if let code = plan.errorAfterStore() { response.errorCode = code }
        return response
    }
}

extension EndTxnRequest: TargetedRequest {
    func targets(_ cluster: Cluster) -> [FaultScript.Target] { [] }
}

extension AddOffsetsToTxnRequest: TargetedRequest {
    func targets(_ cluster: Cluster) -> [FaultScript.Target] { [] }
}
