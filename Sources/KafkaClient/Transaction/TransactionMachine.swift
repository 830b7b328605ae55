// The decisions of a transactional producer, without its network: which request goes to which coordinator, what its answer means, and
// when a transaction can only be aborted.
//
//                        begin                      end(commit)
//      idle ──────────▶ beginning ──────▶ open ───────────────────▶ ending(commit) ──▶ idle
//       ▲                  │ no id in       │ failed, or abortable        │ abortable
//       │                  ▼ time           ▼                             ▼
//       └──────────────── idle            open, doomed ── end ──▶ ending(abort) ──▶ idle
//
//      idle: asks for an id, from `start` on
//      failed: from any, for good: fenced, not allowed, or of unknown outcome
//
// One request is under way at a time, in this order of importance: the producer id, partitions, offsets, the end. A request that failed
// and may succeed is made anew after a pause, from what is wanted then.
//
// +Requests  what is sent next      +Answers  what answers mean      +Phase  where it stands

import KafkaProtocol
import KafkaTransport

/// What a transactional id has come to, as its producer knows it: a value without I/O, clock or chance.
///
/// Source: KIP-98, KIP-360, KIP-447, KIP-588, KIP-890.
struct TransactionMachine: Sendable {
    let settings: TransactionSettings
    private(set) var hasBegun = false
    var phase = Phase.idle
    /// Under what the transaction is produced, or the next one; nil before a coordinator has said it.
    var identity: ProducerIdentity?
    /// Whether the coordinator is to give the next epoch before anything else is produced.
    var mustBump = false
    /// The level of the feature `transaction.version`, as it was told last.
    var level: Int16 = 0
    /// Whether this transaction goes by the second protocol.
    var isSecond = false
    /// Why the transaction can only be aborted.
    var doom: KafkaClientError?
    /// Whether it is because its epoch is not the newest any more: its time was over, or another producer has the id.
    private(set) var isOutdated = false
    /// Whether the coordinator knows of this transaction.
    private(set) var presence = Presence.none
    /// Whether the coordinator may have committed it: it was asked to, and has not said what came of that.
    var mayBeCommitted = false
    /// Partitions that are to be added.
    var joining: [TopicPartition] = []
    /// Offsets that are to be added, in order.
    var adding: [Adding] = []
    /// Groups that the transaction has. First protocol only.
    var groups: Set<String> = []
    /// Why the last request failed, for who runs out of time.
    var lastFailure: KafkaClientError?

    private(set) var flight: Flight?
    private var requestCount = 0
    private var searches: [CoordinatorKey: CoordinatorSearch] = [:]
    private var notBefore = MonotonicInstant.distantPast
    private var failureCount = 0
    var actions: [TransactionAction] = []

    init(_ settings: TransactionSettings) { self.settings = settings }

    /// The coordinator of the transactional id.
    var own: CoordinatorKey { .transaction(settings.id) }

    /// Takes an event.
    ///
    /// - Parameter chance: a number from -1 to 1 that is drawn anew each time.
    /// - Returns: what is to be done, in order. The last ``TransactionAction/wake(at:)`` of all counts.
    mutating func handle(_ event: TransactionEvent, now: MonotonicInstant, chance: Double) -> [TransactionAction] {
        take(event, now: now, chance: chance)
        expire(now: now)
        finishIfNothingStarted()
        advance(now: now)
        if let moment = wakeAt(now: now) { actions.append(.wake(at: moment)) }
        defer { actions = [] }
        return actions
    }

    private mutating func take(_ event: TransactionEvent, now: MonotonicInstant, chance: Double) {
        switch event {
        case .start: hasBegun = true
        case .begin(let deadline): begin(until: deadline)
        case .abandon: abandon()
        case .join(let partitions): join(partitions)
        case .addOffsets(let number, let offsets, let deadline): add(number, offsets, until: deadline)
        case .failed(let error): doom(error)
        case .end(let isCommit, let report, let deadline): end(commit: isCommit, report, until: deadline)
        case .foundCoordinator(let key): searches[key]?.didFind()
        case .noCoordinator(let key, let error): missed(key, error, now: now, chance: chance)
        case .answered(let number, let answer, let level):
            guard let ended = takeFlight(number) else { return }
            self.level = level
            take(answer, of: ended, now: now, chance: chance)
        case .unanswered(let number, let error):
            guard let ended = takeFlight(number) else { return }
            lost(ended, error, now: now, chance: chance)
        case .time: break
        }
    }

    // MARK: The user

    private mutating func begin(until deadline: MonotonicInstant) {
        switch phase {
        case .idle:
            phase = .beginning(until: deadline)
            grant()
        case .failed(let error): actions.append(.begun(.failure(error)))
        case .beginning, .open, .ending:
            actions.append(
                .begun(
                    .failure(
                        KafkaClientError(
                            .invalidArgument,
                            "a transaction of \(own) is open already; a producer has one at a time"))))
        }
    }

