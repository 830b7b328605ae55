/// What the command line understands but the run loop does not do yet: refused before anything starts, so that no
/// option is silently without effect, and said in `--help`. An entry goes when its option is implemented.
package enum UnsupportedOptions {
    /// - Throws: `UsageError` that names the first such option.
    package static func check(_ plan: RunPlan) throws(UsageError) {
        for configuration in plan.configurations {
            for entry in configurationEntries where entry.isUsed(configuration) {
                throw UsageError("\(entry.name.flag) \(entry.value)is not supported yet")
            }
        }
    }

    /// The options of which no value at all is supported.
    static let names = Set(configurationEntries.filter(\.value.isEmpty).map(\.name))

    /// `value`: what kind of value is not supported, where others are.
    private static let configurationEntries:
        [(name: OptionName, value: String, isUsed: @Sendable (RunConfiguration) -> Bool)] = [
            (.idempotence, "", { $0.idempotence })
        ]
}
