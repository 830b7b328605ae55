import KafkaCompression
import KafkaProtocol
import KafkaTransport

/// A set on its way to a worker, with the memory for its batch.
struct SetToBuild: @unchecked Sendable {
    // Unchecked: the collector passes the memory on with this value and keeps no pointer to it.
    let ticket: Int
    let set: RecordSet
    let memory: UnsafeMutableRawBufferPointer
    let topic: String
    let partition: Int32
    let sealed: MonotonicInstant
}

/// The batch that a worker has made of a set.
struct BuiltSet: Sendable {
    let ticket: Int
    let batch: RecordBatch
    /// What was taken for it.
    let memoryByteCount: Int
}

/// Serialises and compresses sets on a thread of its own.
///
/// Sets and batches are passed on in groups, so that a thread is woken once for a group and not once for each.
actor SequentialWorker {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
    private let sealer: BatchSealer
    private nonisolated let inbox = Inbox<SetToBuild>()

    /// The number of batches that are passed on at once while more sets wait.
    private static let groupCount = 8

    init(_ codec: any CompressionCodec, pool: BatchMemoryPool, on loop: EventLoop) throws(KafkaClientError) {
        self.loop = loop
        sealer = try BatchSealer(codec, pool: pool)
    }

    /// Takes a set. `builder` gets its batch, in the order in which sets were submitted.
    nonisolated func submit(_ work: SetToBuild, for builder: SequentialBuilder) {
        if inbox.add([work]) { Task(executorPreference: loop) { await self.work(for: builder) } }
    }

    private func work(for builder: SequentialBuilder) {
        let sets = inbox.takeAll()
        var built: [BuiltSet] = []
        for set in sets {
            built.append(BuiltSet(ticket: set.ticket, batch: build(set), memoryByteCount: set.memory.count))
            if built.count == Self.groupCount {
                builder.accept(built)
                built.removeAll(keepingCapacity: true)
            }
        }
        if !built.isEmpty { builder.accept(built) }
    }

    private func build(_ work: SetToBuild) -> RecordBatch {
        var open = OpenBatch(in: work.memory)
        var marks: [BatchMark] = []
        var numbers = RecordNumbers()
        for part in work.set.parts {
            let chunk = part.source.chunk
            let before = Int(open.recordCount)
            let nowMs = part.source.time.millisecondsSince1970
            if part.isRun {
                _ = open.append(chunk, part.range, nowMs: nowMs)
            } else {
                work.set.indices.withUnsafeBufferPointer {
                    _ = open.append(chunk, indices: UnsafeBufferPointer(rebasing: $0[part.range]), nowMs: nowMs)
                }
            }
            // The set's size counts every field at its longest, and the memory was taken by that size.
            precondition(Int(open.recordCount) - before == part.range.count, "a set outgrew its memory")
            if let numbering = chunk.numbering { numbers.add(part, of: work.set, numbering) }
            if !chunk.hasMarks { continue }
            for (offset, place) in part.range.enumerated() {
                guard let mark = chunk.mark(at: part.isRun ? place : Int(work.set.indices[place])) else { continue }
                marks.add(mark, at: before + offset)
            }
        }
        return sealer.seal(
            open, in: work.memory, topic: work.topic, partition: work.partition, marks: marks, numbers: numbers,
            firstAppend: work.set.firstAppend, sealed: work.sealed)
    }
}

extension RecordNumbers {
    /// Adds the numbers of a part of a set.
    fileprivate mutating func add(_ part: RecordSet.Part, of set: RecordSet, _ numbering: RecordNumbering) {
        if part.isRun { return add(numbering, part.range) }
        for place in part.range { add(numbering[Int(set.indices[place])]) }
    }
}
