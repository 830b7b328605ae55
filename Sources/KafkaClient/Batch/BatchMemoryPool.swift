import KafkaCompression
import KafkaQueues
import Synchronization

#if canImport(Glibc)
    import Glibc
#endif

/// The memory of batches: buffers of a few sizes, recycled last in first out, bounded in bytes.
///
/// The buffer that was given back last is taken next, because its bytes are most likely still in the cache. When the bound
/// is reached, no buffer is given out, and appenders wait: this is the client's back-pressure. They wait as well while the
/// producer says that it has enough.
final class BatchMemoryPool: Sendable {
    /// The bytes of a buffer. There are smaller and larger ones too, each twice as large as the next; those of any other length
    /// are allocated and freed as needed, and count against the bound too.
    let bufferByteCount: Int
    /// The sizes of recycled buffers.
    private let sizes: [Int]
    let byteCountMax: Int
    /// Compresses the batches that lie in the buffers.
    let codec: any CompressionCodec
    /// How many bytes more than enough may be pending: for builders that work on several threads, which are woken less often
    /// when there is more to do.
    private let aheadByteCount: Int
    private let state = Mutex(State())

    private struct State: @unchecked Sendable {
        // Unchecked: raw pointers to memory that no one else points to while it is free.
        /// By size.
        var free: [[UnsafeMutableRawPointer]] = Array(repeating: [], count: BatchMemoryPool.steps.count)
        var freeByteCount = 0
        /// What producers have, and how much of it is enough.
        var flow = PendingFlow()
        /// The bytes that were given out and count against the bound. Spares don't count.
        var takenByteCount = 0
        var line = WaitingLine()
        /// The free bytes below which waiting tasks are not resumed; see `waitForSpace`.
        var comfortByteCount = 0
        /// Whether memory is given out beyond the bound.
        var isUnbounded = false
    }

    /// - Precondition: at least one buffer fits the bound.
    init(
        bufferByteCount: Int, byteCountMax: Int, codec: any CompressionCodec = Codec.uncompressed,
        aheadByteCount: Int = 0
    ) {
        precondition(bufferByteCount > 0 && byteCountMax >= bufferByteCount)
        self.aheadByteCount = aheadByteCount
        self.bufferByteCount = bufferByteCount
        sizes = Self.steps.map { Self.size(bufferByteCount, step: $0) }
        self.byteCountMax = byteCountMax
        self.codec = codec
    }

    deinit {
        state.withLock { state in
            for (size, buffers) in zip(sizes, state.free) { for buffer in buffers { Self.free(buffer, size) } }
        }
    }

    /// The least size of a recycled buffer that has so many bytes, and no fewer than usual; as many where all have fewer.
    func recycledByteCount(for byteCount: Int) -> Int {
        if byteCount <= bufferByteCount { return bufferByteCount }
        return sizes.first { $0 >= byteCount && $0 <= byteCountMax / 4 } ?? byteCount
    }

    /// Memory of at least `byteCount` bytes, or nil when the bound does not allow it now.
    ///
    /// A buffer that is larger than the whole bound is given out when no other is, so that it is not refused for ever.
    func take(_ byteCount: Int) -> UnsafeMutableRawBufferPointer? {
        let size = rounded(byteCount)
        return state.withLock { state in
            guard has(size, state) else { return nil }
            state.takenByteCount += size
            if let buffer = recycled(size, &state) { return buffer }
            freeSurplus(&state)
            return Self.allocate(size)
        }
    }

    /// How often a recycled size is twice the buffer's; below zero, half of it.
    static let steps = -4...10

    /// Twice so many bytes, as often as `step` says; below zero, half.
    static func size(_ byteCount: Int, step: Int) -> Int { step >= 0 ? byteCount << step : byteCount >> -step }

    /// A buffer of this size that was given back; nil when there is none.
    private func recycled(_ size: Int, _ state: inout State) -> UnsafeMutableRawBufferPointer? {
        guard let index = sizeIndex(size), let buffer = state.free[index].popLast() else { return nil }
        state.freeByteCount -= size
        return UnsafeMutableRawBufferPointer(start: buffer, count: size)
    }

    /// The bytes of the buffer that is given out for so many: one of the recycled sizes is taken as it is.
    func rounded(_ byteCount: Int) -> Int {
        byteCount < bufferByteCount && sizeIndex(byteCount) == nil ? bufferByteCount : byteCount
    }

    /// Which of the recycled sizes this is; nil for none.
    private func sizeIndex(_ byteCount: Int) -> Int? {
        if byteCount == bufferByteCount { return -Self.steps.lowerBound }
        return sizes.firstIndex(of: byteCount)
    }

