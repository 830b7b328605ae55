// Records become batches here. One assembler belongs to one lane and is touched by its thread only.
//
//   chunk ──▶ open batch of its partition ──(full, lingered, flushed)──▶ seal (codec, checksum) ──▶ `sealed`

import KafkaCompression
import KafkaProtocol
import KafkaTransport

/// Groups records by partition into batches and seals them. Knows no clock, thread or network.
final class BatchAssembler {
    /// Why `append` stopped.
    enum Stop: Equatable {
        /// Every record went in.
        case done
        /// The record at this index found no memory for a new batch of so many bytes.
        case needsMemory(next: Int, byteCount: Int)
        /// The record at this index does not fit a batch of the greatest size; alone it would take so many bytes.
        case tooLarge(index: Int, byteCount: Int)
    }

    private let configuration: BuilderConfiguration
    private let pool: BatchMemoryPool
    private let sealer: BatchSealer
    private var sealed: [RecordBatch] = []
    private(set) var openCount = 0
    /// Bytes of the pool that lie in open batches: nothing but sealing brings them back.
    private(set) var openByteCount = 0
    private var topics: [OpenTopic] = []

    /// - Throws: `KafkaClientError` when the codec makes no compressor.
    init(_ configuration: BuilderConfiguration, pool: BatchMemoryPool) throws(KafkaClientError) {
        self.configuration = configuration
        self.pool = pool
        sealer = try BatchSealer(configuration.codec, pool: pool)
    }

    deinit {
        for topic in topics {
            topic.forEachOpen { pool.give(topic.memory($0)) }
        }
    }

    /// The open batches of a topic; made once, and kept by the caller.
    func topic(_ name: String, partitionCount: Int) -> OpenTopic {
        if let known = topics.first(where: { $0.name == name }) {
            known.grow(to: partitionCount)
            return known
        }
        let topic = OpenTopic(name, partitionCount: partitionCount, assigner: configuration.partitioner.makeAssigner())
        topics.append(topic)
        return topic
    }

    /// Appends records in order from `start` on.
    ///
    /// - Parameter partitions: one per record of the chunk, -1 for any, each below the topic's partition count.
    func append(
        _ chunk: RecordChunk, from start: Int, to topic: OpenTopic, partitions: UnsafePointer<Int32>,
        now: MonotonicInstant, time: WallTime
    ) -> Stop {
        let nowMs = time.millisecondsSince1970
        var index = start
        while true {
            index = OpenBatch.append(
                chunk, index..<chunk.count, partitions: partitions, to: topic.batches, nowMs: nowMs)
            if index == chunk.count { return .done }
            let partition = Int(partitions[index])
            if topic.batches[partition].isOpen { seal(topic, partition, now: now) }
            if let stop = open(topic, partition, for: chunk, index, now: now) { return stop }
        }
    }

    private func open(_ topic: OpenTopic, _ partition: Int, for chunk: RecordChunk, _ index: Int, now: MonotonicInstant)
        -> Stop?
    {
        let needed = chunk.batchByteCountAlone(at: index)
        if needed > configuration.batchByteCountMax { return .tooLarge(index: index, byteCount: needed) }
        // A record longer than a batch should be gets a batch of its own.
        let limit = max(configuration.batchByteCount, needed)
        guard let memory = pool.take(limit) else { return .needsMemory(next: index, byteCount: limit) }
        topic.open(partition, in: memory, limit: limit, now: now)
        openCount += 1
        openByteCount += memory.count
        return nil
    }

    // MARK: Sealing

    /// Seals every open batch whose first record came at or before `deadline`.
    func sealAll(openedBy deadline: MonotonicInstant = .distantFuture, now: MonotonicInstant) {
        if openCount == 0 { return }
        for topic in topics {
            topic.forEachOpen { slot in
                if topic.firstAppend(slot) <= deadline { seal(topic, slot, now: now) }
            }
        }
    }

    /// When the oldest open batch was begun.
    var oldestFirstAppend: MonotonicInstant? {
        if openCount == 0 { return nil }
        var oldest = MonotonicInstant.distantFuture
        for topic in topics { topic.forEachOpen { oldest = min(oldest, topic.firstAppend($0)) } }
        return oldest
    }

    /// Hands over what was sealed since the last time, in order.
    func takeSealed() -> [RecordBatch] {
        if sealed.isEmpty { return [] }
        defer { sealed = [] }
        return sealed
    }

    private func seal(_ topic: OpenTopic, _ slot: Int, now: MonotonicInstant) {
        let batch = topic.batches[slot]
        let memory = topic.memory(slot)
        let firstAppend = topic.firstAppend(slot)
        topic.close(slot)
        openCount -= 1
        openByteCount -= memory.count
        let partition =
            slot >= 0 ? Int32(slot) : topic.assigner.partitionForBatch(partitionCount: topic.partitionCount)
        sealed.append(
            sealer.seal(
                batch, in: memory, topic: topic.name, partition: partition, firstAppend: firstAppend, sealed: now))
    }
}
