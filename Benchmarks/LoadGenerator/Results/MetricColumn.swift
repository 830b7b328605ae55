/// What a column of `runs.csv` measures, and which way is better.
package struct MetricColumn: Sendable, Equatable {
    /// Which way a metric is better.
    package enum Direction: Sendable, Equatable {
        case higher, lower
        /// Neither is better.
        case neither
    }

    package let name: String
    package let direction: Direction

    /// The column of that name; nil when it isn't one that is measured.
    package init?(named name: String) {
        guard let metric = Self.all.first(where: { $0.name == name }) else { return nil }
        self = metric
    }

    private init(_ name: String, _ direction: Direction) {
        self.name = name
        self.direction = direction
    }

    /// Every measured column, in the order of the file.
    package static let all: [MetricColumn] = amounts + costs + headroom + reading + transactions + latencies + readBack

    private static let amounts = [
        MetricColumn("duration_s", .lower), MetricColumn("records_acked", .higher),
        MetricColumn("records_failed", .lower),
        MetricColumn("throughput_rps", .higher), MetricColumn("throughput_bytes_per_s", .higher),
        MetricColumn("wire_bytes_per_s", .neither), MetricColumn("compression_ratio", .higher),
        MetricColumn("batches", .neither), MetricColumn("records_per_batch", .neither),
    ]

    private static let costs = [
        "client_cpu_s", "client_cpu_ns_per_record", "generator_cpu_ns_per_record", "broker_cpu_s",
        "client_peak_rss_bytes",
        "leaders_moved", "records_retried", "gap_max_ms",
    ].map { MetricColumn($0, .lower) }

    private static let headroom = ["generator_capacity_rps", "generator_capacity_share"].map {
        MetricColumn($0, .neither)
    }

    private static let reading = ["decompress_cpu_ns_per_record", "group_join_s"].map { MetricColumn($0, .lower) }

    private static let transactions = [MetricColumn("transactions", .neither)]

    private static let latencies =
        LatencyStage.allCases.flatMap { stage in
            LatencyFigures.columnNames.map { MetricColumn("latency_\(stage.rawValue)_\($0)_us", .lower) }
        } + ["latency_total_above_1h", "latency_end_to_end_not_positive"].map { MetricColumn($0, .lower) }
        + [MetricColumn("clock_ahead_us", .neither), MetricColumn("clock_error_us", .lower)]

    private static let readBack =
        [MetricColumn("records_read", .higher)]
        + ["lost", "duplicated", "reordered", "corrupted"].map { MetricColumn("records_\($0)", .lower) }

    /// What is compared unless other metrics are named: how much, at what cost, and how late.
    ///
    /// - Parameter stages: those that the runs are about.
    package static func usual(of stages: Set<LatencyStage>) -> [MetricColumn] {
        let latencies = LatencyStage.allCases.filter(stages.contains).flatMap { stage in
            ["p50", "p99"].map { "latency_\(stage.rawValue)_\($0)_us" }
        }
        return (["throughput_rps", "client_cpu_ns_per_record", "client_peak_rss_bytes"] + latencies)
            .compactMap(MetricColumn.init)
    }
}

extension RunResult {
    /// Of a run of which nothing is known.
    static var empty: RunResult {
        RunResult(run: 0, startedAt: Timestamp(epochMs: 0), target: "", configuration: RunConfiguration())
    }
}

extension MetricColumn {
    /// What a run would have to be for the column to have anything in it: `--verify`, or `--stage broker`; nil where a configuration
    /// may measure it.
    func missing(in configuration: RunConfiguration) -> String? {
        if name.hasPrefix("latency_end_to_end_") {
            return configuration.mode == .endToEnd && configuration.reads ? nil : "kbench end-to-end"
        }
        if Self.ofConsuming.contains(name) {
            if configuration.mode != .consume { return "kbench consume" }
            return name == "group_join_s" && configuration.group == nil ? "--group" : nil
        }
        if configuration.mode == .consume || configuration.mode == .endToEnd && configuration.role == .consume {
            let isOfSending = Self.ofSending.contains(where: name.hasPrefix)
            return isOfSending ? "kbench run" : nil
        }
        if Self.ofTransactions.contains(where: name.hasPrefix) {
            return configuration.transactionalID == nil ? "--transactional-id" : nil
        }
        if configuration.mode == .endToEnd, configuration.reads, Self.ofReceiving.contains(name) { return nil }
        if Self.readBack.contains(self) { return configuration.isVerified ? nil : "--verify" }
        if Self.ofBrokers.contains(where: name.hasPrefix) {
            return configuration.stage == .broker ? nil : "--stage broker"
        }
        if name.hasPrefix("latency_"), configuration.stage == .generate { return "a stage behind generate" }
        return nil
    }

    /// The same of several configurations, when none of them has it.
    func missing(in configurations: [RunConfiguration]) -> String? {
        let missing = configurations.map { self.missing(in: $0) }
        return missing.contains(nil) ? nil : missing.first ?? nil
    }

    private static let ofSending = [
        "latency_", "records_acked", "records_failed", "records_lost", "records_duplicated", "records_reordered",
        "records_corrupted", "records_retried", "gap_max_ms", "generator_", "transactions",
    ]
    private static let ofTransactions = ["transactions", "latency_commit_"]
    private static let ofConsuming: Set = ["decompress_cpu_ns_per_record", "group_join_s"]
    /// What `kbench end-to-end` tells without `--verify`.
    private static let ofReceiving: Set = ["records_read", "records_lost", "records_duplicated"]
    private static let ofBrokers = [
        "latency_queue_", "latency_ack_", "latency_wire_", "latency_broker_", "broker_cpu_s", "wire_bytes_per_s",
        "leaders_moved", "records_retried", "gap_max_ms",
    ]
}
