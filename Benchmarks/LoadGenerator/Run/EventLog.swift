import KafkaClient
import KafkaProtocol
import KafkaTransport
import Synchronization

/// What happened to the client during a run, as its events tell it. They come from several threads, and rarely.
///
/// It is bounded: retries of the same kind within 10 ms are one entry, and what is beyond the bound is counted only.
final class EventLog: Sendable {
    /// An event, or several retries of the same kind: the first of them.
    struct Entry: Sendable {
        let event: ClientEvent
        /// Of retries, all together.
        fileprivate(set) var recordCount: Int64 = 0
        fileprivate(set) var batchCount = 0
    }

    /// All of a run.
    struct History: Sendable {
        /// When the run's clock started.
        fileprivate(set) var begin: MonotonicInstant?
        fileprivate(set) var entries: [Entry] = []
        /// Events that have no entry.
        fileprivate(set) var leftOutCount = 0
        /// How often a partition got another leader, with those that have no entry.
        fileprivate(set) var leadersMoved: Int64 = 0
    }

    private let state: Mutex<State>

    /// - Parameter entryCountMax: at least 2. At most half of the entries are retries, so that these don't displace others.
    init(entryCountMax: Int = 99_999) {
        state = Mutex(State(entryCountMax: entryCountMax))
    }

    /// Takes what comes from a moment on, and forgets what came before.
    func begin(at moment: MonotonicInstant) { state.withLock { $0.begin(at: moment) } }

    /// Takes an event, from any thread. Does nothing before the beginning and after the end.
    func add(_ event: ClientEvent) { state.withLock { $0.add(event) } }

    /// Takes nothing more.
    func end() { state.withLock { $0.isOver = true } }

    var history: History { state.withLock { $0.history } }
}

private struct State {
    /// What is the same of retries that are one entry.
    struct RetryKind: Hashable {
        let topic: String
        let partition: Int32
        let broker: Int32
        let code: KafkaClientError.Code
        let brokerError: KafkaErrorCode?
    }

    let entryCountMax: Int
    var history = EventLog.History()
    var isOver = true
    /// The last entry of each kind.
    var retries: [RetryKind: Int] = [:]
    var retryEntryCount = 0

    static let oneEntryNs: Int64 = 10_000_000

    init(entryCountMax: Int) { self.entryCountMax = entryCountMax }

    mutating func begin(at moment: MonotonicInstant) {
        self = State(entryCountMax: entryCountMax)
        history.begin = moment
        isOver = false
    }

    mutating func add(_ event: ClientEvent) {
        guard !isOver, let begin = history.begin, event.time >= begin else { return }
        switch event.kind {
        case .retried(let topic, let partition, let broker, let recordCount, let error):
            let kind = RetryKind(
                topic: topic, partition: partition, broker: broker, code: error.code, brokerError: error.brokerError)
            addRetry(event, kind, recordCount)
        case .leaderMoved(_, _, _, let to, _):
            if to >= 0 { history.leadersMoved += 1 }
            append(EventLog.Entry(event: event))
        default: append(EventLog.Entry(event: event))
        }
    }

    private mutating func addRetry(_ event: ClientEvent, _ kind: RetryKind, _ recordCount: Int) {
        if let index = retries[kind],
            event.time.nanoseconds(since: history.entries[index].event.time) < Self.oneEntryNs
        {
            history.entries[index].recordCount += Int64(recordCount)
            history.entries[index].batchCount += 1
            return
        }
        guard retryEntryCount < entryCountMax / 2, history.entries.count < entryCountMax else {
            history.leftOutCount += 1
            return
        }
        retries[kind] = history.entries.count
        retryEntryCount += 1
        append(EventLog.Entry(event: event, recordCount: Int64(recordCount), batchCount: 1))
    }

    private mutating func append(_ entry: EventLog.Entry) {
        if history.entries.count < entryCountMax {
            history.entries.append(entry)
        } else {
            history.leftOutCount += 1
        }
    }
}
