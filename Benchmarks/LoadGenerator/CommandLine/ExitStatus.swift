/// What kbench leaves to the shell.
package enum ExitStatus: Int32, Sendable, CaseIterable {
    /// Done and verified.
    case success = 0
    /// A run could not be carried out, or records of it were not delivered or not verified.
    case failure = 1
    /// A gate was not held, or an expectation not met.
    case regression = 2
    /// What was to be judged can't be told from what was measured.
    case inconclusive = 3
    /// The command line is wrong; nothing was started.
    case usage = 64
    /// Interrupted; what was measured is written.
    case interrupted = 130

    /// A word or two of `--help`.
    var meaning: String {
        switch self {
        case .success: "done and verified"
        case .failure: "failed"
        case .regression: "a gate was not held"
        case .inconclusive: "inconclusive"
        case .usage: "the command line is wrong"
        case .interrupted: "interrupted"
        }
    }
}
