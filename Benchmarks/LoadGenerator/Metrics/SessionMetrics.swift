import KafkaClient
import KafkaTransport
import Synchronization

/// What `--metrics-port` serves: the metrics of the run that is under way, its client's and kbench's own.
final class SessionMetrics: Sendable {
    /// A run that is under way.
    struct Run: Sendable {
        let number: Int
        /// What tells its configuration from others.
        let label: String
        /// The client's; nil where the pipeline stops before a broker.
        let cluster: Cluster?
        let recorders: [LaneRecorder]
        let begin = MonotonicInstant.now
    }

    private struct State {
        var run: Run?
        /// Acknowledged by the run before its clock started.
        var warmUpRecords: Int64 = 0
        var completedCount = 0
        /// When the run ended; nil while it lasts.
        var ended: MonotonicInstant?
    }

    private let runCount: Int
    private let state = Mutex(State())

    /// - Parameters:
    ///   - runCount: the runs of the whole sweep.
    ///   - completedCount: those that are done already.
    init(runCount: Int, completedCount: Int) {
        self.runCount = runCount
        state.withLock { $0.completedCount = completedCount }
    }

    func begin(_ run: Run) {
        state.withLock { state in
            (state.run, state.warmUpRecords, state.ended) = (run, 0, nil)
        }
    }

    /// Notes what the warm-up has brought, which `forget` has the recorders forget.
    func endWarmUp(_ ackedRecords: Int64, _ forget: () -> Void) {
        state.withLock { state in
            state.warmUpRecords = ackedRecords
            forget()
        }
    }

    /// The run's figures stay until the next one begins.
    func end() {
        state.withLock { state in
            state.completedCount += 1
            state.ended = .now
        }
    }

    var prometheusText: String {
        // Under the lock, so that a warm-up's records are not counted twice, or not at all, when it ends.
        let (state, acked) = state.withLock { state in
            (state, state.warmUpRecords + (state.run?.recorders.reduce(0) { $0 + $1.ackedRecords } ?? 0))
        }
        var session = MetricsSnapshot()
        session.add(Self.plannedRuns, .level(Double(runCount)))
        session.add(Self.completedRuns, .level(Double(state.completedCount)))
        guard let run = state.run else { return session.prometheusText }
        var own = MetricsSnapshot()
        own.add(Self.ackedRecords, .count(acked))
        let elapsedNs = (state.ended ?? .now).nanoseconds(since: run.begin)
        own.add(Self.runTime, .level(Double(elapsedNs) / 1e9))
        return session.prometheusText
            + MetricsSnapshot.prometheusText(
                of: [run.cluster?.metrics, own].compactMap { $0 },
                labels: [.init("run", "\(run.number)"), .init("label", run.label)])
    }

    private static let plannedRuns = Metric("kbench.planned.runs", .gauge, unit: "{run}", "Runs of this command.")
    private static let completedRuns = Metric("kbench.completed.runs", .gauge, unit: "{run}", "Runs that are done.")
    private static let ackedRecords = Metric(
        "kbench.acked.records.total", .counter, unit: "{record}",
        "Records that brokers have acknowledged in this run, its warm-up included.")
    private static let runTime = Metric(
        "kbench.run.time", .gauge, unit: "s", "Time since this run began, or that it took, its warm-up included.")
}

extension MetricsSnapshot {
    fileprivate mutating func add(_ metric: Metric, _ value: Value) { samples.append(Sample(metric, [], value)) }
}
