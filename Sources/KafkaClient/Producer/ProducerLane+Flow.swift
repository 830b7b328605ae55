import KafkaProtocol
import KafkaTransport

/// What a builder on the same loop asks a lane.
final class LanePacing: BatchPacing, Sendable {
    private weak let lane: ProducerLane?
    /// Called on the loop when a broker that was busy may be sent to.
    let whenFree: @Sendable (Int32) -> Void
    let holdTimeMax: Duration

    init(_ lane: ProducerLane, whenFree: @escaping @Sendable (Int32) -> Void) {
        self.lane = lane
        holdTimeMax = min(.milliseconds(500), lane.configuration.deliveryTimeout / 8)
        self.whenFree = whenFree
    }

    var brokerCount: Int { lane?.assumeIsolated { $0.brokers.count } ?? 0 }

    func isBehind(_ topic: String, _ partition: Int32, byteCount: Int, openByteCount: Int) -> Bool {
        lane?.assumeIsolated { $0.isBehind(topic, partition, byteCount, openByteCount: openByteCount) } ?? false
    }

    func byteCountMax(_ topic: String) -> Int {
        lane?.assumeIsolated { $0.batchByteCountMax(topic) } ?? .max
    }

    func mustWait(_ topic: String, _ partition: Int32, now: MonotonicInstant) -> Int32? {
        lane?.assumeIsolated { $0.mustWait(topic, partition, self, now: now) }
    }
}

extension ProducerLane {
    /// Whether as many requests or batches are in flight as may be, and fewer bytes than would keep the leader busy. What is
    /// open must not leave the core's own cache, unless more than that is in flight as well.
    func isBehind(_ topic: String, _ partition: Int32, _ byteCount: Int, openByteCount: Int) -> Bool {
        guard let leader = queue.leader(topic, partition), let link = brokers[leader],
            openByteCount <= flowByteCount / 2,
            byteCount <= batchByteCountMax(topic)
        else { return false }
        let isAtLimit =
            link.inFlightCount >= min(configuration.inFlightPerBrokerMax, link.flow.requestCount)
            || queue.flightsCount(topic, partition) >= configuration.inFlightPerPartitionMax
        if link.flow.byteCount(atLeast: 0) > flowLeastOfBroker {
            return isAtLimit && link.inFlightByteCount < link.flow.byteCount(atLeast: 0)
        }
        // Beside a broker nothing is gained by more in flight than the cache holds.
        return isAtLimit && link.inFlightByteCount * 2 <= flowLeastOfBroker
    }

    func batchByteCountMax(_ topic: String) -> Int { queue.batchByteCountMax(topic, now: loop.turnBegan) }

    /// The broker for which a batch of a partition would have to wait: behind another one, for an answer, or for its time to
    /// depart. When that may be over, the builder is called. Where something has gone wrong, it is not to be waited for: records
    /// that may go to any partition go to others then.
    func mustWait(_ topic: String, _ partition: Int32, _ pacing: LanePacing, now: MonotonicInstant) -> Int32? {
        guard !isClosed, let leader = queue.leader(topic, partition), let link = brokers[leader],
            link.connection?.isReady == true, link.inFlightCount > 0, queue.isFlowing(topic, partition)
        else { return nil }
        if mayHaveMore(link), queue.mayTakeMore(topic, partition) {
            let departure = departure(link)
            if departure <= now || queue.readyByteCount(leader) >= byteCountAtOnce { return nil }
            schedule(at: departure)
        }
        if paced[leader]?.contains(where: { $0 === pacing }) != true { paced[leader, default: []].append(pacing) }
        return leader
    }

    /// Calls the builders that hold batches back for a broker.
    func releaseHeld(for broker: Int32) {
        guard let waiting = paced.removeValue(forKey: broker) else { return }
        for pacing in waiting { pacing.whenFree(broker) }
    }

    /// Calls the builders that hold batches back for brokers that may be sent to by now.
    func releaseHeld(now: MonotonicInstant) {
        for broker in paced.keys {
            if let link = brokers[broker], !mayHaveMore(link) || departure(link) > now { continue }
            releaseHeld(for: broker)
        }
    }

    /// When the next small request may be written to a broker that has one.
    func departure(_ link: BrokerLink) -> MonotonicInstant {
        link.sentAt + max(configuration.gatherTime, link.flow.interval(configuration.inFlightPerBrokerMax))
    }

    /// The bytes of a request that is not small.
    var byteCountAtOnce: Int { configuration.requestByteCountTarget / 4 }

