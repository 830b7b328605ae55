/// What `kbench find` is to do.
package struct FindPlan: Sendable, Equatable {
    /// The configurations, without rates, with what is expected of them. Each window of a search is a run of one of them.
    package var plan: RunPlan
    package var resolution = OptionTable.standard(\.resolution)
    /// Records a second.
    package var lowest: Double
    package var highest: Double
    /// Latency against rate is wanted as well.
    package var hasCurve = false
    /// The folder of the interrupted search to go on with.
    package var resumed: String?

    /// So much longer than other windows is the last one, that shows what lasts.
    package static let soakFactor: Int64 = 5
    /// The rates of the curve, as shares of the one that was found.
    package static let curveShares = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1, 1.05, 1.1, 1.2]
    /// How often each of them is run.
    package static let curveRepetitions = 2

    /// The plan of a window, and how many there are likely to be.
    package var dryRunText: String {
        var windows = "30 to 60 windows like this for each configuration, and one \(Self.soakFactor) times as long"
        if hasCurve { windows += "; then \(Self.curveShares.count * Self.curveRepetitions) for the curve" }
        return plan.dryRunText + windows + "\n"
    }
}
