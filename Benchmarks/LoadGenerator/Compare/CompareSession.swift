import KafkaClient
internal import KafkaJSON
import KafkaTransport

/// Carries out `kbench compare`.
///
///     folders   read both ─▶ Comparison ─▶ text, status
///     runs      pair 1: base new │ pair 2: new base │ pair 3: base new │ …   each a kbench of its own, into a folder of its own
///               after 8, 12, 16, 24, … pairs: Comparison ─▶ comparison.csv ─▶ enough?
package struct CompareSession {
    let plan: ComparePlan
    /// The words behind `kbench compare`.
    let arguments: [String]
    let terminal: Terminal

    package init(plan: ComparePlan, arguments: [String], terminal: Terminal) {
        (self.plan, self.arguments, self.terminal) = (plan, arguments, terminal)
    }

    /// - Throws: `UsageError` when there is nothing to compare; `OutputError`, `TransportError` or `RunError` when a side can't be
    ///   run or nothing can be written.
    package func carryOut() async throws -> ExitStatus {
        try plan.output.reports.probe()
        switch plan.source {
        case .folders(let base, let new): return try compareFolders(base, new)
        case .runs(let base, let new):
            if plan.isDryRun {
                Terminal.write(dryRunText(base, new), to: 1)
                return .success
            }
            return try await compareRuns(base, new)
        }
    }

    private func compareFolders(_ base: String, _ new: String) throws -> ExitStatus {
        var directory: OutputDirectory?
        if plan.output.directory != nil { directory = try .prepare(plan.output.directory, now: Timestamp(.now)) }
        let comparison: Comparison
        if let pairs = try ResultFolder.pairs(base: base, new: new) {
            var rule = plan.rule
            rule.lookCount = pairs.lookCount
            comparison = try Comparison(base: pairs.base, new: pairs.new, rule: rule, isPaired: true)
        } else {
            comparison = try Comparison(
                base: ResultFolder(reading: base), new: ResultFolder(reading: new), rule: plan.rule, isPaired: false)
        }
        let report = ComparisonReport(comparison: comparison, pairCount: nil)
        if let directory { try directory.comparison.replace(with: report.csv) }
        try show(report)
        return comparison.status
    }

    private func show(_ report: ComparisonReport) throws {
        try plan.output.reports.write(report.report)
        Terminal.write(plan.output.format == .json ? report.json : report.text, to: 1)
    }

    // MARK: Runs

    private func compareRuns(_ base: CompareSide, _ new: CompareSide) async throws -> ExitStatus {
        for side in [base, new] {
            if let binary = side.binary, !TextFile.isExecutable(binary) {
                throw UsageError("--\(side.name)-binary: \(binary) is no program that can be run")
            }
        }
        let control = try EventLoop(name: "kbench-control")
        let interrupt = SharedFlag()
        let process = RunProcess(on: control)
        let signals = await InterruptSignals(on: control, interrupt) {
            terminal.note("interrupted: ending the run that is under way; once more to stop at once")
            Task { await process.interrupt() }
        }
        return try await always {
            let directory = try prepareDirectory()
            let lock = try FolderLock(directory.path)
            defer { lock.release() }
            var manifest =
                plan.resumed == nil
                ? CommandManifest(
                    .compare, arguments: arguments, seed: plan.seed, startedAt: Timestamp(.now).iso8601)
                : try .read(directory.path, of: .compare)
            manifest.facts = [base, new].map { ($0.name, $0.json) }
            manifest.facts.append((ResultFolder.lookCountFact, .integer(Int64(plan.rule.lookCount))))
            try manifest.write(to: directory.manifest)
            let pairs = try await runPairs(base, new, directory, process, interrupt)
            manifest.facts.append(("completed_pairs", .integer(Int64(pairs.count))))
            manifest.isInterrupted = interrupt.isSet
            manifest.endedAt = Timestamp(.now).iso8601
            try manifest.write(to: directory.manifest)
            if let comparison = pairs.comparison {
                try show(ComparisonReport(comparison: comparison, pairCount: pairs.count))
                terminal.note("results in \(directory.path), after \(pairs.count) runs of each side")
            }
            if let failure = pairs.failure {
                terminal.complain(failure)
                return interrupt.isSet ? .interrupted : .failure
            }
            return interrupt.isSet ? .interrupted : pairs.comparison?.status ?? .inconclusive
        } thenCleanUp: {
            await signals.stop()
            await control.shutDown()
        }
    }

    private func prepareDirectory() throws -> OutputDirectory {
        if let resumed = plan.resumed { return OutputDirectory(path: resumed) }
        return try .prepareEmpty(plan.output.directory)
    }

    /// What came of running pairs.
    private struct Pairs {
        var count = 0
        var comparison: Comparison?
        /// Why there are no more of them; nil when there are enough.
        var failure: String?
    }

    private func runPairs(
        _ base: CompareSide, _ new: CompareSide, _ directory: OutputDirectory, _ process: RunProcess,
        _ interrupt: SharedFlag
    ) async throws -> Pairs {
        let sides = try await warmedUp([base, new], process)
        let begin = MonotonicInstant.now
        let looks = Multiplicity.looks(most: plan.runsMax)
        var pairs = Pairs()
        func look() throws {
            guard pairs.count >= 2 else { return }
            let paths = sides.map { "\(directory.path)/\($0.name)" }
            guard let both = try ResultFolder.pairs(base: paths[0], new: paths[1]) else { return }
            let comparison = try Comparison(base: both.base, new: both.new, rule: plan.rule, isPaired: true)
            try directory.comparison.replace(with: ComparisonReport(comparison: comparison, pairCount: pairs.count).csv)
            pairs.comparison = comparison
        }
        while pairs.count < plan.runsMax, !interrupt.isSet {
            if let most = plan.timeMaxNs, MonotonicInstant.now.nanoseconds(since: begin) >= most {
                terminal.note("--max-time is over")
                break
            }
            let number = pairs.count + 1
            // A-B-B-A: what the machine does slowly is on both sides alike.
            for side in number.isMultiple(of: 2) ? sides.reversed() : sides {
                pairs.failure = try await run(side, number, directory, process)
                if pairs.failure != nil || interrupt.isSet { break }
            }
            if pairs.failure != nil || interrupt.isSet { break }
            pairs.count = number
            terminal.note("\(number) of at most \(plan.runsMax) pairs of runs are done")
            guard looks.contains(number) else { continue }
            try look()
            if pairs.comparison?.isAnswered == true { return pairs }
        }
        if pairs.comparison?.metrics.first.map({ $0.contrast.base.count != pairs.count }) ?? true { try look() }
        return pairs
    }

    /// - Returns: why it failed; nil when it didn't.
    private func run(
        _ side: CompareSide, _ number: Int, _ directory: OutputDirectory, _ process: RunProcess
    ) async throws -> String? {
        let name = String(repeating: "0", count: max(0, 4 - String(number).count)) + String(number)
        let path = "\(directory.path)/\(side.name)/\(name)"
        if plan.resumed != nil {
            // A kbench that was killed leaves the one that carries out its run.
            try await FolderLock.waitUntilFree(path)
            if ResultFolder.isComplete(path) { return nil }
            try OutputDirectory.removeRun(path)
        }
        let exit = try await process.run(
            try binary(of: side), side.arguments + ["--quiet", "--output=\(path)"])
        if exit.signal != 0 { return "\(side.name), run \(number): kbench was ended by signal \(exit.signal)" }
        if exit.status != 0 {
            return "\(side.name), run \(number): kbench \(side.kind.rawValue) ended with status \(exit.status)"
        }
        return TextFile.exists(path + "/runs.csv")
            ? nil
            : "\(side.name), run \(number): \(side.binary ?? "kbench") ended well and has written no results; is it a kbench?"
    }

    private func binary(of side: CompareSide) throws -> String {
        guard let binary = side.binary ?? ChildProcess.ownExecutablePath else {
            throw RunError("cannot find the kbench program to start it; give --\(side.name)-binary")
        }
        // The file of that name, and not one that is found by it.
        return binary.contains("/") ? binary : "./" + binary
    }

    /// The sides as both can run them: an older kbench warms up for a time that is told, and then both do.
    private func warmedUp(_ sides: [CompareSide], _ process: RunProcess) async throws -> [CompareSide] {
        if sides.allSatisfy({ $0.binary == nil }) { return sides }
        for fixed in [false, true] {
            let tried = fixed ? sides.map { $0.replacing("--warmup-duration=auto", by: "--warmup-duration=1s") } : sides
            var areAccepted = true
            for side in tried where areAccepted {
                let exit = try await process.run(
                    try binary(of: side), side.arguments + ["--dry-run"] + (fixed ? [] : ["--quiet"]))
                areAccepted = exit.status == 0 && exit.signal == 0
                if !areAccepted, fixed {
                    throw RunError("\(side.name): \(side.binary ?? "kbench") does not take its options")
                }
            }
            if areAccepted { return tried }
        }
        return sides
    }

    private func dryRunText(_ base: CompareSide, _ new: CompareSide) -> String {
        let lines = [base, new].map { side in
            "\(side.name.padded(to: 6))\(side.binary ?? "kbench") \(side.arguments.joined(separator: " "))\n"
        }
        let looks = Multiplicity.looks(most: plan.runsMax).map(String.init).joined(separator: ", ")
        let metrics = plan.metrics.map(\.name).joined(separator: ", ")
        return lines.joined()
            + """
            order base new new base, and so on
            looks after \(looks) runs of each side
            metrics \(metrics)
            gates \(plan.rule.gates.isEmpty ? "none" : plan.rule.gates.map(\.description).joined(separator: ", "))

            """
    }
}

extension CompareSide {
    fileprivate var json: JSONValue {
        .object([
            ("binary", .optional(binary)), ("subcommand", .string(kind.rawValue)),
            ("arguments", .array(words.map { .string($0) })),
        ])
    }

    fileprivate func replacing(_ word: String, by other: String) -> CompareSide {
        CompareSide(name: name, binary: binary, kind: kind, words: words.map { $0 == word ? other : $0 })
    }
}