    /// Begins the transaction that the user waits for, if there is an id for it.
    mutating func grant() {
        guard case .beginning = phase, let identity, !mustBump else { return }
        phase = .open
        isSecond = level >= 2
        doom = nil
        isOutdated = false
        presence = .none
        mayBeCommitted = false
        groups = []
        actions.append(.begun(.success(TransactionGrant(identity: identity, isSecond: isSecond))))
    }

    private mutating func abandon() {
        switch phase {
        case .beginning, .open: phase = .idle
        case .idle, .ending, .failed: break
        }
    }

    private mutating func join(_ partitions: [TopicPartition]) {
        guard case .open = phase, doom == nil else { return }
        joining += partitions
    }

    private mutating func add(_ number: Int, _ offsets: GroupOffsets, until deadline: MonotonicInstant) {
        switch phase {
        case .open:
            if let doom { return actions.append(.addedOffsets(number, .failure(doom))) }
            if offsets.offsets.isEmpty { return actions.append(.addedOffsets(number, .success(()))) }
            adding.append(Adding(number: number, offsets: offsets, deadline: deadline))
        case .failed(let error): actions.append(.addedOffsets(number, .failure(error)))
        case .idle, .beginning, .ending: actions.append(.addedOffsets(number, .failure(.noTransaction)))
        }
    }

    private mutating func end(commit isCommit: Bool, _ report: TransactionReport, until deadline: MonotonicInstant) {
        switch phase {
        case .open:
            // By the first protocol it is in there by its partitions, which were added.
            if report.hasSent { note(isSecond ? .certain : .possible) }
            if let failure = report.failure, doom == nil {
                doom = failure
                noteOutdated(by: failure)
            }
            if report.isUnclean { mustBump = true }
            // Offsets that are still wanted belong to somebody who does not wait for them.
            dropWork(doom ?? .noTransaction)
            phase = .ending(commit: isCommit && doom == nil, until: deadline)
            // Somebody who asked for a commit is told why it is none.
            if !isCommit { doom = nil }
        case .failed(let error): actions.append(.ended(.failure(error)))
        case .idle, .beginning, .ending: actions.append(.ended(.failure(.noTransaction)))
        }
    }

    /// Ends a transaction of which no broker knows.
    mutating func finishIfNothingStarted() {
        guard case .ending = phase, flight == nil, presence == .none, !mustBump else { return }
        finish()
    }

    /// Tells the user that the transaction has ended.
    mutating func finish() {
        guard case .ending = phase else { return }
        phase = .idle
        let cause = doom
        doom = nil
        actions.append(.ended(cause.map { .failure(.aborted($0)) } ?? .success(())))
    }

    /// Notes that the coordinator knows of the transaction, or may.
    mutating func note(_ presence: Presence) {
        if presence.rawValue > self.presence.rawValue { self.presence = presence }
    }

    /// Notes that there is no transaction at the coordinator.
    mutating func noteAbsence() { presence = .none }

    // MARK: What goes wrong

    /// Takes no more for the transaction, which can only be aborted.
    ///
    /// Once the commit is asked for, what fails comes too late to change what the coordinator does: what it answers is what is told.
    mutating func doom(_ error: KafkaClientError) {
        switch phase {
        case .open:
            if doom != nil { return }
            noteOutdated(by: error)
            let error = error.code == .transactionAborted ? error : .aborting(because: error)
            doom = error
            dropWork(error)
            actions.append(.refuse(error))
        case .ending(true, let deadline) where !isCommitting:
            noteOutdated(by: error)
            doom = error
            phase = .ending(commit: false, until: deadline)
        case .idle, .beginning, .ending, .failed: break
        }
    }

    /// Notes that the epoch is not the newest any more where that is why the transaction is aborted. Then the coordinator is asked to abort
    /// whatever it knows, and never for another epoch first: of who has the id now it would abort the transaction for that.
    private mutating func noteOutdated(by error: KafkaClientError) {
        guard error.brokerError == .invalidProducerEpoch else { return }
        isOutdated = true
        mustBump = true
        note(.possible)
    }

    /// Whether the coordinator was asked to commit, and may do it.
    private var isCommitting: Bool {
        if case .end(let request)? = flight?.request, request.committed { return true }
        return mayBeCommitted
    }

    /// Ends for good: everybody who waits is told why.
    mutating func fail(_ error: KafkaClientError) {
        let error = isCommitting ? unknown("has not said whether it has committed the transaction", error) : error
        switch phase {
        case .failed: return
        case .beginning: actions.append(.begun(.failure(error)))
        case .open: actions.append(.refuse(error))
        case .ending: actions.append(.ended(.failure(error)))
        case .idle: break
        }
        phase = .failed(error)
        actions.append(.fail(error))
        dropWork(error)
    }

