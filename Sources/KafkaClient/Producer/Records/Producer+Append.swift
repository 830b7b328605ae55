// Records that are appended one by one are gathered into chunks, so that the thread changes once per chunk and not once per
// record. A record that was taken is in a delivery later or counts as failed, also when its caller was cancelled.

public import KafkaProtocol
import KafkaQueues
import KafkaTransport

extension Producer {
    /// Appends one record. Returns when the producer has taken it, not when it is delivered.
    ///
    /// When ``BuilderConfiguration/memoryByteCountMax`` is reached, the call waits for room. Cancelling the task ends that
    /// wait; a record that was taken stays taken.
    ///
    /// - Parameters:
    ///   - value: the record's value; nil is a tombstone, which makes a compacted topic forget the key.
    ///   - key: the record's key, by which most partitioners choose the partition; nil for none.
    ///   - headers: the record's headers (KIP-82).
    ///   - timestampMs: milliseconds since 1970; nil for now.
    ///   - topic: the topic's name. The topic must exist, unless ``ClusterConfiguration/autoCreatesTopics`` is set.
    ///   - partition: a partition from 0 on; nil lets the partitioner choose; -1 lets the record go to any, as the records
    ///     of ``AnyPartitioner``.
    /// - Throws: `KafkaClientError`: `.recordTooLarge` when the record does not fit a batch of
    ///   ``BuilderConfiguration/batchByteCountMax`` bytes, `.unknownTopic`, `.unknownPartition`, `.closed`, or the reason
    ///   why the topic could not be asked for. `CancellationError` when the task is cancelled while the call waits for room.
    ///
    ///   A call that fills a chunk waits until the builder has the chunk. When that fails, the call throws the reason, and
    ///   the records of the chunk, also those of earlier calls, count as failed in the next ``flush()``.
    public func append(
        value: [UInt8]?, key: [UInt8]? = nil, headers: [RecordHeader] = [], timestampMs: Int64? = nil, to topic: String,
        partition: Int32? = nil
    ) async throws {
        let time = timestampMs ?? WallTime.now.millisecondsSince1970
        let destination = GatheredRecords.Destination(topic: topic, partition: partition)
        let byteCount =
            RecordBatchHeader.byteCount + RecordChunk.recordOverheadMax + (value?.count ?? 0) + (key?.count ?? 0)
            + (headers.isEmpty ? 0 : RecordChunk.encoded(headers).count)
        if byteCount > configuration.builder.batchByteCountMax {
            // The builder may refuse this record. It is handed over alone, so that its own call throws the error.
            var chunk = RecordChunk(capacity: 1, byteCapacity: byteCount)
            try chunk.append(key: key, value: value, headers: headers, timestampMs: time)
            return try await appendAlone(chunk, to: destination, byteCount)
        }
        func add(_ gathered: inout GatheredRecords) throws -> GatheredRecords.Added {
            try gathered.add(to: destination, byteCount: byteCount, now: .now) { chunk throws(KafkaClientError) in
                try chunk.append(key: key, value: value, headers: headers, timestampMs: time)
            }
        }
        var added = try gathered.withLock { gathered in
            gathered.isKnown(destination) && gathered.room.reserve(byteCount) ? try add(&gathered) : nil
        }
        if added == nil {
            try await admit(destination, byteCount)
            added = try gathered.withLock { try add(&$0) }
        }
        if let full = added?.full { return try await handOver(full).value }
        if added?.needsLinger == true { linger(for: destination) }
    }

    /// Appends one record whose value and key are texts, as UTF-8. Parameters and errors are those of the form with bytes.
    public func append(
        value: String?, key: String? = nil, headers: [RecordHeader] = [], timestampMs: Int64? = nil, to topic: String,
        partition: Int32? = nil
    ) async throws {
        try await append(
            value: value.map { Array($0.utf8) }, key: key.map { Array($0.utf8) }, headers: headers,
            timestampMs: timestampMs, to: topic, partition: partition)
    }

    private func appendAlone(
        _ chunk: RecordChunk, to destination: GatheredRecords.Destination, _ byteCount: Int
    ) async throws {
        try await admit(destination, byteCount)
        let handovers = try gathered.withLock {
            try $0.handOver(alone: chunk, to: destination, byteCount: byteCount)
        }
        var last: Task<Void, any Error>?
        for handover in handovers { last = handOver(handover) }
        try await last?.value
    }

    // MARK: Before a record is accepted

    /// Returns when the destination is known to exist and room for the record is reserved.
    private func admit(_ destination: GatheredRecords.Destination, _ byteCount: Int) async throws {
        if !gathered.withLock({ $0.isKnown(destination) }) { try await learn(destination) }
        if !gathered.withLock({ $0.room.reserve(byteCount) }) { try await waitForRoom(byteCount) }
    }

    /// Asks for the topic's partitions, and refuses one that does not exist.
    private func learn(_ destination: GatheredRecords.Destination) async throws {
        if gathered.withLock(\.isClosed) { throw GatheredRecords.closedError }
        let partitionCount = try await cluster.partitionCount(of: destination.topic)
        if let partition = destination.partition, partition != -1 {
            try PartitionBounds.check(partition, of: destination.topic, partitionCount)
        }
        gathered.withLock { $0.learn(destination.topic, partitionCount: partitionCount) }
    }

    private func waitForRoom(_ byteCount: Int) async throws {
        let waiter = try gathered.withLock { gathered throws(KafkaClientError) in
            if gathered.isClosed { throw GatheredRecords.closedError }
            return gathered.room.join(byteCount)
        }
        settleRoom()
        do {
            try await waiter.wait()
        } catch {
            gathered.withLock { $0.room.leave(waiter) }
            // Smaller records behind this one in the line may fit now.
            settleRoom()
            throw error
        }
    }
}
