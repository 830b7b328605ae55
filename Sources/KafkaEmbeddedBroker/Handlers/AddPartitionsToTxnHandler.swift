import KafkaProtocol

extension Session {
    /// Adds partitions to a transaction: all of a transaction, or none.
    ///
    /// From version 4 on brokers ask this of each other, for several transactions.
    func handleAddPartitionsToTxn(
        _ request: AddPartitionsToTxnRequest, _ header: RequestHeader, _ plan: FaultPlan
    ) -> AddPartitionsToTxnResponse? {
        var response = AddPartitionsToTxnResponse()
        response.throttleTimeMs = throttleMs
        if header.apiVersion >= 4 {
            response.transactions = request.transactions.map { transaction in
                var answer = AddPartitionsToTxnResponse.Transaction()
                answer.transactionalID = transaction.transactionalID
                answer.topics = add(transaction, header, plan)
                return answer
            }
        } else {
            var transaction = AddPartitionsToTxnRequest.Transaction()
            transaction.transactionalID = request.transactionalID
            transaction.producerID = request.producerID
            transaction.producerEpoch = request.producerEpoch
            transaction.topics = request.topics
            response.topics = add(transaction, header, plan)
        }
        return response
    }

    private func add(
        _ transaction: AddPartitionsToTxnRequest.Transaction, _ header: RequestHeader, _ plan: FaultPlan
    ) -> [AddPartitionsToTxnResponse.Topic] {
        let topics = transaction.topics.map { cluster.topic(named: $0.name) }
        var partitions: [TransactionPartition] = []
        var isWhole = true
        for (asked, topic) in zip(transaction.topics, topics) {
            for index in asked.partitions {
                guard let topic, topic.partition(index) != nil else {
                    isWhole = false
                    continue
                }
                partitions.append(TransactionPartition(topic: topic.name, topicID: topic.id, index: index))
            }
        }
        var code = plan.error() ?? KafkaErrorCode.none
        if code == .none, isWhole {
            do throws(TransactionRefusal) {
                try checkCoordinator(of: transaction.transactionalID)
                try cluster.addToTransaction(
                    transaction.transactionalID, transaction.producerID, transaction.producerEpoch,
                    partitions: partitions, verifiesOnly: transaction.verifyOnly)
            } catch {
                code = error.code(since: 2, header)
            }
        }
        return zip(transaction.topics, topics).map { asked, topic in
            var answer = AddPartitionsToTxnResponse.Topic()
            answer.name = asked.name
            answer.partitions = asked.partitions.map { index in
                var result = AddPartitionsToTxnResponse.Partition()
                result.index = index
                let own =
                    plan.error(topic: asked.name, partition: index)
                    ?? plan.errorAfterStore(topic: asked.name, partition: index)
                let known = topic?.partition(index) != nil
                result.errorCode =
                    code != .none
                    ? code : !known ? .unknownTopicOrPartition : isWhole ? own ?? .none : .operationNotAttempted
                return result
            }
            return answer
        }
    }
}

extension AddPartitionsToTxnRequest: TargetedRequest {
    func targets(_ cluster: Cluster) -> [FaultScript.Target] {
        (topics + transactions.flatMap(\.topics)).flatMap { topic in
            topic.partitions.map { FaultScript.Target(topic: topic.name, partition: $0) }
        }
    }
}
