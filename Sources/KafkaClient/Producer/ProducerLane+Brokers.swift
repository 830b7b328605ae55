import KafkaProtocol
import KafkaTransport

/// What a lane keeps for each broker.
struct BrokerLink {
    var connection: BrokerConnection?
    /// How much is worth having in flight.
    var flow = FlowWindow()
    /// The bytes of batches in requests that were written and are not answered yet.
    var inFlightByteCount = 0
    /// The number of produce requests that were written and are not answered yet.
    var inFlightCount = 0
    /// When the last one was written.
    var sentAt = MonotonicInstant.distantPast
    var health = LinkHealth()
    /// When it last answered, or connecting began, or it was sent something after it had answered everything.
    var heardAt = MonotonicInstant.distantPast
    /// When it throttled this client for the last time (KIP-219): it gets nothing until that is over.
    var throttled: Range<MonotonicInstant>?
}

extension BrokerLink {
    /// Notes that a request was written.
    mutating func didSend(_ byteCount: Int, now: MonotonicInstant) {
        if inFlightCount == 0 { heardAt = now }
        sentAt = now
        inFlightCount += 1
        inFlightByteCount += byteCount
    }

    /// Notes that a request has ended.
    mutating func didEnd(_ byteCount: Int, now: MonotonicInstant) {
        inFlightCount -= 1
        inFlightByteCount -= byteCount
        heardAt = now
    }
}

/// A shared topic, and the generation of its table that the lane's queue goes by.
struct TopicInUse {
    let topic: KnownTopic
    let generation: Int

    var isCurrent: Bool { topic.generation == generation }
}

extension ProducerLane {
    // MARK: Connections

    /// A connection over which a request can be sent now; nil when there is none. Then a connection is being opened, or will
    /// be after a pause.
    func readyConnection(_ broker: Int32) -> BrokerConnection? {
        var link = brokers[broker] ?? BrokerLink()
        if let connection = link.connection {
            if connection.isReady { return connection }
            if !connection.isClosed { return nil }
        }
        let now = MonotonicInstant.now
        if link.health.retryAt > now {
            schedule(at: link.health.retryAt)
            return nil
        }
        guard let endpoint = endpoints[broker] else {
            giveUp(
                broker,
                KafkaClientError(
                    .leaderNotAvailable, "the cluster says that broker \(broker) leads, and does not name its address"))
            return nil
        }
        let connection = BrokerConnection(
            to: endpoint, node: broker, on: loop, connectionConfiguration, firstAddress: link.health.attemptCount,
            clusterID: cluster.metadata.clusterID, meter: meter.broker(broker))
        link.health.attemptCount += 1
        link.heardAt = now
        link.connection = connection
        brokers[broker] = link
        connection.onLost = { [weak self] error in self?.assumeIsolated { $0.didLose(broker, endpoint, error) } }
        cluster.metadata.watch(connection, broker: broker, endpoint)
        connection.open { [weak self] error in
            self?.assumeIsolated { $0.didOpen(broker, endpoint, error) }
        }
        return nil
    }

    private func didOpen(_ broker: Int32, _ endpoint: Endpoint, _ error: KafkaClientError?) {
        if let error {
            // Closed by the lane itself.
            if error.code == .closed { return }
            if !isClosed { cluster.metadata.emit(.connectFailed(broker: broker, endpoint: endpoint, error: error)) }
            brokers[broker]?.connection = nil
            return giveUp(broker, error)
        }
        brokers[broker]?.health.didOpen()
        // The way there may be another one now.
        brokers[broker]?.flow = FlowWindow()
        recountFlow()
        queue.didReach(broker: broker)
        if let connection = brokers[broker]?.connection {
            if connection.user != nil { queue.user = connection.user }
            cluster.metadata.emitOpening(connection, broker: broker)
        }
        pump(isEndOfTurn: true)
    }

    private func didLose(_ broker: Int32, _ endpoint: Endpoint, _ error: KafkaClientError) {
        cluster.metadata.emit(.disconnected(broker: broker, endpoint: endpoint, error: error))
        giveUp(broker, error)
    }

    /// Notes that a broker can't be reached. It is tried again after a pause, which grows; however many batches wait for it,
    /// it gets one attempt at a time. Asks for the leaders as well: another broker may lead its partitions by now.
    private func giveUp(_ broker: Int32, _ reason: KafkaClientError) {
        if isClosed { return }
        let now = MonotonicInstant.now
        let isFinal = brokers[broker, default: BrokerLink()].health.didFail(
            reason, connectionConfiguration.backoff, now: now, chance: .random(in: -1...1))
        let retryAt = brokers[broker]!.health.retryAt
        noteTrouble(now: now)
        recountFlow()
        var effects = ProduceQueue.Effects()
        effects.topicsToRefresh = queue.topicsReady(for: broker)
        queue.giveUp(broker: broker, until: retryAt, because: reason, isFinal: isFinal, now: now, &effects)
        if queue.readyByteCount(broker) > 0 { schedule(at: retryAt) }
        act(on: effects)
        releaseHeld(for: broker)
        pump(isEndOfTurn: false)
    }

    // MARK: Silence

