import KafkaProtocol
import KafkaTransport

extension ShareLane {
    /// Asks each broker that owes no answer for records if some are wanted, and tells what is to be told.
    func pump() {
        if isClosed { return }
        let (wants, decided) = queue.look()
        for acquisition in decided {
            if let link = links[acquisition.broker] { addPending(acquisition, link) }
        }
        let isStrict = configuration.acquireMode == .strictLimit
        for broker in brokersInTurn {
            if isEnding { break }
            // Of one broker at a time, so that no more are acquired than were asked for.
            let mayFetch = !isStrict || !links.values.contains { $0.inFlight?.isFetch ?? false }
            pump(broker, wants: wants && mayFetch)
        }
    }

    /// So that none is asked before the others each time.
    private var brokersInTurn: [Int32] {
        links.sorted { ($0.value.lastAsked, $0.key) < ($1.value.lastAsked, $1.key) }.map(\.key)
    }

    private func pump(_ broker: Int32, wants: Bool) {
        guard let link = links[broker], link.inFlight == nil else { return }
        let now = MonotonicInstant.now
        let wanted = wants ? wantedSlots(link, now: now) : []
        if wanted.isEmpty, link.pending.isEmpty { return }
        if link.restsUntil > now { return schedule(at: link.restsUntil) }
        guard let connection = readyConnection(broker) else { return }
        dropRenewalsIfUnknown(link, connection)
        let isRenewal = link.pending.contains { $0.with { $0.hasRenewals } }
        // A fetch shares what it tells of; so what is shared no more is told of alone.
        let fits = link.session.isOpen || link.pending.isEmpty
        if !wanted.isEmpty, fits, !isRenewal, link.pending.allSatisfy({ wanted.contains($0.source.slot) }) {
            return fetch(wanted, broker, link, connection)
        }
        if link.pending.isEmpty { return }
        let due = (link.pendingSince ?? now) + Self.gathering
        if wanted.isEmpty, !isRenewal, commits.isEmpty, due > now { return schedule(at: due) }
        acknowledge(broker, link, connection, isRenewal: isRenewal)
    }

    /// How long acknowledgements wait for others when no records are asked for.
    private static let gathering = Duration.milliseconds(10)

    private func wantedSlots(_ link: ShareLink, now: MonotonicInstant) -> Set<Int> {
        var wanted: Set<Int> = []
        var earliest = MonotonicInstant.distantFuture
        for slot in link.slots {
            if partitions[slot].restsUntil > now {
                earliest = min(earliest, partitions[slot].restsUntil)
            } else {
                wanted.insert(slot)
            }
        }
        if earliest != .distantFuture { schedule(at: earliest) }
        return wanted
    }

    private func dropRenewalsIfUnknown(_ link: ShareLink, _ connection: BrokerConnection) {
        let version = (try? connection.versions.newest(ShareAcknowledgeRequest.self, of: connection.endpoint)) ?? 0
        if version >= 2 { return }
        for acquisition in link.pending {
            report(
                acquisition.source, acquisition.with { $0.dropRenewals() },
                KafkaClientError(
                    .unsupportedVersion,
                    "broker \(connection.endpoint) can't renew locks; Kafka 4.2 and newer can (KIP-1222)"))
        }
        link.pending.removeAll { !$0.with { $0.hasPending } }
        checkCommits()
    }

    // MARK: Requests

    /// Takes what is to be told, by slot.
    private func takePending(_ link: ShareLink) -> (told: [Int: [Acquisition]], batches: [Int: [AcknowledgementBatch]])
    {
        var told: [Int: [Acquisition]] = [:]
        var batches: [Int: [AcknowledgementBatch]] = [:]
        for acquisition in link.pending {
            let taken = acquisition.with { $0.takePending() }
            if taken.isEmpty { continue }
            told[acquisition.source.slot, default: []].append(acquisition)
            batches[acquisition.source.slot, default: []] += taken
        }
        link.pending = []
        link.pendingSince = nil
        return (told, batches.mapValues { $0.sorted { $0.firstOffset < $1.firstOffset } })
    }

    private func fetch(_ wanted: Set<Int>, _ broker: Int32, _ link: ShareLink, _ connection: BrokerConnection) {
        let version: Int16
        do throws(KafkaClientError) {
            version = try connection.versions.newest(ShareFetchRequest.self, of: connection.endpoint)
        } catch {
            return fail(error)
        }
        let (told, batches) = takePending(link)
        let session = link.session.makeFetch(wanted)
        var request = ShareFetchRequest()
        request.groupID = configuration.groupID
        request.memberID = memberID
        request.shareSessionEpoch = session.epoch
        request.maxWaitMs = configuration.maxWait.milliseconds
        request.minBytes = Int32(clamping: configuration.fetchByteCountMin)
        request.maxBytes = Int32(clamping: configuration.fetchByteCountMax)
        request.maxRecords = Int32(clamping: configuration.recordCountMax)
        request.batchSize = Int32(clamping: configuration.recordCountMax)
        request.shareAcquireMode = configuration.acquireMode.rawValue
        var topics: [KafkaUUID: ShareFetchRequest.Topic] = [:]
        for slot in Set(session.added).union(batches.keys) {
            var partition = ShareFetchRequest.Partition()
            partition.index = partitions[slot].source.partition
            partition.acknowledgementBatches = batches[slot] ?? []
            let id = partitions[slot].topicID
            topics[id, default: .init()].topicID = id
            topics[id]!.partitions.append(partition)
        }
        request.topics = Array(topics.values)
        var forgotten: [KafkaUUID: TopicIDPartitions] = [:]
        for slot in session.forgotten {
            let id = partitions[slot].topicID
            forgotten[id, default: TopicIDPartitions(topicID: id, partitions: [])].partitions
                .append(partitions[slot].source.partition)
        }
        request.forgottenTopics = Array(forgotten.values)
        queue.didAsk()
        let began = begin(told, link, connection, isFetch: true)
        connection.sendRaw(
            request, version: version, timeout: configuration.maxWait + connectionConfiguration.requestTimeout
        ) { [weak self, unowned connection] result in
            let read = result.flatMap { frame in
                Result.decoding(.shareFetch, from: connection.endpoint) { () throws(WireError) in
                    try ResponseFrame.decode(ShareFetchResponse.self, version: version, frame)
                }
            }
            let buffer = (try? read.get())?.hasRecords == true ? connection.detachFrame() : nil
            let answer = ShareAnswer(connection: connection, result: read, buffer: buffer, began: began)
            self?.assumeIsolated { $0.didFetch(broker, answer) }
        }
        schedule(at: began + configuration.maxWait + Self.silence)
    }

