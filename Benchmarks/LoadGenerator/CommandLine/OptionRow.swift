/// What is known of an option without the type of its value: what help, completions, the manual page and README print.
package struct OptionRow: Sendable {
    /// A heading of `--help`.
    package enum Group: String, Sendable, CaseIterable {
        case target = "Target"
        case client = "Client settings"
        case amount = "Amount"
        case workload = "Workload"
        case shape = "Shape"
        case load = "Load model"
        case checks = "Checks"
        case repeats = "Repeats"
        case compare = "Compare"
        case find = "Find"
        case output = "Output"
        case safety = "Safety"
        case broker = "Broker"
        case general = "General"
    }

    /// How often and with how many values it may be given.
    package enum Arity: Sendable {
        /// No value.
        case flag
        /// One value, given once.
        case single
        /// A comma list given once; every entry of it is run.
        case list
        /// One value each, given any number of times.
        case repeatable
    }

    /// What applies when it is not given.
    package enum Default: Sendable, Equatable {
        /// A value, as it is written on the command line.
        case value(String)
        /// Something that depends on other options or on the machine, in words.
        case words(String)
    }

    /// Without its dashes.
    package let name: String
    package let aliases: [String]
    package let shortName: Character?
    package let arity: Arity
    /// What stands for the value in help; empty for a flag.
    package let placeholder: String
    /// Which values are accepted, in words; nil when the help says it.
    package let accepted: String?
    package let completion: Completion
    /// Whether its value may begin with a dash: it is a part of a command line itself.
    package var mayBeginWithDash = false
    /// Nil when nothing applies without it.
    package let standard: Default?
    package let group: Group
    package let subcommands: Set<Subcommand>
    package let help: String

    /// With its dashes, as messages write it.
    package var flag: String { "--" + name }

    package var takesValue: Bool { arity != .flag }

    /// Whether it takes several values between commas.
    package var isList: Bool { arity == .list }

    /// Every way to write it, with its dashes.
    package var spellings: [String] {
        (shortName.map { ["-\($0)"] } ?? []) + [flag] + aliases.map { "--" + $0 }
    }

    /// The default in words; nil when there is nothing to say.
    package var defaultText: String? {
        switch standard {
        case .value(let text), .words(let text): text
        case nil: nil
        }
    }

    /// What it is for, and which values are accepted.
    package var meaning: String { help + (accepted.map { "; accepted: \($0)" } ?? "") }

    /// What help and the manual page say of it, in the order in which they say it.
    package var sentences: [String] {
        [meaning, defaultText.map { "default: \($0)" }].compactMap(\.self)
    }
}
