/// What to look at next, in words.
extension RunSummary {
    /// A line for each thing, without the newline; empty when there is nothing to say.
    package static func advice(_ results: [RunResult], plan: RunPlan, directory: String) -> [String] {
        var lines: [String] = []
        if let best = comparison(results, plan) { lines.append(best) }
        if let slowest = slowestStage(results) { lines.append(slowest) }
        if let costly = costlyGenerator(results) { lines.append(costly) }
        lines += Verdict.Kind.allCases.filter { kind in results.contains { $0.verdict == kind } }.compactMap(\.remedy)
        if !results.isEmpty {
            let isDrawn = TextFile.exists("scripts/plot")
            let wasDisturbed = results.contains { $0.leadersMoved ?? 0 > 0 || $0.recordsRetried ?? 0 > 0 }
            lines.append(
                (results.contains { !$0.latencies.isEmpty }
                    ? "\(directory)/latency.csv has every percentile, timeline.csv the course"
                    : "\(directory)/timeline.csv has the course")
                    + (wasDisturbed ? ", events.csv what happened to leaders and batches" : "")
                    + (isDrawn ? "; scripts/plot \(directory) --out \(directory)/plots draws them" : ""))
        }
        return lines
    }

    /// Of several configurations, the one with the best median, by what was asked for.
    private static func comparison(_ results: [RunResult], _ plan: RunPlan) -> String? {
        let swept = plan.sweptOptionNames
        guard !swept.isEmpty else { return nil }
        let schedule = plan.schedule
        let groups = Dictionary(grouping: results.filter { schedule.indices.contains($0.run - 1) }) {
            schedule[$0.run - 1].configurationIndex
        }
        let isPaced = plan.configurations.allSatisfy { $0.rate != nil }
        let figures = groups.compactMap { index, runs -> (index: Int, value: Double)? in
            let values = runs.compactMap { isPaced ? $0.shownLatencies.map { Double($0.p99Ns) } : $0.throughputRps }
            return Samples.median(of: values).map { (index, isPaced ? -$0 : $0) }
        }.sorted { ($0.value, $1.index) > ($1.value, $0.index) }
        guard figures.count > 1, let best = figures.first, let worst = figures.last, worst.value != 0 else {
            return nil
        }
        let name = plan.label(of: plan.configurations[best.index], swept: swept)
        let other = plan.label(of: plan.configurations[worst.index], swept: swept)
        let factor = Decimal.text(isPaced ? worst.value / best.value : best.value / worst.value, decimals: 2) ?? "?"
        let what =
            isPaced
            ? "lowest p99: \(name), \(Quantity.approximateDuration(ns: -best.value))"
            : "fastest: \(name), \(Quantity.approximate(best.value)) records/s"
        return "\(what), \(factor) × better than \(other)"
    }

    /// The run whose generator took the greatest share of the CPU, if that is more than a tenth.
    private static func costlyGenerator(_ results: [RunResult]) -> String? {
        let costly = results.max { $0.generatorCpuShare ?? 0 < $1.generatorCpuShare ?? 0 }
        guard let costly, let share = costly.generatorCpuShare, share > 0.1,
            let perRecord = costly.generatorCpuNsPerRecord
        else { return nil }
        let count = results.count { $0.generatorCpuShare ?? 0 > 0.1 }
        let others = count > 1 ? " (and in \(count - 1) more, more than a tenth)" : ""
        return """
            in run \(costly.run)\(others) the generator took \(Percent.whole(share)) of the CPU, \
            \(Quantity.approximateDuration(ns: perRecord)) a record, which the client's CPU does not count
            """
    }

    /// Where the time of the slow records of the last run goes, if one stage has most of it.
    private static func slowestStage(_ results: [RunResult]) -> String? {
        guard let latencies = results.last?.latencies, let total = latencies[.total], total.p99Ns > 0 else {
            return nil
        }
        let stages: [LatencyStage] =
            latencies[.broker] == nil ? [.build, .queue, .ack] : [.build, .queue, .wire, .broker]
        guard let slowest = stages.max(by: { latencies[$0]?.p99Ns ?? 0 < latencies[$1]?.p99Ns ?? 0 }),
            let figures = latencies[slowest], figures.p99Ns * 2 > total.p99Ns
        else { return nil }
        let duration = Quantity.approximateDuration(ns: Double(figures.p99Ns))
        return "the slowest stage at p99 is \(slowest.rawValue), \(duration): \(slowest.remedy)"
    }
}

extension LatencyStage {
    /// What makes it shorter.
    fileprivate var remedy: String {
        switch self {
        case .total: "see its stages"
        case .build: "records wait for their batch to fill; a shorter --linger or smaller --batch-size ends it sooner"
        case .compress: "the codec; a lower level or another codec is faster"
        case .queue: "batches wait for a connection; a higher --concurrency or a lower --rate shortens it"
        case .ack: "the network and the broker; a lower --concurrency keeps fewer requests waiting there"
        case .wire:
            "the way to the broker and back, with what waits there; a lower --concurrency keeps fewer requests on it"
        case .broker: "the broker itself"
        case .endToEnd: "see its stages"
        case .commit:
            "the coordinator, and what was still to be sent; a longer --transaction-duration asks for it less often"
        }
    }
}

extension Verdict.Kind {
    /// What to do about it; nil when nothing has to be done.
    fileprivate var remedy: String? {
        switch self {
        case .failedRecords: "failed-records: look into the broker's log; these figures are not to be used"
        case .unverified:
            "unverified: something else may write to the topic; give --topic one of its own, and --verify to see what is wrong"
        case .saturated: "saturated: find the rate that it keeps with a sweep, such as --rate 100k,200k,400k"
        case .generatorBound: "generator-bound: more --cores, or records that cost less to make (--keys, --headers)"
        case .debugBuild: "debug-build: use scripts/kbench, which builds with optimisation"
        case .noisy: "noisy: repeat it with --runs 5 on a machine that does nothing else, and compare medians"
        case .drifting: "drifting: warm up with --warmup-duration auto, and run for longer, until it is steady"
        case .lopsided:
            "lopsided: move leaders (kafka-leader-election, kafka-reassign-partitions), or take a multiple of the brokers as --partitions; brokers.csv has the shares"
        case .interrupted, .ok: nil
        }
    }
}
