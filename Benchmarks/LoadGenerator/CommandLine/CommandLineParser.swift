import KafkaClient
import KafkaProtocol

/// From the words of a command line to what is to be done.
package enum CommandLineParser {
    /// - Parameter arguments: without the program's name.
    /// - Throws: `UsageError`, always before anything has been started or written.
    package static func parse(
        _ arguments: [String], environment: CommandLineEnvironment = .current()
    ) throws(UsageError) -> Command {
        let (subcommand, options) = try split(arguments)
        // Whoever asks for help gets it, whatever else is wrong.
        let table = OptionTable.shared
        if options.contains(where: table.help.row.spellings.contains) { return .help(helpText(subcommand, options)) }
        if options.contains(where: table.version.row.spellings.contains) { return .version }
        switch subcommand {
        case .run: return .run(try sweep(options, .run, environment))
        case .consume: return .consume(try sweep(options, .consume, environment))
        case .endToEnd: return .endToEnd(try sweep(options, .endToEnd, environment))
        case .compare:
            let options = try ParsedOptions(options, subcommand: .compare)
            return .compare(try ComparePlanReader(options: options, environment: environment).plan())
        case .find:
            let options = try ParsedOptions(options, subcommand: .find)
            return .find(try FindPlanReader(options: options, environment: environment).plan())
        case .ladder:
            let options = try ParsedOptions(options, subcommand: .ladder)
            return .ladder(try LadderPlanReader(options: options, environment: environment).plan())
        case .broker: return .broker(try BrokerOptions(try ParsedOptions(options, subcommand: .broker)))
        case .completions: return .help(try completions(options))
        case .man: return .help(try manualPage(options))
        }
    }

    /// The subcommand, which may be left out, and what follows it.
    private static func split(
        _ arguments: [String]
    ) throws(UsageError) -> (subcommand: Subcommand, options: ArraySlice<String>) {
        guard let first = arguments.first, !first.hasPrefix("-") else { return (.run, arguments[...]) }
        guard let subcommand = Subcommand(rawValue: first) else {
            let names = Subcommand.allCases.map(\.rawValue)
            let suggestion = Suggestion.words(for: first, among: names) ?? "; see kbench --help"
            throw UsageError("unknown subcommand \(first)\(suggestion)")
        }
        return (subcommand, arguments.dropFirst())
    }

    private static func helpText(_ subcommand: Subcommand, _ words: ArraySlice<String>) -> String {
        var words = words
        return HelpText.text(for: Invocation(subcommand, taking: &words))
    }

    private static func sweep(
        _ words: ArraySlice<String>, _ subcommand: Subcommand, _ environment: CommandLineEnvironment
    ) throws(UsageError) -> RunPlan {
        let options = try ParsedOptions(words, subcommand: subcommand)
        guard let directory = try options(\.resume) else {
            return try RunPlanReader(options: options, environment: environment).plan()
        }
        return try ResumeReader(directory: directory, given: options, environment: environment).plan()
    }

    private static func manualPage(_ operands: ArraySlice<String>) throws(UsageError) -> String {
        if let first = operands.first { throw UsageError("kbench man takes no options, not \(first)") }
        return ManualPage.text(version: KafkaClientVersion.current)
    }

    private static func completions(_ operands: ArraySlice<String>) throws(UsageError) -> String {
        guard let shell = operands.first, operands.count == 1 else {
            let accepted = Shell.allCases.map(\.rawValue).joined(separator: ", ")
            throw UsageError("kbench completions needs the name of one shell: \(accepted)")
        }
        do throws(ValueError) {
            return try Shell(parsing: shell).completions
        } catch {
            throw UsageError("kbench completions: \(error.description)")
        }
    }
}
