import KafkaProtocol
import KafkaQueues
import KafkaTransport

extension Producer {
    /// Starts the task that lingers for a destination. A destination has one such task at a time, for all its chunks: it
    /// hands each over after the linger time at the latest.
    func linger(for destination: GatheredRecords.Destination) {
        let linger = configuration.builder.linger
        let task = Task(executorPreference: lanes[0].loop) { [self] in
            while true {
                switch gathered.withLock({ $0.linger(for: destination, linger, now: .now) }) {
                case .wait(let duration):
                    do { try await Task.sleep(for: duration) } catch { return }
                case .handOver(let handover): _ = await handOver(handover).result
                case .end: return
                }
            }
        }
        gathered.withLock { $0.keep(task, for: destination) }
    }

    /// Hands over all records that were taken before the call, and returns when the builder has them.
    func handOverAll() async throws {
        let (handovers, last) = gathered.withLock { ($0.handOverAll(), $0.turns.drawTicket()) }
        let tasks = handovers.map { handOver($0) }
        await waitForTurn(last)
        endTurn(byteCount: 0)
        for task in tasks { try await task.value }
    }

    /// Refuses records from now on, and hands over those that are here: the builder takes them, or refuses them once it is
    /// finished.
    ///
    /// - Returns: a task that ends when all handovers have ended. One that waits for memory ends once the builder is finished.
    func closeGathered() -> Task<Void, Never> {
        let closing = gathered.withLock { $0.close() }
        for task in closing.lingering { task.cancel() }
        for waiter in closing.refused { waiter.resume(.failure(GatheredRecords.closedError)) }
        for handover in closing.handovers { handOver(handover) }
        return Task(executorPreference: lanes[0].loop) { [self] in
            for task in closing.lingering { await task.value }
            try? await handOverAll()
        }
    }

    /// Hands a chunk to the builder when its turn comes. This runs in a task of its own, which is never cancelled, because
    /// the chunk holds records of many callers.
    @discardableResult
    func handOver(_ handover: GatheredRecords.Handover) -> Task<Void, any Error> {
        Task(executorPreference: lanes[0].loop) { [self] in
            await waitForTurn(handover.ticket)
            defer { endTurn(byteCount: handover.byteCount) }
            let destination = handover.destination
            do {
                try await builder.append(handover.chunk, to: destination.topic, partition: destination.partition)
            } catch {
                let reason =
                    error as? KafkaClientError
                    ?? KafkaClientError(.closed, "records could not be handed to the builder", underlying: error)
                if !handover.isAlone { deliveries.fail(handover.chunk.count - reason.takenRecordCount, reason) }
                throw reason
            }
        }
    }

    private func waitForTurn(_ ticket: Int) async {
        await withCheckedContinuation { continuation in
            if gathered.withLock({ $0.turns.isTurn(ticket, continuation) }) { continuation.resume() }
        }
    }

    /// Ends the current turn, and gives back the bytes of its chunk.
    private func endTurn(byteCount: Int) {
        let next = gathered.withLock { gathered in
            gathered.room.endHandover(byteCount)
            return gathered.turns.end()
        }
        next?.resume()
        settleRoom()
    }

    /// Admits the waiting appenders that fit now. Hands gathered records over before their linger time where that makes
    /// room.
    func settleRoom() {
        while true {
            let (admitted, handovers) = gathered.withLock { gathered in
                let admitted = gathered.room.admit()
                return (admitted, gathered.room.wantsHandover ? gathered.handOverAll() : [])
            }
            for handover in handovers { handOver(handover) }
            // An appender whose task was cancelled in the meantime refuses its room, which goes to others.
            let refused = admitted.filter { !$0.waiter.resume() }
            if refused.isEmpty { return }
            gathered.withLock { gathered in
                for admitted in refused { gathered.room.release(admitted.byteCount) }
            }
        }
    }
}
