// Records become batches here. An assembler belongs to one lane and is used on the lane's thread only.
//
//   chunk ──▶ open batch of its partition ──(full, lingered, flushed)──▶ seal (codec, checksum) ──▶ `sealed`

import KafkaCompression
import KafkaProtocol
import KafkaTransport

/// Groups records by partition into batches and seals them. It has no thread and no network, and gets the time as an
/// argument.
final class BatchAssembler {
    /// Why `append` stopped.
    enum Stop: Equatable {
        /// All records are in batches.
        case done
        /// The record at index `next` needs a new batch, and there is no memory for its `byteCount` bytes.
        case needsMemory(next: Int, byteCount: Int)
        /// The record at `index` fits no batch: alone it would need a batch of `byteCount` bytes.
        case tooLarge(index: Int, byteCount: Int)
    }

    private let configuration: BuilderConfiguration
    private let pool: BatchMemoryPool
    private let sealer: BatchSealer
    private var sealed: [RecordBatch] = []
    private(set) var openCount = 0
    /// The bytes of the pool that open batches have. Only sealing these batches brings the bytes back.
    private(set) var openByteCount = 0
    private(set) var topics: [String: OpenTopic] = [:]

    /// - Throws: `KafkaClientError` when the codec makes no compressor.
    init(_ configuration: BuilderConfiguration, pool: BatchMemoryPool) throws(KafkaClientError) {
        self.configuration = configuration
        self.pool = pool
        sealer = try BatchSealer(configuration.codec, pool: pool)
    }

    deinit {
        for topic in topics.values {
            topic.forEachOpen { pool.give(topic.memory($0)) }
        }
    }

    /// The open batches of a topic. The caller keeps the result, so that the topic is not looked up for each chunk.
    func topic(_ name: String, partitionCount: Int) -> OpenTopic {
        if let known = topics[name] {
            known.grow(to: partitionCount)
            return known
        }
        let topic = OpenTopic(name, partitionCount: partitionCount, assigner: configuration.partitioner.makeAssigner())
        topics[name] = topic
        return topic
    }

    /// Appends records in order from `start` on.
    ///
    /// - Parameter partitions: one for each record of the chunk: -1 for any, or a partition of the topic.
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
        // A record that is longer than `batchByteCount` gets a longer batch, for itself.
        let limit = max(configuration.batchByteCount, needed)
        guard let memory = pool.take(limit) else { return .needsMemory(next: index, byteCount: limit) }
        topic.open(partition, in: memory, limit: limit, now: now)
        openCount += 1
        openByteCount += memory.count
        return nil
    }

    // MARK: Sealing

    /// Seals every open batch whose first record was appended at or before `deadline`.
    func sealAll(openedBy deadline: MonotonicInstant = .distantFuture, now: MonotonicInstant) {
        if openCount == 0 { return }
        for topic in topics.values {
            topic.forEachOpen { slot in
                if topic.firstAppend(slot) <= deadline { seal(topic, slot, now: now) }
            }
        }
    }

    /// When the oldest open batch was begun.
    var oldestFirstAppend: MonotonicInstant? {
        if openCount == 0 { return nil }
        var oldest = MonotonicInstant.distantFuture
        for topic in topics.values { topic.forEachOpen { oldest = min(oldest, topic.firstAppend($0)) } }
        return oldest
    }

    /// Takes the batches that were sealed since the last call, in order.
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
