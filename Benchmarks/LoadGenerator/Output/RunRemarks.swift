package import KafkaJSON

/// What is said of a run besides its figures. `runs.csv` has one word for it; the manifest keeps the rest, so that a sweep that
/// is resumed says the same as one that was not interrupted.
package struct RunRemarks: Sendable, Equatable {
    /// What makes the run a failure, each in words; empty when nothing does.
    package var failures: [String]
    /// All that is wrong with the figures.
    package var verdicts: [Verdict]
    /// The machine before the run, as JSON; nil where it is not known.
    package var environment: JSONValue?

    package init(failures: [String] = [], verdicts: [Verdict] = [], environment: JSONValue? = nil) {
        self.failures = failures
        self.environment = environment
        self.verdicts = verdicts.filter { $0.kind != .ok }
    }

    package var isEmpty: Bool { failures.isEmpty && verdicts.isEmpty && environment == nil }

    func json(run: Int) -> JSONValue {
        .object([
            ("run", .integer(Int64(run))), ("failures", .array(failures.map { .string($0) })),
            ("verdicts", .array(verdicts.map(\.json))), ("environment", environment ?? .null),
        ])
    }

    /// The remarks of a manifest, by the numbers of their runs. What is not understood is left out.
    static func all(in manifest: JSONValue) -> [Int: RunRemarks] {
        var all: [Int: RunRemarks] = [:]
        for entry in manifest["remarks"]?.array ?? [] {
            guard let run = entry["run"]?.unsignedInteger.flatMap({ Int(exactly: $0) }) else { continue }
            all[run] = RunRemarks(
                failures: (entry["failures"]?.array ?? []).compactMap(\.string),
                verdicts: (entry["verdicts"]?.array ?? []).compactMap(Verdict.init(json:)),
                environment: entry["environment"].flatMap { $0 == .null ? nil : $0 })
        }
        return all
    }
}

extension Verdict {
    package var json: JSONValue {
        .object([("verdict", .string(kind.rawValue)), ("why", .string(explanation))])
    }

    fileprivate init?(json: JSONValue) {
        guard let kind = json["verdict"]?.string.flatMap(Kind.init(rawValue:)) else { return nil }
        self.init(kind, json["why"]?.string ?? "")
    }
}
