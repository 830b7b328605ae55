import KafkaTransport

/// Handles of a loop whose owner may be let go of on any thread: they are closed on the loop's own.
///
/// Unchecked: nothing but closing happens here, on the loop.
struct LoopHandles: @unchecked Sendable {
    var stream: TCPStream?
    var timer: LoopTimer?

    /// For a `deinit`. Without an open handle this does nothing, so that an owner that was closed may outlive its loop.
    func close(on loop: EventLoop) {
        if stream == nil, timer == nil { return }
        if loop.isCurrent { return closeNow() }
        Task(executorPreference: loop) { closeNow() }
    }

    private func closeNow() {
        stream?.close()
        timer?.close()
    }
}

/// A timer of a loop for an actor, whose `deinit` runs on any thread. Touched on its loop.
///
/// Unchecked: see `LoopHandles`.
final class OwnedTimer: @unchecked Sendable {
    private let loop: EventLoop
    private var timer: LoopTimer?

    init(on loop: EventLoop) { self.loop = loop }

    deinit { LoopHandles(timer: timer).close(on: loop) }

    func schedule(afterMs delayMs: Int64, _ action: @escaping () -> Void) {
        let timer = timer ?? LoopTimer(on: loop)
        self.timer = timer
        timer.schedule(afterMs: delayMs, action)
    }

    func close() {
        timer?.close()
        timer = nil
    }
}
