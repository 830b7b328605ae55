import KafkaProtocol
import KafkaTransport

/// What a lane keeps for each broker.
struct BrokerLink {
    var connection: BrokerConnection?
    /// The number of produce requests that were written and are not answered yet.
    var inFlightCount = 0
    /// How often connecting has failed since it last succeeded.
    var failureCount = 0
}

extension ProducerLane {
    /// A connection over which a request can be sent now; nil when there is none. Then a connection is being opened, or the
    /// leaders are being asked for.
    func readyConnection(_ broker: Int32) -> BrokerConnection? {
        if let connection = brokers[broker]?.connection {
            if connection.isReady { return connection }
            if !connection.isClosed { return nil }
        }
        guard let endpoint = snapshot?.brokers[broker] else {
            brokers[broker, default: BrokerLink()].failureCount += 1
            backOff(from: broker)
            return nil
        }
        let connection = BrokerConnection(to: endpoint, on: loop, connectionConfiguration)
        brokers[broker, default: BrokerLink()].connection = connection
        connection.onLost = { [weak self] error in self?.assumeIsolated { $0.backOff(from: broker, error) } }
        connection.open { [weak self] error in
            self?.assumeIsolated { $0.didOpen(broker, error) }
        }
        return nil
    }

    private func didOpen(_ broker: Int32, _ error: KafkaClientError?) {
        guard let error else {
            brokers[broker]?.failureCount = 0
            return pump(isEndOfTurn: true)
        }
        brokers[broker]?.connection = nil
        brokers[broker]?.failureCount += 1
        backOff(from: broker, error)
    }

    /// Backs off from a broker that can't be reached: its batches wait. Asks for the leaders as well, because another broker
    /// may lead the partitions by now.
    private func backOff(from broker: Int32, _ reason: KafkaClientError? = nil) {
        let pause = queue.backoff.delayNs(
            attempt: max(1, brokers[broker]?.failureCount ?? 1), chance: .random(in: -1...1))
        let topics = queue.topicNames
        queue.backOff(broker: broker, until: .now + .nanoseconds(max(pause, Self.pauseMinNs)), reason: reason)
        var effects = ProduceQueue.Effects()
        effects.topicsToRefreshAtOnce = topics
        act(on: effects)
    }

    /// Asks which brokers lead the partitions of these topics, except for topics that are being asked for already. While
    /// batches wait, topics without a leader are asked for again after a pause, which grows.
    ///
    /// - Parameter evenInPause: whether topics are asked for that are in such a pause.
    func refresh(_ topics: Set<String>, evenInPause: Bool) {
        let wanted = topics.filter { topic in refreshes[topic].map { $0.isPausing && evenInPause } ?? true }
        if wanted.isEmpty || isClosed { return }
        let number = nextRefresh
        nextRefresh += 1
        for topic in wanted { refreshes[topic] = Refresh(number: number) }
        start { lane in
            var asked = wanted
            var attempt = 0
            while !asked.isEmpty {
                // When no broker can be asked, batches wait until their deadline.
                lane.didRefresh(asked, try? await lane.cluster.refresh(asked))
                attempt += 1
                let pause = lane.queue.backoff.delayNs(attempt: attempt, chance: .random(in: -1...1))
                if lane.pausing(asked, number).isEmpty { return }
                try? await Task.sleep(for: .nanoseconds(min(max(pause, Self.pauseMinNs), Self.refreshPauseMaxNs)))
                asked = lane.pausing(asked, number)
                for topic in asked { lane.refreshes[topic]?.isPausing = false }
            }
        }
    }

    /// The topics that a refresh will ask for again, and no other has taken over.
    private func pausing(_ topics: Set<String>, _ number: Int) -> Set<String> {
        topics.filter { refreshes[$0]?.number == number }
    }

    private func didRefresh(_ topics: Set<String>, _ learned: ClusterSnapshot?) {
        var effects = ProduceQueue.Effects()
        if let learned {
            snapshot = learned
            closeMovedConnections(learned)
            queue.apply(learned, now: .now, &effects)
        }
        var unsettled = learned == nil ? topics : topics.intersection(effects.topicsToRefresh)
        if isClosed || queue.pendingCount == 0 { unsettled = [] }
        for topic in topics {
            if unsettled.contains(topic) { refreshes[topic]?.isPausing = true } else { refreshes[topic] = nil }
        }
        act(on: effects)
        pump(isEndOfTurn: true)
    }

    /// Also where the configuration asks for no pause: neither a topic without a leader nor a broker that can't be reached
    /// must cost an attempt after the other.
    private static let pauseMinNs: Int64 = 10_000_000
    /// Also where the configuration asks for longer pauses between attempts: a leader that comes is found in time.
    private static let refreshPauseMaxNs: Int64 = 1_000_000_000

    /// Closes connections to brokers whose endpoint has changed, unless requests are in flight.
    private func closeMovedConnections(_ learned: ClusterSnapshot) {
        for (id, link) in brokers where learned.brokers[id] != link.connection?.endpoint && link.inFlightCount == 0 {
            link.connection?.close()
            brokers[id]?.connection = nil
        }
    }
}