    /// Notes how much more or less a producer has. While it has enough, no memory is given out, though the bound may allow it.
    func noteFlow(_ change: PendingFlow) { self.change { $0.flow += change } }

    /// Memory of at least `byteCount` bytes, whatever was given out.
    func takeBeyondBound(_ byteCount: Int) -> UnsafeMutableRawBufferPointer {
        let size = max(byteCount, bufferByteCount)
        state.withLock { $0.takenByteCount += size }
        return Self.allocate(size)
    }

    private static let openByteCountFew = 1 << 20

    /// - Parameter comfort: as much more would be welcome.
    private func has(_ byteCount: Int, comfort: Int = 0, _ state: borrowing State) -> Bool {
        if state.takenByteCount == 0 || state.isUnbounded { return true }
        let byteCount = max(byteCount, comfort)
        if state.takenByteCount + byteCount > byteCountMax { return false }
        // Where records are spread over many partitions, all that is open may come to be pending at once.
        let openByteCount = state.takenByteCount - state.flow.memoryByteCount
        let atOnce = max(0, openByteCount - Self.openByteCountFew)
        if state.flow.enough == 0 {
            // Nobody says yet how much is enough. What is being built, and on its way, need not fill all of the memory before
            // the first of it has arrived.
            return aheadByteCount == 0 || state.flow.byteCount + comfort < 2 * aheadByteCount
        }
        return state.flow.byteCount + comfort < state.flow.enough + aheadByteCount + atOnce
    }

    /// Gives out memory beyond the bound from now on, and resumes all that wait for some: a builder that ends must not depend
    /// on others who let go of batches.
    func endBound() { change { $0.isUnbounded = true } }

    /// Frees recycled buffers until those and the memory that is given out fit the bound together. Free buffers don't count
    /// against the bound, but they are memory of the process.
    private func freeSurplus(_ state: inout State) {
        for (index, size) in sizes.enumerated() {
            while state.takenByteCount + state.freeByteCount > byteCountMax, let buffer = state.free[index].popLast() {
                Self.free(buffer, size)
                state.freeByteCount -= size
            }
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
            guard let needed = state.line.first, has(needed, comfort: state.comfortByteCount, state) else { return [] }
            return state.line.takeAll()
        }
        // Each of them tries again whether the free memory suffices.
        for waiter in waiters { waiter.resume() }
    }

    /// Lets the waiting tasks be content with as little memory as they need.
    func endPatience() { change { $0.comfortByteCount = 0 } }

    private func keep(_ memory: UnsafeMutableRawBufferPointer, _ state: inout State) {
        if let index = sizeIndex(memory.count) {
            state.free[index].append(memory.baseAddress!)
            state.freeByteCount += memory.count
        } else {
            memory.deallocate()
        }
    }

    // MARK: Spares

    /// Memory outside the bound, for the one spare buffer of a compressor. Sealing brings memory back, so that it must not
    /// wait for memory itself.
    func takeSpare(_ byteCount: Int) -> UnsafeMutableRawBufferPointer {
        let size = sizes.first { $0 >= byteCount } ?? byteCount
        return state.withLock { recycled(size, &$0) } ?? Self.allocate(size)
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

    /// Whether a task waits because all memory is given out.
    var isShort: Bool {
        state.withLock { state in state.line.first.map { state.takenByteCount + $0 > byteCountMax } ?? false }
    }

    /// Waits until memory has been given back. Returns at once when there is enough by now.
    ///
    /// - Parameters:
    ///   - byteCount: the bytes that the caller could not take.
    ///   - comfort: the free bytes below which the caller is not resumed, unless `endPatience` is called. Waking a thread for
    ///     each batch that comes back would cost more than the batch itself.
    /// - Throws: `CancellationError` when the task is cancelled.
    nonisolated(nonsending) func waitForSpace(_ byteCount: Int, comfort: Int = 0) async throws {
        let size = rounded(byteCount)
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

    /// Frees a recycled buffer, and lets the system have its pages.
    ///
    /// In the heap what a long buffer leaves is soon too short for the next one, which is of another size. Without this, such
    /// holes stay resident, and a process takes twice what it uses.
    private static func free(_ buffer: UnsafeMutableRawPointer, _ byteCount: Int) {
        #if canImport(Glibc)
            if byteCount >= releasedByteCountMin {
                let page = sysconf(Int32(_SC_PAGESIZE))
                let start = buffer.alignedUp(toMultipleOf: page)
                madvise(start, (buffer + byteCount).alignedDown(toMultipleOf: page) - start, MADV_DONTNEED)
            }
        #endif
        buffer.deallocate()
    }

    private static let releasedByteCountMin = 128 << 10
}
