import KafkaTransport

/// Finds the requests that begin to arrive on a connection while it is muted and nothing is taken from its buffer.
struct EarlyRequests {
    /// Where a frame begins or will begin, counted from the next frame to take.
    private var offset = 0
    /// Whether this frame has begun to arrive.
    private var hasBegun = false
    /// When the connection is no longer muted.
    let end: MonotonicInstant

    /// - Parameter accumulator: what it holds is not early.
    init(behind accumulator: borrowing FrameAccumulator, until end: MonotonicInstant) {
        self.end = end
        _ = advance(over: accumulator)
    }

    /// The number of requests that have begun to arrive since the last call.
    mutating func advance(over accumulator: borrowing FrameAccumulator) -> Int {
        var count = 0
        while offset < accumulator.bufferedByteCount {
            if !hasBegun {
                hasBegun = true
                count += 1
            }
            guard let end = accumulator.frameEnd(at: offset) else { break }
            offset = end
            hasBegun = false
        }
        return count
    }
}
