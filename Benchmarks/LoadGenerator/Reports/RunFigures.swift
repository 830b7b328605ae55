/// The rows of a command's runs, by configuration.
struct RunFigures {
    struct Configuration {
        /// What tells it from the others; empty when there is one.
        let label: String
        /// In the order of their numbers.
        let rows: [RunRow]

        /// The rows whose figures are those of whole runs.
        var usable: [RunRow] {
            rows.filter { ![.failedRecords, .unverified, .interrupted].contains($0.verdict) }
        }

        /// The median of a column, as text for a table, with the least and the most if there are several rows.
        func words(_ column: String, _ text: (Double) -> String) -> String {
            let values = usable.compactMap { $0.number(column) }
            guard let median = Samples.median(of: values), let least = values.min(), let most = values.max() else {
                return "–"
            }
            return values.count == 1 ? text(median) : "\(text(median)) (\(text(least))–\(text(most)))"
        }
    }

    /// Those of which there are rows, in the order of the plan.
    let configurations: [Configuration]

    static let configurationColumns = Set(
        RunResult(run: 0, startedAt: Timestamp(epochMs: 0), target: "", configuration: RunConfiguration())
            .configurationColumns.map(\.name))

    init(_ rows: [Int: RunRow], of plan: RunPlan) {
        let swept = plan.sweptOptionNames
        let count = plan.configurations.count
        let groups = Dictionary(grouping: rows.values.sorted { $0.run < $1.run }) { ($0.run - 1) % count }
        configurations = plan.configurations.enumerated().compactMap { index, configuration in
            groups[index].map { Configuration(label: plan.label(of: configuration, swept: swept), rows: $0) }
        }
    }

    /// A line for each configuration, narrow enough for a phone.
    var table: Report.Table {
        let p99 = "latency_total_p99_us"
        let rows = configurations.map { configuration in
            let verdicts = Set(configuration.rows.compactMap { $0["verdict"] })
            let others = verdicts.subtracting(["ok"]).sorted().joined(separator: ", ")
            return [
                configuration.label.isEmpty ? "all runs" : configuration.label,
                configuration.words("throughput_rps", Quantity.approximate),
                configuration.words(p99) { Quantity.approximateDuration(ns: $0 * 1000) },
                others.isEmpty ? "ok" : others,
            ]
        }
        return Report.Table(title: "Runs", header: ["configuration", "records/s", "p99", "verdict"], rows: rows)
    }
}
