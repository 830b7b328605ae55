/// What a command line asks for.
package enum Command: Sendable, Equatable {
    case run(RunPlan)
    case broker(BrokerOptions)
    case compare(ComparePlan)
    case find(FindPlan)
    case ladder(RunPlan)
    case consume(RunPlan)
    case endToEnd(RunPlan)
    /// Text for standard output; exit status 0.
    case help(String)
    /// Print the version; exit status 0.
    case version
}

/// The first word of a command line.
package enum Subcommand: String, Sendable, CaseIterable {
    case run
    case compare
    case find
    case ladder
    case consume
    case endToEnd = "end-to-end"
    case broker
    case completions
    case man

    /// One line of `--help`.
    package var summary: String {
        switch self {
        case .run: "one run, or a sweep of runs (default)"
        case .compare: "which of two is better: of two results, or of two configurations that it runs itself"
        case .find: "the highest rate that holds what is expected"
        case .ladder: "what each stage costs, from making records to the broker, and which one limits"
        case .consume: "read a topic as fast as possible, alone or in a group"
        case .endToEnd: "send and receive together: the latency from when a record was due to its receipt"
        case .broker: "the embedded broker on its own, for any client"
        case .completions: "completions of options and values, for a shell"
        case .man: "the manual page"
        }
    }

    /// What follows it without dashes; nil when only options may follow.
    var operands: String? {
        switch self {
        case .compare: "[\(Self.kindWords) | BASE NEW]"
        case .find: "[\(Self.kindWords)]"
        case .completions: Shell.allCases.map(\.rawValue).joined(separator: "|")
        case .run, .ladder, .consume, .endToEnd, .broker, .man: nil
        }
    }

    /// How many words without dashes may stand among its options.
    var operandCountMax: Int { self == .compare ? 2 : 0 }

    /// Whether the word behind it may say of which kind its runs are.
    var takesKind: Bool { self == .compare || self == .find }

    /// Whether options may follow.
    var takesOptions: Bool { self != .completions && self != .man }

    /// Those that carry out runs, and so have the options of `run` that say how.
    static let running: Set<Subcommand> = sending.union([.consume])
    /// Those whose runs send records.
    static let sending: Set<Subcommand> = producing.union([.endToEnd])
    /// Those whose plan is one sweep, carried out from its begin to its end.
    static let sweeping: Set<Subcommand> = [.run, .consume, .endToEnd]
    /// The kinds of runs.
    static let kinds = allCases.filter(sweeping.contains)
    private static let kindWords = kinds.map(\.rawValue).joined(separator: "|")
    /// Those that may carry out runs which read.
    static let reading: Set<Subcommand> = consuming.union([.endToEnd])
    /// Those that may carry out runs which only read.
    static let consuming: Set<Subcommand> = [.consume, .compare, .find]
    /// What the runs do that are its kind.
    var mode: RunMode {
        switch self {
        case .consume: .consume
        case .endToEnd: .endToEnd
        default: .produce
        }
    }

    /// Those whose runs may send records in transactions.
    static let transacting: Set<Subcommand> = sending.subtracting([.ladder])
    /// Those whose runs send records and measure that.
    static let producing: Set<Subcommand> = [.run, .compare, .find, .ladder]
}
