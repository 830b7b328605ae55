// The record door. Records that come one by one are gathered into chunks, so that a thread is changed per chunk and not
// per record. What was accepted here is in a delivery, or counts as failed, whatever becomes of the caller.

public import KafkaProtocol
import KafkaQueues
import KafkaTransport

extension Producer {
    /// Appends one record. Returns when it is taken, not when it is delivered; waits when the memory bound is reached.
    ///
    /// A cancelled call throws while it waits for room. Once the record is taken it is not called back.
    ///
    /// - Parameters:
    ///   - value: nil is a tombstone.
    ///   - key: nil for none; the partitioner goes by it.
    ///   - headers: none, or some (KIP-82).
    ///   - timestampMs: milliseconds since 1970; nil for now.
    ///   - topic: must exist, or be auto-created.
    ///   - partition: nil lets the partitioner decide.
    /// - Throws: `KafkaClientError`: `.recordTooLarge`, `.unknownTopic`, `.unknownPartition`, `.closed`; and
    ///   `CancellationError`. Records of earlier calls that could not be handed over with this one also count as failed in
    ///   the next flush.
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
            // It may be refused: it goes alone, so that the answer is its own.
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

    /// Appends one record, its texts as UTF-8; see the other form.
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

    /// Returns when the destination is known to exist and there is room for the record.
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
            // It may have stood before others that fit.
            settleRoom()
            throw error
        }
    }
}
