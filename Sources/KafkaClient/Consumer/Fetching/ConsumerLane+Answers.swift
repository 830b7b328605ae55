import KafkaProtocol
import KafkaTransport

/// Carries an answer to the lane, on its loop.
struct AnswerBox: @unchecked Sendable {
    // Unchecked: made and opened on one thread.
    let connection: BrokerConnection
    let result: Result<FetchResponse, KafkaClientError>
    /// The frame, if there are records in it.
    let buffer: FrameBuffer?

    init(
        _ connection: BrokerConnection, _ result: Result<FetchResponse, KafkaClientError>, _ buffer: FrameBuffer?
    ) {
        self.connection = connection
        self.result = result
        self.buffer = buffer
    }
}

extension FetchResponse {
    var hasRecords: Bool { topics.contains { $0.partitions.contains { $0.records.byteCount > 0 } } }
}

extension ConsumerLane {
    typealias AnswerTimes = (began: MonotonicInstant, firstByte: MonotonicInstant, ended: MonotonicInstant)

    /// What the partitions of an answer have brought together.
    struct Harvest {
        var runs: [FetchedRun] = []
        var problems: [(slot: Int, kind: ConsumerProblem.Kind, error: KafkaClientError)] = []
        var topicsToRefresh: Set<String> = []
        var hints: [LeaderHint] = []
        var byteCount = 0
    }

    func didAnswer(_ broker: Int32, _ answer: AnswerBox, _ times: AnswerTimes) {
        guard !isClosed, let link = links[broker], let inFlight = link.inFlight,
            inFlight.connection === answer.connection
        else { return }
        link.inFlight = nil
        askedByteCount -= inFlight.byteCount
        switch answer.result {
        case .failure(let error):
            link.session.reset(isGone: false)
            // A lost connection is told by itself.
            if error.code == .protocolViolation { answer.connection.close(error) }
        case .success(let response):
            link.health.didOpen()
            if response.throttleTimeMs > 0 {
                let time = Duration.milliseconds(Int64(response.throttleTimeMs))
                link.throttledUntil = times.ended + time
                cluster.metadata.emit(.throttled(broker: broker, time: time))
            }
            take(response, inFlight, answer.buffer, broker, link, times)
        }
    }

    private func take(
        _ response: FetchResponse, _ inFlight: FetchInFlight, _ buffer: FrameBuffer?, _ broker: Int32,
        _ link: FetchLink, _ times: AnswerTimes
    ) {
        if response.errorCode != .none { return didRefuseSession(response.errorCode, broker, link) }
        guard link.session.didAnswer(inFlight.request, id: response.sessionID) else {
            link.session.reset(isGone: true)
            return inFlight.connection.close(
                KafkaClientError(.protocolViolation, "broker \(broker) answered for another fetch session"))
        }
        var harvest = Harvest()
        let answer = buffer.map {
            FetchedAnswer(
                $0,
                FetchExchange(broker: broker, began: times.began, ended: times.ended, byteCount: $0.frame.count))
        }
        for topic in response.topics {
            guard let name = topicNames[topic.topicID] ?? (topic.name.isEmpty ? nil : topic.name),
                let slots = topics[name]?.slots
            else { continue }
            for partition in topic.partitions {
                // What was not asked for is not looked at.
                guard let slot = slots[partition.index] else { continue }
                take(partition, slot, broker, link, answer, &harvest)
            }
        }
        if harvest.byteCount > 0 {
            link.window.didAnswer(
                asked: inFlight.byteCount, answered: harvest.byteCount,
                firstByteNs: times.firstByte.nanoseconds(since: times.began),
                lastByteNs: times.ended.nanoseconds(since: times.began))
        }
        learn(harvest, response, broker)
        // The broker works on the next request while this answer is looked at.
        pump(broker)
        deliver(&harvest)
        for problem in harvest.problems { solve(problem.slot, problem.kind, problem.error) }
        if !harvest.problems.isEmpty { pump(broker) }
    }

