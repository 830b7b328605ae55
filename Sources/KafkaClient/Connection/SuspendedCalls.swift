/// Counts the calls of an actor that wait for something, so that its `close` can wait until all of them have come back: then
/// the loop may be shut down, and nothing must return to it any more.
///
/// Belongs to one actor. Counting is not asynchronous: an `await` may let others in before the call that it stands for.
final class SuspendedCalls {
    private var count = 0
    private var whenNone: [CheckedContinuation<Void, Never>] = []

    func begin() { count += 1 }

    func end() {
        count -= 1
        resumeIfNone()
    }

    /// Returns when no call waits. What they wait for must have been ended.
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
