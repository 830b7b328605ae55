// Records that are appended one by one. A record that was taken is in a delivery later or counts as failed, also when its
// caller was cancelled.

public import KafkaProtocol
import KafkaTransport

extension Producer {
    /// Appends one record. Returns when the producer has taken it, not when it is delivered.
    ///
    /// Mostly that is at once. When the records that wait for the lanes have all their memory
    /// (``BuilderConfiguration/memoryByteCountMax``), `whenFull` says what happens. Cancelling the task ends a wait; a record
    /// that was taken stays taken.
    ///
    /// - Parameters:
    ///   - value: the record's value.
    ///   - key: the record's key, by which most partitioners choose the partition.
    ///   - headers: the record's headers (KIP-82).
    ///   - timestampMs: milliseconds since 1970, not negative; nil for the time at which the records
    ///     that it is gathered with began: at most 5 ms ago, and longer only while lanes wait for memory.
    ///   - topic: the topic's name. The topic must exist, unless ``ClusterConfiguration/autoCreatesTopics`` is set.
    ///   - partition: a partition from 0 on; nil lets the partitioner choose; -1 lets the record go to any, as the records
    ///     of ``AnyPartitioner``.
    ///   - whenFull: what to do when there is no room.
    /// - Throws: `KafkaClientError`: `.recordTooLarge` when the record does not fit a batch of
    ///   ``BuilderConfiguration/batchByteCountMax`` bytes, `.invalidArgument` for a negative timestamp, `.unknownTopic`,
    ///   `.unknownPartition`, `.closed`, `.memoryExhausted`, or the reason why the topic could not be asked for.
    ///   `CancellationError` when the task is cancelled during a wait.
    ///
    ///   It is told of its own record only. When the partitioner chooses a partition that does not exist, the records that
    ///   were gathered together fail, after they were taken, and deliveries and ``flush()`` tell of it.
    @inlinable
    nonisolated(nonsending)
        public func append<Value: RecordBytes & ~Copyable & ~Escapable, Key: RecordBytes & ~Copyable & ~Escapable>(
            value: borrowing Value, key: borrowing Key, headers: [RecordHeader] = [], timestampMs: Int64? = nil,
            to topic: String, partition: Int32? = nil, whenFull: WhenFull = .wait
        ) async throws
    {
        var whenFull = whenFull
        while true {
            let need = try value.withRecordBytes { value throws(KafkaClientError) in
                try key.withRecordBytes { key throws(KafkaClientError) in
                    try add(value, key, headers, timestampMs, to: topic, partition)
                }
            }
            if case .nothing = need { return }
            try await provide(need, topic, &whenFull)
        }
    }

    /// Appends one record without a key. Parameters and errors are those of the form with a key.
    @inlinable
    nonisolated(nonsending)
        public func append<Value: RecordBytes & ~Copyable & ~Escapable>(
            value: borrowing Value, key: NullBytes = NullBytes(), headers: [RecordHeader] = [],
            timestampMs: Int64? = nil,
            to topic: String, partition: Int32? = nil, whenFull: WhenFull = .wait
        ) async throws
    {
        var whenFull = whenFull
        while true {
            let need = try value.withRecordBytes { value throws(KafkaClientError) in
                try add(value, nil, headers, timestampMs, to: topic, partition)
            }
            if case .nothing = need { return }
            try await provide(need, topic, &whenFull)
        }
    }

    /// Appends a tombstone, which makes a compacted topic forget the key. Parameters and errors are those of the form with a
    /// value.
    @inlinable
    nonisolated(nonsending)
        public func append<Key: RecordBytes & ~Copyable & ~Escapable>(
            value: NullBytes, key: borrowing Key, headers: [RecordHeader] = [], timestampMs: Int64? = nil,
            to topic: String, partition: Int32? = nil, whenFull: WhenFull = .wait
        ) async throws
    {
        var whenFull = whenFull
        while true {
            let need = try key.withRecordBytes { key throws(KafkaClientError) in
                try add(nil, key, headers, timestampMs, to: topic, partition)
            }
            if case .nothing = need { return }
            try await provide(need, topic, &whenFull)
        }
    }

    @usableFromInline
    func add(
        _ value: RawSpan?, _ key: RawSpan?, _ headers: [RecordHeader], _ timestampMs: Int64?, to topic: String,
        _ partition: Int32?
    ) throws(KafkaClientError) -> RecordNeed {
        try door.add(
            value, key, headers, timestampMs, to: topic, partition: partition ?? ChunkCursor.unnamedPartition)
    }

    /// Lets other tasks run.
    ///
    /// - Throws: `CancellationError`.
    nonisolated(nonsending)
        static func breathe() async throws
    {
        try Task.checkCancellation()
        await Task.yield()
    }

    /// Gets what a record needs. It is added once more then.
    ///
    /// - Parameter whenFull: gets a deadline at the first wait of an append, which then holds for all of them.
    @usableFromInline
    nonisolated(nonsending)
        func provide(_ need: RecordNeed, _ topic: String, _ whenFull: inout WhenFull) async throws
    {
        switch need {
        case .nothing: return
        case .topic: _ = try await router.topic(topic, until: deadline(of: &whenFull))
        case .partition(let partition):
            let known = try await router.topic(topic, until: deadline(of: &whenFull))
            try await router.learn(partition, of: known, until: deadline(of: &whenFull))
        case .breath: try await Self.breathe()
        case .room(let recordByteCount):
            let byteCount = router.room.chunkByteCount(for: recordByteCount)
            try await takeRoom(byteCount, &whenFull)
            try door.take(room: byteCount, for: recordByteCount, to: topic)
        }
    }
}