    /// Looks after brokers that owe answers and are silent, and those to which connecting lasts: whether another broker leads
    /// by now is asked, and if so, the connection is given up before the request's timeout.
    func checkSilence(now: MonotonicInstant) {
        for (broker, link) in brokers {
            let silentNs = now.nanoseconds(since: link.heardAt)
            guard let connection = link.connection, !connection.isClosed, silentNs >= Self.silenceNs else { continue }
            let isElsewhere = endpoints[broker].map { $0 != connection.endpoint } ?? false
            if !connection.isReady {
                if isElsewhere {
                    connection.close(Self.elsewhere(broker))
                } else {
                    refresh(queue.topicsReady(for: broker))
                }
                continue
            }
            if link.inFlightCount == 0 { continue }
            if isElsewhere {
                connection.close(Self.elsewhere(broker))
                continue
            }
            let flights = queue.flights(to: broker)
            if flights.haveMoved {
                connection.close(
                    KafkaClientError(
                        .requestTimedOut,
                        "broker \(broker) has not answered for \(silentNs / 1_000_000) ms, and another one leads by now"
                    ))
            } else {
                refresh(flights.topics)
            }
        }
    }

    private static func elsewhere(_ broker: Int32) -> KafkaClientError {
        KafkaClientError(
            .connectionFailed, "broker \(broker) does not answer here, and the cluster names another address by now")
    }

    /// How long a broker may be silent before it is asked who leads. A leader that waits for its replicas is silent so long
    /// only when something is wrong.
    private static let silenceNs: Int64 = 500_000_000

    // MARK: Metadata

    /// Has topics asked for, unless this lane waits for that already. When something is new, `takeChanges` is called.
    func refresh(_ topics: Set<String>) {
        let wanted = topics.subtracting(asking)
        if wanted.isEmpty || isClosed { return }
        asking.formUnion(wanted)
        start { lane in
            do {
                try await lane.cluster.learnAtPace(wanted)
                lane.didAsk(wanted)
            } catch {
                // The cluster was closed, or the lane is. What waits fails when its time is over.
                lane.asking.subtract(wanted)
            }
        }
    }

    private func didAsk(_ topics: Set<String>) {
        asking.subtract(topics)
        if isClosed { return }
        takeChanges()
        var effects = ProduceQueue.Effects()
        queue.didAsk(topics, now: .now, &effects)
        act(on: effects)
        pump(isEndOfTurn: true)
    }

    /// Looks after topics that are missing: other topics that are in use get the memory of the records that wait for them, when
    /// they need it.
    func checkMissing(now: MonotonicInstant) {
        guard let pool = queue.poolOfMissing else { return }
        if pool.isShort, queue.isCrowded(now: now) {
            var effects = ProduceQueue.Effects()
            queue.evictMissing(pool.byteCountMax / 8, now: now, &effects)
            act(on: effects)
        }
        schedule(at: now + Self.missingInterval)
    }

    private static let missingInterval = Duration.milliseconds(50)

    /// Takes over what has changed, and sends what may be sent now.
    func didChange() {
        takeChanges()
        pump(isEndOfTurn: true)
    }

    /// Takes over what has changed in the shared metadata.
    func takeChanges() {
        let changed = listener.take()
        endpoints = cluster.metadata.brokers
        if isClosed { return }
        for topic in changed { take(topic) }
        dropMoved()
        for broker in paced.keys { releaseHeld(for: broker) }
        if !changed.isEmpty { checkSilence(now: .now) }
    }

    /// Takes over what is known of a topic.
    private func take(_ topic: KnownTopic) {
        guard let index = queue.topicIndices[topic.name] else { return }
        while knownTopics.count <= index { knownTopics.append(nil) }
        // Before the table is looked at: what comes in between is looked at once more.
        knownTopics[index] = TopicInUse(topic: topic, generation: topic.generation)
        var effects = ProduceQueue.Effects()
        if topic.isGone {
            queue.refuse(topic.name, topic.goneError, now: .now, &effects)
        } else {
            queue.apply(topic.description, to: topic.name, now: .now, &effects)
            if topic.isMissing {
                queue.miss(topic.name, now: .now)
                checkMissing(now: .now)
            }
        }
        act(on: effects)
    }

    /// Drops connections to addresses at which brokers are no longer, unless they work: metadata may flap.
    private func dropMoved() {
        for (broker, link) in brokers {
            guard let connection = link.connection, let endpoint = endpoints[broker], endpoint != connection.endpoint
            else {
                continue
            }
            if connection.isReady, link.inFlightCount > 0 { continue }
            brokers[broker]!.connection = nil
            brokers[broker]!.health.retryAt = .distantPast
            connection.close()
        }
    }

    /// Notes that a topic is in use, and takes over what is new of it: builders may know it already, and make batches by it.
    func catchUp(_ topic: Int) {
        let known = knownTopics
        if topic < known.count, let inUse = known[topic] {
            if !inUse.isCurrent {
                takeChanges()
                if knownTopics[topic]?.isCurrent != true { take(inUse.topic) }
            }
            if inUse.topic.use() { cluster.want([inUse.topic.name]) }
        } else if let shared = cluster.metadata.topic(queue.topics[topic].name) {
            endpoints = cluster.metadata.brokers
            _ = shared.use()
            take(shared)
        }
    }
}
