import KafkaProtocol
import KafkaTransport

/// The door's side of a gatherer: what the one task that appends, or the one that holds a door's lock, uses for each record.
struct ChunkFiller: @unchecked Sendable {
    // Unchecked: the cursor points into `open`, and is used by one task at a time.
    let gatherer: Gatherer
    private var open: OpenChunk?
    private var cursor = ChunkCursor()
    private var chunksSinceBreath = 0

    init(_ gatherer: Gatherer) { self.gatherer = gatherer }

    /// Chunks after which a door's task lets others run, some milliseconds' worth.
    static let chunksPerBreath = 32

    /// Adds a record.
    ///
    /// - Parameter partition: `ChunkCursor.unnamedPartition` lets the partitioner choose.
    /// - Throws: `KafkaClientError`: `.recordTooLarge`, `.invalidArgument`, `.unknownPartition` or `.closed`.
    @inline(__always)
    mutating func add(
        _ value: RawSpan?, _ key: RawSpan?, _ headers: [RecordHeader], _ timestampMs: Int64?, partition: Int32
    ) throws(KafkaClientError) -> RecordNeed {
        let outcome = cursor.write(value, key, headers, timestampMs, partition: partition)
        if outcome == .added { return .nothing }
        return try finish(outcome, value, key, headers, timestampMs, partition: partition)
    }

    @inline(never)
    private mutating func finish(
        _ outcome: ChunkCursor.Outcome, _ value: RawSpan?, _ key: RawSpan?, _ headers: [RecordHeader],
        _ timestampMs: Int64?, partition: Int32
    ) throws(KafkaClientError) -> RecordNeed {
        switch outcome {
        case .added: break
        case .addedFirst: gatherer.watch()
        case .addedLast:
            letGo()
            gatherer.handOver()
        case .refused:
            if partition >= 0, Int(partition) >= gatherer.topic.partitionCount { return .partition(partition) }
            let headersByteCount = headers.isEmpty ? 0 : RecordChunk.encodedByteCount(headers)
            try gatherer.router.check(
                value: value?.byteCount, key: key?.byteCount, headers: headersByteCount, timestampMs,
                partition: partition, gatherer.topic)
            let byteCount = (value?.byteCount ?? 0) + (key?.byteCount ?? 0) + headersByteCount
            // With room, it was only near a limit, or the chunk was closed meanwhile.
            if !cursor.hasRoom(for: byteCount) {
                if chunksSinceBreath >= Self.chunksPerBreath {
                    chunksSinceBreath = 0
                    return .breath
                }
                guard try beginIfRoom(for: byteCount) else { return .room(for: byteCount) }
                chunksSinceBreath += 1
            }
            let outcome = cursor.write(value, key, headers, timestampMs, partition: partition, isChecked: true)
            if outcome == .refused { letGo() }
            return try finish(outcome, value, key, headers, timestampMs, partition: partition)
        }
        return .nothing
    }

    private mutating func beginIfRoom(for recordByteCount: Int) throws(KafkaClientError) -> Bool {
        try gatherer.router.topics.use(gatherer.topic)
        let room = gatherer.router.room
        if try room.tryTake(room.chunkByteCount(for: recordByteCount)) {
            try begin(for: recordByteCount)
            return true
        }
        // The lanes must have everything, so that room comes back.
        letGo()
        gatherer.handOver()
        gatherer.router.wakeQueues()
        return false
    }

    /// Opens a chunk for which room was taken, for a record of this size, unless there is one with room for it.
    mutating func take(room byteCount: Int, for recordByteCount: Int) throws(KafkaClientError) {
        if cursor.hasRoom(for: recordByteCount) { return gatherer.router.room.give(byteCount) }
        try begin(for: recordByteCount)
    }

    private mutating func begin(for recordByteCount: Int) throws(KafkaClientError) {
        letGo()
        let chunk = gatherer.router.room.makeChunk(for: recordByteCount)
        // The cursor is made first: as soon as the gatherer has the chunk, others may close it.
        let cursor = chunk.makeCursor(gatherer.router.limits(gatherer.topic))
        try gatherer.open(chunk, now: .now)
        open = chunk
        self.cursor = cursor
    }

    /// Says that the chunk is not used any more. No record may be added after this.
    func leave() { open?.leave() }

    /// Forgets the chunk, which the gatherer has or somebody has closed.
    mutating func letGo() {
        cursor = ChunkCursor()
        open?.leave()
        open = nil
    }
}
