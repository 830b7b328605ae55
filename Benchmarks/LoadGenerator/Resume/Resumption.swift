/// An interrupted sweep with which a command goes on.
package struct Resumption: Sendable, Equatable {
    /// The folder of its results, where the others go too.
    package let directory: String
    /// The words of the command line that began it.
    let arguments: [String]
    /// When it began, as its manifest says it.
    let startedAt: String
    /// When it was gone on with before.
    let resumedAt: [String]
    /// The numbers of the runs that are done. An interrupted run is not done: it is repeated.
    package let completedRuns: Set<Int>
    /// What was said of runs that are done, by their numbers.
    let remarks: [Int: RunRemarks]
}

extension RunPlan {
    /// The runs that are still to be done, in order: all, unless an interrupted sweep is resumed.
    package var remaining: [ScheduledRun] {
        guard let resumption else { return schedule }
        return schedule.filter { !resumption.completedRuns.contains($0.number) }
    }
}
