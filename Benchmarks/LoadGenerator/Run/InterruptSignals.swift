import KafkaQueues
import KafkaTransport

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Turns Ctrl-C, a termination request and the end of the session into an orderly end; a second Ctrl-C or request ends at once.
actor InterruptSignals {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
    private let interrupt: SharedFlag
    private let onFirst: @Sendable () -> Void
    private var sources: [SignalSource] = []
    private var isOver = false
    private var line = WaitingLine()

    init(on loop: EventLoop, _ interrupt: SharedFlag, onFirst: @escaping @Sendable () -> Void = {}) async {
        self.loop = loop
        self.interrupt = interrupt
        self.onFirst = onFirst
        // The end of a session, as when a connection drops; unless it was started to outlast it.
        for signal in [SIGINT, SIGTERM, SIGHUP] where signal != SIGHUP || !Self.isIgnored(signal) {
            let source = try? SignalSource(signal, on: loop) { [weak self] _ in
                self?.assumeIsolated { $0.didReceive(signal) }
            }
            if let source { sources.append(source) }
        }
    }

    private static func isIgnored(_ signal: Int32) -> Bool {
        var action = sigaction()
        guard sigaction(signal, nil, &action) == 0 else { return false }
        #if canImport(Darwin)
            let handler = action.__sigaction_u.__sa_handler
        #else
            let handler = action.__sigaction_handler.sa_handler
        #endif
        return unsafeBitCast(handler, to: Int.self) == 1
    }

    private func didReceive(_ signal: Int32) {
        // Of the end of a session both the shell and the system tell.
        if interrupt.isSet, signal == SIGHUP { return }
        if interrupt.isSet { _exit(ExitStatus.interrupted.rawValue) }
        interrupt.set()
        onFirst()
        stopWaiting()
    }

    /// Ends all waiting, with or without a signal.
    func stopWaiting() {
        isOver = true
        for waiter in line.takeAll() { waiter.resume() }
    }

    /// Waits for the first signal, or for the end of waiting.
    ///
    /// - Throws: `CancellationError`.
    func wait() async throws {
        if isOver { return }
        let waiter = line.join()
        defer { line.leave(waiter) }
        try await waiter.wait()
    }

    /// Gives the signals their usual effect back.
    func stop() {
        sources = []
        stopWaiting()
    }
}
