import KafkaProtocol
import KafkaTransport

/// What answers to fetches and to acknowledgements say alike.
private protocol ShareResponse {
    var throttleTimeMs: Int32 { get }
    var errorCode: KafkaErrorCode { get }
    var errorMessage: String? { get }
}

extension ShareFetchResponse: ShareResponse {}
extension ShareAcknowledgeResponse: ShareResponse {}

extension ShareLane {
    // MARK: Fetches

    func didFetch(_ broker: Int32, _ answer: ShareAnswer) {
        open(answer.result, broker, answer.connection) { response, link, inFlight in
            link.health.didOpen()
            take(response, broker, link, inFlight, answer)
        }
    }

    /// Takes a request off its link with its answer, and what that says as a whole.
    ///
    /// - Parameter body: gets an answer without an error.
    private func open<Response: ShareResponse>(
        _ result: Result<Response, KafkaClientError>, _ broker: Int32, _ connection: BrokerConnection,
        _ body: (Response, ShareLink, ShareInFlight) -> Void
    ) {
        guard !isClosed, let link = links[broker], let inFlight = link.inFlight, inFlight.connection === connection
        else { return }
        link.inFlight = nil
        defer {
            planRenewals(link)
            checkCommits()
            pump()
        }
        switch result {
        case .failure(let error): didFail(link, inFlight, error)
        case .success(let response):
            throttle(link, broker, response.throttleTimeMs)
            guard response.errorCode == .none else {
                return didRefuse(response.errorCode, response.errorMessage, broker, link, inFlight)
            }
            link.session.didAnswer()
            if !inFlight.isOpening { link.refusalCount = 0 }
            body(response, link, inFlight)
        }
    }

    private func take(
        _ response: ShareFetchResponse, _ broker: Int32, _ link: ShareLink, _ inFlight: ShareInFlight,
        _ answer: ShareAnswer
    ) {
        let now = MonotonicInstant.now
        link.lockTime = Self.lockTime(response.acquisitionLockTimeoutMs)
        let lockedUntil = now + link.lockTime
        let fetched = answer.buffer.map {
            FetchedAnswer($0, FetchExchange(broker: broker, began: answer.began, ended: now, byteCount: $0.frame.count))
        }
        var told = inFlight.told
        var unknown: Set<String> = []
        var hints: [LeaderHint] = []
        for topic in response.topics {
            for partition in topic.partitions {
                guard let slot = slot(topic.topicID, partition.index) else { continue }
                if let records = told.removeValue(forKey: slot) {
                    settle(
                        records, slot, link, partition.acknowledgeErrorCode, partition.acknowledgeErrorMessage,
                        renewed: lockedUntil)
                }
                note(
                    partition.errorCode, partition.errorMessage, partition.currentLeader, slot, broker, &unknown, &hints
                )
                if !partition.acquiredRecords.isEmpty {
                    take(partition, slot, broker, link, fetched, lockedUntil)
                }
            }
        }
        end(told, Self.unspoken)
        link.acquisitions.removeAll { $0.with { $0.isOver } }
        learn(hints, response.nodeEndpoints, unknown)
    }

    /// How long locks hold. A broker that does not say it has Kafka's default, so far as is known.
    private static func lockTime(_ milliseconds: Int32) -> Duration {
        milliseconds > 0 ? .milliseconds(Int64(milliseconds)) : .seconds(30)
    }

    private static let unspoken = KafkaClientError(
        .protocolViolation, "the broker's answer does not speak of the acknowledgements that it was told")

    private func take(
        _ partition: ShareFetchResponse.Partition, _ slot: Int, _ broker: Int32, _ link: ShareLink,
        _ answer: FetchedAnswer?, _ lockedUntil: MonotonicInstant
    ) {
        let source = partitions[slot].source
        var range = 0..<0
        if answer != nil, case .located(let found) = partition.records { range = found }
        let reading: ShareReading
        if let answer {
            reading = ShareReading(partition.acquiredRecords, range, of: answer, source, reader)
        } else {
            reading = ShareReading(unread: partition.acquiredRecords)
        }
        if let error = reading.error {
            cluster.metadata.emit(.groupTroubled(group: configuration.groupID, error: error))
        }
        // What is acquired anew was not this member's any more.
        let ranges = reading.acquired.map { $0.firstOffset...$0.lastOffset }
        for earlier in link.acquisitions where earlier.source.slot == slot {
            report(source, earlier.with { $0.endThose(in: ranges) }, Self.lockIsOver)
        }
        let acquisition = Acquisition(
            source, broker: broker, memberID: memberID,
            AcquiredRecords(
                offsets: reading.records.map(\.record.offset), others: reading.others, lockedUntil: lockedUntil))
        link.acquisitions.append(acquisition)
        // The end of the session gives it back, as never delivered.
        if isEnding { return }
        guard partitions[slot].isAssigned, partitions[slot].broker == broker else {
            acquisition.with { $0.releaseWaiting() }
            return addPending(acquisition, link)
        }
        addPending(acquisition, link)
        queue.push(
            reading.records.enumerated().map { index, read in
                ShareRecord(
                    record: read.record, deliveryCount: read.deliveryCount, acquisition: acquisition, index: index)
            })
    }

