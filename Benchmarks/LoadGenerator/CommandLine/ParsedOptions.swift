import KafkaProtocol

/// The options of a command line with their texts: each is known to its subcommand, is given as often as it may be, and has
/// values that it accepts.
struct ParsedOptions {
    let invocation: Invocation
    /// What stands there without dashes, in order.
    private(set) var operands: [String] = []
    /// By the option's name.
    private var texts: [String: [String]] = [:]

    var subcommand: Subcommand { invocation.subcommand }
    /// Of the runs: `run`, `consume` or `end-to-end`.
    var kind: Subcommand { invocation.kind }

    /// - Parameter arguments: what follows the subcommand.
    /// - Throws: `UsageError` with everything that is wrong: unknown options, missing, superfluous and bad values, options
    ///   given twice.
    init(_ arguments: some Sequence<String>, subcommand: Subcommand) throws(UsageError) {
        var problems = Problems()
        var rest = ArraySlice(Array(arguments))
        invocation = Invocation(subcommand, taking: &rest)
        while let argument = rest.popFirst() {
            problems.collect { () throws(UsageError) in try take(argument, &rest) }
        }
        for option in OptionTable.options where invocation.has(option.row) {
            guard let texts = texts[option.row.name] else { continue }
            problems.collect { () throws(UsageError) in try option.check(texts) }
        }
        try problems.refuse()
    }

    /// The value of an option: what was given, or its default.
    func callAsFunction<Value>(_ path: KeyPath<OptionTable, Option<Value>>) throws(UsageError) -> Value {
        let option = OptionTable.shared[keyPath: path]
        guard let texts = texts[option.row.name] else { return option.standard }
        return try option.value(of: texts)
    }

    /// Whether an option was given.
    func has(_ option: OptionRow) -> Bool { texts[option.name] != nil }

    func has<Value>(_ option: KeyPath<OptionTable, Option<Value>>) -> Bool {
        has(OptionTable.shared[keyPath: option].row)
    }

    /// What was given; in the order of the table.
    var rows: [OptionRow] { invocation.rows.filter { texts[$0.name] != nil } }

    /// The values of an option as they were given, in order; nil when it was not.
    func texts<Value>(of option: KeyPath<OptionTable, Option<Value>>) -> [String]? {
        texts[OptionTable.shared[keyPath: option].row.name]
    }

    /// Replaces the values of an option; nil takes the option away.
    mutating func replace<Value>(_ option: KeyPath<OptionTable, Option<Value>>, by values: [String]?) {
        texts[OptionTable.shared[keyPath: option].row.name] = values
    }

    /// Gives an option a value.
    ///
    /// - Throws: `UsageError` when it doesn't take it.
    mutating func set(_ row: OptionRow, to value: String) throws(UsageError) {
        try OptionTable.options.first { $0.row.name == row.name && $0.row.group == row.group }?.check([value])
        texts[row.name] = [value]
    }

    /// The options that were given and of which `isTaken` says yes, as the words of a command line.
    func words(where isTaken: (OptionRow) -> Bool) -> [String] {
        rows.filter(isTaken).flatMap { row in
            (texts[row.name] ?? []).map { row.takesValue ? "\(row.flag)=\($0)" : row.flag }
        }
    }

    /// Takes an argument, and from `rest` its value if that stands there.
    private mutating func take(_ argument: String, _ rest: inout ArraySlice<String>) throws(UsageError) {
        guard argument.hasPrefix("-"), argument.count > 1 else {
            if operands.count < subcommand.operandCountMax {
                operands.append(argument)
                return
            }
            throw UsageError("'\(argument)' is not an option; see kbench \(invocation.title) --help")
        }
        let (flag, attached) = Self.split(argument)
        guard let option = find(flag) else {
            // What follows would be its value.
            if attached == nil, let next = rest.first, Self.isValue(next) { rest.removeFirst() }
            throw unknown(flag)
        }
        guard option.takesValue else {
            guard attached == nil else { throw UsageError("\(option.flag) takes no value") }
            return try add("", to: option)
        }
        if let attached { return try add(attached, to: option) }
        guard let next = rest.first, Self.isValue(next) || option.mayBeginWithDash else {
            throw UsageError("\(option.flag) needs a value: \(option.placeholder)")
        }
        rest.removeFirst()
        try add(next, to: option)
    }

    private mutating func add(_ text: String, to option: OptionRow) throws(UsageError) {
        guard option.arity == .repeatable || texts[option.name] == nil else {
            throw UsageError("\(option.flag) is given twice")
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

    /// An option is no value of the one before it. A number may be negative, so as to be refused as such.
    private static func isValue(_ argument: String) -> Bool {
        !argument.hasPrefix("-") || argument.dropFirst().first?.isNumber == true
    }

    private func find(_ flag: String) -> OptionRow? {
        invocation.rows.first { $0.spellings.contains(flag) }
    }

    private func unknown(_ flag: String) -> UsageError {
        if let elsewhere = OptionTable.rows.first(where: { $0.flag == flag }) {
            return UsageError("\(flag) is an option of \(owners(of: elsewhere)), not of kbench \(invocation.title)")
        }
        if let reason = RefusedOptions.reasons.first(where: { "--" + $0.key == flag })?.value {
            return UsageError("there is no \(flag): \(reason)")
        }
        let names = invocation.rows.flatMap { [$0.name] + $0.aliases }
        let nearest = Suggestion.nearest(to: String(flag.trimmingPrefix("--")), among: names)
        let hint = nearest.map { "did you mean --\($0)?" } ?? "see kbench \(invocation.title) --help"
        return UsageError("unknown option \(flag); \(hint)")
    }

    /// The commands that have an option which this one has not: the same with runs of another kind, or others.
    private func owners(of row: OptionRow) -> String {
        let same = subcommand.invocations.filter { $0.has(row) }
        var titles = same.map(\.title)
        if same.isEmpty {
            let kinds = row.subcommands.intersection(Subcommand.sweeping)
            let subcommands = kinds.contains(.run) ? [.run] : kinds.isEmpty ? row.subcommands : kinds
            titles = subcommands.map(\.rawValue)
        }
        return titles.map { "kbench \($0)" }.sorted().joined(separator: ", ")
    }
}
