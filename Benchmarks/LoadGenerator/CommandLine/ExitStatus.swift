/// What kbench leaves to the shell.
package enum ExitStatus: Int32, Sendable, CaseIterable {
    /// Done and verified.
    case success = 0
    /// A run could not be carried out, or records of it were not delivered or not verified.
    case failure = 1
    /// An expectation is missed, or a gate not held.
    case missed = 2
    /// What was to be judged could not be: it was not measured, or its figures are not to be trusted, or too few.
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
        case .missed: "an expectation is missed, or a gate not held"
        case .inconclusive: "an expectation or a gate could not be judged"
        case .usage: "the command line is wrong"
        case .interrupted: "interrupted"
        }
    }
}
