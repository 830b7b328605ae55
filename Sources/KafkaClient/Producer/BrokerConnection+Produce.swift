import KafkaProtocol
import KafkaTransport

extension BrokerConnection {
    /// Sends a produce request whose batches are spliced in where they lie.
    ///
    /// - Parameter completion: called once, on the loop: when the request was written, and an outcome for each item in
    ///   order, or why there is no answer.
    ///
    /// Source: Produce, API key 0, versions 3 to 13.
    func produce(
        _ request: ProduceQueue.Request, acks: Acks, timeout: Duration,
        completion: @escaping (_ beginNs: Int64, Result<[AttemptOutcome], KafkaClientError>) -> Void
    ) {
        let pending = PendingRequest()
        let version: Int16
        do {
            // Version 13 knows topics by id only; a broker that told none gets names.
            let knowsIDs = request.items.allSatisfy { $0.topicID != .zero }
            version = try versions.newest(ProduceRequest.self, atMost: knowsIDs ? .max : 12, of: endpoint.description)
            pending.correlationID = takeCorrelationID()
            try RequestFrame.encode(
                ProduceRequest(
                    acks: acks.rawValue, timeoutMs: Int32(clamping: timeout.nanoseconds / 1_000_000),
                    topics: request.topics),
                version: version, correlationID: pending.correlationID, clientID: configuration.clientID,
                into: &pending.writer)
        } catch {
            let reason = error as? KafkaClientError
            completion(
                MonotonicClock.nowNs(),
                .failure(
                    reason
                        ?? KafkaClientError(.protocolViolation, "a produce request can't be encoded", underlying: error)
                ))
            return
        }
        pending.batches = request.items.map(\.pending.batch)
        pending.apiKey = .produce
        pending.deadlineNs = MonotonicClock.ns(after: timeout)
        pending.completion = { [unowned pending, endpoint] result in
            let outcomes = result.flatMap { frame in
                acks == .none
                    ? .success(request.items.map { _ in .acknowledged(baseOffset: -1, logAppendTimeMs: -1) })
                    : ProduceAnswer.outcomes(of: request, in: frame, version: version, broker: endpoint)
            }
            completion(pending.writtenNs, outcomes)
        }
        transmit(pending, expectsAnswer: acks != .none)
    }
}

extension ProduceQueue.Request {
    /// The items by topic, each topic once. Items of one topic stand together: `takeRequest` may mix, this sorts out.
    fileprivate var topics: [ProduceRequest.Topic] {
        var topics: [ProduceRequest.Topic] = []
        for item in items {
            let partition = ProduceRequest.Partition(
                index: item.pending.partition, records: .external(byteCount: item.pending.batch.byteCount))
            if topics.last?.name != item.topic.name {
                precondition(
                    !topics.contains { $0.name == item.topic.name }, "a request's items are not in order of topic")
                topics.append(ProduceRequest.Topic(name: item.topic.name, topicID: item.topicID, partitions: []))
                topics[topics.count - 1].partitions.reserveCapacity(items.count)
            }
            topics[topics.count - 1].partitions.append(partition)
        }
        return topics
    }
}

/// Reads the answer to a produce request.
enum ProduceAnswer {
    static func outcomes(
        of request: ProduceQueue.Request, in frame: UnsafeRawBufferPointer, version: Int16, broker: Endpoint
    ) -> Result<[AttemptOutcome], KafkaClientError> {
        let response: ProduceResponse
        do throws(WireError) {
            var reader = WireReader(frame)
            response = try ResponseFrame.decode(ProduceResponse.self, version: version, from: &reader).response
        } catch {
            return .failure(.undecodable(.produce, from: broker, error))
        }
        // Brokers answer in the order of the request: the common case is one walk over both.
        var outcomes: [AttemptOutcome] = []
        outcomes.reserveCapacity(request.items.count)
        var answers = response.topics.makeIterator()
        var topic = answers.next()
        var index = 0
        for item in request.items {
            if let current = topic, index == current.partitions.count {
                topic = answers.next()
                index = 0
            }
            if let current = topic, matches(current, item), index < current.partitions.count,
                current.partitions[index].index == item.pending.partition
            {
                outcomes.append(outcome(current.partitions[index]))
                index += 1
            } else {
                outcomes.append(search(response, item, broker))
            }
        }
        return .success(outcomes)
    }

    private static func matches(_ topic: ProduceResponse.Topic, _ item: ProduceQueue.Item) -> Bool {
        topic.topicID == .zero ? topic.name == item.topic.name : topic.topicID == item.topicID
    }

    private static func search(_ response: ProduceResponse, _ item: ProduceQueue.Item, _ broker: Endpoint)
        -> AttemptOutcome
    {
        for topic in response.topics where matches(topic, item) {
            for partition in topic.partitions where partition.index == item.pending.partition {
                return outcome(partition)
            }
        }
        return .unanswered(
            KafkaClientError(
                .protocolViolation,
                "broker \(broker) did not answer for partition \(item.pending.partition) of topic '\(item.topic.name)'")
        )
    }

    private static func outcome(_ partition: ProduceResponse.Partition) -> AttemptOutcome {
        if partition.errorCode == .none || partition.errorCode == .duplicateSequenceNumber {
            return .acknowledged(baseOffset: partition.baseOffset, logAppendTimeMs: partition.logAppendTimeMs)
        }
        return .refused(partition.errorCode, partition.errorMessage ?? partition.recordErrors.first?.message)
    }
}
