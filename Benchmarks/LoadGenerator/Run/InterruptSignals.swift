import KafkaTransport

/// Turns Ctrl-C and a termination request into an orderly end; a second one ends at once.
actor InterruptSignals {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
    private var sources: [SignalSource] = []

    init(on loop: EventLoop, _ interrupt: RunInterrupt, _ terminal: Terminal) async {
        self.loop = loop
        for signal in [Self.interruptSignal, Self.terminateSignal] {
            let source = try? SignalSource(signal, on: loop) { _ in
                if interrupt.isSet { exitNow(ExitStatus.interrupted.rawValue) }
                interrupt.set()
                terminal.note("interrupted: waiting up to 5 s for what is in flight; once more to stop at once")
            }
            if let source { sources.append(source) }
        }
    }

    func stop() { sources = [] }

    static let interruptSignal: Int32 = 2
    static let terminateSignal: Int32 = 15
}

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

private func exitNow(_ status: Int32) -> Never { _exit(status) }
