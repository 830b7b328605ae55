/// The options of a command line with their texts, each known to its subcommand and given as often as it may be.
struct ParsedOptions {
    private var texts: [OptionName: [String]] = [:]

    /// - Throws: `UsageError` for an unknown option, a missing or superfluous value, or an option given twice.
    init(_ arguments: some Sequence<String>, subcommand: Subcommand) throws(UsageError) {
        var rest = ArraySlice(Array(arguments))
        while let argument = rest.popFirst() {
            guard argument.hasPrefix("-"), argument.count > 1 else {
                throw UsageError("'\(argument)' is not an option; see kbench \(subcommand.rawValue) --help")
            }
            let (flag, attached) = Self.split(argument)
            let option = try Self.option(flag, subcommand: subcommand)
            if case .flag = option.arity {
                guard attached == nil else { throw UsageError("\(option.name.flag) takes no value") }
                try add("", to: option)
            } else {
                guard let attached else {
                    try add(try Self.value(of: option, from: &rest), to: option)
                    continue
                }
                try add(attached, to: option)
            }
        }
    }

    /// The value of an option given at most once; nil when it was not given.
    subscript(name: OptionName) -> String? { texts[name]?.last }

    func has(_ name: OptionName) -> Bool { texts[name] != nil }

    /// All values of a repeatable option, in order.
    func all(_ name: OptionName) -> [String] { texts[name] ?? [] }

    /// What was given; in the order of the table.
    var names: [OptionName] { OptionName.allCases.filter(has) }

    /// Puts other values in place of an option's; nil takes it away.
    mutating func replace(_ name: OptionName, by values: [String]?) { texts[name] = values }

    private mutating func add(_ text: String, to option: CommandOption) throws(UsageError) {
        if case .repeatable = option.arity {
        } else if texts[option.name] != nil {
            throw UsageError("\(option.name.flag) is given twice")
        }
        texts[option.name, default: []].append(text)
    }

    /// `--name=value` in two; `-bvalue` too.
    private static func split(_ argument: String) -> (flag: String, value: String?) {
        guard argument.hasPrefix("--") else {
            return argument.count == 2 ? (argument, nil) : (String(argument.prefix(2)), String(argument.dropFirst(2)))
        }
        guard let equals = argument.firstIndex(of: "=") else { return (argument, nil) }
        return (String(argument[..<equals]), String(argument[argument.index(after: equals)...]))
    }

    /// The next argument, unless it is an option itself: a number may be negative, so as to be refused as such.
    private static func value(
        of option: CommandOption, from rest: inout ArraySlice<String>
    ) throws(UsageError) -> String {
        guard let next = rest.first, !next.hasPrefix("-") || next.dropFirst().first?.isNumber == true else {
            throw UsageError("\(option.name.flag) needs a value: \(option.placeholder)")
        }
        rest.removeFirst()
        return next
    }

    private static func option(_ flag: String, subcommand: Subcommand) throws(UsageError) -> CommandOption {
        let options = OptionTable.options(of: subcommand)
        let isLong = flag.hasPrefix("--")
        let name = String(flag.dropFirst(isLong ? 2 : 1))
        let match = options.first { option in
            isLong
                ? option.name.rawValue == name || option.aliases.contains(name)
                : option.shortName.map(String.init) == name
        }
        if let match { return match }
        if let elsewhere = OptionTable.options.first(where: { $0.name.rawValue == name && isLong }) {
            let owners = elsewhere.subcommands.map { "kbench \($0.rawValue)" }.sorted().joined(separator: ", ")
            throw UsageError("\(flag) is an option of \(owners), not of kbench \(subcommand.rawValue)")
        }
        let names = options.flatMap { [$0.name.rawValue] + $0.aliases }
        let suggestion = Suggestion.nearest(to: name, among: names).map { "; did you mean --\($0)?" }
        throw UsageError("unknown option \(flag)\(suggestion ?? "; see kbench \(subcommand.rawValue) --help")")
    }
}
