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
        /// So many batches were sealed that they are to be sent before the record at index `next` is appended.
        case needsTurn(next: Int)
        /// The record at `index` fits no batch: alone it would need a batch of `byteCount` bytes.
        case tooLarge(index: Int, byteCount: Int)
    }

    /// The bytes of sealed batches after which the loop gets a turn. Acknowledgements are then read, and the buffers that they
    /// give back are reused while they are still in the cache.
    static let turnByteCount = 256 << 10

    private let configuration: BuilderConfiguration
    private let pool: BatchMemoryPool
    private let sealer: BatchSealer
    private let share: LaneShare
    /// Says how long batches are to be; nil when all have the configured length.
    var pacing: (any BatchPacing)? {
        didSet { holdTimeMax = pacing?.holdTimeMax ?? .zero }
    }
    private var sealed: [RecordBatch] = []
    private var sealedByteCount = 0
    private(set) var openCount = 0
    /// The bytes of the pool that open batches have. Only sealing these batches brings the bytes back.
    private(set) var openByteCount = 0
    private(set) var topics: [String: OpenTopic] = [:]
    private var line = LingerLine()

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
            if topic.batches[partition].isOpen {
                topic.didFill(partition)
                seal(topic, partition, now: now)
                if sealedByteCount >= Self.turnByteCount { return .needsTurn(next: index) }
            }
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
        let end =
            chunk.hasMarks
            ? appendMarked(chunk, range, targets, to: topic, nowMs: nowMs)
            : OpenBatch.append(chunk, range, targets, to: topic.batches, nowMs: nowMs)
        if let numbering = chunk.numbering { topic.number(range.lowerBound..<end, targets, numbering) }
        return end
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
        // A record that is longer than the batches are gets a longer one, for itself.
        if needed > configuration.batchByteCount {
            guard let memory = pool.take(needed) else { return .needsMemory(next: index, byteCount: needed) }
            open(topic, partition, in: memory, limit: needed, began: began)
            return nil
        }
        let larger = largerStep(topic, partition)
        // More is taken if it is there, and not waited for.
        if larger > 0, open(topic, partition, step: step(larger, needed), began: began) { return nil }
        let usual = step(0, needed)
        if open(topic, partition, step: usual, began: began) { return nil }
        return .needsMemory(next: index, byteCount: BatchMemoryPool.size(pool.bufferByteCount, step: usual))
    }

    /// How often the next batch of a partition may have twice the configured length.
    ///
    /// Where few batches are open, and they get full, they are longer, as far as all of them stay in the core's own cache; and
    /// while the leader is behind, or far away. Where there are several brokers each batch may be a request, which costs more
    /// than a batch does.
    private func largerStep(_ topic: OpenTopic, _ partition: Int) -> Int {
        guard configuration.adaptsBatchByteCount else { return 0 }
        var step = level(topic, partition)
        if topic.followsFull(partition), openCount < Self.openCountFew {
            step += openCount < Self.openCountFew / 4 ? 3 : openCount < Self.openCountFew / 2 ? 2 : 1
            if openCount < Self.openCountFew / 8, let pacing, pacing.brokerCount > 1 { step += 1 }
        }
        let longest = min(configuration.batchByteCountMax, pacing?.byteCountMax(topic.name) ?? .max)
        while step > 0, limit(step) > longest { step -= 1 }
        return step
    }

    private static let openCountFew = 32

    /// The size of the next batch: how often it has twice the configured length, or half of it. Where the memory is short it
    /// is smaller than wanted, so that sealed batches have as much of it as open ones.
    ///
    /// - Parameter needed: what it has at least.
    private func step(_ wanted: Int, _ needed: Int) -> Int {
        var step = wanted
        while configuration.adaptsBatchByteCount, isTooLarge(step), limit(step - 1) >= Self.limitMin,
            step > BatchMemoryPool.steps.lowerBound
        { step -= 1 }
        while limit(step) < needed { step += 1 }
        return step
    }

    private static let limitMin = 1 << 10

    /// The bytes of a full batch that was made longer so often.
    private func limit(_ step: Int) -> Int { BatchMemoryPool.size(configuration.batchByteCount, step: step) }

    /// Whether open batches of this size would have more than half of the memory.
    private func isTooLarge(_ step: Int) -> Bool {
        (openCount + 1) * BatchMemoryPool.size(pool.bufferByteCount, step: step) > pool.byteCountMax / 2
    }

    private func open(_ topic: OpenTopic, _ slot: Int, step: Int, began: MonotonicInstant) -> Bool {
        guard let memory = pool.take(BatchMemoryPool.size(pool.bufferByteCount, step: step)) else { return false }
        open(topic, slot, in: memory, limit: limit(step), began: began)
        return true
    }

    private func open(
        _ topic: OpenTopic, _ slot: Int, in memory: UnsafeMutableRawBufferPointer, limit: Int, began: MonotonicInstant
    ) {
        let serial = topic.open(slot, in: memory, limit: limit, began: began)
        openCount += 1
        openByteCount += memory.count
        line.add(LingerLine.Entry(topic, slot, serial: serial, began: began), openCount: openCount)
    }

    /// How often twice its usual length the next batch of a partition has: once more than the last one while the leader is
    /// behind, and less where brokers take no such batches.
    private func level(_ topic: OpenTopic, _ partition: Int) -> Int {
        guard partition >= 0, configuration.adaptsBatchByteCount, let pacing else { return 0 }
        let level = topic.level(partition)
        if topic.followsFull(partition), level + 3 < BatchMemoryPool.steps.upperBound {
            let larger = limit(level + 1)
            if larger <= configuration.batchByteCountMax, larger <= pool.byteCountMax / 4,
                pacing.isBehind(topic.name, Int32(partition), byteCount: larger, openByteCount: openByteCount + larger)
            {
                topic.setLevel(partition, level + 1)
                return level + 1
            }
        }
        if level > 0, limit(level) > pacing.byteCountMax(topic.name) {
            topic.setLevel(partition, level - 1)
            return level - 1
        }
        return level
    }

    // MARK: Sealing

    /// Seals every open batch whose first record was appended at or before `deadline`.
    func sealAll(openedBy deadline: MonotonicInstant = .distantFuture, now: MonotonicInstant) {
        if openCount == 0 { return }
        line.takeHeld(deadline) { sealEarly($0, now: now) }
        line.takeDue(deadline) { entry in
            sealEarly(entry, now: now)
            return .seal
        }
    }

    /// Seals every open batch whose first record was appended at or before `deadline`, but not small ones that could not be
    /// sent now: they take records meanwhile, until they could be, or have waited for too long.
    func sealLingered(openedBy deadline: MonotonicInstant, now: MonotonicInstant) {
        if openCount == 0 { return }
        line.takeHeld(deadline.advanced(byNanoseconds: -holdTimeMax.nanoseconds)) { sealEarly($0, now: now) }
        line.takeDue(deadline) { sealUnlessHeld($0, now: now) }
    }

    /// Seals the batches that were held because a broker could not be sent to, if it can be now.
    func sealHeld(for broker: Int32, now: MonotonicInstant) {
        line.takeHeld(for: broker) { sealUnlessHeld($0, now: now) }
    }

    private func sealUnlessHeld(_ entry: LingerLine.Entry, now: MonotonicInstant) -> LingerLine.Verdict {
        if let pacing, entry.topic.isSmall(entry.slot), now < entry.began + configuration.linger + holdTimeMax,
            let broker = pacing.mustWait(entry.topic.name, entry.topic.partition(of: entry.slot), now: now)
        {
            return .hold(for: broker)
        }
        sealEarly(entry, now: now)
        return .seal
    }

    /// How long a batch stays open at most because it could not be sent.
    private var holdTimeMax = Duration.zero

    private func sealEarly(_ entry: LingerLine.Entry, now: MonotonicInstant) {
        entry.topic.didSealEarly(entry.slot)
        seal(entry.topic, entry.slot, now: now)
    }

    /// When the linger time of a batch ends next, or a batch has been held for too long.
    func nextDue() -> MonotonicInstant? {
        if openCount == 0 { return nil }
        let due = line.oldest().map { $0 + configuration.linger } ?? .distantFuture
        let late = line.oldestHeld.map { $0 + configuration.linger + holdTimeMax } ?? .distantFuture
        return min(due, late)
    }

    /// Takes the batches that were sealed since the last call, in order.
    func takeSealed() -> [RecordBatch] {
        if sealed.isEmpty { return [] }
        defer {
            sealed = []
            sealedByteCount = 0
        }
        return sealed
    }

    private func seal(_ topic: OpenTopic, _ slot: Int, now: MonotonicInstant) {
        let batch = topic.batches[slot]
        let memory = topic.memory(slot)
        let firstAppend = topic.firstAppend(slot)
        let marks = topic.marks(slot)
        let numbers = topic.takeNumbers(slot)
        topic.close(slot)
        openCount -= 1
        openByteCount -= memory.count
        sealedByteCount += batch.byteCount
        sealed.append(
            sealer.seal(
                batch, in: memory, topic: topic.name, partition: topic.partition(of: slot), marks: marks,
                numbers: numbers, firstAppend: firstAppend, sealed: now))
    }
}
