import KafkaProtocol
import KafkaTransport

extension Session {
    /// Tells of transactional ids that this node coordinates.
    func handleDescribeTransactions(
        _ request: DescribeTransactionsRequest, _ header: RequestHeader, _ plan: FaultPlan
    ) -> DescribeTransactionsResponse? {
        var response = DescribeTransactionsResponse()
        response.throttleTimeMs = throttleMs
        let known = cluster.transactions.all
        response.transactions = request.transactionalIDs.map { id in
            var answer = DescribeTransactionsResponse.Transaction()
            answer.transactionalID = id
            let isHere = cluster.coordinatorID(of: id) == node.id
            if let code = plan.error() ?? plan.errorAfterStore() ?? (isHere ? nil : .notCoordinator) {
                answer.errorCode = code
            } else if let producer = known[id] {
                answer.describe(producer)
            } else {
                answer.errorCode = .transactionalIdNotFound
            }
            return answer
        }
        return response
    }

    /// Lists the transactional ids that this node coordinates.
    ///
    /// A pattern is not matched here: a request that has one is refused as one that can't be read.
    func handleListTransactions(
        _ request: ListTransactionsRequest, _ header: RequestHeader, _ plan: FaultPlan
    ) -> ListTransactionsResponse? {
        var response = ListTransactionsResponse()
        response.throttleTimeMs = throttleMs
        if let code = plan.error() ?? plan.errorAfterStore() {
            response.errorCode = code
            return response
        }
        if request.transactionalIDPattern?.isEmpty == false {
            response.errorCode = .invalidRegularExpression
            return response
        }
        let names = Set(TransactionalProducer.State.allCases.map(\.rawValue))
        response.unknownStateFilters = request.stateFilters.filter {
            !names.contains($0) && !Self.passingStates.contains($0)
        }
        let now = WallTime.now.millisecondsSince1970
        for (id, producer) in cluster.transactions.all.sorted(by: { $0.key < $1.key }) {
            let lasted = producer.beganMs < 0 ? 0 : now - producer.beganMs
            guard cluster.coordinatorID(of: id) == node.id,
                request.stateFilters.isEmpty || request.stateFilters.contains(producer.state.rawValue),
                request.producerIDFilters.isEmpty || request.producerIDFilters.contains(producer.producerID),
                request.durationFilter < 0 || producer.beganMs >= 0 && lasted >= request.durationFilter
            else { continue }
            var listed = ListTransactionsResponse.Transaction()
            listed.transactionalID = id
            listed.producerID = producer.producerID
            listed.transactionState = producer.state.rawValue
            response.transactions.append(listed)
        }
        return response
    }

    /// States that Kafka knows, and that transactions here are never found in.
    private static let passingStates: Set<String> = ["PrepareCommit", "PrepareAbort", "PrepareEpochFence", "Dead"]

    /// Tells which producers partitions know.
    func handleDescribeProducers(
        _ request: DescribeProducersRequest, _ header: RequestHeader, _ plan: FaultPlan
    ) -> DescribeProducersResponse? {
        var response = DescribeProducersResponse()
        response.throttleTimeMs = throttleMs
        response.topics = request.topics.map { asked in
            let topic = cluster.topic(named: asked.name)
            var answer = DescribeProducersResponse.Topic()
            answer.name = asked.name
            answer.partitions = asked.partitionIndexes.map { index in
                var result = DescribeProducersResponse.Partition()
                result.index = index
                let log = topic?.partition(index)
                let code =
                    plan.error(topic: asked.name, partition: index)
                    ?? plan.errorAfterStore(topic: asked.name, partition: index)
                    ?? (log.map { $0.refusal(node: node.id, epoch: -1) } ?? .unknownTopicOrPartition)
                if let code { result.errorCode = code } else if let log { result.activeProducers = log.activeProducers }
                return result
            }
            return answer
        }
        return response
    }
}

extension PartitionLog {
    fileprivate var activeProducers: [DescribeProducersResponse.ActiveProducer] {
        state.withLock { state in
            state.producers.described.sorted { $0.id < $1.id }.map { known in
                var producer = DescribeProducersResponse.ActiveProducer()
                producer.producerID = known.id
                producer.producerEpoch = Int32(known.epoch)
                producer.lastSequence = known.lastSequence
                producer.lastTimestamp = known.lastTimestampMs
                producer.coordinatorEpoch = -1
                producer.currentTxnStartOffset = state.transactions.firstOffset(of: known.id) ?? -1
                return producer
            }
        }
    }
}

extension DescribeTransactionsResponse.Transaction {
    fileprivate mutating func describe(_ producer: TransactionalProducer) {
        transactionState = producer.state.rawValue
        transactionTimeoutMs = producer.timeoutMs
        transactionStartTimeMs = producer.beganMs
        producerID = producer.producerID
        producerEpoch = producer.epoch
        topics = Dictionary(grouping: producer.partitions, by: \.topic).sorted { $0.key < $1.key }.map {
            name, partitions in
            var topic = DescribeTransactionsResponse.Topic()
            topic.name = name
            topic.partitions = partitions.map(\.index).sorted()
            return topic
        }
    }
}

extension DescribeTransactionsRequest: TargetedRequest {
    func targets(_ cluster: Cluster) -> [FaultScript.Target] { [] }
}

extension ListTransactionsRequest: TargetedRequest {
    func targets(_ cluster: Cluster) -> [FaultScript.Target] { [] }
}

extension DescribeProducersRequest: TargetedRequest {
    func targets(_ cluster: Cluster) -> [FaultScript.Target] {
        topics.flatMap { topic in
            topic.partitionIndexes.map { FaultScript.Target(topic: topic.name, partition: $0) }
        }
    }
}
