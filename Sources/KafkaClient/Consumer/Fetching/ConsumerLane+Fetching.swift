import KafkaProtocol
import KafkaTransport

extension ConsumerLane {
    // MARK: Asking

    /// Pumps at the end of the loop's turn.
    func schedulePump() {
        if isPumpScheduled || isClosed { return }
        isPumpScheduled = true
        loop.atEndOfTurn { [weak self] in
            self?.assumeIsolated {
                $0.isPumpScheduled = false
                $0.pump()
            }
        }
    }

    /// Asks each broker that owes no answer for what is wanted of it.
    func pump() {
        if isClosed { return }
        for broker in links.keys { pump(broker) }
    }

    func pump(_ broker: Int32) {
        guard let link = links[broker], link.inFlight == nil, !link.slots.isEmpty || !link.changed.isEmpty else {
            return
        }
        let now = MonotonicInstant.now
        if link.throttledUntil > now { return schedule(at: link.throttledUntil) }
        guard let connection = readyConnection(broker) else { return }
        askForStarts(broker, link, connection, now: now)
        validatePositions(broker, link, connection, now: now)
        let asked = byteCountToAsk(link)
        guard asked > 0 else { return waitForMemory() }
        guard let request = takeRequest(broker, link, now: now) else { return }
        send(request, asked, broker, link, connection)
    }

    /// How many bytes may be asked for now; 0 for none.
    private func byteCountToAsk(_ link: FetchLink) -> Int {
        let taken = frames.frameByteCount + askedByteCount
        // One answer at a time is had whatever it takes.
        if taken == 0 { return link.window.byteCount }
        let left = bufferByteCountMax - taken
        return left >= min(link.window.byteCount, Self.askedByteCountMin) ? min(left, link.window.byteCount) : 0
    }

    /// With less memory left than this, more of it is waited for.
    private static let askedByteCountMin = 64 << 10

    private func waitForMemory() {
        frames.watch { [weak self, loop] in
            guard let self else { return }
            Task(executorPreference: loop) { await self.pump() }
        }
        // It may have come back before.
        if frames.frameByteCount == 0 { schedulePump() }
    }

    /// What to ask a broker for; nil when nothing is wanted of it.
    private func takeRequest(_ broker: Int32, _ link: FetchLink, now: MonotonicInstant) -> FetchSession.Request? {
        var earliestRest = MonotonicInstant.distantFuture
        var partitionByteCount: Int32 = 0
        if configuration.partitionByteCountMax == nil {
            partitionByteCount = Int32(clamping: link.window.partitionByteCount(among: link.slots.count))
        }
        func wish(_ slot: Int) -> FetchSession.Wish? {
            guard readings[slot].broker == broker else { return nil }
            readings[slot].isChanged = false
            if readings[slot].restsUntil > now {
                earliestRest = min(earliestRest, readings[slot].restsUntil)
                return nil
            }
            guard readings[slot].isWanted(now: now) else { return nil }
            var wish = readings[slot].wish
            wish.byteCountMax = max(wish.byteCountMax, partitionByteCount)
            return wish
        }
        let slots = link.session.isFull ? link.slotsInTurn() : link.changed
        link.changed.removeAll(keepingCapacity: true)
        let request = link.session.makeRequest(slots, wish)
        if earliestRest != .distantFuture { schedule(at: earliestRest) }
        // Nothing to be told, and nothing to be asked for.
        return link.session.partitionCount == 0 && request.forgotten.isEmpty ? nil : request
    }

    private func send(
        _ request: FetchSession.Request, _ byteCount: Int, _ broker: Int32, _ link: FetchLink,
        _ connection: BrokerConnection
    ) {
        var message = FetchRequest()
        message.maxWaitMs = maxWait(link).milliseconds
        message.minBytes = Int32(clamping: configuration.fetchByteCountMin)
        message.maxBytes = Int32(clamping: byteCount)
        message.isolationLevel = configuration.isolation.rawValue
        message.rackID = configuration.rack
        message.sessionID = request.id
        message.sessionEpoch = request.epoch
        message.forgottenTopics = forgottenTopics(of: request)
        let byNameOnly = topics.values.contains { $0.id == .zero && $0.readCount > 0 }
        let version: Int16
        do throws(KafkaClientError) {
            version = try connection.versions.newest(
                FetchRequest.self, atMost: byNameOnly ? 12 : .max, of: connection.endpoint)
        } catch {
            return fail(error)
        }
        message.topics = topics(of: request, comparesLogs: version >= Self.comparingFetchVersion)
        let began = MonotonicInstant.now
        link.inFlight = FetchInFlight(
            request: request, byteCount: byteCount, began: began, connection: connection)
        askedByteCount += byteCount
        connection.sendRaw(
            message, version: version, timeout: configuration.maxWait + connectionConfiguration.requestTimeout
        ) { [weak self, unowned connection] result in
            let read = result.flatMap { frame in
                Result.decoding(.fetch, from: connection.endpoint) { () throws(WireError) in
                    try ResponseFrame.decode(FetchResponse.self, version: version, frame)
                }
            }
            // The records stay where they were received.
            let buffer = (try? read.get())?.hasRecords == true ? connection.detachFrame() : nil
            let times = (began, connection.frameBegan, MonotonicInstant.now)
            let answer = AnswerBox(connection, read, buffer)
            self?.assumeIsolated { $0.didAnswer(broker, answer, times) }
        }
        schedule(at: began + configuration.maxWait + Self.silence)
    }

    /// How long the broker may wait for records. Not long while a partition is left out that may be wanted again any moment: a broker that
    /// has a request is asked for nothing else.
    private func maxWait(_ link: FetchLink) -> Duration {
        if link.session.partitionCount == 0 { return .zero }
        return queue.isAnyHeld ? min(configuration.maxWait, Self.maxWaitWhileHeld) : configuration.maxWait
    }

    private static let maxWaitWhileHeld = Duration.milliseconds(5)

    /// - Parameter comparesLogs: whether the broker compares what was read with its log. One that does not can't be told of it.
    private func topics(of request: FetchSession.Request, comparesLogs: Bool) -> [FetchRequest.Topic] {
        var asked: [FetchRequest.Topic] = []
        var indices: [String: Int] = [:]
        var last = ""
        for (slot, wish) in request.wishes {
            let source = readings[slot].source
            var partition = FetchRequest.Partition()
            partition.index = source.partition
            partition.currentLeaderEpoch = wish.leaderEpoch
            partition.fetchOffset = wish.offset
            if comparesLogs { partition.lastFetchedEpoch = wish.lastFetchedEpoch }
            partition.partitionMaxBytes = wish.byteCountMax
            if source.topic == last {
                asked[asked.count - 1].partitions.append(partition)
            } else if let index = indices[source.topic] {
                asked[index].partitions.append(partition)
            } else {
                last = source.topic
                indices[source.topic] = asked.count
                var topic = FetchRequest.Topic()
                topic.name = source.topic
                topic.topicID = topics[source.topic]?.id ?? .zero
                topic.partitions = [partition]
                asked.append(topic)
            }
        }
        return asked
    }

    private func forgottenTopics(of request: FetchSession.Request) -> [FetchRequest.ForgottenTopic] {
        var forgotten: [String: FetchRequest.ForgottenTopic] = [:]
        for slot in request.forgotten {
            let source = readings[slot].source
            var topic = forgotten[source.topic] ?? FetchRequest.ForgottenTopic()
            topic.name = source.topic
            topic.topicID = topics[source.topic]?.id ?? .zero
            topic.partitions.append(source.partition)
            forgotten[source.topic] = topic
        }
        return Array(forgotten.values)
    }
}
