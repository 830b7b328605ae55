import KafkaTransport

@testable import KafkaClient

extension FetchedAnswer {
    /// An answer whose frame has the given bytes.
    static func of(_ bytes: [UInt8]) throws -> FetchedAnswer {
        var accumulator = FrameAccumulator(
            capacity: bytes.count + 64, frameBytesMax: 1 << 20, pool: FrameBufferPool(freeByteCountMax: 0))
        let length = UInt32(bytes.count).bigEndian
        let framed = withUnsafeBytes(of: length) { Array($0) } + bytes
        accumulator.freeSpace().copyBytes(from: framed)
        accumulator.didReceive(framed.count)
        guard case .frame = accumulator.takeFrame() else { throw CancellationError() }
        return FetchedAnswer(
            accumulator.detachFrame(),
            FetchExchange(
                broker: 1, began: MonotonicInstant(nanoseconds: 0), ended: MonotonicInstant(nanoseconds: 0),
                byteCount: 0))
    }
}
