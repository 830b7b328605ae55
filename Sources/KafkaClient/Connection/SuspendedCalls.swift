/// Counts the calls of an actor that are suspended, so that its `close` can wait until all of them have returned. Then no
/// call must return to the loop any more, and it may be shut down.
///
/// Belongs to one actor. `begin` and `end` are not asynchronous: a call must be counted before another one can run.
final class SuspendedCalls {
    private var count = 0
    private var whenNone: [CheckedContinuation<Void, Never>] = []

    func begin() { count += 1 }

    func end() {
        count -= 1
        resumeIfNone()
    }

    /// Returns when no call is suspended. The caller must have ended what the calls wait for.
    nonisolated(nonsending) func waitForNone() async {
        await withCheckedContinuation { continuation in
            whenNone.append(continuation)
            resumeIfNone()
        }
    }

    private func resumeIfNone() {
        if count > 0 { return }
        for continuation in whenNone { continuation.resume() }
        whenNone = []
    }
}
