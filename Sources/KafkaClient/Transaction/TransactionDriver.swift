// What a transactional producer wants, done: the machine decides (`TransactionMachine`), and here are its requests, its timer, the
// lanes that have part in its transactions, and the user's waiting. It lives on the loop of the cluster, and asks coordinators over the
// cluster's own connections: a transaction costs a few short requests, and none of them waits for records.
//
// +Requests  to coordinators

import KafkaProtocol
import KafkaQueues
import KafkaTransport
import Synchronization

/// Drives the transactions of one producer.
actor TransactionDriver: TaskOwner {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    nonisolated let settings: TransactionSettings
    let cluster: Cluster
    private let lanes: [ProducerLane]
    private let room: ChunkRoom
    private var machine: TransactionMachine
    var endpoints: [CoordinatorKey: Endpoint] = [:]
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
    /// Of the transaction that was begun last.
    private var number = 0
    /// When that was.
    private var began = MonotonicInstant.now
    /// Why it can only be aborted.
    private var doom: KafkaClientError?
    /// Why a record of it failed before a lane had it.
    private nonisolated let refusal = Mutex(Refusal())

    private struct Refusal {
        /// The transaction's.
        var number = 0
        var error: KafkaClientError?
    }

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
    /// - Returns: the transaction's number.
    /// - Throws: `KafkaClientError`; `CancellationError`. No transaction is open then.
    func begin() async throws -> Int {
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
        number += 1
        began = .now
        doom = nil
        refusal.withLock { $0 = Refusal(number: number) }
        let transaction = transaction(grant, number)
        let begin: @Sendable (ProducerLane) async -> Void = {
            await $0.beginTransaction(transaction, grant.identity, mustJoin: !grant.isSecond)
        }
        guard await onLanes(begin) != nil else {
            handle(.abandon)
            // Behind the begin, where that still waits.
            for lane in lanes { start { _ in _ = await lane.endTransaction() } }
            throw Producer.unresponsive
        }
        room.resumeGiving()
        return number
    }

    private func transaction(_ grant: TransactionGrant, _ number: Int) -> LaneTransaction {
        LaneTransaction(id: settings.id, produceVersionMax: grant.isSecond ? .max : Self.produceVersionOfFirst) {
            [weak self] partitions in
            self?.tell(.join(partitions), of: number)
        } fail: { [weak self] error in
            self?.tell(.failed(error), of: number)
        }
    }

    /// Handles an event of a transaction, if no other one has begun meanwhile. Called from any thread.
    private nonisolated func tell(_ event: TransactionEvent, of number: Int) {
        Task(executorPreference: loop) { [weak self] in await self?.handle(event, of: number) }
    }

    private func handle(_ event: TransactionEvent, of number: Int) {
        if number == self.number { handle(event) }
    }

    /// Does something with all lanes at the same time. One that does not answer in time does it when it can.
    ///
    /// - Returns: nil when a lane did not answer.
    @inline(never)
    private func onLanes<Value: Sendable>(
        _ body: @escaping @Sendable (ProducerLane) async -> Value
    ) async -> [Value]? {
        let (lanes, patience) = (lanes, settings.patience)
        // Not cut short when its caller is cancelled.
        return await Task {
            try? await abandoning(after: patience, Producer.unresponsive) {
                await withTaskGroup(of: Value.self) { group in
                    for lane in lanes { group.addTask(executorPreference: lane.loop) { await body(lane) } }
                    var values: [Value] = []
                    for await value in group { values.append(value) }
                    return values
                }
            }
        }.value
    }

    /// The newest version of produce requests that does not add partitions.
    private static let produceVersionOfFirst: Int16 = 11

    /// Adds offsets of a group to a transaction. Returns when the coordinator has them.
    ///
    /// - Parameter number: the transaction's.
    /// - Throws: `KafkaClientError`: `.noTransaction` when it has ended, also while another one is open. `CancellationError`: the offsets
    ///   may be in the transaction.
    func addOffsets(_ offsets: GroupOffsets, toTransaction number: Int) async throws {
        if isClosed { throw Self.closedError }
        if number != self.number {
            throw KafkaClientError(
                .noTransaction,
                "this transaction of '\(settings.id)' has ended; add offsets before the closure of withTransaction returns"
            )
        }
        let adding = nextAdding
        nextAdding += 1
        let waiter = Waiter<Void>()
        self.adding[adding] = waiter
        defer { self.adding[adding] = nil }
        handle(.addOffsets(adding, offsets, until: .now + settings.blockTimeout))
        try await waiter.wait()
    }

    /// Refuses further records. What was appended before is still taken.
    nonisolated func refuseRecords() { room.suspend(.noTransaction) }

    /// Notes that a transaction can only be aborted, if it is open.
    func noteFailure(_ error: KafkaClientError, ofTransaction number: Int) { handle(.failed(error), of: number) }

    /// Notes that a record of the open transaction failed before a lane had it. Called from any thread.
    nonisolated func didRefuse(_ error: KafkaClientError) {
        let number: Int? = refusal.withLock { refusal in
            if refusal.error != nil { return nil }
            refusal.error = error
            return refusal.number
        }
        if let number { tell(.failed(error), of: number) }
    }

    /// Fails what waits in the lanes: nothing of the transaction is to be sent any more.
    ///
    /// - Returns: whether all lanes have answered.
    func giveUp(_ error: KafkaClientError) async -> Bool {
        await onLanes { await $0.failTransaction(error) } != nil
    }

    /// Ends the transaction, of which nothing is under way any more. A cancelled task does not cut it short.
    ///
    /// - Parameters:
    ///   - asked: when the user wanted it.
    ///   - failure: why it can only be aborted, where that is known already.
    /// - Throws: `KafkaClientError` when it has not ended as it was to.
    func end(commit isCommit: Bool, asked: MonotonicInstant, because failure: KafkaClientError?) async throws {
        if isClosed { throw Self.closedError }
        var report = TransactionReport()
        report.failure = failure
        if let parts = await onLanes({ await $0.endTransaction() }) {
            for case let part? in parts {
                report.hasSent = report.hasSent || part.hasSent
                report.isUnclean = report.isUnclean || part.isUnclean
                report.failure = report.failure ?? part.failure
            }
        } else {
            // Of what they do nothing is known: the next epoch keeps it out of the next transaction.
            (report.hasSent, report.isUnclean) = (true, true)
            report.failure = report.failure ?? Producer.unresponsive
        }
        report.failure = report.failure ?? refusal.withLock { $0.error }
        // It may have been closed while the lanes answered.
        if isClosed { throw Self.closedError }
        let waiter = Waiter<Void>()
        ending = waiter
        defer { ending = nil }
        handle(.end(commit: isCommit, report, until: .now + settings.endTimeout))
        do { try await waiter.wait() } catch let error as KafkaClientError {
            tellEnd(error.code == .transactionAborted ? .aborted : .failed, asked, error)
            throw error
        }
        tellEnd(isCommit ? .committed : .aborted, asked, nil)
    }

    private func tellEnd(_ outcome: TransactionOutcome, _ asked: MonotonicInstant, _ error: KafkaClientError?) {
        let now = MonotonicInstant.now
        cluster.meter.count(outcome, began: began, asked: asked, ended: now)
        guard outcome == .aborted else { return }
        // That it was aborted is known.
        var cause = error ?? doom
        while let error = cause, error.code == .transactionAborted, let next = error.underlying as? KafkaClientError {
            cause = next
        }
        cluster.metadata.emit(.transactionAborted(transactionalID: settings.id, duration: now - began, error: cause))
    }

    // MARK: Events and actions

    func handle(_ event: TransactionEvent) {
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
            doom = error
            room.suspend(error)
            for lane in lanes { start { _ in await lane.failTransaction(error) } }
        case .fail(let error):
            cluster.metadata.emit(.transactionalProducerFailed(transactionalID: settings.id, error: error))
        case .ended(let result): ending?.resume(result.mapError { $0 })
        case .wake(let moment): wake(at: moment)
        }
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
