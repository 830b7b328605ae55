import KafkaCompression
import KafkaQueues
import Synchronization

/// The memory of batches: buffers of one size, recycled last in first out, bounded in bytes.
///
/// The buffer that was given back last is taken next, because its bytes are most likely still in the cache. When the bound
/// is reached, no buffer is given out, and appenders wait: this is the client's back-pressure.
final class BatchMemoryPool: Sendable {
    /// The bytes of a recycled buffer. Larger buffers are allocated and freed as needed; they count against the bound too.
    let bufferByteCount: Int
    let byteCountMax: Int
    /// Compresses the batches that lie in the buffers.
    let codec: any CompressionCodec
    private let state = Mutex(State())

    private struct State: @unchecked Sendable {
        // Unchecked: raw pointers to memory that no one else points to while it is free.
        var free: [UnsafeMutableRawPointer] = []
        /// The bytes that were given out and count against the bound. Spares don't count.
        var takenByteCount = 0
        var line = WaitingLine()
        /// The free bytes below which waiting tasks are not resumed; see `waitForSpace`.
        var comfortByteCount = 0
        /// Whether memory is given out beyond the bound.
        var isUnbounded = false
    }

    /// - Precondition: at least one buffer fits the bound.
    init(bufferByteCount: Int, byteCountMax: Int, codec: any CompressionCodec = Codec.uncompressed) {
        precondition(bufferByteCount > 0 && byteCountMax >= bufferByteCount)
        self.bufferByteCount = bufferByteCount
        self.byteCountMax = byteCountMax
        self.codec = codec
    }

    deinit {
        state.withLock { for buffer in $0.free { buffer.deallocate() } }
    }

    /// Memory of at least `byteCount` bytes, or nil when the bound does not allow it now.
    ///
    /// A buffer that is larger than the whole bound is given out when no other is, so that it is not refused for ever.
    func take(_ byteCount: Int) -> UnsafeMutableRawBufferPointer? {
        let size = max(byteCount, bufferByteCount)
        return state.withLock { state in
            guard has(size, state) else { return nil }
            state.takenByteCount += size
            if size == bufferByteCount, let buffer = state.free.popLast() {
                return UnsafeMutableRawBufferPointer(start: buffer, count: size)
            }
            freeSurplus(&state)
            return Self.allocate(size)
        }
    }

    /// Memory of at least `byteCount` bytes, whatever was given out.
    func takeBeyondBound(_ byteCount: Int) -> UnsafeMutableRawBufferPointer {
        let size = max(byteCount, bufferByteCount)
        state.withLock { $0.takenByteCount += size }
        return Self.allocate(size)
    }

    private func has(_ byteCount: Int, _ state: borrowing State) -> Bool {
        state.takenByteCount + byteCount <= byteCountMax || state.takenByteCount == 0 || state.isUnbounded
    }

    /// Gives out memory beyond the bound from now on, and resumes all that wait for some: a builder that ends must not depend
    /// on others who let go of batches.
    func endBound() { change { $0.isUnbounded = true } }

    /// Frees recycled buffers until those and the memory that is given out fit the bound together. Free buffers don't count
    /// against the bound, but they are memory of the process.
    private func freeSurplus(_ state: inout State) {
        while state.takenByteCount + state.free.count * bufferByteCount > byteCountMax,
            let buffer = state.free.popLast()
        {
            buffer.deallocate()
        }
    }

    /// Takes back memory that `take` gave out. From any thread.
    func give(_ memory: UnsafeMutableRawBufferPointer) {
        change { state in
            state.takenByteCount -= memory.count
            keep(memory, &state)
        }
    }

    /// Changes the state, and resumes the waiting tasks when there is memory for the first of them and as much as it would
    /// rather wait for.
    private func change(_ change: (inout State) -> Void) {
        let waiters: [Waiter<Void>] = state.withLock { state in
            change(&state)
            guard let needed = state.line.first, has(max(needed, state.comfortByteCount), state) else { return [] }
            return state.line.takeAll()
        }
        // Each of them tries again whether the free memory suffices.
        for waiter in waiters { waiter.resume() }
    }

    /// Lets the waiting tasks be content with as little memory as they need.
    func endPatience() { change { $0.comfortByteCount = 0 } }

    private func keep(_ memory: UnsafeMutableRawBufferPointer, _ state: inout State) {
        if memory.count == bufferByteCount {
            state.free.append(memory.baseAddress!)
        } else {
            memory.deallocate()
        }
    }

    // MARK: Spares

    /// Memory outside the bound, for the one spare buffer of a compressor. Sealing brings memory back, so that it must not
    /// wait for memory itself.
    func takeSpare(_ byteCount: Int) -> UnsafeMutableRawBufferPointer {
        Self.allocate(max(byteCount, bufferByteCount))
    }

    /// Takes back a spare.
    func giveSpare(_ memory: UnsafeMutableRawBufferPointer) {
        state.withLock { keep(memory, &$0) }
    }

    /// Says that the spare holds a batch now and counts against the bound, and that `memory`, which `take` gave out, is the
    /// spare from now on and counts no more.
    func swap(spare: UnsafeMutableRawBufferPointer, with memory: UnsafeMutableRawBufferPointer) {
        if spare.count == memory.count { return }
        state.withLock { $0.takenByteCount += spare.count - memory.count }
    }

    /// The bytes that were given out and count against the bound.
    var takenByteCount: Int { state.withLock { $0.takenByteCount } }

    /// Whether a task waits for memory.
    var hasWaiters: Bool { state.withLock { !$0.line.isEmpty } }

    /// Waits until memory has been given back. Returns at once when there is enough by now.
    ///
    /// - Parameters:
    ///   - byteCount: the bytes that the caller could not take.
    ///   - comfort: the free bytes below which the caller is not resumed, unless `endPatience` is called. Waking a thread for
    ///     each batch that comes back would cost more than the batch itself.
    /// - Throws: `CancellationError` when the task is cancelled.
    nonisolated(nonsending) func waitForSpace(_ byteCount: Int, comfort: Int = 0) async throws {
        let size = max(byteCount, bufferByteCount)
        let waiter: Waiter<Void>? = state.withLock { state in
            if has(size, state) { return nil }
            state.comfortByteCount = comfort
            return state.line.join(size)
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
