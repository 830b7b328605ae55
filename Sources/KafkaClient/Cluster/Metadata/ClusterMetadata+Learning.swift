// What becomes of what brokers say: which of it is news, and what of it is an older truth.

import KafkaProtocol
import KafkaTransport

extension ClusterMetadata.State {
    /// - Returns: whether an endpoint is new.
    mutating func apply(_ answered: [MetadataResponse.Broker]) -> Bool {
        // A broker that is starting may name no brokers. The brokers known before are then more likely to be right.
        if answered.isEmpty { return false }
        var told: [Int32: Endpoint] = [:]
        for broker in answered { told[broker.nodeID] = Endpoint(broker.host, broker.port) }
        if told == brokers { return false }
        // One that leads a partition is kept though the answer does not name it: the answer may come from a broker that is
        // behind.
        let absent = brokers.keys.filter { told[$0] == nil }
        if !absent.isEmpty {
            var leaders: Set<Int32> = []
            for entry in topics.values where entry.missingSince == nil {
                for partition in entry.description.partitions { leaders.insert(partition.leader) }
            }
            for id in absent where leaders.contains(id) { told[id] = brokers[id] }
        }
        defer { brokers = told }
        return told != brokers
    }

    mutating func apply(
        _ answered: MetadataResponse.Topic, _ now: MonotonicInstant, _ changes: inout ClusterMetadata.Changes,
        _ events: inout [ClientEvent.Kind]
    ) {
        guard let name = answered.name else { return }
        guard answered.errorCode == .none, !answered.contiguousPartitions.isEmpty else {
            let code = answered.errorCode == .none ? KafkaErrorCode.leaderNotAvailable : answered.errorCode
            changes.errors[name] = code
            if code == .unknownTopicOrPartition || code == .unknownTopicId { miss(name, now, &changes, &events) }
            return
        }
        guard var entry = topics[name] else {
            let description = TopicDescription(answered)
            let topic = KnownTopic(name, index: nextIndex, description)
            nextIndex += 1
            topics[name] = ClusterMetadata.Entry(topic: topic, description: description, lastUsed: now)
            changes.add(topic)
            return
        }
        // What a broker says that is behind is no news.
        let isFormer = answered.topicID != .zero && entry.formerIDs.contains(answered.topicID)
        let isOlder = entry.description.isNewer(than: answered)
        entry.contradictionCount = isFormer || isOlder ? entry.contradictionCount + 1 : 0
        topics[name] = entry
        if isFormer, !entry.isDoubted, entry.contradictionCount < ClusterMetadata.answersForID { return }
        if entry.missingSince != nil {
            entry.missingSince = nil
            entry.missingCount = 0
            entry.topic.mark(.exists)
            topics[name] = entry
            changes.add(entry.topic)
            events.append(.topicFound(topic: name))
        }
        let isLie = entry.contradictionCount >= ClusterMetadata.answersForEpoch
        if let (merged, change) = entry.description.merged(
            with: answered, isDoubted: entry.isDoubted, evenIfOlder: isLie)
        {
            replace(entry, with: merged, change, &changes, &events)
        }
    }

    mutating func replace(
        _ entry: ClusterMetadata.Entry, with merged: TopicDescription, _ change: TopicChange,
        _ changes: inout ClusterMetadata.Changes, _ events: inout [ClientEvent.Kind]
    ) {
        var entry = entry
        let known = entry.description
        switch change {
        case .grew(let from):
            events.append(.topicGrew(topic: entry.topic.name, from: from, to: merged.partitions.count))
        case .madeAnew(let from):
            entry.isDoubted = false
            entry.contradictionCount = 0
            if known.id != .zero {
                entry.formerIDs.removeAll { $0 == merged.id }
                entry.formerIDs.append(known.id)
                if entry.formerIDs.count > ClusterMetadata.formerIDCountMax { entry.formerIDs.removeFirst() }
            }
            events.append(.topicMadeAnew(topic: entry.topic.name, from: from, to: merged.partitions.count))
        case .moved: break
        }
        if change == .moved {
            for (index, (old, new)) in zip(known.partitions, merged.partitions).enumerated()
            where old.leader != new.leader {
                events.append(
                    .leaderMoved(
                        topic: entry.topic.name, partition: Int32(index), from: old.leader, to: new.leader,
                        epoch: new.leaderEpoch))
            }
        }
        entry.description = merged
        topics[entry.topic.name] = entry
        entry.topic.replace(with: merged)
        changes.add(entry.topic)
    }

    mutating func miss(
        _ name: String, _ now: MonotonicInstant, _ changes: inout ClusterMetadata.Changes,
        _ events: inout [ClientEvent.Kind]
    ) {
        guard var entry = topics[name] else { return }
        entry.missingCount += 1
        defer { topics[name] = entry }
        if let since = entry.missingSince {
            let isOver = now.nanoseconds(since: since) >= missingTimeMax.nanoseconds
            if entry.topic.isGone || !isOver || entry.missingCount < ClusterMetadata.missingCountMin { return }
            entry.topic.mark(.isGone)
            events.append(.topicGone(topic: name))
        } else {
            entry.missingSince = now
            entry.topic.mark(.isMissing)
            events.append(.topicMissing(topic: name))
        }
        changes.add(entry.topic)
    }
}

extension KafkaClientError {
    static func wrongCluster(at endpoint: Endpoint, told: String, expected: String) -> KafkaClientError {
        KafkaClientError(
            .wrongCluster,
            """
            the broker at \(endpoint) belongs to cluster \(told), this client is connected to cluster \(expected); make \
            another client to use that cluster
            """)
    }
}

extension Endpoint {
    /// Nil for a port that can't be.
    init?(_ host: String, _ port: Int32) {
        guard let port = UInt16(exactly: port), port > 0, !host.isEmpty else { return nil }
        self.init(host: host, port: port)
    }
}
