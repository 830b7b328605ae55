import KafkaProtocol
import KafkaQueues
import Synchronization

/// Holds a `run()` until its task is cancelled or somebody triggers the end, which may also be before.
final class RunLatch: Sendable {
    private let end = Waiter<Void>()
    private let wasRun = Atomic<Bool>(false)
    /// What runs, for the error.
    private let name: String

    init(_ name: String) { self.name = name }

    /// Returns when the end was triggered or the task is cancelled.
    ///
    /// - Throws: `KafkaClientError` with `.invalidArgument` when it was called before.
    func wait() async throws(KafkaClientError) {
        if wasRun.exchange(true, ordering: .relaxed) {
            throw KafkaClientError(.invalidArgument, "\(name) was run before: run() can be called once")
        }
        try? await end.wait()
    }

    func trigger() { end.resume() }
}
