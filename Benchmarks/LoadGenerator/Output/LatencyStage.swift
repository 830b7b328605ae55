/// The stages of a record's time, in the order of the files.
package enum LatencyStage: String, Sendable, CaseIterable {
    /// Intended time (open loop), or the append of the batch's first record (closed loop: a bound) → acknowledged.
    case total
    /// First record of the batch appended → batch sealed.
    case build
    /// The codec.
    case compress
    /// Sealed → written to a connection.
    case queue
    /// Written → acknowledged.
    case ack
    /// The part of `ack` that is the way there and back, where the broker tells how long it had the request.
    case wire
    /// The part of `ack` for which the broker had the request, where it tells.
    case broker
    /// Of `kbench end-to-end`: intended time (open loop), or when the record was made (closed loop) → received by a consumer.
    case endToEnd = "end_to_end"
    /// Of a transaction: its end asked for → answered, with the sending of what waits. Counts once for each transaction.
    case commit
}

/// The percentiles of a stage that `runs.csv` has, in ns.
package struct LatencyFigures: Sendable, Equatable {
    package var p50Ns: Int64
    package var p90Ns: Int64
    package var p99Ns: Int64
    package var p999Ns: Int64
    package var maxNs: Int64

    package init(p50Ns: Int64, p90Ns: Int64, p99Ns: Int64, p999Ns: Int64, maxNs: Int64) {
        self.p50Ns = p50Ns
        self.p90Ns = p90Ns
        self.p99Ns = p99Ns
        self.p999Ns = p999Ns
        self.maxNs = maxNs
    }

    /// Nil when nothing was recorded: not measured.
    package init?(_ histogram: HdrHistogram) {
        guard histogram.totalCount > 0 else { return nil }
        self.init(
            p50Ns: histogram.valueAtPercentile(50), p90Ns: histogram.valueAtPercentile(90),
            p99Ns: histogram.valueAtPercentile(99), p999Ns: histogram.valueAtPercentile(99.9), maxNs: histogram.max)
    }

    /// The names of the figures within a column's name, with their values.
    var columns: [(name: String, valueNs: Int64)] {
        [("p50", p50Ns), ("p90", p90Ns), ("p99", p99Ns), ("p999", p999Ns), ("max", maxNs)]
    }

    static let columnNames = ["p50", "p90", "p99", "p999", "max"]
}
