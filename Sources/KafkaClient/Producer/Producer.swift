import KafkaProtocol
import KafkaQueues
import KafkaTransport
import Synchronization

/// Appends records to topics: it builds batches of them and sends these to brokers.
///
/// ``Client/withProducer(_:_:)`` creates one for the length of a closure, ``Client/makeProducer(_:)`` one that a program keeps
/// and ends itself. All functions may be called from any task, by several at once.
public final class Producer: Sendable {
    /// How batches are built and produced.
    public let configuration: Configuration
    let engine: ProducerEngine
    let door: SharedDoor
    /// Its cluster must stay as long as the producer does.
    private let client: Client?
    private let requestTimeout: Duration
    private let latch = RunLatch("the producer")
    private let isEnded = Atomic<Bool>(false)

    /// - Parameter loops: as many as `configuration.loopCount` says. They must run until the producer is closed.
    init(
        _ configuration: Configuration, cluster: Cluster, connection: ConnectionConfiguration, on loops: [EventLoop],
        ownLoops: EventLoopGroup? = nil, client: Client? = nil, observers: [any DeliverySink] = []
    ) throws {
        self.configuration = configuration
        self.client = client
        requestTimeout = connection.requestTimeout
        engine = try ProducerEngine(
            configuration, cluster: cluster, connection: connection, on: loops, ownLoops: ownLoops,
            observers: observers)
        door = SharedDoor(engine.router)
    }

    /// A producer whose deliveries kbench sees lane by lane.
    ///
    /// - Parameters:
    ///   - loops: as many as `configuration.loopCount` says. They must run until the producer has ended.
    ///   - observers: told of deliveries on their lane's thread, one for each lane; and one more, of records that failed
    ///     before a lane had them, from any thread but never by two at once.
    package convenience init(
        _ configuration: Configuration, cluster: Cluster, connection: ConnectionConfiguration, on loops: [EventLoop],
        observing observers: [any DeliverySink]
    ) throws {
        try configuration.validate()
        try self.init(
            configuration, cluster: cluster, connection: connection, on: loops, observers: observers)
    }

    /// The builder. Chunks may also be appended to it directly, or to its lanes; there is no order between these and the
    /// records that are appended to the producer.
    public var builder: any BatchBuilder { engine.builder }
    /// The lanes that send the builder's batches: one for each lane of a ``ShardedBuilder``, one for a
    /// ``SequentialBuilder``.
    public var lanes: [ProducerLane] { engine.lanes }
    var router: ChunkRouter { engine.router }
    var deliveries: ProducerDeliveries { engine.deliveries }

    deinit {
        if isEnded.load(ordering: .relaxed) { return }
        // The records that are being gathered are handed over first, so that they are counted too.
        engine.router.close()
        let count = engine.backlog.recordCount
        if count > 0 {
            StandardError.write(
                """
                kafkaclient: a producer was let go of without being ended; the fate of \(count) records that it took is \
                unknown. Flush it, and end it with shutDown(), or use withProducer
                """)
        }
        Task { [engine, client] in
            await engine.end()
            withExtendedLifetime(client) {}
        }
    }

    // MARK: Flushing

    /// Sends everything that was appended before, and waits until it is delivered or has failed. Records that are appended
    /// during the call are not waited for.
    ///
    /// - Throws: `KafkaClientError` when records have failed since the last call that told of failures: with the code of the
    ///   first failure, and the first failure of each code as its causes; `.handlerFailed` when the delivery handler has
    ///   thrown; `.unresponsive` when a handler or a codec does not return. `CancellationError` when the task is cancelled;
    ///   the records are sent all the same, and failures are told by the next call.
    // Never inlined: Swift 6.3.1 crashes on programs into whose closures it inlines this.
    @inline(never)
    public func flush() async throws { try await flushWithSummary().throwIfFailed() }

    /// Does the same, and returns what became of the records, failed ones included, instead of throwing. Who calls it has
    /// been told of the failures: no later call throws them.
    ///
    /// - Returns: how many records were delivered and how many failed since the last flush.
    /// - Throws: `KafkaClientError` with `.unresponsive`; `CancellationError`. The counts are then left for the next flush.
    public func flushWithSummary() async throws -> DeliverySummary {
        try await abandoning(after: flushTimeout, Self.unresponsive) { [engine] in try await engine.flush() }
        return deliveries.takeSummary()
    }

    /// By then each record's fate is known, whatever brokers do. What is in flight in vain keeps its memory until its request ends,
    /// and other records may wait for that.
    var flushTimeout: Duration {
        configuration.producer.deliveryTimeout + configuration.builder.linger + requestTimeout + configuration.patience
    }

    static let unresponsive = KafkaClientError(
        .unresponsive,
        """
        a thread of the producer does not answer: a delivery handler, a codec or a partitioner that it calls does not return
        """)

    // MARK: Running and ending

    /// Runs the producer until the task is cancelled or ``triggerShutdown()`` is called. Then records that were appended are
    /// delivered, for ``Configuration/shutdownTimeout`` at most, and the producer ends.
    ///
    /// The producer works without it too. This is for structured concurrency, and for service groups: with Swift Service
    /// Lifecycle a producer is a `Service` as it is.
    ///
    /// - Throws: `KafkaClientError` when records could not be delivered; `.invalidArgument` when it was run before.
    public func run() async throws {
        try await latch.wait()
        try await shutDown(within: configuration.shutdownTimeout)
    }

    /// Lets ``run()`` come to its end, also when it is called later. Without it, this does nothing.
    public func triggerShutdown() { latch.trigger() }

    /// Refuses further records, delivers those that were appended, for a time at most, and ends the producer. Appends that
    /// wait or come later throw `.closed`.
    ///
    /// A cancelled task does not cut this short, but for the time that is given.
    ///
    /// - Parameter limit: how long to wait for deliveries. Records that are not delivered by then fail.
    /// - Throws: `KafkaClientError` when records have failed and no flush has told of it; `.unresponsive` when a handler or a
    ///   codec does not return.
    public func shutDown(within limit: Duration = .seconds(30)) async throws {
        latch.trigger()
        // First, so that nothing is taken that can't be delivered.
        engine.router.close()
        try await Task { [engine] in
            let isOver = KafkaClientError(.deliveryTimedOut, "the time for deliveries is over")
            // What is not delivered in time fails with the end, and is told of then.
            try? await abandoning(after: limit, isOver) { try await engine.flush() }
            try await self.end()
        }.value
        try throwFailures()
    }

    /// Ends at once: records that are not delivered yet fail.
    ///
    /// - Throws: `KafkaClientError` with `.unresponsive` when a handler or a codec does not return. Its threads are left then.
    func end() async throws {
        isEnded.store(true, ordering: .relaxed)
        // Not cut short by a cancelled task: nothing of the producer may be left running.
        try await Task { [engine, configuration] in
            try await abandoning(after: configuration.patience, Self.unresponsive) { await engine.end() }
        }.value
    }

    /// Throws when records have failed and nobody was told.
    func throwFailures() throws { try deliveries.takeSummary().throwIfFailed() }

    /// Closes the connections. Records that are not delivered yet fail.
    package func close() async { try? await end() }
}
