import KafkaProtocol
import KafkaTransport

extension ConsumerLane {
    /// From this version of Fetch on the broker itself compares logs (KIP-595); Kafka 2.7.
    static let comparingFetchVersion: Int16 = 12
    /// Before this version of OffsetForLeaderEpoch a client needs the rights of a broker for it; Kafka 2.3.
    private static let epochVersionMin: Int16 = 3

    /// Asks a leader that has come lately whether its log agrees with what was read before, and reads nothing of it meanwhile
    /// (KIP-320). Brokers that compare by themselves, or can't be asked, are taken at their word.
    func validatePositions(_ broker: Int32, _ link: FetchLink, _ connection: BrokerConnection, now: MonotonicInstant) {
        let slots = link.changed.filter {
            readings[$0].broker == broker && readings[$0].needsValidation(now: now)
        }
        if slots.isEmpty { return }
        let fetchVersion = (try? connection.versions.newest(FetchRequest.self, of: connection.endpoint)) ?? .max
        let version = (try? connection.versions.newest(OffsetForLeaderEpochRequest.self, of: connection.endpoint)) ?? -1
        guard fetchVersion < Self.comparingFetchVersion, version >= Self.epochVersionMin else {
            for slot in slots { readings[slot].mustValidate = false }
            return
        }
        var asked: [String: [OffsetForLeaderEpochRequest.Partition]] = [:]
        var validations: [Int: Validation] = [:]
        for slot in slots {
            // A slot may stand there twice.
            if validations[slot] != nil { continue }
            readings[slot].isValidating = true
            validations[slot] = Validation(readings[slot])
            var partition = OffsetForLeaderEpochRequest.Partition()
            partition.index = readings[slot].source.partition
            partition.currentLeaderEpoch = readings[slot].leaderEpoch
            partition.leaderEpoch = readings[slot].position.epoch
            asked[readings[slot].source.topic, default: []].append(partition)
        }
        var request = OffsetForLeaderEpochRequest()
        request.topics = asked.map { name, partitions in
            var topic = OffsetForLeaderEpochRequest.Topic()
            topic.name = name
            topic.partitions = partitions
            return topic
        }
        connection.send(request, version: version) { [weak self, validations] result in
            let box = EpochsBox(result: result)
            self?.assumeIsolated { $0.didValidate(validations, box.result) }
        }
    }

    private func didValidate(
        _ validations: [Int: Validation], _ result: Result<OffsetForLeaderEpochResponse, KafkaClientError>
    ) {
        if isClosed { return }
        // Those of which the answer says nothing are asked for again.
        var open: Set<Int> = []
        for (slot, validation) in validations where readings[slot].isRead && readings[slot].isValidating {
            if validation == Validation(readings[slot]) {
                open.insert(slot)
            } else if validation.leaderEpoch == readings[slot].leaderEpoch {
                // Records have come meanwhile: it is asked about these.
                readings[slot].isValidating = false
                touch(slot)
            }
        }
        var topicsToRefresh: Set<String> = []
        if case .success(let response) = result {
            for topic in response.topics {
                for partition in topic.partitions {
                    guard let slot = topics[topic.name]?.slots[partition.index], open.remove(slot) != nil else {
                        continue
                    }
                    readings[slot].isValidating = false
                    take(partition, slot, &topicsToRefresh)
                    if isClosed { return }
                }
            }
        }
        for slot in open {
            readings[slot].isValidating = false
            rest(slot: slot)
        }
        if !topicsToRefresh.isEmpty { refresh(topicsToRefresh) }
        pump()
    }

    private func take(
        _ partition: OffsetForLeaderEpochResponse.Partition, _ slot: Int, _ topicsToRefresh: inout Set<String>
    ) {
        let code = partition.errorCode
        guard code == .none else {
            if code.isRetriable || code == .unknownTopicOrPartition || code == .fencedLeaderEpoch {
                topicsToRefresh.insert(readings[slot].source.topic)
                return rest(slot: slot)
            }
            let topic = readings[slot].source.topic
            let error = KafkaClientError(
                code, "cannot learn whether \(topic)-\(readings[slot].source.partition) was cut",
                needs: .init("Describe", topic: topic), of: cluster.metadata.user)
            return solve(slot, .refused(code), error)
        }
        readings[slot].mustValidate = false
        readings[slot].failureCount = 0
        touch(slot)
        let position = readings[slot].position
        // A leader that knows of no epochs can't tell.
        guard partition.endOffset >= 0, partition.leaderEpoch >= 0 else { return }
        if partition.endOffset < position.offset || partition.leaderEpoch < position.epoch {
            let problem = truncation(slot, to: min(partition.endOffset, position.offset))
            solve(problem.slot, problem.kind, problem.error)
            // Where it is to be tried again, it is asked again.
            if readings[slot].position == position, readings[slot].start == nil { readings[slot].mustValidate = true }
        }
    }
}

/// What a leader was asked about.
private struct Validation: Equatable {
    let position: FetchPosition
    let leaderEpoch: Int32

    init(_ reading: PartitionReading) {
        position = reading.position
        leaderEpoch = reading.leaderEpoch
    }
}

/// Carries an answer to the lane, on its loop.
private struct EpochsBox: @unchecked Sendable {
    // Unchecked: made and opened on one thread.
    let result: Result<OffsetForLeaderEpochResponse, KafkaClientError>
}
