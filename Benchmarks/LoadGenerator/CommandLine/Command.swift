/// What a command line asks for.
package enum Command: Sendable, Equatable {
    case run(RunPlan)
    case broker(BrokerOptions)
    /// Text for standard output; exit status 0.
    case help(String)
    /// Print the version; exit status 0.
    case version
}

/// The first word of a command line.
package enum Subcommand: String, Sendable, CaseIterable {
    case run
    case consume
    case endToEnd = "end-to-end"
    case broker
    case compare
    case report
    case completions
    case man

    /// One line of `--help`.
    package var summary: String {
        switch self {
        case .run: "one benchmark, or a sweep of them (default)"
        case .consume: "read a topic as fast as possible"
        case .endToEnd: "produce and consume together"
        case .broker: "the embedded broker on its own, for any client"
        case .compare: "two results, statistically"
        case .report: "self-contained report with charts"
        case .completions: "completions of options and values, for a shell"
        case .man: "the manual page"
        }
    }

    /// Whether this version can do it.
    package var isAvailable: Bool {
        switch self {
        case .run, .broker, .completions, .man: true
        case .consume, .endToEnd, .compare, .report: false
        }
    }

    /// What follows it without dashes; nil for nothing.
    var operands: String? { self == .completions ? Shell.allCases.map(\.rawValue).joined(separator: "|") : nil }
}
