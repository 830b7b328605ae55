import KafkaProtocol
import KafkaTransport

extension ShareLane {
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
        if isEnding { return nil }
        if link.health.retryAt > .now {
            schedule(at: link.health.retryAt)
            return nil
        }
        guard let endpoint = cluster.metadata.brokers[broker] else {
            giveUp(
                broker,
                KafkaClientError(
                    .leaderNotAvailable, "the cluster says that broker \(broker) leads, and does not name its address"))
            return nil
        }
        let connection = BrokerConnection(
            to: endpoint, node: broker, on: loop, connectionConfiguration, firstAddress: link.health.attemptCount,
            clusterID: cluster.metadata.clusterID, meter: meter.broker(broker), frames: frames)
        link.health.attemptCount += 1
        link.connection = connection
        let id = ObjectIdentifier(connection)
        connection.onLost = { [weak self] error in self?.assumeIsolated { $0.didLose(broker, endpoint, id, error) } }
        connection.onIdle = { [weak self] in self?.assumeIsolated { $0.didIdle(broker, id) } }
        cluster.metadata.watch(connection, broker: broker, endpoint)
        connection.open { [weak self] error in self?.assumeIsolated { $0.didOpen(broker, endpoint, error) } }
        return nil
    }

    private func didOpen(_ broker: Int32, _ endpoint: Endpoint, _ error: KafkaClientError?) {
        guard !isClosed, let link = links[broker] else { return }
        if let error {
            // Closed by the lane itself.
            if error.code == .closed { return }
            cluster.metadata.emit(.connectFailed(broker: broker, endpoint: endpoint, error: error))
            link.connection = nil
            return giveUp(broker, error)
        }
        link.health.didOpen()
        if let connection = link.connection { cluster.metadata.emitOpening(connection, broker: broker) }
        pump()
    }

    private func didLose(
        _ broker: Int32, _ endpoint: Endpoint, _ id: ObjectIdentifier, _ error: KafkaClientError
    ) {
        cluster.metadata.emit(.disconnected(broker: broker, endpoint: endpoint, error: error))
        guard let link = links[broker], link.connection.map(ObjectIdentifier.init) == id else { return }
        giveUp(broker, error)
    }

    /// A connection that was not used was closed, and with it the session.
    private func didIdle(_ broker: Int32, _ id: ObjectIdentifier) {
        guard let link = links[broker], link.connection.map(ObjectIdentifier.init) == id else { return }
        endTenure(link, Self.lockIsOver)
    }

    /// A broker can't be reached: what it had locked for this member is others'. It is tried again after a pause, which grows, and
    /// leaders are asked for.
    private func giveUp(_ broker: Int32, _ reason: KafkaClientError) {
        guard !isClosed, let link = links[broker] else { return }
        if let inFlight = link.inFlight {
            link.inFlight = nil
            end(inFlight.told, reason)
        }
        endTenure(link, reason)
        checkFinished()
        let isFinal = link.health.didFail(
            reason, connectionConfiguration.backoff, now: .now, chance: .random(in: -1...1))
        if isFinal, !link.slots.isEmpty { return fail(reason) }
        let topics = Set(link.slots.map { partitions[$0].source.topic })
        if !topics.isEmpty {
            refresh(topics)
            schedule(at: link.health.retryAt)
        }
    }

    /// When an answer is due.
    func silenceEnd(of inFlight: ShareInFlight) -> MonotonicInstant {
        inFlight.began + (inFlight.isFetch ? configuration.maxWait : .zero) + Self.silence
    }

    /// Gives up brokers that owe answers and are silent when others lead by now, before the request's timeout.
    func checkSilence(now: MonotonicInstant) {
        for (broker, link) in links {
            guard let inFlight = link.inFlight else { continue }
            let due = silenceEnd(of: inFlight)
            if due > now {
                schedule(at: due)
                continue
            }
            if link.slots.isEmpty
                || (cluster.metadata.brokers[broker].map { $0 != inFlight.connection.endpoint } ?? false)
            {
                inFlight.connection.close(
                    KafkaClientError(
                        .requestTimedOut, "broker \(broker) does not answer, and another one leads by now"))
                continue
            }
            refresh(Set(link.slots.map { partitions[$0].source.topic }))
            schedule(at: now + Self.silence)
        }
    }

    // MARK: Metadata

    /// Has topics asked for, unless this lane waits for that already.
    func refresh(_ names: Set<String>) {
        let wanted = names.subtracting(asking)
        if wanted.isEmpty || isClosed || isEnding { return }
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
        for name in names where !takeTopic(name) {
            // Its partitions are this member's, so it comes, or the coordinator takes them away.
            if partitions.contains(where: { $0.isAssigned && $0.source.topic == name }) { refresh([name]) }
        }
        pump()
    }

    /// Takes over what has changed.
    func didChange() {
        if isClosed { return }
        for topic in listener.take() { _ = takeTopic(topic.name) }
        for (broker, link) in links {
            guard let connection = link.connection, let endpoint = cluster.metadata.brokers[broker],
                endpoint != connection.endpoint, !(connection.isReady && link.inFlight != nil)
            else { continue }
            // It listens elsewhere by now.
            link.connection = nil
            link.health.retryAt = .distantPast
            connection.close()
            endTenure(link, KafkaClientError(.connectionFailed, "broker \(broker) listens elsewhere by now"))
        }
        pump()
    }

    /// Takes over what is known of a topic.
    ///
    /// - Returns: false when nothing is.
    func takeTopic(_ name: String) -> Bool {
        guard let known = cluster.metadata.topic(name) else { return false }
        _ = known.use()
        let description = known.description
        for slot in partitions.indices where partitions[slot].source.topic == name {
            if partitions[slot].topicID != description.id {
                // Another topic has this name by now.
                leave(
                    slot,
                    KafkaClientError(
                        .unknownTopic, "topic '\(name)' was deleted, and another one made that has its name"))
                topicNames[partitions[slot].topicID] = nil
                partitions[slot].topicID = description.id
            }
            topicNames[description.id] = name
            let index = Int(partitions[slot].source.partition)
            let leader =
                description.partitions.indices.contains(index) ? description.partitions[index].leader : -1
            guard partitions[slot].isAssigned else { continue }
            place(slot, at: leader)
            // It is asked for until there is one.
            if leader < 0 { refresh([name]) }
        }
        return true
    }

    /// What was acquired of a partition is not this member's any more.
    private func leave(_ slot: Int, _ error: KafkaClientError) {
        for link in links.values {
            for acquisition in link.acquisitions where acquisition.source.slot == slot {
                report(acquisition.source, acquisition.with { $0.endAll() }, error)
            }
            link.forget(slot)
        }
        checkCommits()
    }

    /// Puts a partition into the list of its leader, and takes it out of that of another one. -1 for none.
    private func place(_ slot: Int, at broker: Int32) {
        let former = partitions[slot].broker
        if former == broker { return }
        if former >= 0 {
            links[former]?.slots.remove(slot)
            let source = partitions[slot].source
            leave(
                slot,
                KafkaClientError(
                    KafkaErrorCode.notLeaderOrFollower,
                    "partition \(source.partition) of topic '\(source.topic)' has another leader, which hands its records out again"
                ))
        }
        partitions[slot].broker = broker
        partitions[slot].restsUntil = .distantPast
        if broker < 0 { return }
        let link = links[broker] ?? ShareLink()
        links[broker] = link
        link.slots.insert(slot)
    }

    /// The slot of a partition that an answer speaks of.
    func slot(_ topicID: KafkaUUID, _ partition: Int32) -> Int? {
        guard let name = topicNames[topicID], let slot = slots[TopicPartition(name, partition)],
            partitions[slot].topicID == topicID
        else { return nil }
        return slot
    }

    /// Takes over what an answer says of leaders, and has those asked for of which it says nothing.
    func learn(_ hints: [LeaderHint], _ endpoints: [NodeEndpoint], _ names: Set<String>) {
        var unknown = names
        if !hints.isEmpty {
            for topic in cluster.metadata.learn(hints, endpoints: endpoints) {
                unknown.remove(topic.name)
                _ = takeTopic(topic.name)
            }
        }
        if !unknown.isEmpty { refresh(unknown) }
    }
}