    /// Whether one more request may be in flight to a broker: more would only wait there.
    func mayHaveMore(_ link: BrokerLink) -> Bool {
        let inFlightCount = link.inFlightCount
        if inFlightCount >= configuration.inFlightPerBrokerMax { return false }
        if link.flow.mustMeasure { return inFlightCount == 0 }
        if inFlightCount < 2 { return true }
        return inFlightCount < link.flow.requestCount
            && link.inFlightByteCount < link.flow.byteCount(atLeast: flowLeastOfBroker)
    }

    /// The bytes in flight that keep all brokers busy.
    private var flowByteCount: Int { max(measuredFlow, Self.flowLeast) }

    /// Counts anew how many bytes in flight keep all brokers busy.
    func recountFlow() {
        measuredFlow = brokers.values.reduce(0) { $0 + $1.flow.byteCount(atLeast: 0) }
    }

    /// Takes an answer to a request into account that carried so many bytes of batches.
    func noteFlow(of broker: Int32, _ byteCount: Int, _ times: AttemptTimes, wasAlone: Bool) {
        measuredFlow -= brokers[broker]!.flow.byteCount(atLeast: 0)
        brokers[broker]!.flow.didAnswer(byteCount, began: times.began, ended: times.ended, wasAlone: wasAlone)
        measuredFlow += brokers[broker]!.flow.byteCount(atLeast: 0)
    }

    /// Its share of what is in flight at least.
    var flowLeastOfBroker: Int { max(Self.flowLeastOfBroker, Self.flowLeast / max(1, brokers.count)) }

    /// Bytes in flight to brokers that are near. They stay in the core's own cache.
    private static let flowLeast = 1 << 20
    private static let flowLeastOfBroker = 128 << 10

    /// Tells the builders how much the lane has, so that they don't make more than is of use: enough to be in flight, and one
    /// request more.
    ///
    /// That holds while everything flows. What waits for a broker that is silent or away must not keep records from the others,
    /// nor from the memory that is there for just that.
    func reportFlow() {
        guard let report = flowReport else { return }
        var flow = PendingFlow(
            byteCount: queue.pendingByteCount, memoryByteCount: queue.pendingMemoryByteCount,
            enough: flowByteCount + configuration.requestByteCountTarget)
        if flow.byteCount >= flow.enough {
            let now = MonotonicInstant.now
            if now < troubledUntil { flow.enough = Self.enoughInTrouble }
            schedule(at: now + Self.troubleInterval)
        }
        if !report.tell(flow) { flowReport = nil }
    }

    /// More than any memory has.
    private static let enoughInTrouble = 1 << 50
    /// How often a lane that has enough looks whether its brokers answer.
    private static let troubleInterval = Duration.milliseconds(10)
    /// How long it is remembered that something went wrong.
    private static let troubleTime = Duration.milliseconds(50)

    /// Notes that batches wait because something went wrong.
    func noteTrouble(now: MonotonicInstant) { troubledUntil = max(troubledUntil, now + Self.troubleTime) }

    /// Notes whether batches wait because a broker is silent for longer than it should be, throttles, or can't be reached, or
    /// because a partition backs off, or because nothing at all is sent.
    func checkTrouble(now: MonotonicInstant) {
        let isEnough = queue.pendingByteCount >= flowByteCount
        stoppedSince = isEnough && inFlightTotal == 0 ? min(stoppedSince, now) : .distantFuture
        if !isEnough { return }
        // Connections are made when there is something for them, and what is built before they are is not for a broker's distance.
        let stopNsMax = brokers.values.contains(where: \.flow.isMeasured) ? 1 : FlowWindow.beginNsMax
        let isStopped = stoppedSince < now && now.nanoseconds(since: stoppedSince) >= stopNsMax
        let isSilent = brokers.contains { broker, link in
            if let throttled = link.throttled, throttled.upperBound > now { return true }
            let mustAnswer =
                link.connection?.isReady == true ? link.inFlightCount > 0 : queue.readyByteCount(broker) > 0
            return mustAnswer && now.nanoseconds(since: link.heardAt) >= link.flow.silenceNs
        }
        if isSilent || isStopped || !queue.backingOff.isEmpty {
            troubledUntil = max(troubledUntil, now + Self.troubleInterval + Self.troubleInterval)
        }
    }

    /// Notes where the memory of a batch comes from that the queue gets next.
    ///
    /// Of the batches of several builders it is not known who has how many. Then none is told, until the lane has nothing left.
    @inline(__always)
    func notePool(of batch: RecordBatch) {
        if hasSeveralPools || flowReport?.isTo(batch.pool) != true { changePool(to: batch.pool) }
    }

    private func changePool(to pool: BatchMemoryPool?) {
        hasSeveralPools = queue.pendingCount > 0
        flowReport = hasSeveralPools ? nil : pool.map { FlowReport(to: $0) }
    }
}
