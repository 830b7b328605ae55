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
}

/// A side of a comparison that is run.
package struct CompareSide: Sendable, Equatable {
    /// `base` or `new`, as its folder is called.
    package let name: String
    /// The kbench that runs it; nil for this one.
    package let binary: String?
    /// What follows `kbench run`, but for where the results go.
    package let words: [String]

    package init(name: String, binary: String?, words: [String]) {
        self.name = name
        self.binary = binary
        self.words = words
    }
}
