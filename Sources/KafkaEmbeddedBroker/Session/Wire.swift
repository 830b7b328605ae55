import KafkaTransport

/// The way of answers to a client that is far away. Requests are served when they arrive, and each answer leaves a round trip
/// time later, as if both had travelled for half of it. Answers that rules delay, though not the requests behind them, stand here
/// too, also where the client is near. Used on its session's loop only.
///
/// What is on the wire when a broker hangs or is frozen still arrives; when a broker is stopped, it is lost.
final class Wire {
    private enum Parcel {
        /// One of them may have been held back by a rule.
        case answers(OutputBuffer, HeldAnswer?)
        /// The connection ends.
        case end
    }

    /// The bytes that may be on the wire before the connection's requests are no longer read. So much is under way on a wire
    /// of 10 Gbit/s that is 50 ms long.
    static let byteCountMax = 64 << 20
    /// What a parcel costs besides its bytes, about.
    private static let parcelByteCount = 1 << 10
    private static let outputByteCount = 512
    private static let spareCountMax = 64
    /// Larger buffers are not used again.
    private static let spareByteCountMax = 16 << 10

    private unowned let session: Session
    private let roundTripTime: Duration
    private var line: DelayLine<Parcel>?
    private var spares: [OutputBuffer] = []
    /// When the requests that are served now were received.
    private var received = MonotonicInstant.now

    init(_ session: Session, _ roundTripTime: Duration, on loop: EventLoop) {
        self.session = session
        self.roundTripTime = roundTripTime
        line = DelayLine(on: loop) { [weak self] now in self?.deliver(now) }
    }

    /// Whether so much is on the wire that no more requests are to be served.
    var isFull: Bool { (line?.byteCount ?? 0) > Self.byteCountMax }

    /// Whether nothing is on the wire, and answers that no rule holds back need not be put there.
    var isShortAndEmpty: Bool { roundTripTime == .zero && line?.isEmpty != false }

    /// An empty buffer for the next answers.
    func makeOutput() -> OutputBuffer { spares.popLast() ?? OutputBuffer(capacity: Self.outputByteCount) }

    /// Says that what is put on the wire from now on answers requests that are here now.
    func beginServing() { received = .now }

    /// Sends answers on their way.
    ///
    /// - Parameter delay: they take so much longer.
    func put(_ output: OutputBuffer, held: HeldAnswer? = nil, after delay: Duration = .zero) {
        line?.append(
            .answers(output, held), byteCount: output.writer.frameByteCount + Self.parcelByteCount,
            due: (held?.arrived ?? received) + roundTripTime + delay)
    }

    /// Ends the connection behind what is on its way.
    func putEnd() { line?.append(.end, byteCount: 0, due: received + roundTripTime) }

    /// Loses what is on its way.
    func close() { line?.close() }

    /// Gives the client what has reached it, in one write.
    private func deliver(_ now: MonotonicInstant) {
        var arrived: [OutputBuffer] = []
        var held: [HeldAnswer] = []
        var hasEnded = false
        while !hasEnded, let parcel = line?.popDue(at: now) {
            switch parcel {
            case .answers(let output, let answer):
                arrived.append(output)
                // Of what was held back it is known now only for how long; the way is not the broker's.
                guard var answer else { continue }
                answer.left = .now
                output.tellServiceTimes(until: answer.left.advanced(byNanoseconds: -roundTripTime.nanoseconds))
                held.append(answer)
            case .end: hasEnded = true
            }
        }
        defer { for answer in held { session.note(answer) } }
        if arrived.isEmpty { return hasEnded ? session.close() : () }
        OutputBuffer.write(arrived, to: session.stream) { [weak self, weak session] error in
            for output in arrived { self?.recycle(output) }
            guard error == nil, let session else { return }
            if hasEnded { session.close() } else { session.serve() }
        }
    }

    private func recycle(_ output: OutputBuffer) {
        if spares.count >= Self.spareCountMax || output.writer.ownByteCount > Self.spareByteCountMax { return }
        output.reset()
        spares.append(output)
    }
}
