import KafkaClient
import KafkaTransport

/// The embedded broker in a process of its own, so that the client's CPU and memory are the client's.
actor BrokerProcess {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private var child: ChildProcess?
    private var exit: ChildProcess.Exit?
    private var starting: CheckedContinuation<Endpoint, any Error>?
    private var ending: [CheckedContinuation<Void, Never>] = []
    private var isStopping = false
    private var onUnexpectedExit: (@Sendable (String) -> Void)?

    init(on loop: EventLoop) { self.loop = loop }

    /// It has ended without having been asked to.
    var isLost: Bool { exit != nil && !isStopping }

    /// 0 before `start`.
    var pid: Int32 { child?.pid ?? 0 }

    /// Starts `kbench broker` and waits until it listens.
    ///
    /// - Parameters:
    ///   - rttNs: how far away it is to be, in ns.
    ///   - logByteCount: what it keeps of what is written to it; nil for nothing.
    /// - Throws: `RunError` or `TransportError` when it can't be started or ends at once.
    func start(rttNs: Int64 = 0, logByteCount: Int64? = nil) async throws -> Endpoint {
        guard let path = ChildProcess.ownExecutablePath else {
            throw RunError("cannot find the kbench program to start the embedded broker; give --bootstrap-server")
        }
        let log = logByteCount.map { "memory:\($0)B" } ?? "drop"
        child = try ChildProcess(
            path,
            arguments: [
                "broker", "--port", "0", "--log", log, "--rtt", "\(rttNs)ns", "--service-time", "--quiet",
                "--until-input-ends",
            ], on: loop,
            onLine: { [weak self] line in self?.assumeIsolated { $0.didPrint(line) } },
            onExit: { [weak self] exit in self?.assumeIsolated { $0.didExit(exit) } })
        let timeout = Task {
            try await Task.sleep(for: .seconds(30))
            self.giveUp()
        }
        defer { timeout.cancel() }
        return try await withCheckedThrowingContinuation { starting = $0 }
    }

    /// Asks it to end and waits until it has.
    func stop() async {
        isStopping = true
        guard exit == nil, let child else { return }
        child.signal(15)
        let impatience = Task {
            try await Task.sleep(for: .seconds(5))
            self.kill()
        }
        await withCheckedContinuation { ending.append($0) }
        impatience.cancel()
    }

    /// Calls `action` with the reason when the broker ends without having been asked to, also when it has already.
    func whenLost(_ action: @escaping @Sendable (String) -> Void) {
        onUnexpectedExit = action
        if let exit, !isStopping { action(Self.words(exit)) }
    }

    private static func words(_ exit: ChildProcess.Exit) -> String {
        "the embedded broker ended in mid-run (status \(exit.status), signal \(exit.signal))"
    }

    private func kill() { child?.signal(9) }

    private func giveUp() {
        guard let starting else { return }
        starting.resume(throwing: RunError("the embedded broker did not start within 30 s"))
        self.starting = nil
        kill()
    }

    private func didPrint(_ line: String) {
        let prefix = "listening on "
        guard line.hasPrefix(prefix), let endpoint = try? Endpoint(parsing: line.dropFirst(prefix.count)) else {
            return
        }
        starting?.resume(returning: endpoint)
        starting = nil
    }

    private func didExit(_ exit: ChildProcess.Exit) {
        self.exit = exit
        if !isStopping { onUnexpectedExit?(Self.words(exit)) }
        starting?.resume(
            throwing: RunError("the embedded broker ended at once (status \(exit.status), signal \(exit.signal))"))
        starting = nil
        for continuation in ending { continuation.resume() }
        ending = []
    }
}
