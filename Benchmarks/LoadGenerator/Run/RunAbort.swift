import Synchronization

/// Why a run has to end before its time, for example because the broker is gone.
final class RunAbort: Sendable {
    private let first = Mutex<String?>(nil)

    /// The first reason given; nil while the run may go on.
    var reason: String? { first.withLock { $0 } }

    func set(_ reason: String) { first.withLock { $0 = $0 ?? reason } }
}
