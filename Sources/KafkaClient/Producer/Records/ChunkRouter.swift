import KafkaProtocol
import KafkaTransport
import Synchronization

/// Chooses the partitions of gathered records, and gives each partition to one lane: partition *p* of *n* lanes belongs to
/// lane *p* mod *n*, and records for any partition go to the lanes in turn, which then choose among their own. So records of
/// one partition keep the order in which they were handed over, however the partition was chosen.
final class ChunkRouter: Sendable {
    let room: ChunkRoom
    let queues: [ChunkQueue]
    let partitioner: any Partitioner
    /// How long records are gathered before the lane gets them: their linger goes on there.
    let gatherTime: Duration
    /// Told of records that were refused after they were taken.
    private let refuse: @Sendable (RefusedChunk) -> Void
    private let batchByteCountMax: Int
    let topics: BuilderTopics
    private let nextLane = Atomic<Int>(0)
    private let gatherers = Mutex(Gatherers())
    private let chunksOfUsers = Atomic<Int>(0)
    /// The number of records that were handed over.
    let handedOverCount = Atomic<Int>(0)

    private struct Gatherers {
        var all: [ObjectIdentifier: Gatherer] = [:]
        var areClosed = false
    }

    init(
        _ configuration: BuilderConfiguration, room: ChunkRoom, queues: [ChunkQueue], topics: BuilderTopics,
        refuse: @escaping @Sendable (RefusedChunk) -> Void
    ) {
        self.room = room
        self.queues = queues
        partitioner = configuration.partitioner
        batchByteCountMax = configuration.batchByteCountMax
        gatherTime = min(configuration.linger, Self.gatherTimeMax)
        self.topics = topics
        self.refuse = refuse
    }

    /// Also where batches linger longer: the time at which records are gathered is their timestamp.
    private static let gatherTimeMax = Duration.milliseconds(5)

    /// The queue whose lane watches a gatherer.
    func queue(watching gatherer: Gatherer) -> ChunkQueue {
        queues[Int(UInt(bitPattern: ObjectIdentifier(gatherer).hashValue) % UInt(queues.count))]
    }

    func wakeQueues() { for queue in queues { queue.wake() } }

    // MARK: Topics

    /// A topic that was asked for before; nil for others.
    func knownTopic(_ name: String) -> KnownTopic? { topics.known(name) }

    /// Asks for a topic's partitions.
    ///
    /// - Parameter deadline: when to give up; not looked at when the topic is known.
    /// - Throws: the errors of `TopicDirectory.partitionCount(of:)`; `KafkaClientError`: `.requestTimedOut` at the deadline,
    ///   or `.closed`. `CancellationError`.
    func topic(_ name: String, until deadline: @autoclosure () -> MonotonicInstant) async throws -> KnownTopic {
        if let known = knownTopic(name) { return known }
        return try await ask(name, until: deadline()) { [topics] in try await topics.topic(name) }
    }

    /// Asks whether a topic has gained a partition that is not known.
    ///
    /// - Throws: `KafkaClientError` with `.unknownPartition` when it has not; the errors of `topic`.
    func learn(_ partition: Int32, of topic: KnownTopic, until deadline: MonotonicInstant) async throws {
        if Int(partition) >= topic.partitionCount {
            try await ask(topic.name, until: deadline) { [topics] in
                try await topics.learn(Int(partition) + 1, of: topic)
            }
        }
        try PartitionBounds.check(partition, of: topic.name, topic.partitionCount)
    }

    private func ask<Answer: Sendable>(
        _ name: String, until deadline: MonotonicInstant, _ question: @escaping @Sendable () async throws -> Answer
    ) async throws -> Answer {
        if room.isClosed { throw ChunkRoom.closedError }
        let limit = min(max(.zero, deadline - .now), .seconds(86_400))
        let isOver = KafkaClientError(
            .requestTimedOut, "the partitions of topic '\(name)' could not be learned in the time that was given")
        return try await abandoning(after: limit, isOver) { try await question() }
    }

    // MARK: What can be taken

    /// What is taken without a closer look.
    func limits(_ topic: KnownTopic) -> ChunkCursor.Limits {
        ChunkCursor.Limits(
            recordByteCountMax: batchByteCountMax - RecordBatchHeader.byteCount - RecordChunk.recordOverheadMax,
            partitionCount: topic.partitionCount)
    }

