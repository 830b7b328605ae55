// The network side of one lane: takes batches, keeps a connection to each broker it needs, sends what the queue says, and
// tells of deliveries. The logic is in `ProduceQueue`; here are the clock, the sockets and the timers.

import KafkaProtocol
public import KafkaTransport
import Synchronization

/// One lane of a producer: an actor on an event loop, with its own connections.
///
/// As a `BatchSink` it takes batches from any thread; from its own loop without a hop.
public actor ProducerLane: BatchSink {
    public nonisolated let loop: EventLoop
    public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    let configuration: ProducerConfiguration
    let cluster: Cluster
    private let connectionConfiguration: ConnectionConfiguration
    private let deliveries: any DeliverySink
    private let inFlightLimit: InFlightLimit?
    private nonisolated let inbox = Mutex<[RecordBatch]>([])

    var queue: ProduceQueue
    var brokers: [Int32: BrokerLink] = [:]
    private var snapshot: ClusterSnapshot?
    private var isPumpScheduled = false
    private var isPumping = false
    private var mustPumpAgain = false
    /// Stands in line for a place, or one is on its way.
    private(set) var waitsForLimit = false
    /// A place that was handed over and is not used yet.
    private var hasPlace = false
    private var whenLimitAnswered: [CheckedContinuation<Void, Never>] = []
    private var inFlightTotal = 0
    private var refreshing: Set<String> = []
    private var tasks: [Int: Task<Void, Never>] = [:]
    private var nextTask = 0
    private let timer: OwnedTimer
    private var timerAtNs = Int64.max
    /// Who waits until which epoch has ended, in order of epochs.
    private var drained: [(epoch: Int, continuation: CheckedContinuation<Void, Never>)] = []
    private var isClosed = false

    /// What a lane keeps of a broker.
    struct BrokerLink {
        var connection: BrokerConnection?
        var inFlightCount = 0
        /// Consecutive failures to connect.
        var failures = 0
    }

    public init(
        _ configuration: ProducerConfiguration, on loop: EventLoop, cluster: Cluster,
        connection: ConnectionConfiguration, inFlightLimit: InFlightLimit? = nil,
        deliveriesTo deliveries: any DeliverySink
    ) {
        self.configuration = configuration
        self.loop = loop
        self.cluster = cluster
        connectionConfiguration = connection
        self.inFlightLimit = inFlightLimit
        self.deliveries = deliveries
        timer = OwnedTimer(on: loop)
        queue = ProduceQueue(configuration)
    }

    // MARK: Taking batches

    /// Takes batches in order; each comes to exactly one delivery.
    public nonisolated func accept(_ batches: [RecordBatch]) {
        if loop.isCurrent {
            return assumeIsolated {
                // What other threads handed over before comes before.
                $0.takeInbox()
                $0.take(batches)
            }
        }
        let isFirst = inbox.withLock { inbox in
            inbox.append(contentsOf: batches)
            return inbox.count == batches.count
        }
        // One job for all that arrives until it runs, so that the order holds.
        if isFirst { Task(executorPreference: loop) { await self.takeInbox() } }
    }

    /// One batch; see `accept`.
    public nonisolated func produce(_ batch: RecordBatch) { accept([batch]) }

    public nonisolated func finish() {}

    private func takeInbox() {
        let batches = inbox.withLock { inbox in
            defer { inbox = [] }
            return inbox
        }
        if !batches.isEmpty { take(batches) }
    }

    private func take(_ batches: [RecordBatch]) {
        var effects = ProduceQueue.Effects()
        let now = MonotonicClock.nowNs()
        for batch in batches { queue.enqueue(batch, nowNs: now, &effects) }
        if isClosed { queue.failWaiting(Self.closedError, nowNs: now, &effects) }
        act(on: effects)
        pump(isEndOfTurn: false)
    }

    // MARK: Sending

    /// Sends what is ready. A request leaves when it is full, or at the end of the turn when waiting would gain nothing.
    ///
    /// A request that ends at once (acks 0) calls back into here: it is done by the call that is under way, or a long queue
    /// would become a deep stack.
    func pump(isEndOfTurn: Bool) {
        if isPumping {
            mustPumpAgain = true
            return
        }
        isPumping = true
        repeat {
            mustPumpAgain = false
            sendReady(isEndOfTurn: isEndOfTurn)
        } while mustPumpAgain
        isPumping = false
        if !isEndOfTurn, !isPumpScheduled, !queue.readyBrokers.isEmpty {
            isPumpScheduled = true
            loop.atEndOfTurn { [weak self] in
                self?.assumeIsolated {
                    $0.isPumpScheduled = false
                    $0.pump(isEndOfTurn: true)
                }
            }
        }
    }

    private func sendReady(isEndOfTurn: Bool) {
        for broker in queue.readyBrokers {
            while mayLeave(broker, isEndOfTurn: isEndOfTurn) {
                guard let connection = readyConnection(broker) else { break }
                guard takePlace() else { return }
                send(queue.takeRequest(for: broker, nowNs: MonotonicClock.nowNs()), to: broker, connection)
            }
        }
    }

    private func mayLeave(_ broker: Int32, isEndOfTurn: Bool) -> Bool {
        let byteCount = queue.readyByteCount(broker)
        let inFlightCount = brokers[broker]?.inFlightCount ?? 0
        guard byteCount > 0, inFlightCount < configuration.inFlightPerBrokerMax,
            inFlightTotal < configuration.inFlightMax
        else { return false }
        if byteCount >= configuration.requestByteCountTarget { return true }
        guard isEndOfTurn else { return false }
        if inFlightCount == 0 { return true }
        let leaveAtNs = queue.readySinceNs(broker) &+ configuration.gatherTime.nanoseconds
        if leaveAtNs <= MonotonicClock.nowNs() { return true }
        schedule(atNs: leaveAtNs)
        return false
    }

    /// A place under the limit that all lanes share.
    private func takePlace() -> Bool {
        guard let inFlightLimit else { return true }
        if hasPlace {
            hasPlace = false
            return true
        }
        if waitsForLimit { return false }
        let isTaken = inFlightLimit.take(for: ObjectIdentifier(self)) { [weak self, loop, inFlightLimit] in
            // Never at once, even on this loop: the place is given back in the middle of another lane's or this one's work.
            guard let self else { return inFlightLimit.give() }
            Task(executorPreference: loop) { await self.didGetPlace() }
        }
        waitsForLimit = !isTaken
        return isTaken
    }

    private func didGetPlace() {
        waitsForLimit = false
        hasPlace = true
        pump(isEndOfTurn: true)
        if hasPlace {
            // Nothing is left to send, or not yet: others may have more use for it.
            hasPlace = false
            inFlightLimit?.give()
        }
        for continuation in whenLimitAnswered { continuation.resume() }
        whenLimitAnswered = []
    }

    private func send(_ request: ProduceQueue.Request, to broker: Int32, _ connection: BrokerConnection) {
        brokers[broker]!.inFlightCount += 1
        inFlightTotal += 1
        connection.produce(
            request, acks: configuration.acks, timeout: connectionConfiguration.requestTimeout
        ) { [weak self] beginNs, result in
            self?.assumeIsolated { $0.didAnswer(request, broker, beginNs, result) }
        }
    }

    private func didAnswer(
        _ request: ProduceQueue.Request, _ broker: Int32, _ beginNs: Int64,
        _ result: Result<[AttemptOutcome], KafkaClientError>
    ) {
        brokers[broker]?.inFlightCount -= 1
        inFlightTotal -= 1
        // Before the place is given back: another lane's request begins after this one's end.
        let now = MonotonicClock.nowNs()
        inFlightLimit?.give()
        var effects = ProduceQueue.Effects()
        effects.deliveries.reserveCapacity(request.items.count)
        for (index, item) in request.items.enumerated() {
            let outcome: AttemptOutcome
            switch result {
            case .success(let outcomes): outcome = outcomes[index]
            case .failure(let error): outcome = .unanswered(error)
            }
            item.pending.exchanges.append(outcome.exchange(broker, configuration.acks, beginNs: beginNs, endNs: now))
            queue.complete(item, outcome, nowNs: now, chance: Double.random(in: -1...1), &effects)
        }
        act(on: effects)
        pump(isEndOfTurn: false)
    }

    // MARK: Consequences

    func act(on effects: ProduceQueue.Effects) {
        if !effects.deliveries.isEmpty { deliveries.accept(effects.deliveries) }
        if !effects.topicsToRefresh.isEmpty { refresh(effects.topicsToRefresh) }
        if let next = queue.nextTickNs { schedule(atNs: next) }
        if queue.pendingCount > 0, timerAtNs == .max {
            schedule(atNs: MonotonicClock.nowNs() + Self.expiryIntervalNs)
        }
        while let (epoch, continuation) = drained.first, queue.epochs.first > epoch {
            drained.removeFirst()
            continuation.resume()
        }
    }

    private static let expiryIntervalNs: Int64 = 1_000_000_000

    private func schedule(atNs: Int64) {
        if atNs >= timerAtNs || isClosed && queue.pendingCount == 0 { return }
        timerAtNs = atNs
        let delayMs = max(0, (atNs - MonotonicClock.nowNs() + 999_999) / 1_000_000)
        timer.schedule(afterMs: delayMs) { [weak self] in
            self?.assumeIsolated { $0.tick() }
        }
    }

    private func tick() {
        timerAtNs = .max
        var effects = ProduceQueue.Effects()
        queue.tick(nowNs: MonotonicClock.nowNs(), &effects)
        act(on: effects)
        pump(isEndOfTurn: true)
    }

    private func refresh(_ topics: Set<String>) {
        let wanted = topics.subtracting(refreshing)
        if wanted.isEmpty || isClosed { return }
        refreshing.formUnion(wanted)
        run { [self] in
            do {
                let snapshot = try await cluster.refresh(wanted)
                didRefresh(wanted, snapshot)
            } catch {
                // Brokers can't be asked: batches wait for their deadline, and this is tried again.
                try? await Task.sleep(for: configuration.retryBackoff)
                didRefresh(wanted, nil)
            }
        }
    }

    private func didRefresh(_ topics: Set<String>, _ snapshot: ClusterSnapshot?) {
        refreshing.subtract(topics)
        var effects = ProduceQueue.Effects()
        if let snapshot {
            self.snapshot = snapshot
            for (id, link) in brokers where snapshot.brokers[id] != link.connection?.endpoint && link.inFlightCount == 0
            {
                link.connection?.close()
                brokers[id]?.connection = nil
            }
            queue.apply(snapshot, nowNs: MonotonicClock.nowNs(), &effects)
        }
        // What still has no leader asks again after a pause, not at once.
        let unsettled = effects.topicsToRefresh.union(snapshot == nil ? topics : [])
        effects.topicsToRefresh = []
        act(on: effects)
        pump(isEndOfTurn: true)
        if !unsettled.isEmpty, queue.pendingCount > 0, !isClosed {
            run { [self] in
                try? await Task.sleep(for: configuration.retryBackoff)
                refresh(unsettled)
            }
        }
    }

    /// Runs a task that `close` ends.
    private func run(_ body: @escaping () async -> Void) {
        let id = nextTask
        nextTask += 1
        tasks[id] = Task {
            await body()
            tasks[id] = nil
        }
    }

    // MARK: Connections

    private func readyConnection(_ broker: Int32) -> BrokerConnection? {
        if let connection = brokers[broker]?.connection {
            if connection.isReady { return connection }
            if connection.state != .closed { return nil }
        }
        guard let endpoint = snapshot?.brokers[broker] else {
            refreshLeaders(of: broker)
            return nil
        }
        let connection = BrokerConnection(to: endpoint, on: loop, connectionConfiguration)
        brokers[broker, default: BrokerLink()].connection = connection
        connection.onLost = { [weak self] error in self?.assumeIsolated { $0.refreshLeaders(of: broker, error) } }
        connection.open { [weak self] error in
            self?.assumeIsolated { $0.didOpen(broker, error) }
        }
        return nil
    }

    private func didOpen(_ broker: Int32, _ error: KafkaClientError?) {
        guard let error else {
            brokers[broker]?.failures = 0
            return pump(isEndOfTurn: true)
        }
        brokers[broker]?.connection = nil
        brokers[broker]?.failures += 1
        refreshLeaders(of: broker, error)
    }

    /// A broker that can't be reached: its batches wait a while, and perhaps somebody else leads by then.
    private func refreshLeaders(of broker: Int32, _ reason: KafkaClientError? = nil) {
        let pause = Backoff(configuration.retryBackoff, max: configuration.retryBackoffMax)
            .delayNs(attempt: max(1, brokers[broker]?.failures ?? 1), chance: Double.random(in: -1...1))
        let topics = queue.topicNames
        queue.backOff(broker: broker, untilNs: MonotonicClock.nowNs() + pause, reason: reason)
        var effects = ProduceQueue.Effects()
        effects.topicsToRefresh = topics
        act(on: effects)
    }

    // MARK: Ending

    private static let closedError = KafkaClientError(.closed, "the producer was closed before the batch was sent")

    /// Batches that have not come to their end.
    public var pendingCount: Int { queue.pendingCount }

    /// Produce requests that are written and not answered.
    public var inFlightCount: Int { inFlightTotal }

    /// Waits until every batch that was taken before has its delivery, and for none that comes later.
    public func drain() async {
        takeInbox()
        pump(isEndOfTurn: true)
        await withCheckedContinuation { continuation in
            // Here, not before the `await`, which may let the last delivery in.
            if let epoch = queue.beginEpoch() {
                drained.append((epoch, continuation))
            } else {
                continuation.resume()
            }
        }
    }

    /// Fails what is still there and closes the connections; the delivery sink is told that it has all.
    ///
    /// When this returns nothing of the lane is under way, and its loop may be shut down. A batch that is handed over later
    /// comes back at once as failed.
    public func close() async {
        if !isClosed { end() }
        for task in tasks.values {
            task.cancel()
            await task.value
        }
        // A place that is on its way is waited for, and passed on.
        if waitsForLimit, inFlightLimit?.withdraw(ObjectIdentifier(self)) == true { waitsForLimit = false }
        await withCheckedContinuation { continuation in
            if waitsForLimit { whenLimitAnswered.append(continuation) } else { continuation.resume() }
        }
    }

    private func end() {
        takeInbox()
        isClosed = true
        var effects = ProduceQueue.Effects()
        queue.failWaiting(Self.closedError, nowNs: MonotonicClock.nowNs(), &effects)
        act(on: effects)
        // What is in flight fails with its connection, and comes back here as unanswered.
        for link in brokers.values { link.connection?.close() }
        effects = ProduceQueue.Effects()
        queue.failWaiting(Self.closedError, nowNs: MonotonicClock.nowNs(), &effects)
        act(on: effects)
        brokers = [:]
        timer.close()
        deliveries.finish()
    }
}

extension AttemptOutcome {
    fileprivate func exchange(_ broker: Int32, _ acks: Acks, beginNs: Int64, endNs: Int64) -> Exchange {
        let (errorCode, error): (KafkaErrorCode?, KafkaClientError?) =
            switch self {
            case .acknowledged: (KafkaErrorCode.none, nil)
            case .refused(let code, _): (code, nil)
            case .unanswered(let error): (nil, error)
            }
        return Exchange(
            broker: broker, acks: acks, beginNs: beginNs, endNs: endNs, errorCode: errorCode, error: error)
    }
}
