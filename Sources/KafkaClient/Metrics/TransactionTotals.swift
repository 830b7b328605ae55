import KafkaTransport

/// How a transaction has ended.
enum TransactionOutcome: String, CaseIterable, Sendable {
    case committed, aborted
    /// It is not known how, or its producer was fenced.
    case failed
}

/// What is counted of transactions, by all producers.
struct TransactionTotals: Sendable {
    private var durationsByOutcome: [TransactionOutcome: MetricHistogram] = [:]
    /// Of those that were committed, from when that was wanted.
    private(set) var commitTime = MetricHistogram(bounds: DurationMeter.bounds)

    /// Those that ended so, from begin to end.
    func durations(_ outcome: TransactionOutcome) -> MetricHistogram {
        durationsByOutcome[outcome] ?? MetricHistogram(bounds: DurationMeter.bounds)
    }

    /// - Parameter asked: when it was to end.
    mutating func add(
        _ outcome: TransactionOutcome, began: MonotonicInstant, asked: MonotonicInstant, ended: MonotonicInstant
    ) {
        durationsByOutcome[outcome, default: MetricHistogram(bounds: DurationMeter.bounds)].add(
            durationNs: ended.nanoseconds(since: began))
        if outcome == .committed { commitTime.add(durationNs: ended.nanoseconds(since: asked)) }
    }
}
