// The network side of one lane. It takes batches, keeps a connection to each broker that it needs, sends the requests that
// the queue makes, and passes deliveries on. The logic is in `ProduceQueue`; here are the clock, the sockets and the timers.
//
// +Sending   requests and their answers
// +Brokers   connections, and which broker leads
// +Identity  the producer id
// +Transactions  where the producer has a transactional id

public import KafkaProtocol
import KafkaQueues
public import KafkaTransport

/// One lane of a producer: an actor on an event loop, with connections of its own.
///
/// As a ``BatchSink`` it takes batches from any thread. A builder lane on the same loop hands its batches over without a
/// change of thread.
public actor ProducerLane: BatchSink, TaskOwner {
    /// The loop on which the lane and its connections run.
    public nonisolated let loop: EventLoop
    /// The loop, as an executor.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    let configuration: ProducerConfiguration
    let connectionConfiguration: ConnectionConfiguration
    let cluster: Cluster
    let deliveries: any DeliverySink
    var queue: ProduceQueue
    /// By node id.
    var brokers: [Int32: BrokerLink] = [:]
    /// The endpoints of the brokers, by node id, as the lane knows them.
    var endpoints: [Int32: Endpoint] = [:]
    /// The shared topics, by the queue's index.
    var knownTopics: [TopicInUse?] = []
    /// The topics that this lane has asked for and waits for.
    var asking: Set<String> = []
    /// What has changed in the shared metadata since the lane looked.
    nonisolated let listener = MetadataListener()
    /// Whether a broker is being asked for a producer id.
    var isAskingForIdentity = false
    /// The transaction that the lane has part in; nil without one.
    var transaction: LaneTransaction?
    /// What calls builders that hold batches back, by the broker that they wait for.
    var paced: [Int32: [LanePacing]] = [:]
    /// What was told of the lane's bytes to the memory that they lie in; nil when they lie in none, or in several.
    var flowReport: FlowReport?
    var hasSeveralPools = false
    /// The bytes in flight that keep all brokers busy, as measured.
    var measuredFlow = 0
    /// Until then batches may wait for other reasons than that their brokers have enough to do.
    var troubledUntil = MonotonicInstant.distantPast
    /// Since when enough has been waiting and nothing was in flight, as far as was looked.
    var stoppedSince = MonotonicInstant.distantFuture
    var pumping = Pumping.no
    var isPumpScheduled = false
    /// The number of produce requests to all brokers that were written and are not answered yet.
    var inFlightTotal = 0
    /// Whether all batches fail from now on.
    private(set) var isClosed = false
    /// Whether the delivery sink was told that no more come.
    private var isFinished = false

    private nonisolated let inbox = Inbox<RecordBatch>()
    nonisolated let meter = LaneMeter()
    var tasks = OwnTasks()
    private var timer: LoopTimer?
    private var timerDue = MonotonicInstant.distantFuture
    /// The drains that wait, each with the epoch that it waits for, in order.
    private var draining = RingBuffer<Drain>()

    private struct Drain {
        let epoch: Int
        let end: Waiter<Void>
    }

    /// Creates a lane. It connects to a broker when it has a batch for it.
    ///
    /// - Parameters:
    ///   - configuration: how batches are produced.
    ///   - loop: runs the lane and its connections. Close the lane before you shut the loop down.
    ///   - cluster: the cluster that is asked for leaders.
    ///   - connection: how connections are opened and watched.
    ///   - deliveries: takes the delivery of each batch.
    /// - Throws: `KafkaClientError` with `.invalidConfiguration`.
    public init(
        _ configuration: ProducerConfiguration = ProducerConfiguration(), on loop: EventLoop, cluster: Cluster,
        connection: ConnectionConfiguration = ConnectionConfiguration(), deliveriesTo deliveries: any DeliverySink
    ) throws(KafkaClientError) {
        try self.init(
            configuration, on: loop, cluster: cluster, connection: connection, deliveriesTo: deliveries, share: .all,
            agesFromAppend: false)
    }

    /// - Parameters:
    ///   - share: the partitions among which it chooses for batches that may go to any.
    ///   - agesFromAppend: whether the delivery timeout begins with the first record of a batch.
    ///   - isTransactional: whether batches are taken within transactions only.
    init(
        _ configuration: ProducerConfiguration, on loop: EventLoop, cluster: Cluster,
        connection: ConnectionConfiguration, deliveriesTo deliveries: any DeliverySink, share: LaneShare,
        agesFromAppend: Bool, isTransactional: Bool = false
    ) throws(KafkaClientError) {
        try ConfigurationCheck.throwIfAny(configuration.problems + connection.problems, for: "a producer lane")
        self.configuration = configuration
        self.loop = loop
        self.cluster = cluster
        connectionConfiguration = connection
        self.deliveries = deliveries
        queue = ProduceQueue(
            configuration, share: share, agesFromAppend: agesFromAppend, meter: meter, isTransactional: isTransactional)
        cluster.meter.add(meter)
        cluster.metadata.add(listener) { [weak self] in
            guard let self else { return }
            Task(executorPreference: loop) { await self.didChange() }
        }
    }

    deinit {
        cluster.metadata.remove(listener)
        cluster.meter.remove(meter)
        PendingFlow.note(inbox.takeAll(), -1)
    }

    // MARK: Taking batches

    /// Takes batches, in order, from any thread. Each gets exactly one ``Delivery``.
    public nonisolated func accept(_ batches: [RecordBatch]) {
        if loop.isCurrent {
            return assumeIsolated {
                // Batches that other threads handed over before this call come first.
                let before = $0.inbox.takeAll()
                $0.take(before.isEmpty ? batches : before + batches)
                PendingFlow.note(before, -1)
            }
        }
        PendingFlow.note(batches, 1)
        if inbox.add(batches) { Task(executorPreference: loop) { await self.takeInbox() } }
    }

    /// Takes one batch, from any thread. It gets exactly one ``Delivery``.
    public nonisolated func produce(_ batch: RecordBatch) { accept([batch]) }

    /// Does nothing: the lane sends what it has, and ends with ``close()``.
    public nonisolated func finish() {}

    private func takeInbox() {
        let batches = inbox.takeAll()
        if batches.isEmpty { return }
        take(batches)
        PendingFlow.note(batches, -1)
    }

    private func take(_ batches: [RecordBatch]) {
        var effects = ProduceQueue.Effects()
        let now = MonotonicInstant.now
        var last = -1
        for batch in batches {
            let topic = queue.topicIndex(batch.topic)
            if topic != last { catchUp(topic) }
            last = topic
            notePool(of: batch)
            queue.enqueue(batch, in: topic, now: now, &effects)
        }
        if isClosed { queue.failWaiting(Self.closedError, now: now, &effects) }
        act(on: effects)
        pump(isEndOfTurn: false)
    }

    // MARK: Effects of the queue's changes

    /// Does what the queue asks for after a change.
    func act(on effects: ProduceQueue.Effects) {
        if !effects.retries.isEmpty || effects.topicsToRefresh.contains(where: { queue.isKnown($0) }) {
            noteTrouble(now: .now)
        }
        reportFlow()
        if !effects.deliveries.isEmpty { deliveries.accept(effects.deliveries) }
        for retry in effects.retries {
            cluster.metadata.emit(
                .retried(
                    topic: retry.topic, partition: retry.partition, broker: retry.broker,
                    recordCount: retry.recordCount, error: retry.error))
        }
        for event in effects.events { cluster.metadata.emit(event) }
        if !effects.topicsToRefresh.isEmpty { refresh(effects.topicsToRefresh) }
        if !effects.leadersWithoutIdentity.isEmpty {
            askForIdentity()
            // Meanwhile the connections are opened.
            for broker in effects.leadersWithoutIdentity { _ = readyConnection(broker) }
        }
        if !effects.partitionsToJoin.isEmpty { transaction?.join(effects.partitionsToJoin) }
        if let failure = effects.transactionFailure { didFailTransaction(failure) }
        if let next = queue.nextTick { schedule(at: next) }
        if queue.pendingCount > 0, timerDue == .distantFuture { schedule(at: .now + Self.expiryInterval) }
        while let first = draining.first, queue.epochs.first > first.epoch {
            _ = draining.popFirst()
            first.end.resume()
        }
    }

    /// How often the lane looks for batches that have waited too long.
    private static let expiryInterval = Duration.seconds(1)

    /// Calls the queue's `tick` at a moment, unless an earlier tick is scheduled already.
    func schedule(at moment: MonotonicInstant) {
        if moment >= timerDue || isClosed && queue.pendingCount == 0 { return }
        timerDue = moment
        let timer = timer ?? LoopTimer(on: loop)
        self.timer = timer
        timer.schedule(at: moment) { [weak self] in
            self?.assumeIsolated { $0.tick() }
        }
    }

    private func tick() {
        timerDue = .distantFuture
        var effects = ProduceQueue.Effects()
        let now = MonotonicInstant.now
        queue.tick(now: now, &effects)
        checkTrouble(now: now)
        act(on: effects)
        checkSilence(now: .now)
        checkMissing(now: .now)
        releaseHeld(now: now)
        pump(isEndOfTurn: true)
    }

    // MARK: Ending

    private static let closedError = KafkaClientError(.closed, "the producer was closed before the batch was sent")

    /// The number of batches that have no delivery yet, those in flight included.
    public var pendingCount: Int { queue.pendingCount }
    /// The number of produce requests, to all brokers, that were written and are not answered yet.
    public var inFlightCount: Int { inFlightTotal }

    /// Waits until every batch that was taken before the call has its delivery. Batches that come later are not waited for.
    ///
    /// - Throws: `CancellationError` when the task is cancelled. The batches are sent all the same.
    public func drain() async throws {
        takeInbox()
        pump(isEndOfTurn: true)
        guard let epoch = queue.beginEpoch() else { return }
        let end = Waiter<Void>()
        draining.append(Drain(epoch: epoch, end: end))
        try await end.wait()
    }

    /// Closes the connections. Batches without a delivery fail with `.closed`, and then the delivery sink is told that no
    /// more come from this lane.
    ///
    /// When this returns, no task of the lane is running, and its loop may be shut down. A batch that is handed over later
    /// fails at once. Calling it again does nothing.
    public func close() async {
        stop()
        if !isFinished { deliveries.finish() }
        isFinished = true
        await endTasks()
    }

    /// Fails all batches, also those that are handed over later, and closes the connections.
    func stop() {
        if isClosed { return }
        takeInbox()
        isClosed = true
        cluster.metadata.remove(listener)
        var effects = ProduceQueue.Effects()
        queue.failWaiting(Self.closedError, now: .now, &effects)
        act(on: effects)
        // Closing a connection fails its requests, and their batches for good.
        for link in brokers.values { link.connection?.close() }
        assert(queue.pendingCount == 0)
        brokers = [:]
        flowReport = nil
        timer?.close()
        timer = nil
    }
}
