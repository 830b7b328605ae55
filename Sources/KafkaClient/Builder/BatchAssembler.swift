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
    private let share: LaneShare
    private var sealed: [RecordBatch] = []
    private(set) var openCount = 0
    /// The bytes of the pool that open batches have. Only sealing these batches brings the bytes back.
    private(set) var openByteCount = 0
    private(set) var topics: [String: OpenTopic] = [:]

    /// - Throws: `KafkaClientError` when the codec makes no compressor.
    init(_ configuration: BuilderConfiguration, pool: BatchMemoryPool, share: LaneShare) throws(KafkaClientError) {
        self.configuration = configuration
        self.pool = pool
        self.share = share
        sealer = try BatchSealer(configuration.codec, pool: pool)
    }

    deinit {
        for topic in topics.values {
            topic.forEachOpen { pool.give(topic.memory($0)) }
        }
    }

    /// The open batches of a topic. The caller keeps the result, so that the topic is not looked up for each chunk.
    func topic(_ topic: KnownTopic) -> OpenTopic {
        if let open = topics[topic.name] { return open }
        let open = OpenTopic(topic, assigner: configuration.partitioner.makeAssigner(), share: share)
        topics[topic.name] = open
        return open
    }

    /// Appends records of a chunk, in order.
    ///
    /// - Parameters:
    ///   - targets: -1 for any, or a partition of the topic.
    ///   - began: when the first of the records came. Batches linger from then on.
    ///   - time: the timestamp of records that have none.
    func append(
        _ chunk: RecordChunk, _ range: Range<Int>, to topic: OpenTopic, _ targets: RecordTargets,
        began: MonotonicInstant, now: MonotonicInstant, time: WallTime
    ) -> Stop {
        let nowMs = time.millisecondsSince1970
        var index = range.lowerBound
        while index < range.upperBound {
            let slot = Int(targets[index])
            let partition = slot < 0 ? topic.partitionForAny() : slot
            if slot < 0, partition >= 0 {
                // Records for any partition join those of the partition whose turn it is: so both keep their order.
                let run = index..<endOfAny(targets, index, range.upperBound)
                index = append(chunk, run, .all(Int32(partition)), to: topic, nowMs: nowMs)
                if index == run.upperBound { continue }
            } else {
                index = append(chunk, index..<range.upperBound, targets, to: topic, nowMs: nowMs)
                if index == range.upperBound { break }
                // The next one may be for another partition, or for any.
                if Int(targets[index]) != slot { continue }
            }
            if topic.batches[partition].isOpen { seal(topic, partition, now: now) }
            // When it was for any, the turn is the next partition's, which may have a batch open.
            if slot < 0, topic.partitionForAny() != partition { continue }
            if let stop = open(topic, partition, for: chunk, index, began: began) { return stop }
        }
        return .done
    }

    private func endOfAny(_ targets: RecordTargets, _ start: Int, _ end: Int) -> Int {
        guard case .each(let slots) = targets else { return end }
        var index = start
        while index < end, slots[index] < 0 { index += 1 }
        return index
    }

    private func append(
        _ chunk: RecordChunk, _ range: Range<Int>, _ targets: RecordTargets, to topic: OpenTopic, nowMs: Int64
    ) -> Int {
        if chunk.hasMarks { return appendMarked(chunk, range, targets, to: topic, nowMs: nowMs) }
        return OpenBatch.append(chunk, range, targets, to: topic.batches, nowMs: nowMs)
    }

    /// Appends records one by one, and notes their marks.
    private func appendMarked(
        _ chunk: RecordChunk, _ range: Range<Int>, _ targets: RecordTargets, to topic: OpenTopic, nowMs: Int64
    ) -> Int {
        for index in range {
            let end = OpenBatch.append(chunk, index..<index + 1, targets, to: topic.batches, nowMs: nowMs)
            if end == index { return index }
            if let mark = chunk.mark(at: index) { topic.mark(Int(targets[index]), mark, count: 1) }
        }
        return range.upperBound
    }

    private func open(
        _ topic: OpenTopic, _ partition: Int, for chunk: RecordChunk, _ index: Int, began: MonotonicInstant
    ) -> Stop? {
        let needed = chunk.batchByteCountAlone(at: index)
        if needed > configuration.batchByteCountMax { return .tooLarge(index: index, byteCount: needed) }
        // A record that is longer than `batchByteCount` gets a longer batch, for itself.
        let limit = max(configuration.batchByteCount, needed)
        guard let memory = pool.take(limit) else { return .needsMemory(next: index, byteCount: limit) }
        topic.open(partition, in: memory, limit: limit, began: began)
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
        let marks = topic.marks(slot)
        topic.close(slot)
        openCount -= 1
        openByteCount -= memory.count
        sealed.append(
            sealer.seal(
                batch, in: memory, topic: topic.name, partition: topic.partition(of: slot), marks: marks,
                firstAppend: firstAppend, sealed: now))
    }
}
