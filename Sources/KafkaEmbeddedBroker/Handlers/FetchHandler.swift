import KafkaProtocol
import KafkaTransport

// A fetch is answered at once when it finds enough; otherwise it parks until an append wakes it or its time is over.
// A client may tell what changes only (`ServedFetchSession`); faults and the log see all that it reads.
extension Session {
    func serveFetch(_ header: RequestHeader, _ reader: WireReader) {
        guard var request = Self.decode(FetchRequest.self, header, reader) else { return reject() }
        let session = takeFetchSession(&request)
        withFaults(header, targets: { request.targets(self.cluster) }) { plan in
            if let response = handleFetch(request, session, header, plan) { answer(response, to: header) }
        }
    }

    private func takeFetchSession(_ request: inout FetchRequest) -> ServedFetchSession.Answer {
        let slots = node.fetchSessions
        let now = MonotonicInstant.now
        let former = fetchSession.id
        let loop = shard.loop
        let isFull = request.sessionEpoch <= 0
        // It ends the former session, whose place the next one may have.
        if isFull { slots.giveBack(former) }
        let answer = fetchSession.take(&request) { partitionCount in
            slots.take(partitionCount: partitionCount, now: now) { [weak self] in
                guard let self else { return }
                Task(executorPreference: loop) { self.dropEvictedFetchSession() }
            }
        }
        if !isFull, fetchSession.id != former { slots.giveBack(former) }
        guard case .changes = answer,
            !slots.use(former, partitionCount: fetchSession.partitionCount, now: now)
        else { return answer }
        fetchSession = ServedFetchSession()
        return .refused(.fetchSessionIdNotFound)
    }

    /// Lets go of a session whose place another connection's has got; one that began meanwhile stays.
    private func dropEvictedFetchSession() {
        guard fetchSession.id != 0, !node.fetchSessions.has(fetchSession.id) else { return }
        fetchSession = ServedFetchSession()
        if let parkedFetch { finish(parkedFetch) { refused(.fetchSessionIdNotFound) } }
    }

    private func handleFetch(
        _ request: FetchRequest, _ session: ServedFetchSession.Answer, _ header: RequestHeader, _ plan: FaultPlan
    ) -> FetchResponse? {
        if case .refused(let code) = session { return refused(code) }
        let collected = collect(request, header, plan)
        let waitMs = Int64(max(0, request.maxWaitMs))
        if collected.isEnough || waitMs == 0 || plan.holdsAnswer || plan.disconnect != nil {
            return send(collected, session)
        }
        parkedFetch = ParkedFetch(
            request: request, session: session, header: header, plan: plan, throttleMs: throttleMs,
            deadline: .now + .milliseconds(waitMs), waiter: FetchWaiter {})
        park()
        return nil
    }

    /// Waits for bytes enough. Looks for them again after it has registered for more, so that none is missed.
    private func park() {
        guard var parked = parkedFetch else { return }
        let loop = shard.loop
        parked.waiter = FetchWaiter { [weak self] in
            guard let self else { return }
            Task(executorPreference: loop) { self.unpark(isTimeOver: false) }
        }
        parkedFetch = parked
        wait(until: parked.deadline) { $0.unpark(isTimeOver: true) }
        for topic in parked.request.topics {
            let log = find(topic, parked.header)
            for partition in topic.partitions { log?.partition(partition.index)?.notify(parked.waiter) }
        }
        let grown = parked.waiter.grownByteCount
        let collected = collect(parked.request, parked.header, parked.plan)
        if collected.isEnough { return finish(parked) { send(collected, parked.session) } }
        parked.waiter.wait(for: grown + collected.missingByteCount)
    }

    private func unpark(isTimeOver: Bool) {
        guard let parked = parkedFetch, isTimeOver || parked.waiter.isDone else { return }
        let collected = collect(parked.request, parked.header, parked.plan)
        if isTimeOver || collected.isEnough { finish(parked) { send(collected, parked.session) } } else { park() }
    }

    private func finish(_ parked: ParkedFetch, _ response: () -> FetchResponse) {
        parked.waiter.cancel()
        parkedFetch = nil
        throttleMs = parked.throttleMs
        answer(response(), to: parked.header)
        throttleMs = 0
        resume(throttleMs: parked.throttleMs)
    }

    private func refused(_ code: KafkaErrorCode) -> FetchResponse {
        var response = FetchResponse()
        response.throttleTimeMs = throttleMs
        response.errorCode = code
        return response
    }

    /// The answer. Its batches go to the output, in the order of the answer's splices.
    private func send(_ collected: CollectedFetch, _ session: ServedFetchSession.Answer) -> FetchResponse {
        output.batches.append(contentsOf: collected.batches)
        var response = collected.response
        response.throttleTimeMs = throttleMs
        switch session {
        case .whole, .refused: break
        case .first, .changes:
            var isWhole = false
            if case .first = session { isWhole = true }
            fetchSession.tell(&response, isWhole: isWhole)
        }
        return response
    }

    private func find(_ topic: FetchRequest.Topic, _ header: RequestHeader) -> Topic? {
        header.apiVersion >= 13 ? cluster.topic(id: topic.topicID) : cluster.topic(named: topic.name)
    }

    private func collect(_ request: FetchRequest, _ header: RequestHeader, _ plan: FaultPlan) -> CollectedFetch {
        var collected = CollectedFetch(
            minByteCount: Int(request.minBytes),
            byteCountMax: min(Int(max(0, request.maxBytes)), cluster.configuration.fetchByteCountMax),
            hintsAtLeaders: cluster.configuration.hintsAtLeaders && header.apiVersion >= 12)
        for asked in request.topics {
            let topic = find(asked, header)
            var answer = FetchResponse.Topic()
            answer.name = asked.name
            answer.topicID = asked.topicID
            answer.partitions = asked.partitions.map { partition in
                let found: PartitionLog.Fetched
                if let code = plan.error(topic: topic?.name, partition: partition.index)
                    ?? plan.errorAfterStore(topic: topic?.name, partition: partition.index)
                {
                    found = PartitionLog.Fetched(errorCode: code)
                } else if let log = topic?.partition(partition.index) {
                    found = log.read(
                        from: partition.fetchOffset,
                        byteCountMax: min(collected.byteCountLeft, Int(max(0, partition.partitionMaxBytes))),
                        takesFirst: collected.batches.isEmpty, node: node.id, epoch: partition.currentLeaderEpoch,
                        lastEpoch: header.apiVersion >= 12 ? partition.lastFetchedEpoch : -1,
                        isCommitted: request.isolationLevel == 1)
                } else {
                    let isUnknownID = topic == nil && header.apiVersion >= 13
                    found = PartitionLog.Fetched(errorCode: isUnknownID ? .unknownTopicId : .unknownTopicOrPartition)
                }
                return collected.add(found, partition.index)
            }
            collected.response.topics.append(answer)
        }
        if collected.hasMoved, header.apiVersion >= 16 {
            collected.response.nodeEndpoints = cluster.advertisedNodes
        }
        return collected
    }
}

extension FetchRequest: TargetedRequest {
    func targets(_ cluster: Cluster) -> [FaultScript.Target] {
        topics.flatMap { topic in
            let name = topic.topicID == .zero ? topic.name : cluster.topic(id: topic.topicID)?.name
            return topic.partitions.map { FaultScript.Target(topic: name, partition: $0.index) }
        }
    }
}