    private mutating func dropWork(_ error: KafkaClientError) {
        joining = []
        for one in adding { actions.append(.addedOffsets(one.number, .failure(error))) }
        adding = []
    }

    private mutating func missed(
        _ key: CoordinatorKey, _ error: KafkaClientError, now: MonotonicInstant, chance: Double
    ) {
        searches[key]?.didFail(now: now, chance: chance)
        lastFailure = error
        if error.isRetriable { return }
        if key == own { fail(error) } else { doom(error) }
    }

    private mutating func lost(_ ended: Flight, _ error: KafkaClientError, now: MonotonicInstant, chance: Double) {
        lastFailure = error
        noteDoubt(of: ended)
        if error.isRetriable || error.code == .protocolViolation {
            searches[ended.coordinator]?.forget(now: now, chance: chance)
            return pause(now: now, chance: chance)
        }
        if ended.coordinator == own { fail(error) } else { doom(error) }
    }

    /// Notes that a request may have been carried out.
    mutating func noteDoubt(of ended: Flight) {
        if ended.request.begins { note(.possible) }
        if case .end(let request) = ended.request, request.committed { mayBeCommitted = true }
    }

    // MARK: Requests

    private mutating func takeFlight(_ number: Int) -> Flight? {
        guard let ended = flight, ended.number == number else { return nil }
        flight = nil
        return ended
    }

    /// Looks for the coordinator anew before the next request.
    mutating func forgetCoordinator(_ key: CoordinatorKey, now: MonotonicInstant, chance: Double) {
        searches[key]?.forget(now: now, chance: chance)
        pause(now: now, chance: chance)
    }

    /// Rests before the next request. The first pause is short: mostly a transaction before has not ended everywhere yet.
    mutating func pause(now: MonotonicInstant, chance: Double) {
        failureCount += 1
        let first = min(Self.firstPause, settings.retryBackoff)
        let backoff = Backoff(first, max: settings.retryBackoffMax)
        notBefore = now.advanced(byNanoseconds: backoff.delayNs(attempt: failureCount, chance: chance))
    }

    private static let firstPause = Duration.milliseconds(20)

    /// Notes that a coordinator has done what it was asked to.
    mutating func served(_ key: CoordinatorKey) {
        failureCount = 0
        searches[key]?.didServe()
    }

    private mutating func advance(now: MonotonicInstant) {
        guard flight == nil, now >= notBefore, let (request, key, limit) = nextRequest() else { return }
        let backoff = Backoff(settings.retryBackoff, max: settings.retryBackoffMax)
        var search = searches[key] ?? CoordinatorSearch(backoff)
        defer { searches[key] = search }
        guard search.isKnown else {
            if search.begin(now: now) { actions.append(.findCoordinator(key)) }
            return
        }
        requestCount += 1
        flight = Flight(number: requestCount, request: request, coordinator: key)
        actions.append(.send(request, requestCount, to: key, atMost: limit))
    }

    // MARK: Time

    private mutating func expire(now: MonotonicInstant) {
        for one in adding where one.deadline <= now {
            let error = late("offsets of group '\(one.offsets.group.groupID)' could not be added to the transaction")
            doom(error)
            return
        }
        switch phase {
        case .beginning(let deadline) where deadline <= now:
            phase = .idle
            actions.append(.begun(.failure(late("no transaction of \(own) could be begun"))))
        case .ending(let isCommit, let deadline) where deadline <= now:
            let what = isCommit ? "committed or not" : "aborted, or will be when its time is over"
            fail(unknown("has not said in time that the transaction has ended; it is \(what)", lastFailure))
        default: break
        }
    }

    /// The error of an end that is not known.
    private func unknown(_ what: String, _ cause: KafkaClientError?) -> KafkaClientError {
        if let cause, cause.code == .transactionUnknown { return cause }
        return KafkaClientError(
            .transactionUnknown,
            "the coordinator of \(own) \(what). Another producer with the same transactional id brings it to its end",
            brokerError: cause.flatMap { $0.isRetriable ? nil : $0.brokerError }, causes: [cause].compactMap(\.self))
    }

    private func late(_ what: String) -> KafkaClientError {
        KafkaClientError(.requestTimedOut, "\(what) in time", causes: [lastFailure].compactMap(\.self))
    }

    private func wakeAt(now: MonotonicInstant) -> MonotonicInstant? {
        var next = adding.map(\.deadline).min() ?? .distantFuture
        switch phase {
        case .beginning(let deadline), .ending(_, let deadline): next = min(next, deadline)
        case .idle, .open, .failed: break
        }
        if flight == nil, let (_, key, _) = nextRequest() {
            let search = searches[key]
            if search?.isKnown != false {
                next = min(next, notBefore)
            } else if let moment = search?.wakeAt {
                next = min(next, max(notBefore, moment))
            }
        }
        return next == .distantFuture ? nil : next
    }
}
