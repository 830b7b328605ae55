import CUV
import Synchronization
import TestSupport
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
            try await eventually { await handleCount(loop) <= before }
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

    /// On Linux it is an alarm of the loop itself.
    #if os(Linux)
        private let preciseTimerHandles = 0
    #else
        private let preciseTimerHandles = 1
    #endif

    @Test func `so may a precise timer, a signal source, and a listener`() async throws {
        try await checkLetGo(handles: preciseTimerHandles) { PreciseTimer(on: $0) }
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

    /// Closed by the loop's end, by the one who lets go of them, or by a job that came too late: once, and freed.
    @Test func `what is let go of while its loop ends is closed once`() async throws {
        for _ in 0..<100 {
            let loop = try EventLoop(name: "test")
            let queue = try FullAcceptQueue()
            let (held, handles) = try await makeUsers(8, of: loop, queue.port)
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await loop.shutDown() }
                for _ in 0..<2 { group.addTask { while held.letGo() {} } }
            }
            await loop.run {}
            try await eventually { handles.allSatisfy { $0.handle == nil } }
        }
    }

    /// One of each kind that may be under way.
    private struct User {
        let timer: LoopTimer
        let preciseTimer: PreciseTimer
        let peer = Peer()
    }

    /// - Returns: the only references to the users, and their streams' handles.
    private func makeUsers(_ count: Int, of loop: EventLoop, _ port: UInt16) async throws -> (Held, [WeakHandle]) {
        let users = try await loop.run { try (0..<count).map { _ in try makeUser(of: loop, port) } }
        return (Held(users), users.map { WeakHandle($0.value.peer.stream!.handle) })
    }

    private func makeUser(of loop: EventLoop, _ port: UInt16) throws -> UncheckedBox<User> {
        let user = User(timer: LoopTimer(on: loop), preciseTimer: PreciseTimer(on: loop))
        user.timer.schedule(afterNanoseconds: 0) {}
        try user.peer.connect(to: port, on: loop)
        return UncheckedBox(user)
    }

    /// The last references to users, for several threads that let go of them.
    private final class Held: Sendable {
        private let users: Mutex<[UncheckedBox<User>]>

        init(_ users: consuming [UncheckedBox<User>]) { self.users = Mutex(users) }

        func letGo() -> Bool {
            let user = users.withLock { $0.popLast() }
            return user != nil
        }
    }

    private struct WeakHandle {
        weak var handle: LoopHandle<uv_tcp_t, TCPStream>?
        init(_ handle: LoopHandle<uv_tcp_t, TCPStream>) { self.handle = handle }
    }
}
