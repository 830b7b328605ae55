import KafkaCompression
import KafkaProtocol
import KafkaTransport

/// A set on its way to a worker, with the memory that its batch will lie in.
struct SetToBuild: @unchecked Sendable {
    // Unchecked: whoever holds this value alone touches the memory.
    let set: RecordSet
    let memory: UnsafeMutableRawBufferPointer
    let topic: String
    let partition: Int32
    let sealedNs: Int64
}

/// Serialises and compresses sets on a thread of its own.
actor SequentialWorker {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
    private let sealer: BatchSealer

    init(_ codec: any CompressionCodec, pool: BatchMemoryPool, on loop: EventLoop) throws {
        self.loop = loop
        sealer = try BatchSealer(codec, pool: pool)
    }

    func build(_ work: SetToBuild) -> RecordBatch {
        var open = OpenBatch(in: work.memory, nowNs: work.set.firstAppendNs)
        work.set.indices.withUnsafeBufferPointer { indices in
            var begin = 0
            for part in work.set.parts {
                let run = UnsafeBufferPointer(rebasing: indices[begin..<part.end])
                let count = open.append(part.chunk, indices: run, nowMs: part.nowMs)
                // The set's size counts every field at its longest, and the memory was taken by that size.
                precondition(count == run.count, "a set outgrew its memory")
                begin = part.end
            }
        }
        return sealer.seal(
            open, in: work.memory, topic: work.topic, partition: work.partition, sealedNs: work.sealedNs)
    }
}
