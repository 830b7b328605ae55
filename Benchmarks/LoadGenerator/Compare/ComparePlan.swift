/// What `kbench compare` is to do.
package struct ComparePlan: Sendable, Equatable {
    /// What is compared.
    package enum Source: Sendable, Equatable {
        /// Two folders of results.
        case folders(base: String, new: String)
        /// Two sides that are run, one next to the other.
        case runs(base: CompareSide, new: CompareSide)
    }

    package var source: Source
    package var rule = ComparisonRule()
    /// Runs of each side, at most.
    package var runsMax = OptionTable.standard(\.maxRuns)
    /// No run begins after this time, in ns.
    package var timeMaxNs: Int64?
    package var output = OutputSettings()
    package var isDryRun = false
    /// Of the payloads.
    package var seed: UInt64 = 0
    /// The folder of the interrupted comparison to go on with.
    package var resumed: String?

    package init(_ source: Source) { self.source = source }

    /// What is compared, as far as that is known before anything is read or run.
    var metrics: [MetricColumn] {
        guard rule.metrics.isEmpty, case .runs(let base, _) = source else { return rule.metrics }
        let mode = base.kind.mode
        return MetricColumn.usual(of: Set([mode.shownStage(.both)].compactMap(\.self)))
    }
}

/// A side of a comparison that is run.
package struct CompareSide: Sendable, Equatable {
    /// `base` or `new`, as its folder is called.
    package let name: String
    /// The kbench that runs it; nil for this one.
    package let binary: String?
    /// Of its runs: `run`, `consume` or `end-to-end`.
    package let kind: Subcommand
    /// What follows the kind, but for where the results go.
    package let words: [String]

    package init(name: String, binary: String?, kind: Subcommand, words: [String]) {
        (self.name, self.binary, self.kind, self.words) = (name, binary, kind, words)
    }

    /// What its kbench is started with.
    var arguments: [String] { [kind.rawValue] + words }
}
