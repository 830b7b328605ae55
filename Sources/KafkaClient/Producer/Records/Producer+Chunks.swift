public import KafkaProtocol
import KafkaTransport

extension Producer {
    /// Appends the records of a chunk. Returns when the producer has taken them, not when they are delivered.
    ///
    /// Mostly that is at once: the chunk is handed over to the lanes. When the records that wait for them have all their
    /// memory (``BuilderConfiguration/memoryByteCountMax``), `whenFull` says what happens.
    ///
    /// - Parameters:
    ///   - chunk: the records; it may be changed and reused afterwards.
    ///   - topic: the topic that all of them go to.
    ///   - partition: the partition that all of them go to; nil lets the partitioner choose one for each record; -1 lets all
    ///     go to any.
    ///   - whenFull: what to do when there is no room.
    /// - Throws: `KafkaClientError`: `.recordTooLarge` when records fit no batch, after the others were taken;
    ///   `.unknownTopic`, `.unknownPartition`, `.closed`, `.memoryExhausted`, or the reason why the topic could not be asked
    ///   for, before any record was taken. Its ``KafkaClientError/takenRecordCount`` says how many records were taken.
    ///   `CancellationError` when the task is cancelled during a wait: no record was taken.
    public func append(
        _ chunk: RecordChunk, to topic: String, partition: Int32? = nil, whenFull: WhenFull = .wait
    ) async throws {
        if chunk.isEmpty { return }
        if router.isBreathDue { try await Self.breathe() }
        var whenFull = whenFull
        let known = try await router.topic(topic, until: deadline(of: &whenFull))
        if let partition, partition != -1, !(0..<known.partitionCount).contains(Int(partition)) {
            try await router.learn(partition, of: known, until: deadline(of: &whenFull))
        }
        let extent = chunk.extent
        if RecordBatchHeader.byteCount + extent.longestRecordByteCount > configuration.builder.batchByteCountMax {
            return try await appendFitting(chunk, to: known, partition, &whenFull)
        }
        try await append(chunk, extent, to: known, partition, &whenFull)
    }

    // Never inlined: Swift 6.3.1 crashes when both are inlined into their caller.
    @inline(never)
    private func append(
        _ chunk: RecordChunk, _ extent: RecordChunk.Extent, to topic: KnownTopic, _ partition: Int32?,
        _ whenFull: inout WhenFull
    ) async throws {
        if try !router.room.tryTake(extent.byteCount) {
            // The lanes must have everything, so that room comes back.
            router.wakeQueues()
            try await takeRoom(extent.byteCount, &whenFull)
        }
        try door.add(chunk, extent, to: topic, partition: partition)
    }

    /// Appends the records that fit a batch, and throws for the others.
    @inline(never)
    private func appendFitting(
        _ chunk: RecordChunk, to topic: KnownTopic, _ partition: Int32?, _ whenFull: inout WhenFull
    ) async throws {
        let byteCountMax = configuration.builder.batchByteCountMax
        var refused = RefusedRecords()
        var fitting: [Int] = []
        for index in 0..<chunk.count {
            let byteCount = chunk.batchByteCountAlone(at: index)
            if byteCount > byteCountMax { refused.add(index, byteCount) } else { fitting.append(index) }
        }
        if !fitting.isEmpty {
            let part = refused.count == 0 ? chunk : chunk.selecting(fitting)
            try await append(part, part.extent, to: topic, partition, &whenFull)
        }
        try refused.throwIfAny(of: chunk.count, byteCountMax: byteCountMax)
    }

    /// Takes room, or does what `whenFull` says when there is none.
    ///
    /// - Throws: `KafkaClientError`: `.memoryExhausted` or `.closed`. `CancellationError`.
    nonisolated(nonsending)
        func takeRoom(_ byteCount: Int, _ whenFull: inout WhenFull) async throws
    {
        if case .fail = whenFull {
            if try router.room.tryTake(byteCount, isLastChance: true) { return }
            throw router.room.refuse()
        }
        try await router.room.take(byteCount, until: deadline(of: &whenFull))
    }

    /// When a call gives up that begins to wait, or goes on waiting.
    func deadline(of whenFull: inout WhenFull) -> MonotonicInstant {
        if case .waitUntil(let moment) = whenFull { return moment }
        let moment = MonotonicInstant.now + configuration.blockTimeout
        if case .wait = whenFull { whenFull = .waitUntil(moment) }
        return moment
    }
}
