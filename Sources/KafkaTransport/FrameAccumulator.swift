// The system writes received bytes straight into this buffer, and whole frames are handed out from it. Bytes are moved only
// when the end of the buffer cuts a frame: its first part is then moved to the begin.
//
//      ┌────────────┬───────────────────────┬──────────────────┐
//      │  consumed  │  frames not yet taken │      free        │
//      └────────────┴───────────────────────┴──────────────────┘
//      0          begin                    end              capacity

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A receive buffer that cuts a byte stream into frames with a four-byte big-endian length.
///
/// It grows only as bytes arrive: a frame that states a length of a gigabyte takes no memory before its bytes are there.
package struct FrameAccumulator: ~Copyable {
    package enum Next: Equatable {
        /// More bytes are needed.
        case incomplete
        /// A frame's content (without its length), valid until the next `freeSpace` or `takeFrame`.
        case frame(UnsafeRawBufferPointer)
        /// The length is negative or above the maximum: the other end speaks another protocol, or is hostile.
        case badLength(Int32)

        package static func == (a: Next, b: Next) -> Bool {
            switch (a, b) {
            case (.incomplete, .incomplete): true
            case (.frame(let x), .frame(let y)): x.elementsEqual(y)
            case (.badLength(let x), .badLength(let y)): x == y
            default: false
            }
        }
    }

    private var bytes: UnsafeMutableRawPointer
    private var capacity: Int
    private var begin = 0
    private var end = 0
    /// Where the frame's content lies that was taken last.
    private var lastFrame = 0..<0
    private let initialCapacity: Int
    /// Where the memory is from, if frames may be detached.
    private let pool: FrameBufferPool?
    /// The bytes of the longest frame that is accepted from now on.
    package var frameBytesMax: Int

    /// - Parameters:
    ///   - capacity: the bytes of the buffer that is kept from frame to frame; at least 64.
    ///   - frameBytesMax: the bytes of the longest frame that is accepted.
    ///   - pool: lends memory for long frames, so that frames can be detached.
    package init(capacity: Int, frameBytesMax: Int, pool: FrameBufferPool? = nil) {
        precondition(capacity >= 64 && frameBytesMax > 0)
        bytes =
            pool == nil ? .allocate(byteCount: capacity, alignment: 64) : FrameBufferPool.make(capacity).baseAddress!
        self.capacity = capacity
        initialCapacity = capacity
        self.pool = pool
        self.frameBytesMax = frameBytesMax
    }

    deinit {
        if pool == nil { bytes.deallocate() } else { free(bytes) }
    }

    package var bufferedByteCount: Int { end - begin }

    /// The space for the next bytes; never empty. Frames that were handed out before are no longer valid.
    package mutating func freeSpace() -> UnsafeMutableRawBufferPointer {
        if begin == end {
            begin = 0
            end = 0
            if capacity > initialCapacity { shrink() }
        } else if end == capacity || frameOutgrowsBuffer {
            makeRoom()
        }
        return UnsafeMutableRawBufferPointer(start: bytes + end, count: capacity - end)
    }

    /// Says that `count` bytes were written to the free space.
    package mutating func didReceive(_ count: Int) {
        precondition(count >= 0 && count <= capacity - end)
        end += count
    }

    /// The next whole frame, if it is there.
    package mutating func takeFrame() -> Next {
        guard end - begin >= 4 else { return .incomplete }
        let length = pendingLength
        guard length >= 0, Int(length) <= frameBytesMax else { return .badLength(length) }
        guard end - begin - 4 >= Int(length) else { return .incomplete }
        let frame = UnsafeRawBufferPointer(start: bytes + begin + 4, count: Int(length))
        lastFrame = begin + 4..<begin + 4 + Int(length)
        begin = lastFrame.upperBound
        return .frame(frame)
    }

    /// Hands over the frame that was taken last, with the memory in which it lies, and goes on in other memory. What was
    /// received behind the frame is copied there.
    ///
    /// - Precondition: there is a pool, and nothing was received since the frame was taken.
    package mutating func detachFrame() -> FrameBuffer {
        let pool = pool!
        precondition(begin == lastFrame.upperBound, "a frame is detached before the next one is taken")
        let frame = UnsafeRawBufferPointer(start: bytes + lastFrame.lowerBound, count: lastFrame.count)
        let memory = UnsafeMutableRawBufferPointer(start: bytes, count: capacity)
        let pending = end - begin
        let isShort = frame.count <= Self.copiedByteCountMax && frame.count < capacity / 4
        if isShort {
            // It would hold the memory of a long one.
            let copy = FrameBufferPool.make(frame.count)
            copy.copyMemory(from: frame)
            return FrameBuffer(UnsafeRawBufferPointer(copy), in: copy, of: pool)
        }
        let next = FrameBufferPool.make(max(initialCapacity, pending))
        next.copyMemory(from: UnsafeRawBufferPointer(start: bytes + begin, count: pending))
        bytes = next.baseAddress!
        capacity = next.count
        begin = 0
        end = pending
        lastFrame = 0..<0
        return FrameBuffer(frame, in: memory, of: pool)
    }

    private static let copiedByteCountMax = 16 << 10

    /// Where the frame ends that begins at `offset`, both counted from the next frame to take. Nil when its length is not there
    /// yet, or is bad. The frame's end may not be there yet.
    package func frameEnd(at offset: Int) -> Int? {
        guard offset >= 0, bufferedByteCount - offset >= 4 else { return nil }
        let length = length(at: begin + offset)
        return length >= 0 && Int(length) <= frameBytesMax ? offset + 4 + Int(length) : nil
    }

    private var pendingLength: Int32 { length(at: begin) }

    private func length(at position: Int) -> Int32 {
        Int32(bigEndian: bytes.loadUnaligned(fromByteOffset: position, as: Int32.self))
    }

    /// Whether the frame that has begun at `begin` is longer than the buffer from there on.
    private var frameOutgrowsBuffer: Bool {
        guard end - begin >= 4 else { return capacity - begin < 4 }
        return 4 + Int(max(0, pendingLength)) > capacity - begin
    }

    private mutating func makeRoom() {
        let pending = end - begin
        if begin > 0 {
            memmove(bytes, bytes + begin, pending)
            begin = 0
            end = pending
        }
        // Twice the bytes that have arrived, but no more than the frame states.
        if end == capacity {
            let needed = pending >= 4 ? 4 + Int(max(0, pendingLength)) : capacity * 2
            reallocate(to: max(capacity + 1, min(capacity * 2, needed)))
        }
    }

    /// Goes on with little memory, when nothing is in it.
    private mutating func shrink() {
        guard pool != nil else { return reallocate(to: initialCapacity) }
        free(bytes)
        bytes = FrameBufferPool.make(initialCapacity).baseAddress!
        capacity = initialCapacity
    }

    private mutating func reallocate(to newCapacity: Int) {
        if let pool {
            // `makeRoom` has moved the bytes to the begin.
            let memory = UnsafeMutableRawBufferPointer(start: bytes, count: capacity)
            let larger = pool.grow(memory, keeping: end, to: newCapacity)
            bytes = larger.baseAddress!
            capacity = larger.count
            return
        }
        let larger = UnsafeMutableRawPointer.allocate(byteCount: newCapacity, alignment: 64)
        memcpy(larger, bytes + begin, end - begin)
        end -= begin
        begin = 0
        bytes.deallocate()
        bytes = larger
        capacity = newCapacity
    }
}
