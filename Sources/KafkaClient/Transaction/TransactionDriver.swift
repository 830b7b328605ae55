// What a transactional producer wants, done: the machine decides (`TransactionMachine`), and here are its requests, its timer, the
// lanes that have part in its transactions, and the user's waiting. It lives on the loop of the cluster, and asks coordinators over the
// cluster's own connections: a transaction costs a few short requests, and none of them waits for records.

import KafkaProtocol
import KafkaQueues
import KafkaTransport

/// Drives the transactions of one producer.
actor TransactionDriver: TaskOwner {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    nonisolated let settings: TransactionSettings
    private let cluster: Cluster
    private let lanes: [ProducerLane]
    private let room: ChunkRoom
    private var machine: TransactionMachine
    private var endpoints: [CoordinatorKey: Endpoint] = [:]
    private var events = RingBuffer<TransactionEvent>()
    private var isHandling = false
    private var isClosed = false
    private var timer: LoopTimer?
    var tasks = OwnTasks()
    // Who waits.
    private var beginning: Waiter<TransactionGrant>?
    private var ending: Waiter<Void>?
    private var adding: [Int: Waiter<Void>] = [:]
    private var nextAdding = 0

    init(_ settings: TransactionSettings, cluster: Cluster, lanes: [ProducerLane], room: ChunkRoom) {
        self.settings = settings
        self.cluster = cluster
        self.lanes = lanes
        self.room = room
        loop = cluster.loop
        machine = TransactionMachine(settings)
    }

    /// Gets a producer id: whoever had the transactional id before is fenced, and what it left open is aborted.
    func start() { handle(.start) }

    // MARK: The user's calls

    private static let closedError = KafkaClientError(.closed, "the producer was closed")

    /// Begins a transaction: gets a producer id if there is none, and tells the lanes.
    ///
    /// - Throws: `KafkaClientError`; `CancellationError`: no transaction is open then.
    func begin() async throws {
        if isClosed { throw Self.closedError }
        if beginning != nil {
            throw KafkaClientError(.invalidArgument, "a transaction of '\(settings.id)' is being begun already")
        }
        let waiter = Waiter<TransactionGrant>()
        beginning = waiter
        defer { beginning = nil }
        handle(.begin(until: .now + settings.blockTimeout))
        let grant: TransactionGrant
        do { grant = try await waiter.wait() } catch {
            if error is CancellationError { handle(.abandon) }
            throw error
        }
        for lane in lanes { await lane.beginTransaction(transaction(grant), grant.identity, mustJoin: !grant.isSecond) }
        room.resumeGiving()
    }

    private func transaction(_ grant: TransactionGrant) -> LaneTransaction {
        let loop = loop
        return LaneTransaction(id: settings.id, produceVersionMax: grant.isSecond ? .max : Self.produceVersionOfFirst) {
            [weak self] partitions in
            Task(executorPreference: loop) { await self?.handle(.join(partitions)) }
        } fail: { [weak self] error in
            Task(executorPreference: loop) { await self?.handle(.failed(error)) }
        }
    }

    /// The newest version of produce requests that does not add partitions.
    private static let produceVersionOfFirst: Int16 = 11

    /// Adds offsets of a group to the transaction. Returns when the coordinator has them.
    ///
    /// - Throws: `KafkaClientError`; `CancellationError`: the offsets may be in the transaction.
    func addOffsets(_ offsets: GroupOffsets) async throws {
        if isClosed { throw Self.closedError }
        let number = nextAdding
        nextAdding += 1
        let waiter = Waiter<Void>()
        adding[number] = waiter
        defer { adding[number] = nil }
        handle(.addOffsets(number, offsets, until: .now + settings.blockTimeout))
        try await waiter.wait()
    }

    /// Refuses further records. What was appended before is still taken.
    nonisolated func refuseRecords() { room.suspend(.noTransaction) }

    /// Fails what waits in the lanes: nothing of the transaction is to be sent any more.
    func giveUp(_ error: KafkaClientError) async {
        for lane in lanes { await lane.failTransaction(error) }
    }

    /// Ends the transaction, of which nothing is under way any more. A cancelled task does not cut it short.
    ///
    /// - Throws: `KafkaClientError` when it has not ended as it was to.
    func end(commit isCommit: Bool) async throws {
        if isClosed { throw Self.closedError }
        var report = TransactionReport()
        for lane in lanes {
            guard let part = await lane.endTransaction() else { continue }
            report.hasSent = report.hasSent || part.hasSent
            report.isUnclean = report.isUnclean || part.isUnclean
            report.failure = report.failure ?? part.failure
        }
        // It may have been closed while the lanes answered.
        if isClosed { throw Self.closedError }
        let waiter = Waiter<Void>()
        ending = waiter
        defer { ending = nil }
        handle(.end(commit: isCommit, report, until: .now + settings.endTimeout))
        try await waiter.wait()
    }

    // MARK: Events and actions

    private func handle(_ event: TransactionEvent) {
        if isClosed { return }
        events.append(event)
        // An action may bring the next event before it has ended.
        if isHandling { return }
        isHandling = true
        while let event = events.popFirst() {
            for action in machine.handle(event, now: .now, chance: .random(in: -1...1)) { perform(action) }
        }
        isHandling = false
    }

    private func perform(_ action: TransactionAction) {
        switch action {
        case .findCoordinator(let key): find(key)
        case .send(let request, let number, let key, let limit): send(request, number, key, limit)
        case .begun(let result): beginning?.resume(result.mapError { $0 })
        case .joined(let partitions):
            let joined = Set(partitions)
            for lane in lanes { start { _ in await lane.didJoin(joined) } }
        case .addedOffsets(let number, let result): adding[number]?.resume(result.mapError { $0 })
        case .refuse(let error):
            room.suspend(error)
            for lane in lanes { start { _ in await lane.failTransaction(error) } }
        case .ended(let result): ending?.resume(result.mapError { $0 })
        case .wake(let moment): wake(at: moment)
        }
    }

    private func find(_ key: CoordinatorKey) {
        start { driver in
            do {
                driver.endpoints[key] = try await driver.cluster.findCoordinator(of: key)
                driver.handle(.foundCoordinator(key))
            } catch {
                driver.handle(.noCoordinator(key, Self.reason(error)))
            }
        }
    }

    private func send(_ request: TransactionRequest, _ number: Int, _ key: CoordinatorKey, _ limit: Int16) {
        guard let endpoint = endpoints[key] else { preconditionFailure("a coordinator that was found has an address") }
        start { driver in
            do {
                let (answer, versions) = try await driver.ask(request, endpoint, limit)
                driver.handle(.answered(number, answer, level: versions.level(of: Self.feature)))
            } catch {
                driver.handle(.unanswered(number, Self.reason(error)))
            }
        }
    }

    /// Source: KIP-890.
    private static let feature = "transaction.version"

    private func ask(
        _ request: TransactionRequest, _ endpoint: Endpoint, _ limit: Int16
    ) async throws -> (TransactionAnswer, BrokerVersions) {
        switch request {
        case .initialize(let request):
            let (answer, versions) = try await cluster.ask(at: endpoint, atMost: limit) { request.fitted(to: $0) }
            return (.initialize(answer), versions)
        case .addPartitions(let request):
            let (answer, versions) = try await cluster.ask(at: endpoint, atMost: limit) { _ in request }
            return (.addPartitions(answer), versions)
        case .addOffsets(let request):
            let (answer, versions) = try await cluster.ask(at: endpoint, atMost: limit) { _ in request }
            return (.addOffsets(answer), versions)
        case .commitOffsets(let request):
            let (answer, versions) = try await cluster.ask(at: endpoint, atMost: limit) { request.fitted(to: $0) }
            return (.commitOffsets(answer), versions)
        case .end(let request):
            let (answer, versions) = try await cluster.ask(at: endpoint, atMost: limit) { _ in request }
            return (.end(answer), versions)
        }
    }

    private static func reason(_ error: any Error) -> KafkaClientError {
        error as? KafkaClientError ?? KafkaClientError(.connectionFailed, "the request was given up", underlying: error)
    }

    private func wake(at moment: MonotonicInstant) {
        let timer = timer ?? LoopTimer(on: loop)
        self.timer = timer
        timer.schedule(at: moment) { [weak self] in self?.assumeIsolated { $0.handle(.time) } }
    }

    /// Ends all that is under way. Whoever waits is told that the producer was closed. A transaction that is open is aborted by the broker
    /// when its time is over, or by the next producer that has the transactional id.
    func close() async {
        if isClosed { return }
        isClosed = true
        timer?.close()
        beginning?.resume(.failure(Self.closedError))
        ending?.resume(.failure(Self.closedError))
        for waiter in adding.values { waiter.resume(.failure(Self.closedError)) }
        await endTasks()
    }
}