    /// - Parameters:
    ///   - value: the bytes of the value; nil for null.
    ///   - key: the bytes of the key; nil for null.
    ///   - headersByteCount: the bytes of the headers as a record has them; 0 for none.
    /// - Throws: `KafkaClientError`: `.recordTooLarge`, `.unknownPartition` or `.invalidArgument` for a record that can't be
    ///   taken.
    func check(
        value: Int?, key: Int?, headers headersByteCount: Int, _ timestampMs: Int64?, partition: Int32,
        _ topic: KnownTopic
    ) throws(KafkaClientError) {
        try RecordChunk.check(timestampMs: timestampMs)
        if partition != ChunkCursor.unnamedPartition, partition != -1 {
            try PartitionBounds.check(partition, of: topic.name, topic.partitionCount)
        }
        let byteCount = RecordChunk.batchByteCountAlone(
            keyByteCount: key, valueByteCount: value, headersByteCount: headersByteCount)
        if byteCount <= batchByteCountMax { return }
        throw KafkaClientError(
            .recordTooLarge,
            """
            the record needs a batch of \(byteCount) bytes, the greatest allowed is \(batchByteCountMax). Make \
            batchByteCountMax (and the broker's message.max.bytes) larger, or the record smaller
            """)
    }

    // MARK: Gatherers

    /// Makes a gatherer, which is flushed and closed with the others until it is forgotten.
    func makeGatherer(_ topic: KnownTopic) -> Gatherer {
        let gatherer = Gatherer(topic, self)
        let isLate = gatherers.withLock { gatherers in
            if !gatherers.areClosed { gatherers.all[ObjectIdentifier(gatherer)] = gatherer }
            return gatherers.areClosed
        }
        if isLate { gatherer.close() }
        return gatherer
    }

    func forget(_ gatherer: Gatherer) {
        _ = gatherers.withLock { $0.all.removeValue(forKey: ObjectIdentifier(gatherer)) }
    }

    /// Hands over what all doors have gathered.
    ///
    /// Records that are refused are told to the deliveries.
    func handOverAll() {
        for gatherer in gatherers.withLock({ Array($0.all.values) }) { gatherer.handOver() }
    }

    /// Hands over what all doors have gathered, and refuses records from now on.
    func close() {
        room.close()
        let all = gatherers.withLock { gatherers in
            defer { gatherers.all = [:] }
            gatherers.areClosed = true
            return gatherers.all.values
        }
        for gatherer in all { gatherer.close() }
    }

    // MARK: Records

    /// Tells the deliveries of records that were taken, and could not be routed.
    func refuse(_ gathered: GatheredRecords, _ topic: KnownTopic, _ error: KafkaClientError) {
        handedOverCount.add(gathered.chunk.count, ordering: .relaxed)
        refuse(RefusedChunk(topic, gathered.chunk, 0..<gathered.chunk.count, error))
    }

    /// Whether a task that appends a chunk is to let others run first.
    var isBreathDue: Bool {
        let count = chunksOfUsers.wrappingAdd(1, ordering: .relaxed).newValue
        return count % ChunkFiller.chunksPerBreath == 0
    }

    /// Chooses partitions, and hands the records over.
    ///
    /// - Throws: `KafkaClientError` with `.unknownPartition`, or with `.unknownTopic` when the topic is gone; nothing is handed
    ///   over then.
    func route(
        _ gathered: GatheredRecords, _ topic: KnownTopic, _ assigner: any PartitionAssigner, now: MonotonicInstant
    ) throws(KafkaClientError) {
        try topics.use(topic)
        // Looked at once: the topic may change meanwhile.
        let partitionCount = topic.partitionCount
        let targets = try targets(gathered, topic, partitionCount, assigner)
        handedOverCount.add(gathered.chunk.count, ordering: .relaxed)
        let lane: Int
        switch targets {
        case .all(let partition): lane = partition < 0 ? takeLane(partitionCount) : Int(partition) % queues.count
        case .each where queues.count == 1: lane = 0
        case .each(let partitions): return split(gathered, partitions, topic, partitionCount, now)
        }
        gathered.origin?.partsLeft.store(1, ordering: .relaxed)
        push(
            gathered, gathered.chunk, 0..<gathered.chunk.count, targets, topic, partitionCount, to: lane,
            gathered.byteCount, now)
    }

