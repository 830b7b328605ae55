import KafkaTransport

/// Finds the requests that begin to arrive on a connection while it is muted and nothing is taken from its buffer.
struct EarlyRequests {
    /// Where a frame begins or will begin, counted from the next frame to take.
    private var offset = 0
    /// Whether this frame has begun to arrive.
    private var hasBegun = false
    /// When the client has the answer that tells it to wait: what comes before is not early.
    private let begin: MonotonicInstant
    /// When the connection is no longer muted.
    let end: MonotonicInstant

    /// - Parameter accumulator: what it holds is not early.
    init(behind accumulator: borrowing FrameAccumulator, from begin: MonotonicInstant, until end: MonotonicInstant) {
        self.begin = begin
        self.end = end
        _ = advance(over: accumulator)
    }

    /// The number of early requests that have begun to arrive since the last call.
    mutating func advance(over accumulator: borrowing FrameAccumulator, at now: MonotonicInstant) -> Int {
        let count = advance(over: accumulator)
        return now < begin ? 0 : count
    }

    private mutating func advance(over accumulator: borrowing FrameAccumulator) -> Int {
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
