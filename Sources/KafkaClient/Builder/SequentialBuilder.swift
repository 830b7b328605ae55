// The ancestor's builder: a collector groups records into sets, workers serialise and compress them.
//
//   chunks ─▶ collector ─▶ sets by partition ─(cut)─▶ worker 1…N ─▶ reorder by ticket ─▶ sink
//
// A cut set takes a ticket, and batches leave in the order of tickets, however the workers finish. Memory for the batch is
// taken when the set is cut: when there is none, the collector, and so the appender, waits.

import KafkaCompression
public import KafkaProtocol
public import KafkaTransport
import Synchronization

/// Collects records in one slot and hands whole sets to workers.
public actor SequentialBuilder: BatchBuilder {
    /// Where the collector lives.
    public nonisolated let loop: EventLoop
    public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    /// A set is cut when it has reached both of its minima, or a bound.
    public struct Cut: Sendable {
        /// Records that a set must have; zero asks for none.
        public var recordCountMin: Int
        /// Bytes that its batch would have, header included; zero asks for none.
        public var byteCountMin: Int

        /// - Parameters:
        ///   - recordCountMin: records that a set must have.
        ///   - byteCountMin: bytes that its batch would have.
        public init(recordCountMin: Int, byteCountMin: Int) {
            self.recordCountMin = recordCountMin
            self.byteCountMin = byteCountMin
        }
    }

    private let configuration: BuilderConfiguration
    private let cut: Cut
    private let lingerNs: Int64
    private let directory: any TopicDirectory
    private let sink: any BatchSink
    private let pool: BatchMemoryPool
    private let gate = MemoryGate()
    private let workers: [SequentialWorker]
    private var topics: [String: CollectedTopic] = [:]
    private var chunkSerial = 0
    private var openSets = 0
    private var openByteCount = 0
    private var order = TicketOrder()
    private nonisolated let inbox = Mutex<[BuiltSet]>([])
    /// Who waits for which ticket, in order of tickets.
    private var flushing: [(end: Int, continuation: CheckedContinuation<Void, Never>)] = []
    private var lingerTimer: LoopTimer?
    private var isLingering = false
    private var patienceTimer: LoopTimer?
    private var isFinished = false
    private var hasEnded = false

    /// - Parameters:
    ///   - configuration: how batches are built.
    ///   - cut: nil cuts at `batchByteCount` bytes.
    ///   - loop: where the collector lives; it outlives the builder.
    ///   - workerLoops: one worker for each; at least one. They outlive the builder.
    ///   - directory: what knows how many partitions topics have.
    ///   - sink: where batches go.
    /// - Throws: `KafkaClientError`: `.invalidConfiguration`, `.invalidArgument` without a worker, or why the codec makes no
    ///   compressor.
    public init(
        _ configuration: BuilderConfiguration = BuilderConfiguration(), cut: Cut? = nil, on loop: EventLoop,
        workersOn workerLoops: [EventLoop], topics directory: any TopicDirectory, to sink: any BatchSink
    ) throws(KafkaClientError) {
        try configuration.validate(for: "a sequential builder")
        guard !workerLoops.isEmpty else {
            throw KafkaClientError(.invalidArgument, "a sequential builder needs a loop for a worker; none was given")
        }
        self.configuration = configuration
        self.cut = cut ?? Cut(recordCountMin: 1, byteCountMin: configuration.batchByteCount)
        self.loop = loop
        self.directory = directory
        self.sink = sink
        lingerNs = configuration.linger.nanoseconds
        let pool = try BatchSealer.makePool(configuration)
        self.pool = pool
        var workers: [SequentialWorker] = []
        for loop in workerLoops { workers.append(try SequentialWorker(configuration.codec, pool: pool, on: loop)) }
        self.workers = workers
    }

    public func append(_ chunk: RecordChunk, to topic: String, partition: Int32? = nil) async throws {
        try checkTaking(0, of: chunk)
        let collected = try await collectedTopic(topic)
        if let partition, Int(partition) >= collected.partitionCount {
            // Topics gain partitions.
            collected.grow(to: try await directory.partitionCount(of: topic))
        }
        try checkTaking(0, of: chunk)
        let partitions = try collected.assign(chunk, partition)
        var refused = RefusedRecords()
        // Also when this gives up half-way: what was taken lingers no longer for it.
        defer { scheduleLinger() }
        try await collect(chunk, partitions, collected, &refused)
        if lingerNs == 0 || openByteCount > configuration.memoryByteCountMax / 2 {
            try await cutAll(openedBy: .distantFuture)
        }
        try refused.throwIfAny(of: chunk.count, byteCountMax: configuration.batchByteCountMax)
    }

    private func collect(
        _ chunk: RecordChunk, _ partitions: [Int32], _ collected: CollectedTopic, _ refused: inout RefusedRecords
    ) async throws {
        chunkSerial += 1
        let serial = chunkSerial
        let now = MonotonicInstant.now
        let time = WallTime.now
        for index in 0..<chunk.count {
            let byteCount = chunk.encodedByteCountMax(at: index)
            if RecordSet.headerByteCount + byteCount > configuration.batchByteCountMax {
                let alone = chunk.batchByteCountAlone(at: index)
                if alone > configuration.batchByteCountMax {
                    refused.add(index, alone)
                    continue
                }
            }
            let slot = Int(partitions[index]) + 1
            if collected.sets[slot].byteCount + byteCount > limit(for: byteCount) {
                try await cutSet(collected, slot)
                try checkTaking(index, of: chunk, refused.count)
            }
            if collected.sets[slot].isEmpty { openSets += 1 }
            collected.sets[slot].add(chunk, index, byteCount, now: now, time: time, serial: serial)
            openByteCount += byteCount
            if isDue(collected.sets[slot]) {
                try await cutSet(collected, slot)
                try checkTaking(index + 1, of: chunk, refused.count)
            }
        }
    }

    /// Asked again after every wait: a record taken after `finish` has cut all would be in no batch.
    private func checkTaking(_ index: Int, of chunk: RecordChunk, _ refused: Int = 0) throws(KafkaClientError) {
        if isFinished, index < chunk.count || index == 0 { throw .finished(taken: index - refused, of: chunk.count) }
    }

    public func flush(olderThan age: Duration) async {
        let deadline = age == .zero ? .distantFuture : MonotonicInstant.now.advanced(byNanoseconds: -age.nanoseconds)
        // In a task of its own, which nobody cancels: a flush that stops half-way would be none.
        await Task(executorPreference: loop) { try? await self.cutAll(openedBy: deadline) }.value
        await waitUntilBuilt()
    }

    public func finish() async {
        isFinished = true
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

    private func limit(for byteCount: Int) -> Int {
        // Set sizes count varints at their longest, so a batch never comes out longer than its set.
        max(configuration.batchByteCount, RecordSet.headerByteCount + byteCount)
    }

    private func isDue(_ set: RecordSet) -> Bool {
        set.recordCount >= cut.recordCountMin && set.byteCount >= cut.byteCountMin
            || set.byteCount >= configuration.batchByteCountMax
    }

    private func cutAll(openedBy deadline: MonotonicInstant) async throws {
        for topic in topics.values {
            for slot in topic.sets.indices where !topic.sets[slot].isEmpty {
                if topic.sets[slot].firstAppend <= deadline { try await cutSet(topic, slot) }
            }
        }
    }

    private func cutSet(_ topic: CollectedTopic, _ slot: Int) async throws {
        if gate.isHeld { scheduleLinger() }
        try await gate.enter()
        defer { gate.leave() }
        // While this waited, another appender may have cut the set or added to it.
        while !topic.sets[slot].isEmpty {
            let byteCount = topic.sets[slot].byteCount
            if let memory = pool.take(byteCount) { return cut(topic, slot, in: memory) }
            scheduleLinger()
            try await waitForMemory(byteCount)
        }
    }

    /// Waits for memory, and for some more than the next batch needs: each batch passes three threads on its way, which are
    /// woken for several of them at once. After a millisecond any memory is good enough.
    private func waitForMemory(_ byteCount: Int) async throws {
        let timer = patienceTimer ?? LoopTimer(on: loop)
        patienceTimer = timer
        timer.schedule(afterNanoseconds: 1_000_000) { [pool] in pool.endPatience() }
        defer { timer.cancel() }
        let comfort = min(configuration.memoryByteCountMax / 2, Self.comfortByteCountMax)
        try await pool.waitForSpace(byteCount, comfort: comfort)
    }

    private static let comfortByteCountMax = 1 << 20

    private func cut(_ topic: CollectedTopic, _ slot: Int, in memory: UnsafeMutableRawBufferPointer) {
        let set = topic.takeSet(slot)
        openSets -= 1
        openByteCount -= set.byteCount - RecordSet.headerByteCount
        build(set, in: memory, topic, slot)
    }

    private func build(
        _ set: RecordSet, in memory: UnsafeMutableRawBufferPointer, _ topic: CollectedTopic, _ slot: Int
    ) {
        let ticket = order.next()
        let worker = workers[ticket % workers.count]
        let partition =
            slot > 0 ? Int32(slot - 1) : topic.assigner.partitionForBatch(partitionCount: topic.partitionCount)
        let work = SetToBuild(
            ticket: ticket, set: set, memory: memory, topic: topic.name, partition: partition,
            sealed: .now)
        worker.submit(work, for: self)
    }

    /// Takes what a worker has built. Called by its thread; one job for all that comes until it runs.
    nonisolated func accept(_ built: [BuiltSet]) {
        let isFirst = inbox.withLock { inbox in
            inbox.append(contentsOf: built)
            return inbox.count == built.count
        }
        if isFirst { Task(executorPreference: loop) { await self.takeBuilt() } }
    }

    private func takeBuilt() {
        let built = inbox.withLock { inbox in
            defer { inbox = [] }
            return inbox
        }
        var batches: [RecordBatch] = []
        for set in built { batches += order.complete(set.ticket, set.batch) }
        if !batches.isEmpty { sink.accept(batches) }
        while let (end, continuation) = flushing.first, order.isDone(before: end) {
            flushing.removeFirst()
            continuation.resume()
        }
    }

    /// Waits for the sets that are cut by now, not for those that others add meanwhile.
    private func waitUntilBuilt() async {
        let end = order.nextTicket
        if order.isDone(before: end) { return }
        await withCheckedContinuation { flushing.append((end, $0)) }
    }

    // MARK: Topics and linger

    private func collectedTopic(_ name: String) async throws -> CollectedTopic {
        if let topic = topics[name] { return topic }
        let partitionCount = try await directory.partitionCount(of: name)
        if let topic = topics[name] { return topic }
        let topic = CollectedTopic(
            name, partitionCount: partitionCount, assigner: configuration.partitioner.makeAssigner())
        topics[name] = topic
        return topic
    }

    private func scheduleLinger() {
        if openSets == 0 || hasEnded || isLingering || lingerTimer?.isScheduled == true { return }
        let timer = lingerTimer ?? LoopTimer(on: loop)
        lingerTimer = timer
        let oldest = topics.values.map(\.oldestFirstAppend).min() ?? .now
        timer.schedule(at: configuration.nextLook(oldestFirstAppend: min(oldest, .now))) { [weak self] in
            guard let self else { return }
            Task(executorPreference: loop) { await self.didLinger() }
        }
    }

    private func didLinger() async {
        // One at a time: this may wait for memory long after the next timer would be due.
        if isLingering { return }
        isLingering = true
        try? await cutAll(openedBy: MonotonicInstant.now.advanced(byNanoseconds: -lingerNs))
        isLingering = false
        scheduleLinger()
    }
}
