/// A frame, and the memory into which it was received. It never changes, and its memory goes back to its pool with the last
/// reference.
package final class FrameBuffer: @unchecked Sendable {
    // Unchecked: nobody writes to the memory any more.
    /// The frame's content, without its length.
    package let frame: UnsafeRawBufferPointer
    /// All of the memory.
    package let byteCount: Int
    private let memory: UnsafeMutableRawPointer
    private let pool: FrameBufferPool

    /// - Parameter memory: taken from the pool, the frame among it.
    init(_ frame: UnsafeRawBufferPointer, in memory: UnsafeMutableRawBufferPointer, of pool: FrameBufferPool) {
        self.frame = frame
        self.memory = memory.baseAddress!
        byteCount = memory.count
        self.pool = pool
        pool.countFrame(byteCount)
    }

    deinit { pool.giveBack(UnsafeMutableRawBufferPointer(start: memory, count: byteCount)) }
}
