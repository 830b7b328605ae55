import KafkaProtocol
import KafkaTransport

extension ConsumerLane {
    /// How much longer than it may wait a broker may be silent before it is asked who leads.
    static let silence = Duration.milliseconds(500)

    // MARK: Connections

    /// A connection over which a request can be sent now; nil when there is none. Then one is being opened, or will be after a
    /// pause.
    func readyConnection(_ broker: Int32) -> BrokerConnection? {
        guard let link = links[broker] else { return nil }
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
            clusterID: cluster.metadata.clusterID, meter: meter.broker(broker), frames: frames)
        links[broker]!.health.attemptCount += 1
        links[broker]!.connection = connection
        connection.onLost = { [weak self] error in self?.assumeIsolated { $0.didLose(broker, endpoint, error) } }
        connection.onIdle = { [weak self] in self?.assumeIsolated { $0.links[broker]?.session.reset(isGone: false) } }
        cluster.metadata.watch(connection, broker: broker, endpoint)
        connection.open { [weak self] error in self?.assumeIsolated { $0.didOpen(broker, endpoint, error) } }
        return nil
    }

    private func didOpen(_ broker: Int32, _ endpoint: Endpoint, _ error: KafkaClientError?) {
        if isClosed || links[broker] == nil { return }
        if let error {
            // Closed by the lane itself.
            if error.code == .closed { return }
            cluster.metadata.emit(.connectFailed(broker: broker, endpoint: endpoint, error: error))
            links[broker]!.connection = nil
            return giveUp(broker, error)
        }
        links[broker]!.health.didOpen()
        links[broker]!.session.reset(isGone: false)
        if let connection = links[broker]!.connection { cluster.metadata.emitOpening(connection, broker: broker) }
        pump(broker)
    }

    private func didLose(_ broker: Int32, _ endpoint: Endpoint, _ error: KafkaClientError) {
        cluster.metadata.emit(.disconnected(broker: broker, endpoint: endpoint, error: error))
        giveUp(broker, error)
    }

    /// Notes that a broker can't be reached. It is tried again after a pause, which grows, and leaders are asked for: another
    /// broker may lead by now.
    private func giveUp(_ broker: Int32, _ reason: KafkaClientError) {
        if isClosed || links[broker] == nil { return }
        links[broker]!.session.reset(isGone: false)
        let isFinal = links[broker]!.health.didFail(
            reason, connectionConfiguration.backoff, now: .now, chance: .random(in: -1...1))
        if isFinal, !links[broker]!.slots.isEmpty { return fail(reason) }
        for slot in links[broker]!.slots where readings[slot].replica != nil {
            // A replica that can't be reached is no better than the leader.
            readings[slot].replica = nil
            place(slot, at: readings[slot].leader)
        }
        let topics = Set(links[broker]!.slots.map { readings[$0].source.topic })
        if !topics.isEmpty {
            refresh(topics)
            schedule(at: links[broker]!.health.retryAt)
        }
    }

    /// Asks a broker nothing for a while.
    func rest(_ broker: Int32) {
        links[broker]!.throttledUntil = .now + max(cluster.configuration.retryBackoff, .milliseconds(10))
        schedule(at: links[broker]!.throttledUntil)
    }

    /// Looks after brokers that owe answers and are silent: whether another one leads by now is asked, and if so, the connection
    /// is given up before the request's timeout.
    func checkSilence(now: MonotonicInstant) {
        for (broker, link) in links {
            guard let inFlight = link.inFlight else { continue }
            let due = inFlight.began + configuration.maxWait + Self.silence
            if due > now {
                schedule(at: due)
                continue
            }
            let topics = Set(link.slots.map { readings[$0].source.topic })
            if topics.isEmpty || (endpoints[broker].map { $0 != inFlight.connection.endpoint } ?? false) {
                inFlight.connection.close(
                    KafkaClientError(
                        .requestTimedOut, "broker \(broker) does not answer, and another one leads by now"))
                continue
            }
            refresh(topics)
            schedule(at: now + Self.silence)
        }
    }

    // MARK: Metadata

    /// Has topics asked for, unless this lane waits for that already.
    func refresh(_ names: Set<String>) {
        let wanted = names.subtracting(asking)
        if wanted.isEmpty || isClosed { return }
        asking.formUnion(wanted)
        start { lane in
            do {
                try await lane.cluster.learnAtPace(wanted)
                lane.didAsk(wanted)
            } catch {
                // The cluster was closed, or the lane is.
                lane.asking.subtract(wanted)
            }
        }
    }

    private func didAsk(_ names: Set<String>) {
        asking.subtract(names)
        if isClosed { return }
        takeChanges()
        var unknown: Set<String> = []
        for name in names where topics[name].map({ $0.readCount > 0 }) ?? false {
            if !takeTopic(name) { unknown.insert(name) }
        }
        // A topic that nobody knows is asked for at the cluster's pace, until it is there or it is gone.
        for name in unknown { noteUnknown(name) }
        pump()
    }

    /// Notes that the cluster does not know a topic. It is asked for again, for as long as a topic may be missing.
    private func noteUnknown(_ name: String) {
        let now = MonotonicInstant.now
        let since = topics[name]!.unknownSince ?? now
        topics[name]!.unknownSince = since
        if now.nanoseconds(since: since) < cluster.configuration.missingTopicTimeMax.nanoseconds {
            return refresh([name])
        }
        let error = KafkaClientError(
            .unknownTopic, "topic '\(name)' does not exist; create it first", brokerError: .unknownTopicOrPartition)
        solveAll(of: name, .topicGone, error)
    }

    /// Takes over what has changed.
    func didChange() {
        takeChanges()
        pump()
    }

    private func takeChanges() {
        let changed = listener.take()
        endpoints = cluster.metadata.brokers
        if isClosed { return }
        for topic in changed where topics[topic.name].map({ $0.readCount > 0 }) ?? false { _ = takeTopic(topic.name) }
        dropMoved()
    }

    /// Takes over what is known of a topic.
    ///
    /// - Returns: false when nothing is.
    func takeTopic(_ name: String) -> Bool {
        guard let known = cluster.metadata.topic(name) else { return false }
        endpoints = cluster.metadata.brokers
        _ = known.use()
        topics[name]!.unknownSince = nil
        let wasKnown = topics[name]!.isKnown
        let description = known.description
        topics[name]!.isKnown = true
        if known.isGone {
            solveAll(of: name, .topicGone, known.goneError)
            return true
        }
        if wasKnown, topics[name]!.id != .zero, description.id != topics[name]!.id, description.id != .zero {
            didChangeID(of: name, to: description.id)
        }
        topics[name]!.id = description.id
        if description.id != .zero { topicNames[description.id] = name }
        for (partition, slot) in topics[name]!.slots where readings[slot].isRead {
            guard description.partitions.indices.contains(Int(partition)) else {
                // It may come: topics grow.
                place(slot, at: -1)
                continue
            }
            let described = description.partitions[Int(partition)]
            _ = readings[slot].take(leader: described.leader, epoch: described.leaderEpoch)
            place(slot, at: readings[slot].wantedBroker(now: .now))
            // It is asked for until there is one.
            if described.leader < 0 { refresh([name]) }
        }
        return true
    }

    private func didChangeID(of name: String, to id: KafkaUUID) {
        topicNames[topics[name]!.id] = nil
        for link in links.keys { links[link]!.session.reset(isGone: false) }
        queue.makeAnew(topics[name]!.slots.values.filter { readings[$0].isRead })
        solveAll(
            of: name, .topicMadeAnew,
            KafkaClientError(
                .unknownTopic,
                """
                topic '\(name)' was deleted, and another one made that has its name: its offsets mean nothing any more. \
                Decide where to begin in ConsumerConfiguration.onProblem
                """))
    }

    private func solveAll(of name: String, _ kind: ConsumerProblem.Kind, _ error: KafkaClientError) {
        for slot in topics[name]!.slots.values.sorted() where readings[slot].isRead && !readings[slot].isStopped {
            if isClosed { return }
            solve(slot, kind, error)
        }
    }

    /// Takes over what an answer says of leaders, and has those asked for of which it says nothing.
    func learn(_ harvest: Harvest, _ response: FetchResponse, _ broker: Int32) {
        var unknown = harvest.topicsToRefresh
        if !harvest.hints.isEmpty {
            for topic in cluster.metadata.learn(harvest.hints, endpoints: response.nodeEndpoints) {
                unknown.remove(topic.name)
            }
            takeChanges()
        }
        if !unknown.isEmpty { refresh(unknown) }
    }

    /// Drops connections to addresses at which brokers are no longer.
    private func dropMoved() {
        for (broker, link) in links {
            guard let connection = link.connection, let endpoint = endpoints[broker], endpoint != connection.endpoint
            else { continue }
            if connection.isReady, link.inFlight != nil { continue }
            links[broker]!.connection = nil
            links[broker]!.health.retryAt = .distantPast
            connection.close()
        }
    }
}
