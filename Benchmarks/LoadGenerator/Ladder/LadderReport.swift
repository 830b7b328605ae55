internal import KafkaJSON

/// What each stage of the pipeline adds to the time and the CPU time of a record, and which one limits.
package struct LadderReport: Sendable {
    /// A stage: the pipeline that ends there, and what that has more than the one before.
    struct Rung: Sendable, Equatable {
        let stage: PipelineStage
        /// Records a second.
        let throughput: Double
        /// Of the client and the generator together, per record.
        let cpuNs: Double
        /// Of the broker's process, per record; 0 where it isn't known.
        let brokerCpuNs: Double
        /// What the stage adds to the time from one record to the next, in ns. Below 0 for one that hides another's time.
        let addedNs: Double
        let addedCpuNs: Double

        /// From one record to the next, in ns.
        var ns: Double { 1e9 / throughput }
    }

    /// A configuration with its rungs.
    struct Ladder: Sendable, Equatable {
        let label: String
        let rungs: [Rung]

        /// The rung that adds most, and how fast the others would be without it.
        var limit: (stage: PipelineStage, without: Double)? {
            guard rungs.count > 1, let last = rungs.last, let most = rungs.max(by: { $0.addedNs < $1.addedNs }) else {
                return nil
            }
            let rest = last.ns - most.addedNs
            return rest > 0 ? (most.stage, 1e9 / rest) : nil
        }

        /// The rung that adds most when that one is gone.
        var nextLimit: PipelineStage? {
            let limit = limit?.stage
            return rungs.filter { $0.stage != limit && $0.addedNs > 0 }.max { $0.addedNs < $1.addedNs }?.stage
        }
    }

    let ladders: [Ladder]

    /// - Parameter rows: of all runs that are done.
    package init(_ plan: RunPlan, _ rows: [RunRow]) {
        // What the stage itself decides, as whether a broker stores each batch once, tells no ladders apart.
        let whole = plan.reachingBroker
        let swept = whole.sweptOptionNames
        let schedule = plan.schedule
        var labels: [String] = []
        var byLabel: [String: [PipelineStage: [RunRow]]] = [:]
        for row in rows where row.run >= 1 && row.run <= schedule.count && row.verdict != .interrupted {
            let configuration = schedule[row.run - 1].configuration
            let index = schedule[row.run - 1].configurationIndex
            let label = whole.label(of: whole.configurations[index], swept: swept)
            if byLabel[label] == nil { labels.append(label) }
            byLabel[label, default: [:]][configuration.stage, default: []].append(row)
        }
        ladders = labels.map { label in Ladder(label: label, rungs: Self.rungs(byLabel[label] ?? [:])) }
    }

    private static func rungs(_ rows: [PipelineStage: [RunRow]]) -> [Rung] {
        var rungs: [Rung] = []
        for stage in PipelineStage.allCases {
            func median(_ value: (RunRow) -> Double?) -> Double? {
                Samples.median(of: (rows[stage] ?? []).compactMap(value))
            }
            guard let throughput = median({ $0.number("throughput_rps") }), throughput > 0 else { continue }
            let cpuNs =
                (median { $0.number("client_cpu_ns_per_record") } ?? 0)
                + (median { $0.number("generator_cpu_ns_per_record") } ?? 0)
            let brokerCpuNs = median { row in
                guard let seconds = row.number("broker_cpu_s"), let acked = row.number("records_acked"), acked > 0
                else {
                    return nil
                }
                return seconds * 1e9 / acked
            }
            rungs.append(
                Rung(
                    stage: stage, throughput: throughput, cpuNs: cpuNs, brokerCpuNs: brokerCpuNs ?? 0,
                    addedNs: 1e9 / throughput - (rungs.last?.ns ?? 0), addedCpuNs: cpuNs - (rungs.last?.cpuNs ?? 0)))
        }
        return rungs
    }

    /// A table for each configuration, and which stage limits; ends with a newline.
    package var text: String {
        ladders.map { ladder in
            let header = ["stage", "records/s", "ns/record", "added", "CPU ns/record", "added", "broker CPU"]
            let rows = ladder.rungs.map { rung in
                [
                    rung.stage.rawValue, Quantity.approximate(rung.throughput), ns(rung.ns), ns(rung.addedNs),
                    ns(rung.cpuNs),
                    ns(rung.addedCpuNs), rung.brokerCpuNs > 0 ? ns(rung.brokerCpuNs) : "-",
                ]
            }
            return (ladder.label.isEmpty ? "" : ladder.label + "\n") + TextTable.text([header] + rows) { $0 == 0 }
                + limits(ladder)
        }.joined(separator: "\n")
    }

    private func limits(_ ladder: Ladder) -> String {
        guard let limit = ladder.limit, let most = ladder.rungs.first(where: { $0.stage == limit.stage }),
            let last = ladder.rungs.last
        else { return "" }
        let share = Percent.text((most.addedNs / last.ns * 100).rounded() / 100)
        let next = ladder.nextLimit.map { ", and \($0.rawValue) would be the next limit" } ?? ""
        return """
            \(limit.stage.rawValue) limits: it adds \(ns(most.addedNs)) of the \(ns(last.ns)) ns from one record to the next \
            (\(share)); without it there would be \(Quantity.approximate(limit.without)) records/s\(next)

            """
    }

    private func ns(_ value: Double) -> String { Decimal.text(value, decimals: 1) ?? "?" }

    static let columnNames = [
        "label", "stage", "throughput_rps", "ns_per_record", "added_ns_per_record", "cpu_ns_per_record",
        "added_cpu_ns_per_record", "broker_cpu_ns_per_record", "limits",
    ]

    /// `ladder.csv`
    package var csv: String {
        let rows = ladders.flatMap { ladder in
            ladder.rungs.map { rung in
                CSV.row([
                    ladder.label, rung.stage.rawValue, Decimal.shortText(rung.throughput, decimals: 1),
                    Decimal.shortText(rung.ns, decimals: 3), Decimal.shortText(rung.addedNs, decimals: 3),
                    Decimal.shortText(rung.cpuNs, decimals: 3), Decimal.shortText(rung.addedCpuNs, decimals: 3),
                    Decimal.shortText(rung.brokerCpuNs, decimals: 3), String(ladder.limit?.stage == rung.stage),
                ])
            }
        }
        return CSV.row(Self.columnNames) + rows.joined()
    }

    /// Each configuration with its stages, as in `ladder.csv`, and which of them limits.
    var json: JSONValue {
        .array(
            ladders.map { ladder in
                let stages = ladder.rungs.map { rung in
                    JSONValue.object([
                        ("stage", .string(rung.stage.rawValue)), ("throughput_rps", .double(rung.throughput)),
                        ("ns_per_record", .double(rung.ns)), ("added_ns_per_record", .double(rung.addedNs)),
                        ("cpu_ns_per_record", .double(rung.cpuNs)),
                        ("added_cpu_ns_per_record", .double(rung.addedCpuNs)),
                        ("broker_cpu_ns_per_record", .double(rung.brokerCpuNs)),
                    ])
                }
                return .object([
                    ("label", .string(ladder.label)), ("stages", .array(stages)),
                    ("limits", .optional(ladder.limit?.stage.rawValue)),
                    ("throughput_without_it_rps", .optional(ladder.limit?.without)),
                    ("next_limit", .optional(ladder.nextLimit?.rawValue)),
                ])
            })
    }
}

extension RunPlan {
    /// The same with every pipeline going all the way to a broker.
    fileprivate var reachingBroker: RunPlan {
        var plan = self
        for index in plan.configurations.indices { plan.configurations[index].stage = .broker }
        return plan
    }
}
