// The fate of a single record: it travels with a ticket that its delivery ends.

public import KafkaProtocol
import KafkaQueues
import KafkaTransport

/// Where a record is stored.
public struct RecordMetadata: Sendable, Hashable {
    /// The partition.
    public let partition: Int32
    /// The record's offset in the partition; -1 with ``Acks/none``, as the broker then gives no answer.
    public let offset: Int64
    /// The record's timestamp in milliseconds since 1970: its own, or that of the broker where the topic is configured so
    /// (`message.timestamp.type=LogAppendTime`).
    public let timestampMs: Int64
}

/// Waits for the fate of one record.
final class SendTicket: Sendable {
    private let timestampMs: Int64
    private let waiter = Waiter<RecordMetadata>()

    init(timestampMs: Int64) { self.timestampMs = timestampMs }

    /// Says what became of the record, which is at an index of its batch.
    ///
    /// - Returns: whether somebody was still waiting.
    func end(_ delivery: Delivery, at index: Int) -> Bool {
        switch delivery.outcome {
        case .failed(let error): return waiter.resume(.failure(error))
        case .acknowledged(let baseOffset, let logAppendTimeMs):
            return waiter.resume(
                .success(
                    RecordMetadata(
                        partition: delivery.partition, offset: baseOffset < 0 ? -1 : baseOffset + Int64(index),
                        timestampMs: logAppendTimeMs < 0 ? timestampMs : logAppendTimeMs)))
        }
    }

    func wait() async throws -> RecordMetadata { try await waiter.wait() }
}

extension Producer {
    /// Appends one record, and waits until it is stored.
    ///
    /// This is for records whose fate matters one by one: it costs some microseconds more than to append, and each call lasts
    /// as long as linger time and broker take. Many calls at once share batches.
    ///
    /// - Parameters: those of `append`.
    /// - Returns: where the record is stored.
    /// - Throws: the errors of `append`, and why the record was not delivered, which the next ``flush()`` does not tell again.
    ///   `CancellationError` when the task is cancelled: the record may be stored all the same.
    public func send<Value: RecordBytes & ~Copyable & ~Escapable, Key: RecordBytes & ~Copyable & ~Escapable>(
        value: borrowing Value, key: borrowing Key, headers: [RecordHeader] = [], timestampMs: Int64? = nil,
        to topic: String, partition: Int32? = nil, whenFull: WhenFull = .wait
    ) async throws -> RecordMetadata {
        let timestampMs = timestampMs ?? WallTime.now.millisecondsSince1970
        let ticket = SendTicket(timestampMs: timestampMs)
        var chunk = RecordChunk(capacity: 1, byteCapacity: 0)
        chunk.mark(RecordMark(ticket: ticket))
        try chunk.append(value: value, key: key, headers: headers, timestampMs: timestampMs)
        try await append(chunk, to: topic, partition: partition, whenFull: whenFull)
        return try await ticket.wait()
    }

    /// Appends one record without a key, and waits until it is stored. See the form with a key.
    public func send<Value: RecordBytes & ~Copyable & ~Escapable>(
        value: borrowing Value, key: NullBytes = NullBytes(), headers: [RecordHeader] = [], timestampMs: Int64? = nil,
        to topic: String, partition: Int32? = nil, whenFull: WhenFull = .wait
    ) async throws -> RecordMetadata {
        try await send(
            value: value, key: Optional<[UInt8]>.none, headers: headers, timestampMs: timestampMs, to: topic,
            partition: partition, whenFull: whenFull)
    }

    /// Appends a tombstone, and waits until it is stored. See the form with a value.
    public func send<Key: RecordBytes & ~Copyable & ~Escapable>(
        value: NullBytes, key: borrowing Key, headers: [RecordHeader] = [], timestampMs: Int64? = nil,
        to topic: String, partition: Int32? = nil, whenFull: WhenFull = .wait
    ) async throws -> RecordMetadata {
        try await send(
            value: Optional<[UInt8]>.none, key: key, headers: headers, timestampMs: timestampMs, to: topic,
            partition: partition, whenFull: whenFull)
    }
}
