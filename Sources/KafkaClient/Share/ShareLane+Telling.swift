import KafkaProtocol
import KafkaTransport

extension ShareLane {
    // MARK: What is told

    /// Takes what is to be told, by slot. What was refused of a partition is told before all else of it, one part at a time.
    ///
    /// - Parameter withRenewals: whether the request may renew locks. A user may decide on a renewal at any moment, also when it was just
    ///   found that there is none.
    private func takePending(
        _ link: ShareLink, withRenewals: Bool
    ) -> (told: [Int: [ToldRecords]], batches: [Int: [AcknowledgementBatch]]) {
        var told: [Int: [ToldRecords]] = [:]
        let now = MonotonicInstant.now
        for slot in link.refused.keys where link.refused[slot]!.isDue(now: now) {
            if let part = link.refused[slot]!.next() { told[slot] = part } else { link.refused[slot] = nil }
        }
        let refused = link.refused
        var left: [Acquisition] = []
        for acquisition in link.pending {
            guard refused[acquisition.source.slot] == nil else {
                left.append(acquisition)
                continue
            }
            let (parts, hasMore) = acquisition.with { ($0.takePending(withRenewals: withRenewals), $0.hasPending) }
            if hasMore { left.append(acquisition) }
            told[acquisition.source.slot, default: []] += parts.map { ToldRecords(acquisition: acquisition, part: $0) }
        }
        for renewal in link.renewals { told[renewal.acquisition.source.slot, default: []].append(renewal) }
        link.renewals = []
        link.pending = left
        if link.pending.isEmpty { link.pendingSince = nil }
        let batches = told.mapValues { told in
            told.flatMap { told in told.acquisition.with { $0.batches(of: told.part) } }
                .sorted { $0.firstOffset < $1.firstOffset }
        }
        return (told, batches.filter { !$0.value.isEmpty })
    }

    private func begin(
        _ told: [Int: [ToldRecords]], _ link: ShareLink, _ connection: BrokerConnection, isFetch: Bool
    ) -> MonotonicInstant {
        let began = MonotonicInstant.now
        link.inFlight = ShareInFlight(
            told: told, connection: connection, began: began, isFetch: isFetch, isOpening: !link.session.isOpen)
        link.lastAsked = began
        schedule(at: silenceEnd(of: link.inFlight!))
        return began
    }

    // MARK: Requests

    func fetch(_ wanted: Set<Int>, _ broker: Int32, _ link: ShareLink, _ connection: BrokerConnection) {
        guard let version = version(of: ShareFetchRequest.self, connection) else { return }
        let (told, batches) = takePending(link, withRenewals: false)
        var request = fetchRequest(wanted, link, telling: batches)
        request.maxWaitMs = configuration.maxWait.milliseconds
        request.minBytes = Int32(clamping: configuration.fetchByteCountMin)
        request.maxRecords = Int32(clamping: configuration.recordCountMax)
        request.batchSize = request.maxRecords
        queue.didAsk()
        let began = begin(told, link, connection, isFetch: true)
        send(request, version, broker, connection, began)
    }

    /// Opens a session and acquires nothing, so that acknowledgements can be told in it: the request that opens one may not bring any.
    ///
    /// It names all partitions of which something was acquired: with its end the broker gives back what it names.
    func openSession(_ broker: Int32, _ link: ShareLink, _ connection: BrokerConnection) {
        guard let version = version(of: ShareFetchRequest.self, connection) else { return }
        let slots = link.slots.union(link.acquisitions.map(\.source.slot))
        var request = fetchRequest(slots, link, telling: [:])
        (request.maxWaitMs, request.minBytes, request.maxRecords, request.batchSize) = (0, 0, 0, 0)
        let began = begin([:], link, connection, isFetch: false)
        send(request, version, broker, connection, began)
    }

    /// The newest version that both sides know; the consumer ends where there is none.
    private func version<Request: KafkaRequest>(of type: Request.Type, _ connection: BrokerConnection) -> Int16? {
        do throws(KafkaClientError) { return try connection.versions.newest(type, of: connection.endpoint) } catch {
            fail(error)
            return nil
        }
    }

    private func fetchRequest(
        _ wanted: Set<Int>, _ link: ShareLink, telling batches: [Int: [AcknowledgementBatch]]
    ) -> ShareFetchRequest {
        let session = link.session.makeFetch(
            Dictionary(uniqueKeysWithValues: wanted.map { ($0, partitions[$0].topicID) }))
        var request = ShareFetchRequest()
        request.groupID = configuration.groupID
        request.memberID = memberID
        request.shareSessionEpoch = session.epoch
        request.maxBytes = Int32(clamping: configuration.fetchByteCountMax)
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
        for former in session.forgotten {
            forgotten[former.topicID, default: TopicIDPartitions(topicID: former.topicID, partitions: [])].partitions
                .append(partitions[former.slot].source.partition)
        }
        request.forgottenTopics = Array(forgotten.values)
        return request
    }

    private func send(
        _ request: ShareFetchRequest, _ version: Int16, _ broker: Int32, _ connection: BrokerConnection,
        _ began: MonotonicInstant
    ) {
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
    }

    /// Nothing is sent when all has ended that was to be told.
    func acknowledge(_ broker: Int32, _ link: ShareLink, _ connection: BrokerConnection) {
        guard let version = version(of: ShareAcknowledgeRequest.self, connection) else { return }
        let (told, batches) = takePending(link, withRenewals: Self.canRenew(version))
        if batches.isEmpty { return checkCommits() }
        let request = acknowledgement(batches, epoch: link.session.epoch)
        _ = begin(told, link, connection, isFetch: false)
        connection.send(request, version: version) { [weak self, unowned connection] result in
            let box = ShareAcknowledgeBox(connection: connection, result: result)
            self?.assumeIsolated { $0.didAcknowledge(broker, box) }
        }
    }

    func acknowledgement(_ batches: [Int: [AcknowledgementBatch]], epoch: Int32) -> ShareAcknowledgeRequest {
        var request = ShareAcknowledgeRequest()
        request.groupID = configuration.groupID
        request.memberID = memberID
        request.shareSessionEpoch = epoch
        request.isRenewAck = batches.values.contains {
            $0.contains { $0.acknowledgeTypes.contains(Acknowledgement.renew.rawValue) }
        }
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
