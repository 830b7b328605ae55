import KafkaProtocol
import KafkaTransport

/// Answers to be sent: the bytes written for them and, between these, batches in the memory of the log.
final class OutputBuffer {
    var writer: WireWriter
    /// The batches of all splices of the writer, in their order.
    var batches: [StoredBatch] = []
    /// Where answers tell how long their requests were here, with when these arrived.
    var serviceTimes: [(position: Int, received: MonotonicInstant)] = []

    /// - Parameter capacity: the bytes that fit into it before it grows.
    init(capacity: Int) { writer = WireWriter(capacity: capacity) }

    var isEmpty: Bool { writer.frameByteCount == 0 }

    func reset() {
        writer.reset()
        batches.removeAll(keepingCapacity: true)
        serviceTimes.removeAll(keepingCapacity: true)
    }

    /// Fills in how long requests were here.
    ///
    /// - Parameter left: when the answers leave.
    func tellServiceTimes(until left: MonotonicInstant) {
        for (position, received) in serviceTimes {
            writer.patch(max(0, left.nanoseconds(since: received)), at: position)
        }
        serviceTimes.removeAll(keepingCapacity: true)
    }

    /// Hands everything over as one gathering write.
    ///
    /// - Parameter completion: as of `ByteChannel.write`; until then the buffer must not change.
    func write(to stream: any ByteChannel, completion: @escaping (TransportError?) -> Void) {
        var pieces: [UnsafeRawBufferPointer] = []
        pieces.reserveCapacity(pieceCountMax)
        addPieces(to: &pieces)
        // The bytes stay valid: `self` is kept until the write has ended.
        pieces.withUnsafeBufferPointer { stream.write($0, keeping: self, completion: completion) }
    }

    /// Hands several buffers over as one gathering write, in their order.
    ///
    /// - Parameter completion: as of `ByteChannel.write`; until then the buffers must not change.
    static func write(
        _ outputs: [OutputBuffer], to stream: any ByteChannel, completion: @escaping (TransportError?) -> Void
    ) {
        var pieces: [UnsafeRawBufferPointer] = []
        pieces.reserveCapacity(outputs.reduce(0) { $0 + $1.pieceCountMax })
        for output in outputs { output.addPieces(to: &pieces) }
        let owner = Owner(outputs)
        pieces.withUnsafeBufferPointer { stream.write($0, keeping: owner, completion: completion) }
    }

    private var pieceCountMax: Int { writer.splices.count + batches.count + 1 }

    private func addPieces(to pieces: inout [UnsafeRawBufferPointer]) {
        var index = 0
        writer.forEachPiece { own in
            pieces.append(own)
        } external: { byteCount in
            var left = byteCount
            while left > 0 {
                let batch = batches[index].buffer
                // Batches of a partition mostly lie one behind the other.
                if left < byteCount, let end = pieces.last.map({ $0.baseAddress! + $0.count }), end == batch.baseAddress
                {
                    let last = pieces.removeLast()
                    pieces.append(UnsafeRawBufferPointer(start: last.baseAddress, count: last.count + batch.count))
                } else {
                    pieces.append(batch)
                }
                left -= batch.count
                index += 1
            }
            assert(left == 0, "a splice is as long as its batches")
        }
    }

    private final class Owner {
        private let outputs: [OutputBuffer]

        init(_ outputs: [OutputBuffer]) { self.outputs = outputs }
    }
}