    static let lockIsOver = KafkaClientError(
        KafkaErrorCode.invalidRecordState,
        "a record's lock was over before it was acknowledged; some member gets it again")

    // MARK: Acknowledgements

    func didAcknowledge(_ broker: Int32, _ answer: ShareAcknowledgeBox) {
        open(answer.result, broker, answer.connection) { response, link, inFlight in
            let renewed = MonotonicInstant.now + Self.lockTime(response.acquisitionLockTimeoutMs)
            var told = inFlight.told
            var unknown: Set<String> = []
            var hints: [LeaderHint] = []
            for topic in response.topics {
                for partition in topic.partitions {
                    guard let slot = slot(topic.topicID, partition.index), let records = told.removeValue(forKey: slot)
                    else { continue }
                    settle(records, slot, link, partition.errorCode, partition.errorMessage, renewed: renewed)
                    if Self.saysMoved(partition.errorCode) {
                        noteMove(partition.currentLeader, slot, &unknown, &hints)
                    }
                }
            }
            end(told, Self.unspoken)
            link.acquisitions.removeAll { $0.with { $0.isOver } }
            learn(hints, response.nodeEndpoints, unknown)
        }
    }

    /// Takes over what became of what was told of a partition.
    private func settle(
        _ told: [ToldRecords], _ slot: Int, _ link: ShareLink, _ code: KafkaErrorCode, _ message: String?,
        renewed: MonotonicInstant
    ) {
        if code == .none {
            link.refused[slot]?.didTake()
            for records in told { settle(records, nil, renewed: renewed) }
            return link.forgetRefused(slot)
        }
        let source = partitions[slot].source
        let error = KafkaClientError(
            code,
            """
            acknowledgements of partition \(source.partition) of topic '\(source.topic)' were not taken, so that some \
            member gets the records again
            """, message)
        let now = MonotonicInstant.now
        if mayTakeLater(code, after: link.refused[slot]?.failureCount ?? 0) {
            link.refused[slot, default: .init()].didFail(told, because: error, now: now, pause: pauseNs)
            return
        }
        var final = told
        if code == .invalidRecordState {
            for records in told {
                report(source, records.acquisition.with { $0.endLapsed(of: records.part, now: now) }, error)
            }
            final = link.refused[slot, default: .init()].didRefuse(told)
        }
        for records in final { settle(records, error, renewed: renewed) }
        link.forgetRefused(slot)
    }

    /// Whether the broker may take acknowledgements of a partition later that it has refused, as they are.
    ///
    /// A leader that can't have them kept (the group's share coordinator moves or loads) leaves the locks as they are, and tries anew when
    /// asked. One that does not lead any more, or does not share the partition, has no locks, nor has the next one: nothing is to be told
    /// there. What is wrong by itself stays so.
    ///
    /// Source: `SharePartition.rollbackOrProcessStateUpdates` and `fetchPersisterError` of Apache Kafka.
    private func mayTakeLater(_ code: KafkaErrorCode, after failureCount: Int) -> Bool {
        // Also what Kafka says when its coordinator's answer was lost.
        if code == .unknownServerError { return failureCount < Self.failureCountMax }
        return code.isRetriable && !Self.saysMoved(code)
    }

    /// So often an error of which nothing is known is taken for one that passes.
    private static let failureCountMax = 4

    private func settle(_ told: ToldRecords, _ error: KafkaClientError?, renewed: MonotonicInstant) {
        report(
            told.acquisition.source,
            told.acquisition.with { $0.didAnswer(told.part, isTaken: error == nil, renewed: renewed) }, error)
    }

    /// Nothing came of what was told, as far as is known.
    func end(_ told: [Int: [ToldRecords]], _ error: KafkaClientError) {
        for records in told.values.joined() { settle(records, error, renewed: .now) }
    }

    /// What was acquired at a broker is not this member's any more, or may not be.
    func endTenure(_ link: ShareLink, _ error: KafkaClientError) {
        for acquisition in link.acquisitions { report(acquisition.source, acquisition.with { $0.endAll() }, error) }
        link.forgetAll()
        checkCommits()
    }

    // MARK: Errors

    private func didFail(_ link: ShareLink, _ inFlight: ShareInFlight, _ error: KafkaClientError) {
        endTenure(link, error)
        end(inFlight.told, error)
        // A lost connection is told by itself.
        if !inFlight.connection.isClosed { inFlight.connection.close(error) }
    }

