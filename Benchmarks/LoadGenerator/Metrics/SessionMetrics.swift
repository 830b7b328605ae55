import KafkaClient
import KafkaTransport
import Synchronization

/// What `--metrics-port` serves: the metrics of the run that is under way, its client's and kbench's own.
final class SessionMetrics: Sendable {
    /// A run that is under way.
    struct Run: Sendable {
        let number: Int
        let label: String
        /// The client's; nil where the pipeline stops before a broker.
        let cluster: Cluster?
        let recorders: [LaneRecorder]
        let begin = MonotonicInstant.now
    }

    private let runCount: Int
    private let state = Mutex<(run: Run?, completedCount: Int)>((nil, 0))

    init(runCount: Int) { self.runCount = runCount }

    func begin(_ run: Run) { state.withLock { $0.run = run } }

    /// The run's figures stay until the next one begins.
    func end() { state.withLock { $0.completedCount += 1 } }

    var prometheusText: String {
        let (run, completedCount) = state.withLock { $0 }
        let now = MonotonicInstant.now
        var snapshot = run?.cluster?.metrics ?? MetricsSnapshot(time: now, since: now)
        snapshot.add(Self.plannedRuns, level: Double(runCount))
        snapshot.add(Self.completedRuns, level: Double(completedCount))
        if let run {
            let attributes: [MetricsSnapshot.Attribute] = [
                .init("run", "\(run.number)"), .init("label", run.label),
            ]
            snapshot.add(Self.ackedRecords, attributes, count: run.recorders.reduce(0) { $0 + $1.ackedRecords })
            snapshot.add(Self.runTime, attributes, level: Double(now.nanoseconds(since: run.begin)) / 1e9)
        }
        return snapshot.prometheusText
    }

    private static let plannedRuns = Metric("kbench.planned.runs", .gauge, "{run}", "Runs of this command.")
    private static let completedRuns = Metric("kbench.completed.runs", .gauge, "{run}", "Runs that are done.")
    private static let ackedRecords = Metric(
        "kbench.acked.records.total", .counter, "{record}",
        "Records that brokers have acknowledged in this run, those of the warm-up only while it lasts.")
    private static let runTime = Metric(
        "kbench.run.time", .gauge, "s", "Time since this run began, its warm-up included.")
}

extension MetricsSnapshot {
    fileprivate mutating func add(_ metric: Metric, _ attributes: [Attribute] = [], level: Double) {
        samples.append(Sample(metric, attributes, .level(level)))
    }

    fileprivate mutating func add(_ metric: Metric, _ attributes: [Attribute] = [], count: Int64) {
        samples.append(Sample(metric, attributes, .count(count)))
    }
}
