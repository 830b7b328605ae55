import KafkaTransport

/// The tasks that an actor has started and that have not ended.
struct OwnTasks {
    fileprivate var running: [Int: Task<Void, Never>] = [:]
    fileprivate var next = 0
}

/// An actor on a loop that starts tasks, and waits for them before it is closed: the loop may be shut down afterwards.
protocol TaskOwner: Actor {
    nonisolated var loop: EventLoop { get }
    var tasks: OwnTasks { get set }
}

extension TaskOwner {
    /// Starts a task that `endTasks` cancels and waits for.
    func start(_ body: @escaping @Sendable (isolated Self) async -> Void) {
        let id = tasks.next
        tasks.next += 1
        tasks.running[id] = Task(executorPreference: loop) {
            await body(self)
            await self.forget(task: id)
        }
    }

    private func forget(task id: Int) { tasks.running[id] = nil }

    /// Cancels all that was started, and waits for it.
    func endTasks() async {
        for task in tasks.running.values {
            task.cancel()
            await task.value
        }
    }
}
