// An event loop is one thread, one libuv loop and one executor. Everything that lives on a loop (streams, timers, the actors
// that own them) is used by that loop's thread only. So a callback of the loop and a method of an actor on it run on the
// same thread, and need no lock.

import CUV
import KafkaQueues
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A thread that does network input and output and runs actors and tasks.
///
/// ``start(name:)`` creates one. An actor of your own runs on a loop when its `unownedExecutor` is the loop's
/// ``asUnownedSerialExecutor()``; a task does with `Task(executorPreference: loop)`. Calls between actors of one loop don't
/// change threads.
///
/// A loop runs until ``shutDown()``. Close everything that runs on it before.
public final class EventLoop: @unchecked Sendable {
    // Unchecked: `uv`, `jobs`, `endOfTurn`, `nextTurn`, `isFiringTimer`, `preciseAlarms`, `tlsMemory` and `hasStopped` are used by the
    // loop's thread only, except that the creating thread uses `uv` before `start`. What other threads use is behind `remote`, or atomic.
    let uv: UnsafeMutablePointer<uv_loop_t>
    private let wakeUp: UnsafeMutablePointer<uv_async_t>
    /// Called by libuv each time before it waits; see `hasWork`.
    private let beforeWait: UnsafeMutablePointer<uv_prepare_t>
    private let remote = Mutex(RemoteJobs())
    private var jobs = RingBuffer<UnownedJob>()
    private var endOfTurn: [() -> Void] = []
    private var nextTurn: [CheckedContinuation<Void, Never>] = []
    /// Whether the action of a `LoopTimer` runs.
    var isFiringTimer = false
    #if os(Linux)
        var preciseAlarms = PreciseAlarms()
    #endif
    /// What the loop's secured connections encrypt into and decrypt from, made for the first of them.
    lazy var tlsMemory = TLSMemory()
    /// The thread that runs the loop, as a number.
    private let thread = Atomic<UInt>(0)

    private struct RemoteJobs {
        var jobs: [UnownedJob] = []
        var isStopping = false
        var whenStopped: [CheckedContinuation<Void, Never>] = []
        var hasStopped = false
        /// Whether a thread runs the jobs that came after the loop's end.
        var isLateThreadRunning = false
    }

    /// Makes a loop and starts its thread.
    ///
    /// - Parameter name: shown by debuggers and `top -H`; at most 15 bytes are kept.
    /// - Throws: `TransportError` when the system refuses a loop or a thread.
    package init(name: String = "kafka-loop") throws(TransportError) {
        uv = .allocate(capacity: 1)
        wakeUp = .allocate(capacity: 1)
        beforeWait = .allocate(capacity: 1)
        try TransportError.check(uv_loop_init(uv), "cannot make an event loop")
        do throws(TransportError) {
            try TransportError.check(uv_async_init(uv, wakeUp) { _ in }, "cannot make an event loop's wake-up")
            startBeforeWait()
            try start(name: name)
        } catch {
            closeHandles()
            throw error
        }
    }

    private func startBeforeWait() {
        // libuv has no error for these.
        uv_prepare_init(uv, beforeWait)
        beforeWait.pointee.data = Unmanaged.passUnretained(self).toOpaque()
        uv_prepare_start(beforeWait) { handle in
            let loop = Unmanaged<EventLoop>.fromOpaque(handle!.pointee.data).takeUnretainedValue()
            if loop.hasWork { uv_stop(loop.uv) }
        }
    }

    deinit {
        uv.deallocate()
        wakeUp.deallocate()
        beforeWait.deallocate()
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

    /// When the loop's turn began, on its thread: a stored moment, a millisecond coarse.
    package var turnBegan: MonotonicInstant { MonotonicInstant(nanoseconds: Int64(clamping: uv_now(uv)) * 1_000_000) }

    /// Whether the loop has been shut down, for the loop's thread: timers and streams that are made now are closed from the
    /// start.
    private(set) var hasStopped = false

    /// Whether the loop has been shut down, for any thread. The loop has then closed its handles, or is about to.
    var isGone: Bool { remote.withLock { $0.hasStopped } }

    /// The number of handles that live on the loop, the loop's own included. Must be called on the loop.
    var handleCount: Int {
        assert(isCurrent)
        var count = 0
        withUnsafeMutablePointer(to: &count) { pointer in
            uv_walk(uv, { $1!.assumingMemoryBound(to: Int.self).pointee += 1 }, pointer)
        }
        return count
    }

    /// The number of cores that this process may use, at least one.
    package static var availableCoreCount: Int { Int(uv_available_parallelism()) }

    /// Runs `work` when the jobs of this turn are done, before the loop polls the network again. Must be called on the loop.
    ///
    /// This is for work that is best done once for everything that happened in a turn.
    package func atEndOfTurn(_ work: @escaping () -> Void) {
        assert(isCurrent)
        endOfTurn.append(work)
    }

    /// Ends the loop after the jobs that are already queued, and waits until its thread has ended. Must not be called on the
    /// loop itself.
    ///
    /// Connections and timers that are still on the loop are closed without a callback. Calling it again does nothing.
    public func shutDown() async {
        await withCheckedContinuation { end($0) }
    }

    /// Ends the loop as `shutDown` does, and does not wait for it.
    package func end(_ whenStopped: CheckedContinuation<Void, Never>? = nil) {
        let isGone = remote.withLock { state in
            if state.hasStopped { return true }
            if let whenStopped { state.whenStopped.append(whenStopped) }
            state.isStopping = true
            // Sent under the lock, because the thread frees the wake-up handle after it has set `hasStopped` under the same
            // lock.
            uv_async_send(wakeUp)
            return false
        }
        if isGone { whenStopped?.resume() }
    }

    /// Waits until the loop has polled the network once. Must be called on the loop.
    ///
    /// Long work calls this, so that input that has arrived in the meantime is served.
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
        // `isCurrent` compares with the thread's number, so that nothing may use the loop before the thread has stored it.
        running.wait()
    }

