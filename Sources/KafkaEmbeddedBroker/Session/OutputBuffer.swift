import KafkaProtocol
import KafkaTransport

/// Answers to be sent: the bytes written for them and, between these, batches in the memory of the log.
final class OutputBuffer {
    var writer = WireWriter(capacity: 16 << 10)
    /// The batches of all splices of the writer, in their order.
    var batches: [StoredBatch] = []

    var isEmpty: Bool { writer.frameByteCount == 0 }

    func reset() {
        writer.reset()
        batches.removeAll(keepingCapacity: true)
    }

    /// Hands everything over as one gathering write.
    ///
    /// - Parameter completion: as of `TCPStream.write`; until then the buffer must not change.
    func write(to stream: TCPStream, completion: @escaping (TransportError?) -> Void) {
        var buffers: [UnsafeRawBufferPointer] = []
        buffers.reserveCapacity(writer.splices.count + batches.count + 1)
        var index = 0
        writer.forEachPiece { own in
            buffers.append(own)
        } external: { byteCount in
            var left = byteCount
            while left > 0 {
                buffers.append(batches[index].buffer)
                left -= batches[index].byteCount
                index += 1
            }
            assert(left == 0, "a splice is as long as its batches")
        }
        // The bytes stay valid: `self` is kept until the write has ended.
        buffers.withUnsafeBufferPointer { stream.write($0, keeping: self, completion: completion) }
    }
}
