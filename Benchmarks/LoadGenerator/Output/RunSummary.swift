import KafkaClient
internal import KafkaJSON

/// What is printed at the end.
package enum RunSummary {
    /// A table for people, a line for each run, and below it in words what must not be trusted; ends with a newline.
    package static func text(_ results: [RunResult], plan: RunPlan) -> String {
        let header = ["run", "records/s", "MiB/s", "CPU ns/record", "p50", "p99", "max", "verdict", ""]
        let (schedule, swept) = (plan.schedule, plan.sweptOptionNames)
        let rows = results.map { result in
            let isPlanned = schedule.indices.contains(result.run - 1)
            let label = isPlanned ? plan.label(of: schedule[result.run - 1].configuration, swept: swept) : ""
            return [
                String(result.run), cell(result.throughputRps.map(Quantity.approximate)),
                cell(result.throughputBytesPerSecond.flatMap { Decimal.text($0 / 1_048_576, decimals: 1) }),
                cell(result.clientCpuNsPerRecord.flatMap { Decimal.text($0, decimals: 1) }),
                duration(result.shownLatencies?.p50Ns), duration(result.shownLatencies?.p99Ns),
                duration(result.shownLatencies?.maxNs), result.verdict.rawValue, label,
            ]
        }
        let warnings = results.flatMap { result in
            result.verdicts.filter { $0.kind != .ok }.map {
                "run \(result.run) is \($0.kind.rawValue): \($0.explanation)\n"
            }
        }
        return TextTable.text([header] + rows) { $0 >= header.count - 2 } + warnings.joined()
            + headroom(results) + results.compactMap(clamped).joined()
            + results.compactMap(disturbance).joined()
            + results.compactMap(readBack).joined() + results.compactMap(receipts).joined()
            + results.compactMap(joining).joined() + results.compactMap(transactions).joined()
            + withoutIdempotence(plan)
    }

    /// How much of the generator's own capacity the run used that used most of it, on a line; empty where that is not known.
    private static func headroom(_ results: [RunResult]) -> String {
        let most = results.max { $0.generatorCapacityShare ?? 0 < $1.generatorCapacityShare ?? 0 }
        guard let most, let share = most.generatorCapacityShare, let capacity = most.generatorCapacityRps else {
            return ""
        }
        return """
            run \(most.run) used \(Percent.whole(share)) of what the generator makes here by itself, \(Quantity.approximate(capacity)) \
            records/s\(results.count > 1 ? ", more than the other runs" : "")

            """
    }

    /// That latencies were too long for histograms, on a line; nil where none was.
    private static func clamped(_ result: RunResult) -> String? {
        guard let count = result.recordsClamped, count > 0 else { return nil }
        return """
            run \(result.run): \(Quantity.counted(count, "record")) took longer than an hour, which is the longest latency that is told \
            apart; the maximum is exact

            """
    }

    /// That runs were not idempotent though acks all usually means that; empty where it is as usual.
    private static func withoutIdempotence(_ plan: RunPlan) -> String {
        let counts = Set(plan.configurations.lazy.filter(\.givesUpIdempotence).map(\.concurrency)).sorted()
        if counts.isEmpty { return "" }
        return """
            --concurrency \(counts.map(String.init).joined(separator: ",")) allows more than \
            \(ProducerConfiguration.inFlightIdempotentMax) requests in flight, so brokers were not asked to store each batch once: \
            one that is sent again may be there twice

            """
    }

    /// What `--verify` has found, on a line; nil without it. What is wrong is told with the verdicts.
    private static func readBack(_ result: RunResult) -> String? {
        guard let verified = result.verified else { return nil }
        let rate = Double(verified.read) / max(1, Double(verified.durationNs)) * 1e9
        let cost = Double(verified.cpuNs) / max(1, Double(verified.read))
        let wrong = verified.wrong.map { $0.lost + $0.duplicated + ($0.reordered ?? 0) + $0.corrupted }
        let order = verified.wrong?.reordered == nil ? "" : ", reordered"
        let judgement = wrong == 0 ? "; none is lost, duplicated\(order) or corrupted" : ""
        return """
            run \(result.run): \(Quantity.counted(verified.read, "record")) read back, \(Quantity.approximate(rate)) a second, \
            \(Quantity.approximateDuration(ns: cost)) of CPU each\(judgement)

            """
    }

    /// What `kbench end-to-end` has received, on lines; nil where nothing was to be. What is lost is told with the verdicts.
    private static func receipts(_ result: RunResult) -> String? {
        guard let received = result.received else { return nil }
        let sending = result.latencies[.total].map {
            """
            ; to their acknowledgement it was \(duration($0.p50Ns)) (p50), \(duration($0.p99Ns)) (p99)
            """
        }
        var text = """
            run \(result.run): \(Quantity.counted(received.read, "record")) received, and the latencies are to their receipt\
            \(sending ?? "")

            """
        if received.duplicated > 0 {
            text += "run \(result.run): \(Quantity.counted(received.duplicated, "record")) came more than once\n"
        }
        if let aheadNs = received.clockAheadNs, let errorNs = received.clockErrorNs {
            text += """
                run \(result.run): the clock of the machine that sent is \(duration(abs(aheadNs))) \
                \(aheadNs < 0 ? "behind" : "ahead"); latencies may be wrong by \(duration(errorNs))

                """
        }
        return text + (notPositive(result).map { $0 + "\n" } ?? "")
    }

    /// That records came before their time, without a newline; nil where none did.
    static func notPositive(_ result: RunResult) -> String? {
        guard let count = result.received?.notPositive, count > 0 else { return nil }
        return """
            run \(result.run): \(Quantity.counted(count, "record")) came before they were due, or just then, and \
            count as 0: the clock is not one and the same
            """
    }

    /// How long members took to join their group, on a line; nil without a group.
    private static func joining(_ result: RunResult) -> String? {
        guard let ns = result.groupJoinNs else { return nil }
        return """
            run \(result.run): the group took \(Quantity.approximateDuration(ns: Double(ns))) to share the partitions out, which is not \
            part of the run

            """
    }

    /// How many transactions were committed and how long that took, on a line; nil where there are none.
    private static func transactions(_ result: RunResult) -> String? {
        guard let count = result.transactions else { return nil }
        let commits = result.latencies[.commit].map {
            "; a commit took \(duration($0.p50Ns)) (p50), \(duration($0.p99Ns)) (p99), \(duration($0.maxNs)) (most)"
        }
        let door = result.configuration.door.rawValue
        return "run \(result.run): \(Quantity.counted(count, "transaction")) committed, door \(door)\(commits ?? "")\n"
    }

    /// What happened to leaders and batches, on a line; nil when nothing did.
    private static func disturbance(_ result: RunResult) -> String? {
        let (moved, retried) = (result.leadersMoved ?? 0, result.recordsRetried ?? 0)
        guard moved > 0 || retried > 0 else { return nil }
        let gap = result.longestGap.map { gap in
            let duration = Quantity.approximateDuration(ns: Double(gap.durationNs))
            return "; the longest that a partition had no acknowledgement was \(duration) (partition \(gap.partition))"
        }
        return """
            run \(result.run): \(Quantity.counted(moved, "leader")) moved, \(Quantity.counted(retried, "record")) retried\
            \(gap ?? "")

            """
    }

    /// All runs and expectations as one object, ending with a newline.
    package static func json(
        _ results: [RunResult], _ judgements: [Judgement] = [], _ ladder: LadderReport? = nil
    ) -> String {
        JSONValue.object(
            [("runs", .array(results.map(\.json))), ("expectations", .array(judgements.map(\.json)))]
                + (ladder.map { [("ladders", $0.json)] } ?? [])
        ).prettyText
    }

    private static func cell(_ text: String?) -> String { text ?? "-" }

    private static func duration(_ ns: Int64?) -> String {
        cell(ns.map { Quantity.approximateDuration(ns: Double($0)) })
    }
}
