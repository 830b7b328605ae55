// Frames that are handed over whole lie in memory of a pool. A connection waits for bytes with a small buffer, and gets a large
// one when a frame turns out to be long. What came back last is used first, because it is still in the core's cache, and a buffer
// that has grown stays so long: mostly none grows again.

import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Memory for frames that outlive their receive buffer. It counts what somebody has, and says when something came back.
package final class FrameBufferPool: Sendable {
    private let state = Mutex(State())
    private let freeByteCountMax: Int

    private struct State {
        var free: [Memory] = []
        var freeByteCount = 0
        var frameByteCount = 0
        var onReturn: (@Sendable () -> Void)?
    }

    private struct Memory: @unchecked Sendable {
        // Unchecked: nobody else has it.
        let bytes: UnsafeMutableRawBufferPointer
    }

    /// - Parameter freeByteCountMax: the bytes that are kept for later; other memory is freed.
    package init(freeByteCountMax: Int) { self.freeByteCountMax = freeByteCountMax }

    deinit { state.withLock { for memory in $0.free { free(memory.bytes.baseAddress) } } }

    /// The bytes of frames that somebody has.
    package var frameByteCount: Int { state.withLock { $0.frameByteCount } }

    /// Asks to be told, once and from any thread, when a frame's memory comes back.
    package func watch(_ onReturn: @escaping @Sendable () -> Void) { state.withLock { $0.onReturn = onReturn } }

    /// New memory.
    static func make(_ byteCount: Int) -> UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(start: check(malloc(max(1, byteCount))), count: byteCount)
    }

    /// Memory of more bytes, which begins with the same ones: some that came back, if it is long enough.
    ///
    /// - Parameter usedByteCount: how many bytes are to be kept.
    func grow(
        _ bytes: UnsafeMutableRawBufferPointer, keeping usedByteCount: Int, to byteCount: Int
    ) -> UnsafeMutableRawBufferPointer {
        let recycled = state.withLock { state -> Memory? in
            guard let last = state.free.last, last.bytes.count >= byteCount else { return nil }
            state.freeByteCount -= last.bytes.count
            return state.free.removeLast()
        }
        guard let recycled else {
            // The system mostly moves pages and no bytes.
            return UnsafeMutableRawBufferPointer(
                start: Self.check(realloc(bytes.baseAddress, byteCount)), count: byteCount)
        }
        recycled.bytes.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[0..<usedByteCount]))
        free(bytes.baseAddress)
        return recycled.bytes
    }

    /// Counts memory that somebody has with a frame in it.
    func countFrame(_ byteCount: Int) { state.withLock { $0.frameByteCount += byteCount } }

    /// Takes the memory of a frame back.
    func giveBack(_ bytes: UnsafeMutableRawBufferPointer) {
        let memory = Memory(bytes: bytes)
        let (isKept, onReturn) = state.withLock { state -> (Bool, (@Sendable () -> Void)?) in
            state.frameByteCount -= memory.bytes.count
            let isLong = memory.bytes.count >= Self.keptByteCountMin
            let isKept = isLong && state.freeByteCount + memory.bytes.count <= freeByteCountMax
            if isKept {
                state.free.append(memory)
                state.freeByteCount += memory.bytes.count
            }
            return (isKept, state.onReturn.take())
        }
        if !isKept { free(bytes.baseAddress) }
        onReturn?()
    }

    /// Shorter memory is not worth keeping.
    private static let keptByteCountMin = 64 << 10

    private static func check(_ memory: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer {
        guard let memory else { fatalError("the system has no memory for a frame that was received") }
        return memory
    }
}
