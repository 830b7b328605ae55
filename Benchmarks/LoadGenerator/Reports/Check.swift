/// Something that a command was asked to judge, and what came of it.
package struct Check: Sendable, Equatable {
    package enum Outcome: String, Sendable, CaseIterable {
        case passed
        /// The figures say no.
        case missed
        /// The figures say nothing: they are not there, or not to be trusted.
        case inconclusive
        /// What was to be measured went wrong.
        case failed
    }

    /// What is judged: `throughput_rps>=20M`.
    package var name: String
    /// What it was judged on: `codec=zstd cores=2`. Name and group together are unique within a report.
    package var group: String
    package var outcome: Outcome
    /// The figure in words, or why there is none; empty when there is nothing to say.
    package var message: String
    /// How long it took to measure, in s.
    package var seconds: Double

    package init(name: String, group: String, outcome: Outcome, message: String = "", seconds: Double = 0) {
        self.name = name
        self.group = group
        self.outcome = outcome
        self.message = message
        self.seconds = seconds
    }
}

extension ExitStatus {
    /// Of a command that ended by itself: the gravest of its checks decides.
    package init(of checks: some Sequence<Check.Outcome>) {
        let found = Set(checks)
        if found.contains(.failed) {
            self = .failure
        } else if found.contains(.missed) {
            self = .missed
        } else {
            self = found.contains(.inconclusive) ? .inconclusive : .success
        }
    }
}
