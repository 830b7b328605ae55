import KafkaTransport

/// Wakes a coordinator at a moment.
final class GroupAlarm: @unchecked Sendable {
    // Unchecked: `timer` is touched on the loop only.
    private let loop: EventLoop
    private let action: @Sendable () -> Void
    private var timer: LoopTimer?

    /// - Parameter action: called on the loop.
    init(on loop: EventLoop, _ action: @escaping @Sendable () -> Void) {
        self.loop = loop
        self.action = action
    }

    /// Moves the alarm to a moment. It may be called on any thread.
    func set(at moment: MonotonicInstant) {
        Task(executorPreference: loop) { self.schedule(at: moment) }
    }

    private func schedule(at moment: MonotonicInstant) {
        let timer = self.timer ?? LoopTimer(on: loop)
        self.timer = timer
        timer.schedule(at: moment) { [action] in action() }
    }
}
