// One thread, one libuv loop, one executor. Everything that lives on a loop (streams, timers, the actors that own
// them) is touched by that loop's thread only, so a callback of the loop and a method of an actor on it are the same
// thread and need no lock.

import CUV
import KafkaQueues
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A thread that runs a libuv loop and executes actors and tasks.
///
/// An actor lives on a loop by returning `unownedExecutor` from `loop.asUnownedSerialExecutor()`. Calls between actors
/// of one loop don't change threads. Work from other threads arrives through a locked queue and one wake-up.
///
/// A loop runs until `shutDown()`; its streams and listeners must be closed by their owners before that.
public final class EventLoop: @unchecked Sendable {
    // Unchecked: `uv`, `jobs`, `endOfTurn`, `nextTurn` and `hasStopped` are touched by the loop's thread only (`uv` before
    // `start` by the creating thread); what others touch is behind `remote` or atomic.
    let uv: UnsafeMutablePointer<uv_loop_t>
    private let wakeUp: UnsafeMutablePointer<uv_async_t>
    private let remote = Mutex(RemoteJobs())
    private var jobs = RingBuffer<UnownedJob>()
    private var endOfTurn: [() -> Void] = []
    private var nextTurn: [CheckedContinuation<Void, Never>] = []
    /// The thread that runs the loop, as a number.
    private let thread = Atomic<UInt>(0)

    private struct RemoteJobs {
        var jobs: [UnownedJob] = []
        var isStopping = false
        var whenStopped: [CheckedContinuation<Void, Never>] = []
        var hasStopped = false
        /// A thread runs what came after the end.
        var isLateThreadRunning = false
    }

    /// Makes a loop and starts its thread.
    ///
    /// - Parameter name: shown by debuggers and `top -H`; at most 15 bytes are kept.
    /// - Throws: `TransportError` when the system refuses a loop or a thread.
    package init(name: String = "kafka-loop") throws(TransportError) {
        uv = .allocate(capacity: 1)
        wakeUp = .allocate(capacity: 1)
        try TransportError.check(uv_loop_init(uv), "cannot make an event loop")
        try TransportError.check(uv_async_init(uv, wakeUp) { _ in }, "cannot make an event loop's wake-up")
        try start(name: name)
    }

    deinit {
        uv.deallocate()
        wakeUp.deallocate()
    }

    /// Whether the caller runs on this loop's thread.
    package var isCurrent: Bool { thread.load(ordering: .relaxed) == Self.callersThread }

    /// The version of libuv in use.
    package static var libraryVersion: String { String(cString: uv_version_string()) }

    private static var callersThread: UInt {
        #if canImport(Darwin)
            UInt(bitPattern: pthread_self())
        #else
            pthread_self()
        #endif
    }

    /// Whether the loop has been shut down: timers and streams made on it now are dead from the start.
    private(set) var hasStopped = false

    /// Whether the loop has been shut down. From any thread; its handles are closed by then, or about to be.
    var isGone: Bool { remote.withLock { $0.hasStopped } }

    /// Handles that live on the loop, the loop's own included. Must be called on the loop.
    var handleCount: Int {
        assert(isCurrent)
        var count = 0
        withUnsafeMutablePointer(to: &count) { pointer in
            uv_walk(uv, { $1!.assumingMemoryBound(to: Int.self).pointee += 1 }, pointer)
        }
        return count
    }

    /// Cores that this process may use, at least one.
    package static var availableCoreCount: Int { Int(uv_available_parallelism()) }

    /// Runs `work` on the loop when the jobs of this turn are done, before the loop looks at the network again.
    ///
    /// For what is worth doing once for everything that happened in a turn. Must be called on the loop.
    package func atEndOfTurn(_ work: @escaping () -> Void) {
        assert(isCurrent)
        endOfTurn.append(work)
    }

