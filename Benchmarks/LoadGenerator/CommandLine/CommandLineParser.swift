import KafkaClient

/// From the words of a command line to what is to be done.
package enum CommandLineParser {
    /// - Parameter arguments: without the program's name.
    /// - Throws: `UsageError`, always before anything has been started or written.
    package static func parse(
        _ arguments: [String], environment: CommandLineEnvironment = .current()
    ) throws(UsageError) -> Command {
        var subcommand = Subcommand.run
        var options = arguments[...]
        if let first = arguments.first, !first.hasPrefix("-") {
            guard let named = Subcommand(rawValue: first) else {
                let names = Subcommand.allCases.map(\.rawValue)
                let suggestion = Suggestion.nearest(to: first, among: names).map { "; did you mean \($0)?" }
                throw UsageError("unknown subcommand \(first)\(suggestion ?? "; see kbench --help")")
            }
            subcommand = named
            options = arguments.dropFirst()
        }
        guard subcommand.isAvailable else {
            throw UsageError("kbench \(subcommand.rawValue) is not available in this version")
        }
        // Whoever asks for help gets it, whatever else is wrong.
        if options.contains("--help") || options.contains("-h") { return .help(HelpText.text(for: subcommand)) }
        if options.contains("--version") { return .version }
        if subcommand == .completions || subcommand == .man { return .help(try text(of: subcommand, Array(options))) }
        let parsed = try ParsedOptions(options, subcommand: subcommand)
        if subcommand == .broker { return .broker(try BrokerOptions(parsed)) }
        let plan = try plan(parsed, environment)
        try UnsupportedOptions.check(plan)
        return .run(plan)
    }

    private static func plan(
        _ options: ParsedOptions, _ environment: CommandLineEnvironment
    ) throws(UsageError) -> RunPlan {
        let reader = RunPlanReader(options: options, environment: environment)
        guard let directory = try reader.path(.resume) else { return try reader.plan() }
        return try ResumeReader(directory: directory, given: options, environment: environment).plan()
    }

    private static func text(of subcommand: Subcommand, _ operands: [String]) throws(UsageError) -> String {
        guard subcommand == .completions else {
            if let first = operands.first { throw UsageError("kbench man takes no options, not \(first)") }
            return ManualPage.text(version: KafkaClientVersion.current)
        }
        let accepted = Shell.allCases.map(\.rawValue).joined(separator: ", ")
        guard operands.count == 1 else {
            throw UsageError("kbench completions needs the name of one shell: \(accepted)")
        }
        do throws(ValueError) {
            return try Shell(parsing: operands[0]).completions
        } catch {
            throw UsageError("kbench completions: \(error.description)")
        }
    }
}

extension BrokerOptions {
    init(_ options: ParsedOptions) throws(UsageError) {
        self.init()
        port = UInt16(try options.integer(.port, in: 0...65535) ?? 0)
        brokers = Int(try options.integer(.brokers, in: 1...100) ?? 1)
        guard Int(port) + brokers - 1 <= 65535 else {
            throw UsageError("--brokers: \(brokers) brokers from port \(port) on need ports above 65535")
        }
        log = try options.value(.log) { text throws(ValueError) in try LogMode(parsing: text) }
        faults = options.all(.fault)
        isQuiet = options.has(.quiet)
        endsWithInput = options.has(.untilInputEnds)
        guard !faults.contains("") else { throw UsageError("--fault needs a value: FAULT") }
    }
}
