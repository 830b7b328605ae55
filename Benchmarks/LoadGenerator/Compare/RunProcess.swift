import KafkaTransport

/// A kbench in a process of its own that carries out one run.
actor RunProcess {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
    private var child: ChildProcess?
    private var waiting: CheckedContinuation<ChildProcess.Exit, Never>?

    init(on loop: EventLoop) { self.loop = loop }

    /// Starts it and waits for its end.
    ///
    /// - Throws: `TransportError` when it can't be started.
    func run(_ binary: String, _ arguments: [String]) async throws -> ChildProcess.Exit {
        child = try ChildProcess(
            binary, arguments: arguments, on: loop, onLine: { _ in },
            onExit: { [weak self] exit in self?.assumeIsolated { $0.didExit(exit) } })
        defer { child = nil }
        return await withCheckedContinuation { waiting = $0 }
    }

    /// Asks it to end its run, and to write what was measured.
    func interrupt() { child?.signal(2) }

    private func didExit(_ exit: ChildProcess.Exit) {
        waiting?.resume(returning: exit)
        waiting = nil
    }
}