    /// Ends the loop after the jobs that are already queued, and waits until its thread has left.
    ///
    /// What still lives on the loop is closed without being told. Must not be called on the loop itself.
    public func shutDown() async {
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            let isGone = remote.withLock { state in
                if state.hasStopped { return true }
                state.whenStopped.append(continuation)
                state.isStopping = true
                // Under the lock: the thread frees the wake-up handle only after it has set `hasStopped` here.
                uv_async_send(wakeUp)
                return false
            }
            if isGone { continuation.resume() }
        }
    }

    /// Waits until the loop has looked at the network once. Must be called on the loop.
    ///
    /// For long work on the loop, so that what has arrived in the meantime is served.
    package nonisolated(nonsending) func nextTurn() async {
        assert(isCurrent)
        await withCheckedContinuation { nextTurn.append($0) }
    }

    // MARK: The thread

    private func start(name: String) throws(TransportError) {
        let running = StartSignal()
        let status = DetachedThread.start(name: name) { [self] in
            thread.store(EventLoop.callersThread, ordering: .relaxed)
            running.tell()
            runThread()
        }
        if status != 0 { throw TransportError(code: -status, "cannot start the thread of an event loop") }
        // Until the thread has said who it is, its creator would be taken for it.
        running.wait()
    }

    private final class StartSignal: @unchecked Sendable {
        // Unchecked: a semaphore is made for several threads.
        private let semaphore = UnsafeMutablePointer<uv_sem_t>.allocate(capacity: 1)

        init() { uv_sem_init(semaphore, 0) }

        deinit {
            uv_sem_destroy(semaphore)
            semaphore.deallocate()
        }

        func tell() { uv_sem_post(semaphore) }
        func wait() { uv_sem_wait(semaphore) }
    }

    private func runThread() {
        Self.blockBrokenPipe()
        var isStopping = false
        repeat {
            takeRemoteJobs(&isStopping)
            runJobs()
            runEndOfTurn()
            if !isStopping { lookAtNetwork(waits: jobs.isEmpty && nextTurn.isEmpty) }
            let continuations = nextTurn
            nextTurn = []
            for continuation in continuations { continuation.resume() }
        } while !isStopping || !jobs.isEmpty || !nextTurn.isEmpty || !stopAccepting()
        closeHandles()
        // The closing may have woken tasks. This is the thread for them and for what others hand over meanwhile.
        runLateJobs()
        let waiting = remote.withLock { $0.whenStopped }
        for continuation in waiting { continuation.resume() }
    }

    private func lookAtNetwork(waits: Bool) {
        // libuv from 1.45 on waits for timers by the time at which it looked last: before the jobs of this turn.
        uv_update_time(uv)
        uv_run(uv, waits ? UV_RUN_ONCE : UV_RUN_NOWAIT)
    }

    /// A write to a connection that the other end has closed is an error, not the end of the process.
    ///
    /// The signal goes to the thread that writes, so the rest of the process keeps what it has chosen for itself.
    private static func blockBrokenPipe() {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
    }

    /// From here on the network is closed to this loop's work; false when something has just been.
    private func stopAccepting() -> Bool {
        remote.withLock { state in
            state.hasStopped = state.jobs.isEmpty
            hasStopped = state.hasStopped
            state.isLateThreadRunning = state.hasStopped
            return state.hasStopped
        }
    }

    private func takeRemoteJobs(_ isStopping: inout Bool) {
        isStopping = remote.withLock { state in
            for job in state.jobs { jobs.append(job) }
            state.jobs.removeAll(keepingCapacity: true)
            return state.isStopping
        }
    }

    /// Runs the jobs that are here, and those that they add, up to a number: then the network has its turn.
    private func runJobs() {
        let serial = asUnownedSerialExecutor()
        let task = asUnownedTaskExecutor()
        var left = Self.jobsPerTurn
        while left > 0, let job = jobs.popFirst() {
            job.runSynchronously(isolatedTo: serial, taskExecutor: task)
            left -= 1
        }
    }

    private static let jobsPerTurn = 256

    private func runEndOfTurn() {
        while !endOfTurn.isEmpty {
            let works = endOfTurn
            endOfTurn = []
            for work in works { work() }
        }
    }

    private func closeHandles() {
        uv_walk(
            uv,
            { handle, _ in
                if let handle, uv_is_closing(handle) == 0 {
                    uv_close(handle, handle.pointee.type == UV_ASYNC ? nil : releaseHandle)
                }
            }, nil)
        uv_run(uv, UV_RUN_DEFAULT)
        uv_loop_close(uv)
    }

    private func enqueueJob(_ job: UnownedJob) {
        if isCurrent {
            jobs.append(job)
            return
        }
        let needsThread = remote.withLock { state in
            state.jobs.append(job)
            if !state.hasStopped {
                if state.jobs.count == 1 { uv_async_send(wakeUp) }
                return false
            }
            defer { state.isLateThreadRunning = true }
            return !state.isLateThreadRunning
        }
        if needsThread { startLateThread() }
    }

    // MARK: After the end

    /// Work that comes after the end, as from a task that slept meanwhile, still has to run, or its waiters would hang: a
    /// thread is made for it. It finds everything closed.
    private func startLateThread() {
        let status = DetachedThread.start(name: "kafka-late") { [self] in runLateJobs() }
        precondition(status == 0, "the system has no thread left for an event loop's last work")
    }

    private func runLateJobs() {
        thread.store(EventLoop.callersThread, ordering: .relaxed)
        var isDone = false
        while !isDone {
            var isStopping = false
            takeRemoteJobs(&isStopping)
            runJobs()
            runEndOfTurn()
            for continuation in nextTurn { continuation.resume() }
            nextTurn = []
            if !jobs.isEmpty { continue }
            isDone = remote.withLock { state in
                state.isLateThreadRunning = !state.jobs.isEmpty
                if state.jobs.isEmpty { thread.store(0, ordering: .relaxed) }
                return state.jobs.isEmpty
            }
        }
    }
}

extension EventLoop: SerialExecutor, TaskExecutor {
    public func enqueue(_ job: consuming ExecutorJob) {
        enqueueJob(UnownedJob(job))
    }

    public func asUnownedSerialExecutor() -> UnownedSerialExecutor {
        UnownedSerialExecutor(ordinary: self)
    }

    public func asUnownedTaskExecutor() -> UnownedTaskExecutor {
        UnownedTaskExecutor(ordinary: self)
    }

    public func checkIsolated() {
        precondition(isCurrent, "not on the thread of this event loop")
    }

    public func isIsolatingCurrentContext() -> Bool? { isCurrent }
}
