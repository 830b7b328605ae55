public import KafkaProtocol
import KafkaTransport

/// A door for the records of one task to one topic: the fastest way to append record by record.
///
/// ``Producer/writer(for:)`` makes one. It belongs to the task that uses it, so that a record costs no lock, no look-up and no
/// clock. Its records keep their order; between the records of several writers, and those that are appended to the producer,
/// there is none. When it is destroyed, the producer has its last records.
///
/// ```swift
/// var writer = try await producer.writer(for: "events")
/// for id in 0..<1_000_000 { try await writer.append(value: "payload \(id)") }
/// ```
public struct RecordWriter: ~Copyable, Sendable {
    private let producer: Producer
    private var filler: ChunkFiller

    init(_ topic: KnownTopic, _ producer: Producer) {
        self.producer = producer
        filler = ChunkFiller(producer.router.makeGatherer(topic))
    }

    deinit {
        filler.leave()
        filler.gatherer.handOver()
        producer.router.forget(filler.gatherer)
    }

    /// The topic that the records go to.
    public var topic: String { filler.gatherer.topic.name }

    /// Appends one record. Returns when the writer has taken it, not when it is delivered.
    ///
    /// Parameters and errors are those of `Producer.append`.
    @inlinable
    nonisolated(nonsending)
        public mutating func append<
            Value: RecordBytes & ~Copyable & ~Escapable, Key: RecordBytes & ~Copyable & ~Escapable
        >(
            value: borrowing Value, key: borrowing Key, headers: [RecordHeader] = [], timestampMs: Int64? = nil,
            partition: Int32? = nil, whenFull: WhenFull = .wait
        ) async throws
    {
        var whenFull = whenFull
        while true {
            let need = try value.withRecordBytes { value throws(KafkaClientError) in
                try key.withRecordBytes { key throws(KafkaClientError) in
                    try add(value, key, headers, timestampMs, partition)
                }
            }
            if case .nothing = need { return }
            try await provide(need, &whenFull)
        }
    }

    /// Appends one record without a key. Parameters and errors are those of the form with a key.
    @inlinable
    nonisolated(nonsending)
        public mutating func append<Value: RecordBytes & ~Copyable & ~Escapable>(
            value: borrowing Value, key: NullBytes = NullBytes(), headers: [RecordHeader] = [],
            timestampMs: Int64? = nil,
            partition: Int32? = nil, whenFull: WhenFull = .wait
        ) async throws
    {
        var whenFull = whenFull
        while true {
            let need = try value.withRecordBytes { value throws(KafkaClientError) in
                try add(value, nil, headers, timestampMs, partition)
            }
            if case .nothing = need { return }
            try await provide(need, &whenFull)
        }
    }

    /// Appends a tombstone, which makes a compacted topic forget the key. Parameters and errors are those of the form with a
    /// value.
    @inlinable
    nonisolated(nonsending)
        public mutating func append<Key: RecordBytes & ~Copyable & ~Escapable>(
            value: NullBytes, key: borrowing Key, headers: [RecordHeader] = [], timestampMs: Int64? = nil,
            partition: Int32? = nil, whenFull: WhenFull = .wait
        ) async throws
    {
        var whenFull = whenFull
        while true {
            let need = try key.withRecordBytes { key throws(KafkaClientError) in
                try add(nil, key, headers, timestampMs, partition)
            }
            if case .nothing = need { return }
            try await provide(need, &whenFull)
        }
    }

    func number(from first: Int64) { filler.gatherer.number(from: first) }

    @usableFromInline
    mutating func add(
        _ value: RawSpan?, _ key: RawSpan?, _ headers: [RecordHeader], _ timestampMs: Int64?, _ partition: Int32?
    ) throws(KafkaClientError) -> RecordNeed {
        try filler.add(value, key, headers, timestampMs, partition: partition ?? ChunkCursor.unnamedPartition)
    }

    /// Gets what a record needs. It is added once more then.
    ///
    /// - Parameter whenFull: gets a deadline at the first wait of an append, which then holds for all of them.
    @usableFromInline
    nonisolated(nonsending)
        mutating func provide(_ need: RecordNeed, _ whenFull: inout WhenFull) async throws
    {
        switch need {
        case .nothing, .topic: return
        case .partition(let partition):
            let deadline = producer.deadline(of: &whenFull)
            try await producer.router.learn(partition, of: filler.gatherer.topic, until: deadline)
        case .breath: try await Producer.breathe()
        case .room(let recordByteCount):
            let byteCount = producer.router.room.chunkByteCount(for: recordByteCount)
            try await producer.takeRoom(byteCount, &whenFull)
            try filler.take(room: byteCount, for: recordByteCount)
        }
    }
}

extension Producer {
    /// Makes a writer: a door for one task's records to one topic.
    ///
    /// - Parameter topic: the topic's name. The topic must exist, unless ``ClusterConfiguration/autoCreatesTopics`` is set.
    /// - Throws: `KafkaClientError`: `.unknownTopic`, `.closed`, or the reason why the topic could not be asked for.
    ///   `CancellationError` when the task is cancelled during the wait.
    public func writer(for topic: String) async throws -> RecordWriter {
        RecordWriter(try await router.topic(topic, until: .now + configuration.blockTimeout), self)
    }

    /// Makes a writer that numbers its records, in the order in which they are appended: their batches tell the numbers
    /// (``RecordBatch/numbers``).
    ///
    /// - Throws: the errors of `writer(for:)`.
    package func writer(for topic: String, numberingFrom first: Int64) async throws -> RecordWriter {
        let writer = try await writer(for: topic)
        writer.number(from: first)
        return writer
    }

    /// Numbers the records that are appended one by one to a topic from now on, in the order in which they are.
    ///
    /// - Throws: why the topic could not be asked for.
    package func numberRecords(to topic: String, from first: Int64) async throws {
        door.number(try await router.topic(topic, until: .now + configuration.blockTimeout), from: first)
    }
}
