// The network side of one lane: takes batches, keeps a connection to each broker it needs, sends what the queue says, and
// tells of deliveries. The logic is in `ProduceQueue`; here are the clock, the sockets and the timers.
//
// +Sending   requests and their answers
// +Brokers   connections, and which broker leads

public import KafkaProtocol
import KafkaQueues
public import KafkaTransport
import Synchronization

/// One lane of a producer: an actor on an event loop, with its own connections.
///
/// As a `BatchSink` it takes batches from any thread; from its own loop without a hop.
public actor ProducerLane: BatchSink {
    /// Where this lives.
    public nonisolated let loop: EventLoop
    public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    let configuration: ProducerConfiguration
    let connectionConfiguration: ConnectionConfiguration
    let cluster: Cluster
    let deliveries: any DeliverySink
    let permits: LanePermits
    var queue: ProduceQueue
    /// By node id.
    var brokers: [Int32: BrokerLink] = [:]
    /// What was learned last of the cluster.
    var snapshot: ClusterSnapshot?
    /// Topics that are being asked for.
    var refreshing: Set<String> = []
    var pumping = Pumping.no
    var isPumpScheduled = false
    /// Produce requests that are written and not answered, of all brokers.
    var inFlightTotal = 0
    private(set) var isClosed = false

    private nonisolated let inbox = Mutex<[RecordBatch]>([])
    private var tasks: [Int: Task<Void, Never>] = [:]
    private var nextTask = 0
    private var timer: LoopTimer?
    private var timerDue = MonotonicInstant.distantFuture
    /// Drains and the epoch each waits for, in order.
    private var draining = RingBuffer<Drain>()

    private struct Drain {
        let epoch: Int
        let continuation: CheckedContinuation<Void, Never>
    }

    /// - Parameters:
    ///   - configuration: how batches are produced.
    ///   - loop: where the lane lives; it outlives the lane.
    ///   - cluster: what is asked for leaders.
    ///   - connection: how connections are opened and watched.
    ///   - inFlightLimit: shared with other lanes; nil when only the configuration's limits hold.
    ///   - deliveries: what hears of each batch's end.
    /// - Throws: `KafkaClientError` with `.invalidConfiguration`.
    public init(
        _ configuration: ProducerConfiguration = ProducerConfiguration(), on loop: EventLoop, cluster: Cluster,
        connection: ConnectionConfiguration = ConnectionConfiguration(), inFlightLimit: InFlightLimit? = nil,
        deliveriesTo deliveries: any DeliverySink
    ) throws(KafkaClientError) {
        try ConfigurationCheck.throwIfAny(configuration.problems + connection.problems, for: "a producer lane")
        self.configuration = configuration
        self.loop = loop
        self.cluster = cluster
        connectionConfiguration = connection
        self.deliveries = deliveries
        permits = LanePermits(inFlightLimit)
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

    /// Takes one batch; it comes to exactly one delivery.
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
        let now = MonotonicInstant.now
        for batch in batches { queue.enqueue(batch, now: now, &effects) }
        if isClosed { queue.failWaiting(Self.closedError, now: now, &effects) }
        act(on: effects)
        pump(isEndOfTurn: false)
    }

    // MARK: Consequences

    /// Does what a change of the queue asks for.
    func act(on effects: ProduceQueue.Effects) {
        if !effects.deliveries.isEmpty { deliveries.accept(effects.deliveries) }
        if !effects.topicsToRefresh.isEmpty { refresh(effects.topicsToRefresh) }
        if let next = queue.nextTick { schedule(at: next) }
        if queue.pendingCount > 0, timerDue == .distantFuture { schedule(at: .now + Self.expiryInterval) }
        while let first = draining.first, queue.epochs.first > first.epoch {
            _ = draining.popFirst()
            first.continuation.resume()
        }
    }

    /// How often batches are looked after that may have waited too long.
    private static let expiryInterval = Duration.seconds(1)

    /// Lets the queue's time pass at a moment, unless that happens before.
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
        queue.tick(now: .now, &effects)
        act(on: effects)
        pump(isEndOfTurn: true)
    }

    /// Starts a task that `close` ends.
    func start(_ body: @escaping () async -> Void) {
        let id = nextTask
        nextTask += 1
        tasks[id] = Task {
            await body()
            tasks[id] = nil
        }
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
                draining.append(Drain(epoch: epoch, continuation: continuation))
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
    }

    private func end() {
        takeInbox()
        isClosed = true
        failWaiting()
        // What is in flight fails with its connection, comes back as unanswered, and waits for another attempt.
        for link in brokers.values { link.connection?.close() }
        failWaiting()
        brokers = [:]
        timer?.close()
        timer = nil
        deliveries.finish()
    }

    private func failWaiting() {
        var effects = ProduceQueue.Effects()
        queue.failWaiting(Self.closedError, now: .now, &effects)
        act(on: effects)
    }
}
