import KafkaProtocol
import KafkaTransport

extension ProducerLane {
    /// Asks any broker for a producer id, unless it is on its way. Batches wait for it.
    ///
    /// Source: InitProducerId, API key 22, versions 0 to 5.
    func askForIdentity() {
        if isAskingForIdentity || isClosed { return }
        isAskingForIdentity = true
        start { lane in
            // Until a broker gives one out. What waits too long fails meanwhile, and tells the last reason.
            while !lane.isClosed, !Task.isCancelled {
                do {
                    let identity = try await lane.cluster.makeProducerIdentity()
                    return lane.take(identity)
                } catch let error as KafkaClientError where error.isRetriable {
                    lane.queue.identityFailure = error
                } catch {
                    return lane.failForIdentity(error)
                }
            }
            lane.isAskingForIdentity = false
        }
    }

    private func take(_ identity: ProducerIdentity) {
        isAskingForIdentity = false
        if isClosed { return }
        cluster.metadata.emit(.identified(producerID: identity.id))
        var effects = ProduceQueue.Effects()
        queue.setIdentity(identity, now: .now, &effects)
        act(on: effects)
        pump(isEndOfTurn: true)
    }

    /// Fails what waits: no broker will ever give out an id. Batches that come later have it asked for again.
    private func failForIdentity(_ error: any Error) {
        isAskingForIdentity = false
        guard !isClosed, let error = error as? KafkaClientError else { return }
        var effects = ProduceQueue.Effects()
        queue.failWaiting(error, now: .now, &effects)
        act(on: effects)
    }
}

extension Cluster {
    /// A producer id that no other producer has, with epoch 0.
    ///
    /// - Throws: `KafkaClientError`: why no broker gives one out within the request timeout; one that is not retriable when
    ///   none ever will.
    func makeProducerIdentity() async throws -> ProducerIdentity {
        try await retrying { isTimeOver in
            let answer = try await ask(InitProducerIDRequest(transactionalID: nil, transactionTimeoutMs: 0), .any)
            let code = answer.errorCode
            if code == .none {
                guard answer.producerID >= 0, answer.producerEpoch >= 0 else {
                    throw KafkaClientError(
                        .protocolViolation,
                        "a broker gave out producer id \(answer.producerID) with epoch \(answer.producerEpoch)")
                }
                return .done(ProducerIdentity(id: answer.producerID, epoch: answer.producerEpoch))
            }
            let error = KafkaClientError(
                code, "no producer id for idempotent producing (turn it off, or have the broker allow it)",
                needs: .idempotentWrite, of: metadata.user)
            // Kafka's coordinator may still be loading, or out of ids for the moment.
            let isWorthIt = code.isRetriable || code == .coordinatorLoadInProgress || code == .coordinatorNotAvailable
            if !isWorthIt || isTimeOver() { throw error }
            return .again(error)
        }
    }
}
