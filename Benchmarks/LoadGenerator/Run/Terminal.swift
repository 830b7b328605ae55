import KafkaClient
import KafkaTransport

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// What people see: notes and progress on standard error, the summary on standard output.
package struct Terminal: Sendable {
    private let format: OutputFormat
    private let isQuiet: Bool

    package init(_ output: OutputSettings) {
        format = output.format
        isQuiet = output.isQuiet
    }

    /// Writes a line for people, unless kbench is to be quiet.
    package func note(_ text: String) {
        if !isQuiet { Self.write("kbench: \(text)\n", to: 2) }
    }

    /// Writes an error, also when kbench is to be quiet.
    package func complain(_ text: String) { Self.write("kbench: \(text)\n", to: 2) }

    /// Tells why a command stopped, and gives the status to leave with.
    package func complain(of error: any Error) -> ExitStatus {
        guard let error = error as? UsageError else {
            complain("\(error)")
            return .failure
        }
        for problem in error.problems { complain(problem) }
        return .usage
    }

    /// Shows the progress of a run, once a second in one line; only on a terminal.
    func progress(
        _ run: RunPlan.ScheduledRun, of plan: RunPlan, acked: @escaping @Sendable () -> Int64
    ) -> Task<Void, any Error>? {
        if isQuiet || format == .json || isatty(2) == 0 { return nil }
        let label = plan.runCount > 1 ? "run \(run.number)/\(plan.runCount) " : ""
        let begin = MonotonicInstant.now
        return Task {
            var before: Int64 = 0
            defer { Self.write("\r\u{1B}[K", to: 2) }
            while true {
                try await Task.sleep(for: .seconds(1))
                let now = acked()
                let elapsed = Double(MonotonicInstant.now.nanoseconds(since: begin)) / 1e9
                let (share, left) =
                    switch run.configuration.amount {
                    case .records(let records):
                        (Double(now) / Double(records), now > 0 ? Double(records - now) / (Double(now) / elapsed) : 0)
                    case .durationNs(let ns): (min(1, elapsed * 1e9 / Double(ns)), max(0, Double(ns) / 1e9 - elapsed))
                    }
                Self.write(
                    "\r\u{1B}[K\(label)\(Int(share * 100)) %  \(Quantity.approximate(Double(now - before))) records/s  \(Int(left.rounded())) s left",
                    to: 2)
                before = now
            }
        }
    }

    /// The table of results, what became of expectations, and what went wrong.
    func finish(
        _ results: [RunResult], _ failures: [RunFailure], _ judgements: [Judgement], plan: RunPlan,
        directory: OutputDirectory, ladder: LadderReport? = nil
    ) {
        for failure in failures { complain("\(failure)") }
        switch format {
        case .json: Self.write(RunSummary.json(results, judgements, ladder), to: 1)
        case .text:
            if !results.isEmpty { Self.write(RunSummary.text(results, plan: plan), to: 1) }
            Self.write(RunSummary.expectations(judgements, plan: plan), to: 1)
            if results.isEmpty { break }
            guard !isQuiet else { break }
            for line in RunSummary.advice(results, plan: plan, directory: directory.path) {
                Self.write("next: \(line)\n", to: 1)
            }
            Self.write("results in \(directory.path)\n", to: 1)
        }
    }

    package static func write(_ text: String, to descriptor: Int32) {
        var text = text
        text.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)
            while !rest.isEmpty {
                #if canImport(Darwin)
                    let count = Darwin.write(descriptor, rest.baseAddress, rest.count)
                #else
                    let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
                #endif
                // The reader is gone, and there is no other way to tell.
                guard count > 0 else { return }
                rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            }
        }
    }
}
