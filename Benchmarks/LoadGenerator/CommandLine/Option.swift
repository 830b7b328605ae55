/// An option of the command line with the type of its value: a row of `OptionTable`.
package struct Option<Value: Sendable>: AnyOption {
    package let row: OptionRow
    /// What applies when it is not given.
    package let standard: Value
    private let reading: OptionValue<Value>.Reading

    init(
        _ name: String, _ value: OptionValue<Value>, aliases: [String] = [], short: Character? = nil,
        group: OptionRow.Group, subcommands: Set<Subcommand> = Subcommand.running, _ help: String
    ) {
        row = OptionRow(
            name: name, aliases: aliases, shortName: short, arity: value.arity, placeholder: value.placeholder,
            accepted: value.accepted, completion: value.completion, mayBeginWithDash: value.mayBeginWithDash,
            standard: value.standardText, group: group,
            subcommands: subcommands, help: help)
        standard = value.standard
        reading = value.reading
    }

    /// - Parameter texts: the values as they were given, in order; one at least.
    /// - Throws: `UsageError` with a problem for each value that is not accepted.
    func value(of texts: [String]) throws(UsageError) -> Value { try reading(row.flag, texts) }
}

/// An option whose value may be of any type.
protocol AnyOption: Sendable {
    var row: OptionRow { get }

    /// - Throws: `UsageError` with a problem for each value that is not accepted.
    func check(_ texts: [String]) throws(UsageError)
}

extension Option {
    func check(_ texts: [String]) throws(UsageError) { _ = try value(of: texts) }
}

/// The values of an option that takes a comma list.
package enum Sweep<Element: Sendable>: Sendable {
    /// Those given, or the one that always applies without the option.
    case values([Element])
    /// Not given: each configuration has what its other settings make of it.
    case derived(@Sendable (RunConfiguration, CommandLineEnvironment) -> Element)

    /// The values that `configuration` is run with.
    func values(for configuration: RunConfiguration, _ environment: CommandLineEnvironment) -> [Element] {
        switch self {
        case .values(let values): values
        case .derived(let derive): [derive(configuration, environment)]
        }
    }
}