    private func take(
        _ partition: FetchResponse.Partition, _ slot: Int, _ broker: Int32, _ link: FetchLink,
        _ answer: FetchedAnswer?, _ harvest: inout Harvest
    ) {
        // Its reading has begun anew somewhere meanwhile, or goes on at another broker.
        guard readings[slot].isReading(at: broker),
            link.session.offset(of: slot) == readings[slot].position.offset
        else { return }
        let position = readings[slot].position
        if partition.errorCode != .none {
            return didFail(slot, partition, broker, &harvest)
        }
        readings[slot].failureCount = 0
        readings[slot].highWatermark = partition.highWatermark
        readings[slot].lastStableOffset = partition.lastStableOffset
        readings[slot].logStartOffset = partition.logStartOffset
        if partition.divergingEpoch.endOffset >= 0, partition.divergingEpoch.endOffset < position.offset {
            return harvest.problems.append(truncation(slot, to: partition.divergingEpoch.endOffset))
        }
        if partition.preferredReadReplica >= 0, partition.preferredReadReplica != broker {
            readings[slot].replica = (
                partition.preferredReadReplica, .now + cluster.configuration.metadataMaxAge
            )
            place(slot, at: partition.preferredReadReplica)
        }
        guard let answer, case .located(let range) = partition.records, !range.isEmpty else { return }
        harvest.byteCount += range.count
        link.lastSlot = slot
        var aborted: AbortedTransactions?
        if configuration.isolation == .readCommitted, let listed = partition.abortedTransactions, !listed.isEmpty {
            aborted = AbortedTransactions(listed)
        }
        let frame = answer.buffer.frame
        let batches = PartitionBatches(
            range, in: frame.bytes, from: position, aborted: aborted)
        for run in batches.runs {
            harvest.runs.append(
                FetchedRun(
                    answer: answer, source: readings[slot].source, position: run.range.lowerBound,
                    end: run.range.upperBound,
                    firstOffset: run.firstOffset))
        }
        if batches.next != position {
            readings[slot].position = batches.next
            touch(slot)
        }
        if let kind = batches.problem {
            harvest.problems.append((slot, kind, corruption(slot, batches.error)))
        } else if let cut = batches.cutByteCount {
            askForMore(slot, cut, &harvest)
        }
    }

    /// Asks for a batch that a broker has cut, whole.
    private func askForMore(_ slot: Int, _ byteCount: Int, _ harvest: inout Harvest) {
        guard byteCount <= connectionConfiguration.responseByteCountMax,
            byteCount > Int(readings[slot].byteCountMax)
        else {
            return harvest.problems.append(
                (
                    slot, .corruptBatch(next: nil),
                    corruption(
                        slot, RecordBatchError(.truncated, at: 0, "the broker cuts a batch of \(byteCount) bytes"))
                ))
        }
        readings[slot].byteCountMax = Int32(clamping: byteCount)
        touch(slot)
    }

    /// Checks what has come, and puts it into the queue.
    private func deliver(_ harvest: inout Harvest) {
        var runs: [FetchedRun] = []
        runs.reserveCapacity(harvest.runs.count)
        var damaged: Set<Int> = []
        for var run in harvest.runs {
            let slot = run.source.slot
            // What lies behind a damaged batch is read again, when it is decided how.
            if damaged.contains(slot) { continue }
            if let header = run.verify() {
                damaged.insert(slot)
                let offset = max(run.firstOffset, header.baseOffset)
                readings[slot].position = FetchPosition(offset: offset)
                harvest.problems.removeAll { $0.slot == slot }
                let error = RecordBatchError(
                    .checksumMismatch(stored: header.crc, computed: 0), at: 17, "the checksum is not that of the batch")
                harvest.problems.append((slot, .corruptBatch(next: header.nextOffset), corruption(slot, error)))
            }
            if run.position < run.end { runs.append(run) }
        }
        for slot in queue.push(runs) {
            readings[slot].isHeld = true
            touch(slot)
        }
    }

    private func didRefuseSession(_ code: KafkaErrorCode, _ broker: Int32, _ link: FetchLink) {
        let isGone = code == .fetchSessionIdNotFound || code == .invalidFetchSessionEpoch
        link.session.reset(isGone: isGone)
        switch code {
        case .fetchSessionIdNotFound, .invalidFetchSessionEpoch: break
        case .fetchSessionTopicIdError, .unknownTopicId, .inconsistentTopicId:
            refresh(Set(topics.filter { $0.value.readCount > 0 }.keys))
            rest(broker)
        default: rest(broker)
        }
        pump(broker)
    }
}