    /// The whole request was refused, and nothing of it was done. Locks are the member's, not its session's: a broker that knows no session,
    /// or one of another epoch, still keeps them, and those that it does not it refuses one by one. So what was acquired stays, and is told
    /// in the next session.
    ///
    /// Source: `SharePartitionManager.newContext` of Apache Kafka, by which a new session takes the place of one before and releases
    /// nothing, and `SharePartition.acknowledge`, which looks for the member.
    private func didRefuse(
        _ code: KafkaErrorCode, _ message: String?, _ broker: Int32, _ link: ShareLink, _ inFlight: ShareInFlight
    ) {
        let error = KafkaClientError(
            code, "broker \(broker) refused to share records with group '\(configuration.groupID)'", message,
            needs: .init("Read", group: configuration.groupID), of: cluster.metadata.user)
        link.session.reset()
        switch code {
        case .shareSessionNotFound, .invalidShareSessionEpoch:
            putBack(inFlight.told, link, error)
            // Once at once; a broker that says so of a session that it has just opened is left alone for a while.
            if link.refusalCount > 0 { rest(link) }
            link.refusalCount += 1
        case .groupAuthorizationFailed, .topicAuthorizationFailed, .clusterAuthorizationFailed, .unsupportedVersion,
            .invalidRequest, .invalidGroupId:
            endTenure(link, error)
            end(inFlight.told, error)
            fail(error)
        default:
            if code.isRetriable { putBack(inFlight.told, link, error) } else { end(inFlight.told, error) }
            if link.refusalCount == 0 {
                cluster.metadata.emit(.groupTroubled(group: configuration.groupID, error: error))
            }
            link.refusalCount += 1
            rest(link)
            refresh(Set(link.slots.map { partitions[$0].source.topic }))
        }
    }

    private func putBack(_ told: [Int: [ToldRecords]], _ link: ShareLink, _ error: KafkaClientError) {
        for (slot, records) in told { link.refused[slot, default: .init()].putBack(records, because: error) }
        for slot in told.keys { link.forgetRefused(slot) }
    }

    private func rest(_ link: ShareLink) {
        let pause = pauseNs(afterFailures: max(1, link.refusalCount))
        link.restsUntil = max(link.restsUntil, MonotonicInstant.now.advanced(byNanoseconds: pause))
        schedule(at: link.restsUntil)
    }

    /// How long a broker is left alone that has failed so often in a row, in nanoseconds.
    private func pauseNs(afterFailures count: Int) -> Int64 {
        let backoff = Backoff(cluster.configuration.retryBackoff, max: cluster.configuration.retryBackoffMax)
        return max(10_000_000, backoff.delayNs(attempt: count, chance: .random(in: -1...1)))
    }

    private func throttle(_ link: ShareLink, _ broker: Int32, _ milliseconds: Int32) {
        guard milliseconds > 0 else { return }
        let time = Duration.milliseconds(Int64(milliseconds))
        link.restsUntil = .now + time
        cluster.metadata.emit(.throttled(broker: broker, time: time))
    }

    private static func saysMoved(_ code: KafkaErrorCode) -> Bool {
        switch code {
        case .notLeaderOrFollower, .fencedLeaderEpoch, .unknownLeaderEpoch, .leaderNotAvailable,
            .unknownTopicOrPartition, .unknownTopicId, .inconsistentTopicId, .kafkaStorageError:
            true
        default: false
        }
    }

    /// Takes over what a fetch was answered of one partition.
    private func note(
        _ code: KafkaErrorCode, _ message: String?, _ leader: LeaderIDAndEpoch, _ slot: Int, _ broker: Int32,
        _ unknown: inout Set<String>, _ hints: inout [LeaderHint]
    ) {
        guard code != .none else {
            partitions[slot].failureCount = 0
            return
        }
        guard partitions[slot].isAssigned, partitions[slot].broker == broker else { return }
        let source = partitions[slot].source
        let error = KafkaClientError(
            code, "partition \(source.partition) of topic '\(source.topic)' can't be shared", message,
            needs: .init("Read", topic: source.topic), of: cluster.metadata.user)
        if code == .topicAuthorizationFailed || code == .groupAuthorizationFailed { return fail(error) }
        partitions[slot].failureCount += 1
        let backoff = Backoff(cluster.configuration.retryBackoff, max: cluster.configuration.retryBackoffMax)
        let pause = max(
            10_000_000, backoff.delayNs(attempt: partitions[slot].failureCount, chance: .random(in: -1...1)))
        partitions[slot].restsUntil = MonotonicInstant.now.advanced(byNanoseconds: pause)
        schedule(at: partitions[slot].restsUntil)
        if Self.saysMoved(code) {
            noteMove(leader, slot, &unknown, &hints)
        } else if partitions[slot].failureCount == 2 {
            // The first time is usual for a group that is new.
            cluster.metadata.emit(.groupTroubled(group: configuration.groupID, error: error))
        }
    }

    private func noteMove(
        _ leader: LeaderIDAndEpoch, _ slot: Int, _ unknown: inout Set<String>, _ hints: inout [LeaderHint]
    ) {
        let source = partitions[slot].source
        unknown.insert(source.topic)
        if leader.leaderID >= 0 {
            hints.append(
                LeaderHint(
                    topic: source.topic, topicID: partitions[slot].topicID, partition: source.partition,
                    leader: leader.leaderID, leaderEpoch: leader.leaderEpoch))
        }
    }
}
