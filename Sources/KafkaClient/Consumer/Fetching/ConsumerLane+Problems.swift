import KafkaProtocol
import KafkaTransport

extension ConsumerLane {
    /// Takes a partition's error.
    func didFail(
        _ slot: Int, _ partition: FetchResponse.Partition, _ broker: Int32, _ harvest: inout Harvest
    ) {
        let source = readings[slot].source
        let code = partition.errorCode
        switch code {
        case .offsetOutOfRange:
            if readings[slot].broker != readings[slot].leader {
                // A replica may be behind: the leader knows.
                readings[slot].replica = nil
                return place(slot, at: readings[slot].leader)
            }
            harvest.problems.append((slot, .offsetOutOfRange, outOfRange(slot, partition)))
        case .notLeaderOrFollower, .fencedLeaderEpoch, .unknownLeaderEpoch, .leaderNotAvailable, .replicaNotAvailable,
            .kafkaStorageError, .offsetNotAvailable, .unknownTopicOrPartition, .unknownTopicId, .inconsistentTopicId:
            readings[slot].replica = nil
            if partition.currentLeader.leaderID >= 0, let id = topics[source.topic]?.id {
                harvest.hints.append(
                    LeaderHint(
                        topic: source.topic, topicID: id, partition: source.partition,
                        leader: partition.currentLeader.leaderID, leaderEpoch: partition.currentLeader.leaderEpoch))
            }
            if code == .unknownTopicOrPartition || code == .unknownTopicId || code == .inconsistentTopicId {
                cluster.metadata.doubt(source.topic)
            }
            harvest.topicsToRefresh.insert(source.topic)
            rest(slot: slot)
        case .corruptMessage:
            harvest.problems.append((slot, .corruptBatch(next: nil), refusal(slot, code)))
        default:
            if code.isRetriable { return rest(slot: slot) }
            harvest.problems.append((slot, .refused(code), refusal(slot, code)))
        }
    }

    /// Asks nothing for a while: longer after each failure.
    func rest(slot: Int) {
        let now = MonotonicInstant.now
        readings[slot].failureCount += 1
        let backoff = Backoff(cluster.configuration.retryBackoff, max: cluster.configuration.retryBackoffMax)
        let pause = backoff.delayNs(attempt: readings[slot].failureCount, chance: .random(in: -1...1))
        readings[slot].restsUntil = now.advanced(byNanoseconds: max(1_000_000, pause))
        touch(slot)
        schedule(at: readings[slot].restsUntil)
    }

    /// Has it decided what becomes of a partition that can't be read on, and does so.
    func solve(_ slot: Int, _ kind: ConsumerProblem.Kind, _ error: KafkaClientError) {
        let source = readings[slot].source
        let problem = ConsumerProblem(
            topic: source.topic, partition: source.partition, offset: readings[slot].position.offset, kind: kind,
            error: error)
        switch configuration.onProblem(problem) {
        case .fail: fail(error)
        case .stop:
            readings[slot].isStopped = true
            touch(slot)
        case .retry: rest(slot: slot)
        case .seek(let start):
            // What was read before stays: it comes first.
            readings[slot].seek(to: start)
            touch(slot)
        }
    }

    // MARK: Words

    private func subject(_ slot: Int) -> String {
        let source = readings[slot].source
        return "partition \(source.partition) of topic '\(source.topic)'"
    }

    private func outOfRange(_ slot: Int, _ partition: FetchResponse.Partition) -> KafkaClientError {
        let offset = readings[slot].position.offset
        let range =
            partition.logStartOffset >= 0
            ? "; the log begins at offset \(partition.logStartOffset)" : ""
        return KafkaClientError(
            .offsetOutOfRange,
            """
            \(subject(slot)) has no offset \(offset)\(range): records were removed, or the log was cut. Seek to where \
            reading is to go on, or decide it in ConsumerConfiguration.onProblem
            """, brokerError: .offsetOutOfRange)
    }

    func truncation(
        _ slot: Int, to offset: Int64
    ) -> (slot: Int, kind: ConsumerProblem.Kind, error: KafkaClientError) {
        let error = KafkaClientError(
            .offsetOutOfRange,
            """
            \(subject(slot)) was cut: records up to offset \(readings[slot].position.offset) were read, and from offset \
            \(offset) on the log has others, because a replica without them became leader. Decide where to go on in \
            ConsumerConfiguration.onProblem
            """)
        return (slot, .truncated(divergence: offset), error)
    }

    func corruption(_ slot: Int, _ error: RecordBatchError?) -> KafkaClientError {
        let message =
            "\(subject(slot)) has a damaged batch at offset \(readings[slot].position.offset) or a little before"
        guard let error else { return KafkaClientError(.corruptBatch, message) }
        return KafkaClientError(.corruptBatch, message, underlying: error)
    }

    private func refusal(_ slot: Int, _ code: KafkaErrorCode) -> KafkaClientError {
        KafkaClientError(
            code, "\(subject(slot)) can't be read", needs: .init("Read", topic: readings[slot].source.topic),
            of: cluster.metadata.user)
    }
}