    private func acknowledge(
        _ broker: Int32, _ link: ShareLink, _ connection: BrokerConnection, isRenewal: Bool
    ) {
        let (told, batches) = takePending(link)
        if told.isEmpty { return checkCommits() }
        var request = acknowledgement(batches)
        request.shareSessionEpoch = link.session.epoch
        request.isRenewAck = isRenewal
        let began = begin(told, link, connection, isFetch: false)
        send(request, broker, link, connection, began)
        schedule(at: began + Self.silence)
    }

    /// Tells what is to be told for the last time. It may follow a request that is not answered yet: a broker works on them in order.
    func closeSession(_ broker: Int32) {
        guard let link = links[broker], let connection = link.connection, connection.isReady,
            link.session.isOpen || link.inFlight != nil
        else { return }
        let (told, batches) = takePending(link)
        var request = acknowledgement(batches)
        request.shareSessionEpoch = -1
        request.isRenewAck = told.values.contains { $0.contains { $0.with { $0.hasSentRenewals } } }
        guard let version = try? connection.versions.newest(ShareAcknowledgeRequest.self, of: connection.endpoint)
        else { return }
        closingCount += 1
        link.closing = told
        connection.send(request, version: version, timeout: .seconds(5) + configuration.maxWait) {
            [weak self, unowned connection] result in
            let box = ShareAcknowledgeBox(connection: connection, result: result)
            self?.assumeIsolated { lane in
                lane.closingCount -= 1
                let told = lane.links[broker]?.closing ?? [:]
                lane.links[broker]?.closing = [:]
                switch box.result {
                case .success(let response): lane.settle(told, response, isFinal: true)
                case .failure(let error): lane.end(told, error)
                }
                lane.checkFinished()
            }
        }
    }

    private func acknowledgement(_ batches: [Int: [AcknowledgementBatch]]) -> ShareAcknowledgeRequest {
        var request = ShareAcknowledgeRequest()
        request.groupID = configuration.groupID
        request.memberID = memberID
        var topics: [KafkaUUID: ShareAcknowledgeRequest.Topic] = [:]
        for (slot, batches) in batches {
            var partition = ShareAcknowledgeRequest.Partition()
            partition.index = partitions[slot].source.partition
            partition.acknowledgementBatches = batches
            let id = partitions[slot].topicID
            topics[id, default: .init()].topicID = id
            topics[id]!.partitions.append(partition)
        }
        request.topics = Array(topics.values)
        return request
    }

    private func begin(
        _ told: [Int: [Acquisition]], _ link: ShareLink, _ connection: BrokerConnection, isFetch: Bool
    ) -> MonotonicInstant {
        let began = MonotonicInstant.now
        link.inFlight = ShareInFlight(told: told, connection: connection, began: began, isFetch: isFetch)
        link.lastAsked = began
        return began
    }

    private func send(
        _ request: ShareAcknowledgeRequest, _ broker: Int32, _ link: ShareLink, _ connection: BrokerConnection,
        _ began: MonotonicInstant
    ) {
        let version: Int16
        do throws(KafkaClientError) {
            version = try connection.versions.newest(ShareAcknowledgeRequest.self, of: connection.endpoint)
        } catch {
            return fail(error)
        }
        connection.send(request, version: version) { [weak self, unowned connection] result in
            let box = ShareAcknowledgeBox(connection: connection, result: result)
            self?.assumeIsolated { $0.didAcknowledge(broker, box) }
        }
    }
}

/// Carries an answer to the lane, on its loop.
struct ShareAcknowledgeBox: @unchecked Sendable {
    // Unchecked: made and opened on one thread.
    let connection: BrokerConnection
    let result: Result<ShareAcknowledgeResponse, KafkaClientError>
}

/// Carries an answer to the lane, on its loop.
struct ShareAnswer: @unchecked Sendable {
    // Unchecked: made and opened on one thread.
    let connection: BrokerConnection
    let result: Result<ShareFetchResponse, KafkaClientError>
    /// The frame, if there are records in it.
    let buffer: FrameBuffer?
    let began: MonotonicInstant
}

extension ShareFetchResponse {
    var hasRecords: Bool { topics.contains { $0.partitions.contains { $0.records.byteCount > 0 } } }
}
