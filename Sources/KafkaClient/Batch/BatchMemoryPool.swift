import KafkaQueues
import Synchronization

/// The memory of batches: buffers of one size, recycled last in first out, bounded in bytes.
///
/// The buffer given back last is the next one taken, because it is the one still in the cache. When the bound is reached
/// nothing is given out, and whoever wants to append waits: this is the client's back-pressure.
final class BatchMemoryPool: Sendable {
    /// Bytes of a recycled buffer. Larger ones are made and freed as needed, and count against the bound as well.
    let bufferByteCount: Int
    let byteCountMax: Int
    private let state = Mutex(State())

    private struct State: @unchecked Sendable {
        // Unchecked: raw pointers to memory that only the pool knows of while it lies here.
        var free: [UnsafeMutableRawPointer] = []
        /// Bytes that are out and bounded: spares are not.
        var takenByteCount = 0
        var line = WaitingLine()
        /// Free bytes below which the waiting tasks are left alone; see `waitForSpace`.
        var comfortByteCount = 0
    }

    /// - Precondition: at least one buffer fits the bound.
    init(bufferByteCount: Int, byteCountMax: Int) {
        precondition(bufferByteCount > 0 && byteCountMax >= bufferByteCount)
        self.bufferByteCount = bufferByteCount
        self.byteCountMax = byteCountMax
    }

    deinit {
        state.withLock { for buffer in $0.free { buffer.deallocate() } }
    }

    /// Memory of at least `byteCount` bytes, or nil when the bound does not allow it now.
    ///
    /// A buffer larger than the whole bound is given when nothing else is out, so that it is not refused for ever.
    func take(_ byteCount: Int) -> UnsafeMutableRawBufferPointer? {
        let size = max(byteCount, bufferByteCount)
        return state.withLock { state in
            guard state.takenByteCount + size <= byteCountMax || state.takenByteCount == 0 else { return nil }
            state.takenByteCount += size
            if size == bufferByteCount, let buffer = state.free.popLast() {
                return UnsafeMutableRawBufferPointer(start: buffer, count: size)
            }
            freeSurplus(&state)
            return Self.allocate(size)
        }
    }

    /// Recycled buffers count for nothing while they lie here, but the memory is there: a buffer of another size takes
    /// their place.
    private func freeSurplus(_ state: inout State) {
        while state.takenByteCount + state.free.count * bufferByteCount > byteCountMax,
            let buffer = state.free.popLast()
        {
            buffer.deallocate()
        }
    }

    /// Takes back memory that `take` gave out. From any thread.
    func give(_ memory: UnsafeMutableRawBufferPointer) {
        let waiters = state.withLock { state in
            state.takenByteCount -= memory.count
            keep(memory, &state)
            return takeWaiters(&state)
        }
        // They look themselves whether it suffices.
        for waiter in waiters { waiter.resume() }
    }

    private func takeWaiters(_ state: inout State) -> [Waiter<Void>] {
        if state.line.isEmpty { return [] }
        let isComfortable =
            state.takenByteCount == 0 || byteCountMax - state.takenByteCount >= state.comfortByteCount
        return isComfortable ? state.line.takeAll() : []
    }

    /// Resumes the tasks that wait, however little memory has come back.
    func endPatience() {
        let waiters = state.withLock { state in
            state.comfortByteCount = 0
            return takeWaiters(&state)
        }
        for waiter in waiters { waiter.resume() }
    }

    private func keep(_ memory: UnsafeMutableRawBufferPointer, _ state: inout State) {
        if memory.count == bufferByteCount {
            state.free.append(memory.baseAddress!)
        } else {
            memory.deallocate()
        }
    }

    // MARK: Spares

    /// Memory outside the bound, for the one spare buffer of a compressor: who waits for memory must not wait for it.
    func takeSpare(_ byteCount: Int) -> UnsafeMutableRawBufferPointer {
        Self.allocate(max(byteCount, bufferByteCount))
    }

    /// Takes back a spare.
    func giveSpare(_ memory: UnsafeMutableRawBufferPointer) {
        state.withLock { keep(memory, &$0) }
    }

    /// Says that a spare is in use and counts, and that what `take` gave is the spare in its place.
    func exchange(spare: UnsafeMutableRawBufferPointer, for memory: UnsafeMutableRawBufferPointer) {
        if spare.count == memory.count { return }
        state.withLock { $0.takenByteCount += spare.count - memory.count }
    }

    /// Bytes that are out, spares not among them.
    var takenByteCount: Int { state.withLock { $0.takenByteCount } }

    /// Whether somebody waits for memory.
    var hasWaiters: Bool { state.withLock { !$0.line.isEmpty } }

    /// Waits until memory has come back since the caller found none.
    ///
    /// - Parameters:
    ///   - byteCount: what the caller could not take.
    ///   - comfort: free bytes for which the caller would rather wait, until somebody calls `endPatience`: a thread that is
    ///     woken for each batch that comes back costs more than the batch.
    /// - Throws: `CancellationError` when the task is cancelled.
    nonisolated(nonsending) func waitForSpace(_ byteCount: Int, comfort: Int = 0) async throws {
        let size = max(byteCount, bufferByteCount)
        let waiter: Waiter<Void>? = state.withLock { state in
            if state.takenByteCount + size <= byteCountMax || state.takenByteCount == 0 { return nil }
            state.comfortByteCount = comfort
            return state.line.join()
        }
        guard let waiter else { return }
        do {
            try await waiter.wait()
        } catch {
            state.withLock { $0.line.leave(waiter) }
            throw error
        }
    }

    private static func allocate(_ byteCount: Int) -> UnsafeMutableRawBufferPointer {
        .allocate(byteCount: byteCount, alignment: 64)
    }
}
