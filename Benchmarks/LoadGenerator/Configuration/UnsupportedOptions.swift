/// What the command line understands but the run loop does not do yet: refused before anything starts, so that no
/// option is silently without effect. An entry goes when its option is implemented.
package enum UnsupportedOptions {
    /// - Throws: `UsageError` that names the first such option.
    package static func check(_ plan: RunPlan) throws(UsageError) {
        for entry in planEntries where entry.isUsed(plan) { throw refusal(of: entry.name) }
        for configuration in plan.configurations {
            for entry in configurationEntries where entry.isUsed(configuration) { throw refusal(of: entry.name) }
        }
    }

    private static let planEntries: [(name: String, isUsed: @Sendable (RunPlan) -> Bool)] = [
        ("--command-config", { $0.target.commandConfigPath != nil }),
        ("--command-property", { !$0.target.commandProperties.isEmpty }),
        ("--resume", { $0.resumeDirectory != nil }),
        ("--interval", { $0.output.intervalNs != nil }),
    ]

    private static let configurationEntries: [(name: String, isUsed: @Sendable (RunConfiguration) -> Bool)] = [
        ("--duration", { if case .durationNs = $0.amount { true } else { false } }),
        ("--warmup-records", { if case .records = $0.warmup { true } else { false } }),
        ("--warmup-duration", { if case .durationNs = $0.warmup { true } else { false } }),
        ("--record-size with a distribution", { if case .fixed = $0.recordSize { false } else { true } }),
        ("--keys", { $0.keys != .none }),
        ("--compressibility", { if case .generated(let share) = $0.payload { share != 0 } else { false } }),
        ("--payload-file", { if case .file = $0.payload { true } else { false } }),
        ("--headers", { $0.headerCount != 0 }),
        ("--idempotence", { $0.idempotence }),
        ("--rate", { $0.rate != nil }),
    ]

    private static func refusal(of name: String) -> UsageError { UsageError("\(name) is not supported yet") }
}
