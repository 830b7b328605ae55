import KafkaTransport

/// One way of a connection: what comes from one end reaches the other after a delay, and so does the connection's end.
final class OneWay: ByteChannelHandler {
    private enum Parcel {
        case bytes(Chunk, Range<Int>)
        /// The source has closed its connection, or has reset it.
        case end(isReset: Bool)
    }

    /// The bytes that may be under way before no more are read.
    private static let byteCountMax = 64 << 20
    /// A chunk with less room is not read into any more.
    private static let roomMin = 64 << 10

    private let source: TCPStream
    private let sink: TCPStream
    private let delayNs: Int64
    private let chunks: ChunkPool
    private var line: DelayLine<Parcel>?
    /// What is read into, up to `filled`.
    private var chunk: Chunk
    private var filled = 0
    /// Read, and not yet taken by the sink's system.
    private var byteCount = 0
    private var isReading = false
    /// The sink has got the source's end.
    var whenEnded: () -> Void = {}

    init(from source: TCPStream, to sink: TCPStream, delayNs: Int64, chunks: ChunkPool, on loop: EventLoop) {
        self.source = source
        self.sink = sink
        self.delayNs = delayNs
        self.chunks = chunks
        chunk = chunks.take()
        line = DelayLine(on: loop) { [weak self] now in self?.deliver(now) }
        source.handler = self
    }

    deinit { chunks.release(chunk) }

    func start() {
        isReading = true
        source.startReading()
    }

    /// Ends the connection behind what is under way.
    func putEnd(isReset: Bool) { line?.append(.end(isReset: isReset), byteCount: 0, due: due) }

    /// Loses what is under way.
    func close() { line?.close() }

    private var due: MonotonicInstant { MonotonicInstant.now.advanced(byNanoseconds: delayNs) }

    // MARK: Into the line

    func channelNeedsSpace() -> UnsafeMutableRawBufferPointer {
        if chunk.memory.count - filled < Self.roomMin {
            chunks.release(chunk)
            chunk = chunks.take()
            filled = 0
        }
        return UnsafeMutableRawBufferPointer(rebasing: chunk.memory[filled...])
    }

    func channelDidRead(_ count: Int) {
        chunk.holders += 1
        line?.append(.bytes(chunk, filled..<filled + count), byteCount: count, due: due)
        filled += count
        byteCount += count
        if byteCount > Self.byteCountMax {
            isReading = false
            source.stopReading()
        }
    }

    func channelDidEnd(_ reason: TransportError) { putEnd(isReset: !reason.isEndOfStream) }

    // MARK: Out of it

    /// Gives the sink what is due, in one write.
    private func deliver(_ now: MonotonicInstant) {
        var pieces: [UnsafeRawBufferPointer] = []
        var held: [Chunk] = []
        var count = 0
        var end: Bool?
        while end == nil, let parcel = line?.popDue(at: now) {
            switch parcel {
            case .bytes(let chunk, let range):
                held.append(chunk)
                count += range.count
                pieces.add(UnsafeRawBufferPointer(rebasing: chunk.memory[range]))
            case .end(let isReset): end = isReset
            }
        }
        pieces.withUnsafeBufferPointer { pieces in
            // What a sink that has ended does not take is lost. Its end is under way to the source.
            sink.write(pieces, keeping: nil) { [self] _ in
                for chunk in held { chunks.release(chunk) }
                byteCount -= count
                if let end { finish(isReset: end) } else { readOn() }
            }
        }
    }

    private func readOn() {
        if !isReading, byteCount <= Self.byteCountMax / 2 { start() }
    }

    private func finish(isReset: Bool) {
        if isReset { sink.reset() }
        whenEnded()
    }
}

extension [UnsafeRawBufferPointer] {
    /// Adds a piece, and makes one of it and the last where they touch.
    fileprivate mutating func add(_ piece: UnsafeRawBufferPointer) {
        guard let last, let start = last.baseAddress, start + last.count == piece.baseAddress else {
            return append(piece)
        }
        self[count - 1] = UnsafeRawBufferPointer(start: start, count: last.count + piece.count)
    }
}
