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
    case broker
    case completions
    case man

    /// One line of `--help`.
    package var summary: String {
        switch self {
        case .run: "one run, or a sweep of runs (default)"
        case .broker: "the embedded broker on its own, for any client"
        case .completions: "completions of options and values, for a shell"
        case .man: "the manual page"
        }
    }

    /// What follows it without dashes; nil when options may follow.
    var operands: String? { self == .completions ? Shell.allCases.map(\.rawValue).joined(separator: "|") : nil }
}
