import Testing

@testable import KafkaTransport

/// Handles are closed on their loop's thread, wherever the last reference to their user goes; in a debug build a close on
/// another thread traps.
@Suite(.timeLimit(.minutes(1))) struct LoopHandleTests {
    /// What the loop has let go of, by its own count of handles.
    private func handleCount(_ loop: EventLoop) async -> Int { await loop.run { loop.handleCount } }

    private func checkLetGo<User: AnyObject>(
        handles: Int, _ make: @escaping @Sendable (EventLoop) throws -> User
    ) async throws {
        try await withLoop { (loop) async throws in
            let before = await handleCount(loop)
            var user: UncheckedBox<User>? = try await loop.run { UncheckedBox(try make(loop)) }
            #expect(await handleCount(loop) == before + handles)
            // Here, on the test's own thread.
            user = nil
            _ = user
            while await handleCount(loop) > before { await Task.yield() }
            #expect(await handleCount(loop) == before)
        }
    }

    @Test func `a timer that is scheduled may be let go of on any thread`() async throws {
        try await checkLetGo(handles: 1) { loop in
            let timer = LoopTimer(on: loop)
            timer.schedule(afterNanoseconds: 60_000_000_000) {}
            return timer
        }
    }

    @Test func `so may a precise timer, a signal source, and a listener`() async throws {
        try await checkLetGo(handles: 1) { try PreciseTimer(on: $0) }
        try await checkLetGo(handles: 1) { try SignalSource(10, on: $0) { _ in } }
        try await checkLetGo(handles: 1) { loop in
            try TCPListener(on: loop, address: SocketAddress(numeric: "127.0.0.1", port: 0)) { _ in }
        }
    }

    @Test func `so may a child process that runs`() async throws {
        try await checkLetGo(handles: 3) { loop in
            try ChildProcess("/bin/cat", arguments: [], on: loop, onLine: { _ in }, onExit: { _ in })
        }
    }

    @Test func `what outlives its loop is let go of without it`() async throws {
        let loop = try EventLoop(name: "test")
        var timer: UncheckedBox<LoopTimer>? = await loop.run { UncheckedBox(LoopTimer(on: loop)) }
        await loop.shutDown()
        #expect(timer != nil)
        timer = nil
    }
}
