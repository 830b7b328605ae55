// A collector groups records into sets by partition, and workers serialise and compress the sets.
//
//   chunks ─▶ collector ─▶ sets by partition ─(cut)─▶ worker 1…N ─▶ reorder by ticket ─▶ sink
//
// A cut set draws a ticket, and batches leave in the order of tickets, whichever worker is done first. Memory for the batch
// is taken when the set is cut. When there is none, the appender waits.

import KafkaCompression
public import KafkaProtocol
import KafkaQueues
public import KafkaTransport

/// Collects records on one thread, and lets worker threads make batches of them.
///
/// It keeps chunks, not copies of their records, until a worker serialises them.
public actor SequentialBuilder: BatchBuilder, ChunkTaker {
    /// The loop on which records are collected.
    public nonisolated let loop: EventLoop
    /// The loop, as an executor.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    /// When the records that were collected for a partition are given to a worker: when they have reached both minima, and
    /// in any case when they fill a batch, have lingered or are flushed.
    public struct Cut: Sendable {
        /// The records that must be collected; with zero only the bytes count.
        public var recordCountMin: Int
        /// The bytes that their batch would have without compression, header included; with zero only the records count.
        public var byteCountMin: Int

        /// Creates a rule.
        ///
        /// - Parameters:
        ///   - recordCountMin: the records that must be collected; with zero only the bytes count.
        ///   - byteCountMin: the bytes that their batch would have; with zero only the records count.
        public init(recordCountMin: Int, byteCountMin: Int) {
            self.recordCountMin = recordCountMin
            self.byteCountMin = byteCountMin
        }
    }

    private let configuration: BuilderConfiguration
    private let cut: Cut?
    private let lingerNs: Int64
    private let knownTopics: BuilderTopics
    private let sink: any BatchSink
    nonisolated let pool: BatchMemoryPool
    /// One appender at a time waits for memory, so that small batches do not overtake a large one for ever.
    private let gate = Permits(1)
    private let workers: [SequentialWorker]
    private var topics: [String: CollectedTopic] = [:]
    private var openSets = 0
    private var openByteCount = 0
    private var order = TicketOrder()
    private nonisolated let inbox = Inbox<BuiltSet>()
    /// The flushes that wait, each with the ticket that it waits for, in order.
    private var flushing = RingBuffer<(end: Int, continuation: CheckedContinuation<Void, Never>)>()
    private var lingerTimer: LoopTimer?
    private var isLingering = false
    private var patienceTimer: LoopTimer?
    private var isFinished = false
    private var hasEnded = false

    /// Creates a builder.
    ///
    /// - Parameters:
    ///   - configuration: how batches are built.
    ///   - cut: when records are given to a worker; nil for when they have `batchByteCount` bytes.
    ///   - loop: collects records. Finish the builder before you shut the loop down.
    ///   - workerLoops: run one worker each; at least one. Finish the builder before you shut them down.
    ///   - directory: knows how many partitions topics have.
    ///   - sink: takes the batches.
    /// - Throws: `KafkaClientError`: `.invalidConfiguration`; `.invalidArgument` without a worker; or the reason why the
    ///   codec makes no compressor.
    public init(
        _ configuration: BuilderConfiguration = BuilderConfiguration(), cut: Cut? = nil, on loop: EventLoop,
        workersOn workerLoops: [EventLoop], topics directory: any TopicDirectory, to sink: any BatchSink
    ) throws(KafkaClientError) {
        try configuration.validate(for: "a sequential builder")
        guard !workerLoops.isEmpty else {
            throw KafkaClientError(.invalidArgument, "a sequential builder needs a loop for a worker; none was given")
        }
        self.configuration = configuration
        self.cut = cut
        self.loop = loop
        knownTopics = BuilderTopics(directory)
        self.sink = sink
        lingerNs = configuration.linger.nanoseconds
        let pool = try BatchSealer.makePool(configuration, aheadByteCount: Self.aheadByteCount)
        self.pool = pool
        var workers: [SequentialWorker] = []
        for loop in workerLoops { workers.append(try SequentialWorker(configuration.codec, pool: pool, on: loop)) }
        self.workers = workers
    }

    public func append(_ chunk: RecordChunk, to topic: String, partition: Int32? = nil) async throws {
        try checkTaking(0, of: chunk)
        let collected = try await collectedTopic(topic)
        try knownTopics.use(collected.topic)
        if let partition, Int(partition) >= collected.topic.partitionCount {
            // The topic may have gained partitions.
            try await knownTopics.learn(Int(partition) + 1, of: collected.topic)
        }
        try checkTaking(0, of: chunk)
        let targets = try collected.assign(chunk, partition)
        try await collect(chunk, targets, collected, began: .now, time: .now)
    }

    private func collect(
        _ chunk: RecordChunk, _ targets: RecordTargets, _ collected: CollectedTopic, began: MonotonicInstant,
        time: WallTime
    ) async throws {
        var refused = RefusedRecords()
        // Also when this call throws half-way: the records that were taken must not linger longer than the others.
        defer { scheduleLinger() }
        try await collect(chunk, targets, collected, began: began, time: time, &refused)
        if lingerNs == 0 || openByteCount > configuration.memoryByteCountMax / 2 {
            try await cutAll(openedBy: .distantFuture)
        }
        try refused.throwIfAny(of: chunk.count, byteCountMax: configuration.batchByteCountMax)
    }

    /// Takes a chunk from the doors of a producer, which hand over whole chunks to a builder without lanes.
    func take(_ handed: HandedChunk) async -> RefusedChunk? {
        precondition(handed.range == 0..<handed.chunk.count)
        // A chunk is kept until all its records are in batches: one that is mostly empty would keep its memory for few.
        let chunk = handed.chunk.withoutSpareMemory()
        do {
            try checkTaking(0, of: chunk)
            let topic = collectedTopic(handed.topic)
            topic.grow(to: handed.partitionCount)
            try await collect(
                chunk, handed.targets, topic, began: handed.began,
                time: WallTime(millisecondsSince1970: handed.beganMs))
            return nil
        } catch {
            return handed.refused(error)
        }
    }

    private func collect(
        _ chunk: RecordChunk, _ targets: RecordTargets, _ collected: CollectedTopic, began: MonotonicInstant,
        time: WallTime, _ refused: inout RefusedRecords
    ) async throws {
        let source = CollectedChunk(chunk, time: time)
        let (all, each) = targets.parts
        var index = 0
        while index < chunk.count {
            let target = all ?? each[index]
            var end = chunk.count
            if all == nil {
                end = index + 1
                while end < chunk.count, each[end] == target { end += 1 }
            }
            let slot = collected.slot(for: target)
            if collected.sets[slot].isEmpty {
                collected.sets[slot].begin(began, limit: limit(followsFull: collected.followsFull(slot)))
            }
            let byteCount: Int
            (end, byteCount) = fitting(chunk, index..<end, collected.sets[slot])
            if end > index {
                add(source, index..<end, byteCount, to: &collected.sets[slot])
                index = end
            } else if chunk.isTooLong(at: index, for: configuration.batchByteCountMax) {
                refused.add(index, chunk.batchByteCountAlone(at: index))
                index += 1
                continue
            } else if collected.sets[slot].isEmpty {
                // A record that is longer than a batch gets a longer one, for itself.
                let byteCount = chunk.encodedByteCountMax(at: index)
                collected.sets[slot].begin(began, limit: RecordSet.headerByteCount + byteCount)
                add(source, index..<index + 1, byteCount, to: &collected.sets[slot])
                index += 1
            } else {
                try await cutSet(collected, slot, isFull: true)
                try checkTaking(index, of: chunk, refused.count)
                continue
            }
            if isDue(collected.sets[slot]) {
                try await cutSet(collected, slot, isFull: true)
                try checkTaking(index, of: chunk, refused.count)
            }
        }
    }

    /// How many records go into a set before it is cut, and their bytes.
    private func fitting(_ chunk: RecordChunk, _ range: Range<Int>, _ set: borrowing RecordSet) -> (
        end: Int, byteCount: Int
    ) {
        chunk.fitting(
            range, room: set.limit - set.byteCount,
            until: cut.map { max(1, $0.recordCountMin - set.recordCount) } ?? .max,
            cut.map { $0.byteCountMin - set.byteCount } ?? .max)
    }

    private func add(_ source: CollectedChunk, _ range: Range<Int>, _ byteCount: Int, to set: inout RecordSet) {
        if set.isEmpty { openSets += 1 }
        set.add(source, range, byteCount)
        openByteCount += byteCount
    }

    /// Checked after every wait: a record that is taken after `finish` has cut all sets would be in no batch.
    private func checkTaking(_ index: Int, of chunk: RecordChunk, _ refused: Int = 0) throws(KafkaClientError) {
        if isFinished, index < chunk.count || index == 0 { throw .finished(taken: index - refused, of: chunk.count) }
    }

    public func flush(olderThan age: Duration) async {
        let deadline = age == .zero ? .distantFuture : MonotonicInstant.now.advanced(byNanoseconds: -age.nanoseconds)
        // This runs in a task of its own, which is never cancelled: a flush that stops half-way would break its promise.
        await Task(executorPreference: loop) { try? await self.cutAll(openedBy: deadline) }.value
        await waitUntilBuilt()
    }

    public func finish() async {
        isFinished = true
        pool.endBound()
        await flush(olderThan: .zero)
        if hasEnded { return }
        hasEnded = true
        lingerTimer?.close()
        lingerTimer = nil
        patienceTimer?.close()
        patienceTimer = nil
        sink.finish()
    }

    // MARK: Cutting

    /// The bytes at which a batch is full. Sizes of sets count varints at their longest, so that a batch is never longer than
    /// its set.
    ///
    /// Where few are open, and they get full, they are longer: a batch costs the same work of three threads, however long.
    private func limit(followsFull: Bool) -> Int {
        let usual = configuration.batchByteCount
        guard configuration.adaptsBatchByteCount, cut == nil, followsFull, openSets < Self.openSetsFew else {
            return usual
        }
        return max(usual, min(BatchMemoryPool.size(usual, step: 2), configuration.batchByteCountMax))
    }

    private static let openSetsFew = 16

    private func isDue(_ set: borrowing RecordSet) -> Bool {
        if set.byteCount >= set.limit { return true }
        guard let cut else { return false }
        return set.recordCount >= cut.recordCountMin && set.byteCount >= cut.byteCountMin
    }

    private func cutAll(openedBy deadline: MonotonicInstant) async throws {
        try await takeGate()
        defer { gate.give() }
        for topic in topics.values {
            for slot in topic.sets.indices where !topic.sets[slot].isEmpty {
                if topic.sets[slot].firstAppend <= deadline { try await cutAtGate(topic, slot, isFull: false) }
            }
        }
    }

    private func cutSet(_ topic: CollectedTopic, _ slot: Int, isFull: Bool) async throws {
        try await takeGate()
        defer { gate.give() }
        try await cutAtGate(topic, slot, isFull: isFull)
    }

    private func takeGate() async throws {
        if gate.areAllTaken { scheduleLinger() }
        try await gate.take()
    }

    /// Cuts a set. The caller has the gate, for all the sets that it cuts: two callers that passed it on after each set would
    /// wait for each other once for each.
    private func cutAtGate(_ topic: CollectedTopic, _ slot: Int, isFull: Bool) async throws {
        // While this waited, another appender may have cut the set or added to it.
        while !topic.sets[slot].isEmpty {
            let byteCount = pool.recycledByteCount(for: topic.sets[slot].byteCount)
            if let memory = pool.take(byteCount) { return cut(topic, slot, in: memory, isFull: isFull) }
            scheduleLinger()
            try await waitForMemory(byteCount)
        }
    }

    /// Waits until there is memory for several batches. Three threads work on each batch, and it costs less to wake them once
    /// for several. After a millisecond, memory for any batch suffices.
    private func waitForMemory(_ byteCount: Int) async throws {
        let timer = patienceTimer ?? LoopTimer(on: loop)
        patienceTimer = timer
        timer.schedule(afterNanoseconds: 1_000_000) { [pool] in pool.endPatience() }
        defer { timer.cancel() }
        let comfort = min(configuration.memoryByteCountMax / 2, Self.comfortByteCountMax)
        try await pool.waitForSpace(byteCount, comfort: comfort)
    }

    private static let comfortByteCountMax = 1 << 20
    /// Measured on two cores: with none a record costs a tenth more CPU, and with twice as much no less.
    private static let aheadByteCount = 2 << 20

    private func cut(
        _ topic: CollectedTopic, _ slot: Int, in memory: UnsafeMutableRawBufferPointer, isFull: Bool
    ) {
        let set = topic.takeSet(slot, isFull: isFull)
        openSets -= 1
        openByteCount -= set.byteCount - RecordSet.headerByteCount
        build(set, in: memory, topic, slot)
    }

    private func build(
        _ set: RecordSet, in memory: UnsafeMutableRawBufferPointer, _ topic: CollectedTopic, _ slot: Int
    ) {
        let ticket = order.next()
        let worker = workers[ticket % workers.count]
        // What is being built will be sent, and counts as such.
        pool.noteFlow(PendingFlow(byteCount: memory.count, memoryByteCount: memory.count))
        let work = SetToBuild(
            ticket: ticket, set: set, memory: memory, topic: topic.name,
            partition: topic.partition(of: slot), sealed: .now)
        worker.submit(work, for: self)
    }

    /// Takes the batches that a worker has built. Called on the worker's thread. One job takes all that arrive before it
    /// runs.
    nonisolated func accept(_ built: [BuiltSet]) {
        if inbox.add(built) { Task(executorPreference: loop) { await self.takeBuilt() } }
    }

    private func takeBuilt() {
        let built = inbox.takeAll()
        var batches: [RecordBatch] = []
        for set in built { batches += order.complete(set.ticket, set.batch) }
        if !batches.isEmpty { sink.accept(batches) }
        let builtByteCount = built.reduce(0) { $0 + $1.memoryByteCount }
        pool.noteFlow(PendingFlow(byteCount: -builtByteCount, memoryByteCount: -builtByteCount))
        while let (end, continuation) = flushing.first, order.isDone(before: end) {
            _ = flushing.popFirst()
            continuation.resume()
        }
    }

    /// Waits for the sets that were cut before the call, not for later ones.
    private func waitUntilBuilt() async {
        let end = order.nextTicket
        if order.isDone(before: end) { return }
        await withCheckedContinuation { flushing.append((end, $0)) }
    }

    // MARK: Topics and linger

    private func collectedTopic(_ name: String) async throws -> CollectedTopic {
        if let topic = topics[name] { return topic }
        return collectedTopic(try await knownTopics.topic(name))
    }

    private func collectedTopic(_ known: KnownTopic) -> CollectedTopic {
        if let topic = topics[known.name] { return topic }
        let topic = CollectedTopic(known, assigner: configuration.partitioner.makeAssigner())
        topics[known.name] = topic
        return topic
    }

    private func scheduleLinger() {
        if openSets == 0 || hasEnded || isLingering || lingerTimer?.isScheduled == true { return }
        let timer = lingerTimer ?? LoopTimer(on: loop)
        lingerTimer = timer
        let oldest = topics.values.map(\.oldestFirstAppend).min() ?? .now
        timer.schedule(at: configuration.nextLook(due: min(oldest, .now) + configuration.linger)) { [weak self] in
            guard let self else { return }
            Task(executorPreference: loop) { await self.didLinger() }
        }
    }

    private func didLinger() async {
        // One at a time, because this may still wait for memory when the next timer would be due.
        if isLingering { return }
        isLingering = true
        try? await cutAll(openedBy: MonotonicInstant.now.advanced(byNanoseconds: -lingerNs))
        isLingering = false
        scheduleLinger()
    }
}
