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
                guard takePermit() else { return }
                var effects = ProduceQueue.Effects()
                let request = queue.takeRequest(
                    for: broker, now: .now, throttled: brokers[broker]?.throttled, &effects)
                send(request, to: broker, connection)
                if effects.isAny { act(on: effects) }
            }
        }
    }

    private func mayLeave(_ broker: Int32, isEndOfTurn: Bool) -> Bool {
        let byteCount = queue.readyByteCount(broker)
        guard byteCount > 0 else { return false }
        let (inFlightCount, throttled) = brokers[broker].map { ($0.inFlightCount, $0.throttled) } ?? (0, nil)
        guard inFlightCount < configuration.inFlightPerBrokerMax,
            inFlightTotal < configuration.inFlightMax
        else { return false }
        if let throttled, throttled.upperBound > .now {
            schedule(at: throttled.upperBound)
            return false
        }
        if byteCount >= configuration.requestByteCountTarget { return true }
        guard isEndOfTurn else { return false }
        if inFlightCount == 0 { return true }
        let gathered = queue.readySince(broker) + configuration.gatherTime
        if gathered <= .now { return true }
        schedule(at: gathered)
        return false
    }

    /// Takes a permit under the limit that lanes share. False when the lane has to wait for one; `pump` is called then.
    private func takePermit() -> Bool {
        switch permits.take() {
        case .granted: return true
        case .isWaiting: return false
        case .mustWait:
            start { lane in await lane.permits.waitInLine { lane.pump(isEndOfTurn: true) } }
            return false
        }
    }

    private func send(_ request: ProduceQueue.Request, to broker: Int32, _ connection: BrokerConnection) {
        brokers[broker]!.didSend(now: .now)
        inFlightTotal += 1
        connection.produce(request, acks: configuration.acks) { [weak self] began, result in
            self?.assumeIsolated { $0.didAnswer(request, broker, began, result) }
        }
    }

    private func didAnswer(
        _ request: ProduceQueue.Request, _ broker: Int32, _ began: MonotonicInstant,
        _ result: Result<ProduceAnswer, KafkaClientError>
    ) {
        inFlightTotal -= 1
        // The time is taken before the permit is given back, so that another lane's request begins after this one's end.
        let times = AttemptTimes(broker: broker, began: began, ended: .now)
        brokers[broker]?.didEnd(now: times.ended)
        permits.give()
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
        pump(isEndOfTurn: false)
    }

    /// Takes over what an answer says besides its outcomes.
    private func take(
        _ answer: ProduceAnswer, of broker: Int32, now: MonotonicInstant, _ effects: inout ProduceQueue.Effects
    ) {
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
    }
}
