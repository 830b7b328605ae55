import KafkaProtocol
import KafkaTransport

extension ConsumerLane {
    /// Asks a broker at which offsets the reading of its partitions begins, where that is not known.
    func askForStarts(_ broker: Int32, _ connection: BrokerConnection, now: MonotonicInstant) {
        var request = ListOffsetsRequest()
        request.isolationLevel = configuration.isolation.rawValue
        request.timeoutMs = connectionConfiguration.brokerTimeout.milliseconds
        var slots: [Int] = []
        var asked: [String: [ListOffsetsRequest.Partition]] = [:]
        for slot in links[broker]!.changed {
            guard readings[slot].broker == broker, readings[slot].needsStart(now: now), let start = readings[slot].start
            else { continue }
            readings[slot].isAsking = true
            slots.append(slot)
            let source = readings[slot].source
            asked[source.topic, default: []].append(
                ListOffsetsRequest.Partition(
                    index: source.partition, currentLeaderEpoch: readings[slot].leaderEpoch, timestamp: start.timestamp)
            )
        }
        if slots.isEmpty { return }
        request.topics = asked.map { ListOffsetsRequest.Topic(name: $0.key, partitions: $0.value) }
        let version: Int16
        do throws(KafkaClientError) {
            version = try connection.versions.newest(ListOffsetsRequest.self, of: connection.endpoint)
        } catch {
            return fail(error)
        }
        connection.send(request, version: version) { [weak self] result in
            let box = OffsetsBox(result: result)
            self?.assumeIsolated { $0.didAnswer(broker, slots, box.result) }
        }
    }

    private func didAnswer(
        _ broker: Int32, _ slots: [Int], _ result: Result<ListOffsetsResponse, KafkaClientError>
    ) {
        if isClosed { return }
        // Those of which the answer says nothing are asked for again.
        var open = Set(slots.filter { readings[$0].isRead && readings[$0].isAsking })
        var topicsToRefresh: Set<String> = []
        if case .success(let response) = result {
            for topic in response.topics {
                for partition in topic.partitions {
                    guard let slot = topics[topic.name]?.slots[partition.index], open.remove(slot) != nil else {
                        continue
                    }
                    readings[slot].isAsking = false
                    take(partition, slot, &topicsToRefresh)
                }
            }
        }
        for slot in open {
            readings[slot].isAsking = false
            rest(slot: slot)
        }
        if !topicsToRefresh.isEmpty { refresh(topicsToRefresh) }
        pump(broker)
    }

    private func take(_ partition: ListOffsetsResponse.Partition, _ slot: Int, _ topicsToRefresh: inout Set<String>) {
        guard let start = readings[slot].start else { return }
        let code = partition.errorCode
        if code != .none {
            if code.isRetriable || code == .unknownTopicOrPartition || code == .fencedLeaderEpoch {
                topicsToRefresh.insert(readings[slot].source.topic)
                return rest(slot: slot)
            }
            let error = KafkaClientError(
                code, "cannot learn the offsets of topic '\(readings[slot].source.topic)'",
                needs: .init("Describe", topic: readings[slot].source.topic), of: cluster.metadata.user)
            return solve(slot, .refused(code), error)
        }
        if partition.offset < 0 {
            // No record is so late: what comes next is.
            if case .timestampMs = start {
                readings[slot].start = .latest
                return touch(slot)
            }
            return rest(slot: slot)
        }
        readings[slot].start = nil
        readings[slot].failureCount = 0
        readings[slot].position = FetchPosition(offset: partition.offset)
        touch(slot)
    }
}

/// Carries an answer to the lane, on its loop.
private struct OffsetsBox: @unchecked Sendable {
    // Unchecked: made and opened on one thread.
    let result: Result<ListOffsetsResponse, KafkaClientError>
}

extension StartOffset {
    /// As ListOffsets wants it.
    fileprivate var timestamp: Int64 {
        switch self {
        case .earliest: -2
        case .latest: -1
        case .timestampMs(let timestampMs): max(0, timestampMs)
        // Below zero: the earliest there is.
        case .offset: -2
        }
    }
}