    private func split(
        _ gathered: GatheredRecords, _ partitions: [Int32], _ topic: KnownTopic, _ partitionCount: Int,
        _ now: MonotonicInstant
    ) {
        let anyLane = partitions.contains(-1) ? takeLane(partitionCount) : 0
        let laneCount = Int32(queues.count)
        let lanes = partitions.map { $0 < 0 ? Int32(anyLane) : $0 % laneCount }
        let (chunk, ordered, ranges) = gathered.chunk.grouped(by: lanes, count: queues.count, slots: partitions)
        gathered.origin?.partsLeft.store(ranges.count { !$0.isEmpty }, ordering: .relaxed)
        var byteCountLeft = gathered.byteCount
        for (lane, range) in ranges.enumerated() where !range.isEmpty {
            let isLast = range.upperBound == chunk.count
            let share = isLast ? byteCountLeft : gathered.byteCount / chunk.count * range.count
            byteCountLeft -= share
            push(gathered, chunk, range, .each(ordered), topic, partitionCount, to: lane, share, now)
        }
    }

    private func push(
        _ gathered: GatheredRecords, _ chunk: RecordChunk, _ range: Range<Int>, _ targets: RecordTargets,
        _ topic: KnownTopic, _ partitionCount: Int, to lane: Int, _ byteCount: Int, _ now: MonotonicInstant
    ) {
        // Partitions that callers named were there when they did.
        let named: Int =
            switch targets {
            case .all(let partition): Int(partition) + 1
            case .each(let partitions): gathered.names == nil ? 0 : Int(PartitionBounds.needed(for: partitions))
            }
        queues[lane].push(
            HandedChunk(
                topic: topic, chunk: chunk, range: range, targets: targets,
                partitionCount: max(partitionCount, named), began: gathered.began, beganMs: gathered.beganMs,
                byteCount: byteCount, origin: gathered.origin),
            now: now)
    }

    /// The lane for records that may go to any partition. Lanes without a partition of their own are left out.
    private func takeLane(_ partitionCount: Int) -> Int {
        if queues.count == 1 { return 0 }
        let next = nextLane.wrappingAdd(1, ordering: .relaxed).oldValue
        return Int(UInt(bitPattern: next) % UInt(min(queues.count, partitionCount)))
    }

    private func targets(
        _ gathered: GatheredRecords, _ topic: KnownTopic, _ partitionCount: Int, _ assigner: any PartitionAssigner
    ) throws(KafkaClientError) -> RecordTargets {
        if let partition = gathered.partition { return .all(partition) }
        let chunk = gathered.chunk
        guard let names = gathered.names else {
            return try assign(chunk, hasKeys: gathered.hasKeys, topic, partitionCount, assigner)
        }
        var partitions = Array(UnsafeBufferPointer(start: names, count: chunk.count))
        if gathered.namedCount < chunk.count {
            let unnamed = partitions.indices.filter { partitions[$0] == ChunkCursor.unnamedPartition }
            let assigned = try assign(chunk.selecting(unnamed), hasKeys: true, topic, partitionCount, assigner)
            for (position, index) in unnamed.enumerated() { partitions[index] = assigned[position] }
        } else if partitions.allSatisfy({ $0 == partitions[0] }) {
            return .all(partitions[0])
        }
        return .each(partitions)
    }

    private func assign(
        _ chunk: RecordChunk, hasKeys: Bool, _ topic: KnownTopic, _ partitionCount: Int,
        _ assigner: any PartitionAssigner
    ) throws(KafkaClientError) -> RecordTargets {
        if !hasKeys, let partition = assigner.partitionWithoutKey {
            if partition != -1 { try PartitionBounds.check(partition, of: topic.name, partitionCount) }
            return .all(partition)
        }
        let partitions = [Int32](unsafeUninitializedCapacity: chunk.count) { buffer, count in
            buffer.initialize(repeating: -1)
            count = chunk.count
            let choices = UnsafeMutableBufferPointer(rebasing: buffer[0..<chunk.count])
            assigner.assign(chunk, partitionCount: partitionCount, to: choices)
        }
        try PartitionBounds.check(partitions, of: topic.name, partitionCount)
        return .each(partitions)
    }
}
