/// What kbench leaves to the shell.
package enum ExitStatus: Int32, Sendable {
    /// Done and verified.
    case success = 0
    /// Delivery, verification or the run itself failed.
    case failure = 1
    /// `compare` found a regression.
    case regression = 2
    /// Inconclusive or saturated where that was to be gated.
    case inconclusive = 3
    /// The command line is wrong; nothing was started.
    case usage = 64
    /// Interrupted; what was measured is written.
    case interrupted = 130
}
