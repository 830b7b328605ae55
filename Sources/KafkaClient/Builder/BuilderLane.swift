// A lane of the sharded builder has one loop and one assembler, and shares nothing. Records are written on the lane's thread
// straight into the open batch of their partition, and sealed batches go to the sink in the same call.

import KafkaCompression
public import KafkaProtocol
import KafkaQueues
public import KafkaTransport

/// One lane of a ``ShardedBuilder``: an actor on an event loop. It can be used without the builder too.
public actor BuilderLane: BatchBuilder, ChunkTaker {
    /// The loop on which the lane runs.
    public nonisolated let loop: EventLoop
    /// The loop, as an executor.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private let configuration: BuilderConfiguration
    private let lingerNs: Int64
    private let knownTopics: BuilderTopics
    private let sink: any BatchSink
    nonisolated let pool: BatchMemoryPool
    /// One appender at a time waits for memory, so that small batches do not overtake a large one for ever.
    private let gate = Permits(1)
    private let assembler: BatchAssembler
    private var lingerTimer: LoopTimer?
    /// When the batch is due for which the timer is set.
    private var nextDue = MonotonicInstant.distantFuture
    private var partitions: [Int32] = []
    private var byteCountSinceTurn = 0
    private var isFinished = false

    /// Creates a lane.
    ///
    /// - Parameters:
    ///   - configuration: how batches are built.
    ///   - loop: runs the lane. Finish the lane before you shut the loop down.
    ///   - directory: knows how many partitions topics have.
    ///   - sink: takes the batches.
    /// - Throws: `KafkaClientError`: `.invalidConfiguration`, or the reason why the codec makes no compressor.
    public init(
        _ configuration: BuilderConfiguration = BuilderConfiguration(), on loop: EventLoop,
        topics directory: any TopicDirectory, to sink: any BatchSink
    ) throws(KafkaClientError) {
        try self.init(configuration, on: loop, topics: BuilderTopics(directory), to: sink, share: .all)
    }

    /// - Parameter share: the partitions among which it chooses for batches that may go to any.
    init(
        _ configuration: BuilderConfiguration, on loop: EventLoop, topics: BuilderTopics, to sink: any BatchSink,
        share: LaneShare
    ) throws(KafkaClientError) {
        try configuration.validate(for: "a builder lane")
        self.configuration = configuration
        self.loop = loop
        knownTopics = topics
        self.sink = sink
        lingerNs = configuration.linger.nanoseconds
        pool = try BatchSealer.makePool(configuration)
        assembler = try BatchAssembler(configuration, pool: pool, share: share)
        if let lane = sink as? ProducerLane, lane.loop === loop {
            assembler.pacing = LanePacing(lane) { [weak self] broker in
                self?.assumeIsolated { $0.sealHeld(for: broker) }
            }
        }
    }

    public func append(_ chunk: RecordChunk, to topic: String, partition: Int32? = nil) async throws {
        let open = if let known = try openTopicIfKnown(topic) { known } else { try await openTopic(topic) }
        let refused: RefusedRecords
        if let partition {
            try await check([partition], open)
            refused = try await append(chunk, to: open, .all(partition))
        } else {
            var partitions = takePartitions(chunk.count)
            defer { self.partitions = partitions }
            try assign(chunk, open, &partitions)
            refused = try await append(chunk, to: open, .each(partitions))
        }
        try refused.throwIfAny(of: chunk.count, byteCountMax: configuration.batchByteCountMax)
    }

    /// Appends records whose partitions are chosen already.
    ///
    /// - Returns: the records that fit no batch; the others are taken.
    func append(_ chunk: RecordChunk, to topic: String, partitions: [Int32]) async throws -> RefusedRecords {
        let open = if let known = try openTopicIfKnown(topic) { known } else { try await openTopic(topic) }
        try await check(partitions, open)
        return try await append(chunk, to: open, .each(partitions))
    }

    private func append(
        _ chunk: RecordChunk, to topic: OpenTopic, _ targets: RecordTargets
    ) async throws -> RefusedRecords {
        let now = MonotonicInstant.now
        return try await append(chunk, 0..<chunk.count, to: topic, targets, began: now, now: now, time: .now)
    }

    /// - Parameters:
    ///   - began: when the first of the records came.
    ///   - time: the timestamp of records that have none.
    private func append(
        _ chunk: RecordChunk, _ range: Range<Int>, to topic: OpenTopic, _ targets: RecordTargets,
        began: MonotonicInstant, now: MonotonicInstant, time: WallTime
    ) async throws -> RefusedRecords {
        var now = now
        var holdsGate = false
        defer { if holdsGate { gate.give() } }
        if gate.areAllTaken {
            try await gate.take()
            holdsGate = true
        }
        var next = range.lowerBound
        var refused = RefusedRecords()
        while next < range.upperBound {
            if isFinished {
                throw KafkaClientError.finished(taken: next - range.lowerBound - refused.count, of: range.count)
            }
            let stop = assembler.append(
                chunk, next..<range.upperBound, to: topic, targets, began: began, now: now, time: time)
            if lingerNs == 0 {
                let end = MonotonicInstant.now
                assembler.sealLingered(openedBy: end, now: end)
            }
            emit()
            switch stop {
            case .done: next = range.upperBound
            case .needsTurn(let index):
                next = index
                if !holdsGate {
                    // The gate is free, as it was when the call began: the lane has not been suspended since.
                    try await gate.take()
                    holdsGate = true
                }
                byteCountSinceTurn = 0
                await loop.nextTurn()
                now = .now
            case .needsMemory(let index, let byteCount):
                next = index
                if !holdsGate {
                    // The gate is free, as it was when the call began: the lane has not been suspended since.
                    try await gate.take()
                    holdsGate = true
                }
                try await waitForMemory(byteCount)
                now = .now
            case .tooLarge(let index, let byteCount):
                refused.add(index, byteCount)
                next = index + 1
            }
        }
        scheduleLinger()
        if byteCountSinceTurn >= BatchAssembler.turnByteCount {
            byteCountSinceTurn = 0
            await loop.nextTurn()
        }
        return refused
    }

    public func flush(olderThan age: Duration) {
        let now = MonotonicInstant.now
        let deadline = age == .zero ? .distantFuture : now.advanced(byNanoseconds: -age.nanoseconds)
        assembler.sealAll(openedBy: deadline, now: now)
        emit()
    }

    public func finish() {
        if isFinished { return }
        isFinished = true
        // Who waits for memory goes on, and is refused.
        pool.endBound()
        flush(olderThan: .zero)
        lingerTimer?.close()
        lingerTimer = nil
        sink.finish()
    }

    /// The bytes that count against ``BuilderConfiguration/memoryByteCountMax`` now: those of batches that are open, queued
    /// or in flight, or that are still referenced after their delivery.
    public nonisolated var memoryByteCount: Int { pool.takenByteCount }

    // MARK: Chunks from the doors of a producer

    /// The topics of handed chunks, by `KnownTopic.index`.
    private var routedTopics: [OpenTopic?] = []

    private func openTopic(of handed: HandedChunk) -> OpenTopic {
        let index = handed.topic.index
        while index >= routedTopics.count { routedTopics.append(nil) }
        let topic = routedTopics[index] ?? assembler.topic(handed.topic)
        routedTopics[index] = topic
        topic.grow(to: handed.partitionCount)
        return topic
    }

    func take(_ handed: HandedChunk) async -> RefusedChunk? {
        let began = handed.began
        do {
            let refused = try await append(
                handed.chunk, handed.range, to: openTopic(of: handed), handed.targets, began: began, now: .now,
                time: WallTime(millisecondsSince1970: handed.beganMs))
            try refused.throwIfAny(of: handed.range.count, byteCountMax: configuration.batchByteCountMax)
            return nil
        } catch {
            return handed.refused(error)
        }
    }

    // MARK: Parts of append

    /// Nil when the topic has to be asked for. It is a function of its own because a call that may suspend costs more than all
    /// that it does.
    private func openTopicIfKnown(_ name: String) throws -> OpenTopic? {
        if isFinished { throw KafkaClientError(.closed, "the builder was finished and takes no more records") }
        guard let open = assembler.topics[name] else { return nil }
        try knownTopics.use(open.topic)
        return open
    }

    private func openTopic(_ name: String) async throws -> OpenTopic {
        let topic = assembler.topic(try await knownTopics.topic(name))
        try knownTopics.use(topic.topic)
        return topic
    }

    /// Checks partitions that were named or chosen. One that is not known is asked for: the topic may have gained it.
    private func check(_ partitions: [Int32], _ topic: OpenTopic) async throws {
        let needed = PartitionBounds.needed(for: partitions)
        if needed > UInt32(topic.currentPartitionCount()), needed <= UInt32(Int32.max) {
            try await knownTopics.learn(Int(needed), of: topic.topic)
        }
        try PartitionBounds.check(partitions, of: topic.name, topic.currentPartitionCount())
    }

    /// The array that partitions are written to, which is kept from call to call. A call takes it out while it uses it,
    /// because another call may begin while it waits.
    private func takePartitions(_ count: Int) -> [Int32] {
        var scratch = partitions
        partitions = []
        if scratch.count != count { scratch = Array(repeating: -1, count: count) }
        return scratch
    }

    private func assign(_ chunk: RecordChunk, _ topic: OpenTopic, _ partitions: inout [Int32]) throws {
        let partitionCount = topic.currentPartitionCount()
        partitions.withUnsafeMutableBufferPointer {
            topic.assigner.assign(chunk, partitionCount: partitionCount, to: $0)
        }
        try PartitionBounds.check(partitions, of: topic.name, partitionCount)
    }

    private func waitForMemory(_ byteCount: Int) async throws {
        // What is not in open batches comes back by itself. When that is too little, open ones must go.
        if assembler.openByteCount + pool.rounded(byteCount) > pool.byteCountMax {
            assembler.sealAll(now: .now)
            emit()
        }
        // The records that were taken must not linger longer because this call waits for memory, or is cancelled.
        scheduleLinger()
        try await pool.waitForSpace(byteCount)
    }

    private func emit() {
        let batches = assembler.takeSealed()
        if batches.isEmpty { return }
        for batch in batches { byteCountSinceTurn += batch.byteCount }
        sink.accept(batches)
    }

    // MARK: Linger

    private func scheduleLinger() {
        guard let due = assembler.nextDue(), due < nextDue else { return }
        let timer = lingerTimer ?? LoopTimer(on: loop)
        lingerTimer = timer
        nextDue = due
        timer.schedule(at: configuration.nextLook(due: due)) { [weak self] in
            self?.assumeIsolated { $0.didLinger() }
        }
    }

    private func didLinger() {
        nextDue = .distantFuture
        let now = MonotonicInstant.now
        assembler.sealLingered(openedBy: now.advanced(byNanoseconds: -lingerNs), now: now)
        emit()
        scheduleLinger()
    }

    /// Seals what has lingered and could not be sent before: a broker that was busy may be sent to.
    private func sealHeld(for broker: Int32) {
        assembler.sealHeld(for: broker, now: .now)
        emit()
    }
}
