import KafkaProtocol
import KafkaTransport

extension BrokerConnection {
    /// Sends a produce request. Its batches go to the system from the memory that they lie in, without a copy.
    ///
    /// - Parameters:
    ///   - transaction: the transaction that the batches belong to; nil for none.
    ///   - completion: called once, on the loop. It gets the moment at which the request was written, and either the
    ///     answer or the reason why there is none.
    ///
    /// Source: Produce, API key 0, versions 3 to 13.
    func produce(
        _ request: ProduceQueue.Request, acks: Acks, transaction: LaneTransaction? = nil,
        completion: @escaping (_ began: MonotonicInstant, Result<ProduceAnswer, KafkaClientError>) -> Void
    ) {
        let pending = PendingRequest()
        let version: Int16
        do {
            version = try encode(request, acks: acks, transaction, into: pending)
        } catch {
            let reason =
                error as? KafkaClientError
                ?? KafkaClientError(.protocolViolation, "a produce request can't be encoded", underlying: error)
            return completion(.now, .failure(reason))
        }
        stamp(request, in: pending)
        pending.apiKey = .produce
        pending.deadline = .now + configuration.requestTimeout
        pending.completion = { [unowned pending, endpoint] result in
            let answer: Result<ProduceAnswer, KafkaClientError> = result.flatMap { frame in
                acks == .none
                    ? .success(ProduceAnswer(assuming: request))
                    : .decoding(.produce, from: endpoint) { () throws(WireError) in
                        try ProduceAnswer(to: request, in: frame, version: version, broker: endpoint)
                    }
            }
            completion(pending.written, answer)
        }
        transmit(pending, expectsAnswer: acks != .none)
    }

    /// Writes the headers of the batches, in the order in which the request has them.
    private func stamp(_ request: ProduceQueue.Request, in pending: PendingRequest) {
        pending.batches = request.items.map(\.batch)
        for (index, item) in request.items.enumerated() {
            pending.writer.withRoom(beforeSplice: index, byteCount: RecordBatchHeader.byteCount) {
                item.batch.writeHeader(item.stamp, to: $0)
            }
        }
    }

    /// - Returns: the version that was used.
    private func encode(
        _ request: ProduceQueue.Request, acks: Acks, _ transaction: LaneTransaction?, into pending: PendingRequest
    ) throws -> Int16 {
        // Version 13 names topics by id only. A broker that gave no id for a topic gets names, in an older version.
        let hasIDs = request.items.allSatisfy { $0.topicID != .zero }
        let limit: Int16 = hasIDs ? .max : 12
        let version = try versions.newest(
            ProduceRequest.self, atMost: min(limit, transaction?.produceVersionMax ?? .max), of: endpoint)
        pending.correlationID = takeCorrelationID()
        try RequestFrame.encode(
            ProduceRequest(
                transactionalID: transaction?.id, acks: acks.rawValue,
                timeoutMs: configuration.brokerTimeout.milliseconds, topics: request.topics),
            version: version, correlationID: pending.correlationID, clientID: configuration.clientID,
            into: &pending.writer)
        return version
    }
}

extension ProduceQueue.Request {
    /// The items by topic, each topic once.
    fileprivate var topics: [ProduceRequest.Topic] {
        var topics: [ProduceRequest.Topic] = []
        for item in items {
            let partition = ProduceRequest.Partition(
                index: item.partition,
                records: .headed(byteCount: item.batch.byteCount, own: RecordBatchHeader.byteCount))
            if topics.last?.name != item.topic {
                precondition(
                    !topics.contains { $0.name == item.topic }, "a request's items are not in order of topic")
                topics.append(ProduceRequest.Topic(name: item.topic, topicID: item.topicID, partitions: []))
                topics[topics.count - 1].partitions.reserveCapacity(items.count)
            }
            topics[topics.count - 1].partitions.append(partition)
        }
        return topics
    }
}
