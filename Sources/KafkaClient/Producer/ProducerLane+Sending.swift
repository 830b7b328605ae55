import KafkaProtocol
import KafkaTransport

/// Whether a lane is sending at the moment.
enum Pumping {
    case no
    case yes
    /// It is, and something has changed since: it looks for ready batches once more.
    case again
}

extension ProducerLane {
    /// Sends what is ready. A request is sent when it is full, or at the end of the loop's turn when waiting would gain
    /// nothing.
    ///
    /// With acks 0 a request may end before `send` returns, and its completion calls this again. The outer call then does
    /// the work in its loop: otherwise a long queue would become a deep stack.
    func pump(isEndOfTurn: Bool) {
        if pumping != .no {
            pumping = .again
            return
        }
        repeat {
            pumping = .yes
            sendReady(isEndOfTurn: isEndOfTurn)
        } while pumping == .again
        pumping = .no
        if !isEndOfTurn { pumpAtEndOfTurn() }
    }

    private func pumpAtEndOfTurn() {
        if isPumpScheduled || queue.readyBrokers.isEmpty { return }
        isPumpScheduled = true
        loop.atEndOfTurn { [weak self] in
            self?.assumeIsolated {
                $0.isPumpScheduled = false
                $0.pump(isEndOfTurn: true)
            }
        }
    }

    private func sendReady(isEndOfTurn: Bool) {
        for broker in queue.readyBrokers {
            while mayLeave(broker, isEndOfTurn: isEndOfTurn) {
                guard let connection = readyConnection(broker) else { break }
                var effects = ProduceQueue.Effects()
                let link = brokers[broker]
                let request = queue.takeRequest(
                    for: broker, now: .now, throttled: link?.throttled,
                    target: (link?.flow.byteCount(atLeast: 0) ?? 0) / configuration.inFlightPerBrokerMax, &effects)
                send(request, to: broker, connection)
                if effects.isAny { act(on: effects) }
            }
        }
    }

    private func mayLeave(_ broker: Int32, isEndOfTurn: Bool) -> Bool {
        let byteCount = queue.readyByteCount(broker)
        guard byteCount > 0 else { return false }
        if let link = brokers[broker] {
            if !mayHaveMore(link) { return false }
            if let throttled = link.throttled, throttled.upperBound > .now {
                schedule(at: throttled.upperBound)
                return false
            }
            if byteCount >= configuration.requestByteCountTarget { return true }
            if isEndOfTurn, link.inFlightCount > 0, byteCount < byteCountAtOnce, !queue.hasBacklog(broker) {
                let departure = departure(link)
                if departure <= .now { return true }
                schedule(at: departure)
                return false
            }
        }
        return isEndOfTurn || byteCount >= configuration.requestByteCountTarget
    }

    private func send(_ request: ProduceQueue.Request, to broker: Int32, _ connection: BrokerConnection) {
        let isAlone = brokers[broker]!.inFlightCount == 0
        brokers[broker]!.didSend(request.byteCount, now: .now)
        inFlightTotal += 1
        connection.produce(request, acks: configuration.acks, transaction: transaction) { [weak self] began, result in
            self?.assumeIsolated { $0.didAnswer(request, broker, began, wasAlone: isAlone, result) }
        }
    }

    private func didAnswer(
        _ request: ProduceQueue.Request, _ broker: Int32, _ began: MonotonicInstant, wasAlone: Bool,
        _ result: Result<ProduceAnswer, KafkaClientError>
    ) {
        inFlightTotal -= 1
        var times = AttemptTimes(broker: broker, began: began, ended: .now)
        if case .success(let answer) = result { times.serviceTimeNs = answer.serviceTimeNs }
        brokers[broker]?.didEnd(request.byteCount, now: times.ended)
        // What was refused says nothing of the way to the replicas.
        if case .success(let answer) = result, brokers[broker] != nil, answer.isSuccess {
            noteFlow(of: broker, request.byteCount, times, wasAlone: wasAlone)
        }
        var effects = ProduceQueue.Effects()
        effects.deliveries.reserveCapacity(request.items.count)
        for (index, item) in request.items.enumerated() {
            let outcome: AttemptOutcome
            switch result {
            case .success(let answer): outcome = answer.outcomes[index]
            case .failure(let error): outcome = .unanswered(error)
            }
            queue.complete(item, outcome, times, chance: .random(in: -1...1), &effects)
        }
        if case .success(let answer) = result { take(answer, of: broker, now: times.ended, &effects) }
        act(on: effects)
        // A request that is full without them leaves first.
        if queue.readyByteCount(broker) < configuration.requestByteCountTarget { releaseHeld(for: broker) }
        pump(isEndOfTurn: false)
    }

    /// Takes over what an answer says besides its outcomes.
    private func take(
        _ answer: ProduceAnswer, of broker: Int32, now: MonotonicInstant, _ effects: inout ProduceQueue.Effects
    ) {
        if configuration.acks != .none { meter.throttleTime.add(answer.throttled.nanoseconds) }
        if answer.throttled > .zero {
            let before = brokers[broker]?.throttled
            // One pause that goes on, as a batch that waits sees it.
            let begin = before.map { $0.upperBound >= now ? $0.lowerBound : now } ?? now
            let end = max(before?.upperBound ?? now, now + answer.throttled)
            brokers[broker]?.throttled = begin..<end
            cluster.metadata.emit(.throttled(broker: broker, time: answer.throttled))
        }
        for topic in answer.doubted { cluster.metadata.doubt(topic) }
        if answer.hints.isEmpty { return }
        // Who is told the new leader need not ask for it.
        for topic in cluster.metadata.learn(answer.hints, endpoints: answer.endpoints) {
            effects.topicsToRefresh.remove(topic.name)
        }
        takeChanges()
        // Nor who was told before, by the answer to another request.
        for hint in answer.hints where hint.leader != broker && queue.leader(hint.topic, hint.partition) == hint.leader
        {
            effects.topicsToRefresh.remove(hint.topic)
        }
    }
}