    private final class StartSignal: @unchecked Sendable {
        // Unchecked: a semaphore may be used by several threads.
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
            if !isStopping { lookAtNetwork() }
            let continuations = nextTurn
            nextTurn = []
            for continuation in continuations { continuation.resume() }
        } while !isStopping || !jobs.isEmpty || !nextTurn.isEmpty || !stopAccepting()
        closeHandles()
        // Closing handles may have resumed tasks. This thread runs their jobs, and those that other threads enqueue
        // meanwhile.
        runLateJobs()
        let waiting = remote.withLock { $0.whenStopped }
        for continuation in waiting { continuation.resume() }
    }

    /// Polls the network, and waits for it while there is nothing else to do.
    private func lookAtNetwork() {
        // libuv from 1.45 on counts the wait for timers from the time that it read last, before the jobs of this turn.
        uv_update_time(uv)
        #if os(Linux)
            if !preciseAlarms.isEmpty { return lookAtNetworkAndAlarms() }
        #endif
        uv_run(uv, UV_RUN_ONCE)
    }

    #if os(Linux)
        private func lookAtNetworkAndAlarms() {
            if hasWork || preciseAlarms.wait(in: uv) { uv_run(uv, UV_RUN_NOWAIT) } else { uv_update_time(uv) }
            preciseAlarms.takeDue(at: .now).fire()
        }
    #endif

    /// Whether there is work that the network must not keep waiting. Asked when libuv is about to wait, and not before
    /// `uv_run`: older versions of libuv fire due timers in between, and those may add work.
    private var hasWork: Bool { !jobs.isEmpty || !endOfTurn.isEmpty || !nextTurn.isEmpty }

    /// Blocks SIGPIPE, so that a write to a connection that the other end has closed is an error and does not end the
    /// process.
    ///
    /// The signal goes to the thread that writes, so that blocking it on this thread changes nothing for other threads.
    private static func blockBrokenPipe() {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
    }

    /// Sets `hasStopped`, after which new handles are closed from the start. False, and not set, when other threads have
    /// enqueued jobs in the meantime.
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

    /// Runs the jobs that are queued, and those that they add, up to a number; then the network is polled.
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
                    // The loop's own are freed with it.
                    let isOwn = handle.pointee.type == UV_ASYNC || handle.pointee.type == UV_PREPARE
                    uv_close(handle, isOwn ? nil : releaseHandle)
                }
            }, nil)
        uv_run(uv, UV_RUN_DEFAULT)
        uv_loop_close(uv)
        #if os(Linux)
            for timer in preciseAlarms.takeAll() { timer.loopDidEnd() }
        #endif
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

    /// Starts a thread for jobs that come after the loop's end, such as those of a task that slept meanwhile. They must run,
    /// or the tasks that wait for them would wait for ever. They find everything closed.
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
    /// Runs a job on the loop. Swift's concurrency calls it, from any thread.
    public func enqueue(_ job: consuming ExecutorJob) {
        enqueueJob(UnownedJob(job))
    }

    /// The loop as the executor of an actor, to be returned from `unownedExecutor`.
    public func asUnownedSerialExecutor() -> UnownedSerialExecutor {
        UnownedSerialExecutor(ordinary: self)
    }

    /// The loop as the preferred executor of a task.
    public func asUnownedTaskExecutor() -> UnownedTaskExecutor {
        UnownedTaskExecutor(ordinary: self)
    }

    /// Traps when the caller does not run on the loop's thread. `assumeIsolated` calls it.
    public func checkIsolated() {
        precondition(isCurrent, "not on the thread of this event loop")
    }

    /// Whether the caller runs on the loop's thread; never nil.
    public func isIsolatingCurrentContext() -> Bool? { isCurrent }
}
