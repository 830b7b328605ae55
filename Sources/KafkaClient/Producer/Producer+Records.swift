// The record door. Records that come one by one are gathered into chunks, so that a thread is changed per chunk and not
// per record.

public import KafkaProtocol

/// Records that were appended one by one and are not yet with the builder.
///
/// Chunks are handed over one after the other in the order in which they were taken from here: a full one by the caller
/// who filled it, one that lingered by a task. Each draws a ticket and waits for its turn.
struct WaitingRecords: Sendable {
    struct Place: Hashable, Sendable {
        let topic: String
        let partition: Int32?
    }

    /// A chunk on its way to the builder.
    struct Taken: Sendable {
        let chunk: RecordChunk
        let ticket: Int
    }

    private var chunks: [Place: RecordChunk] = [:]
    private var nextTicket = 0
    private var serving = 0
    private var turns: [Int: CheckedContinuation<Void, Never>] = [:]

    var places: [Place] { Array(chunks.keys) }

    /// Adds a record.
    ///
    /// - Returns: the chunk, now to be handed over, when it is full; and whether it has just been begun.
    mutating func add(_ place: Place, _ append: (inout RecordChunk) -> Void) -> (full: Taken?, isNew: Bool) {
        let isNew = chunks[place] == nil
        append(&chunks[place, default: RecordChunk()])
        guard let chunk = chunks[place], chunk.count >= 256 || chunk.byteCount >= 64 << 10 else { return (nil, isNew) }
        return (take(place), isNew)
    }

    mutating func take(_ place: Place) -> Taken? {
        guard let chunk = chunks.removeValue(forKey: place) else { return nil }
        return take(chunk)
    }

    /// A chunk that does not come from here, in the same order.
    mutating func take(_ chunk: RecordChunk) -> Taken {
        defer { nextTicket += 1 }
        return Taken(chunk: chunk, ticket: nextTicket)
    }

    /// Whether it is the ticket's turn; if not, `continuation` is resumed when it is.
    mutating func isTurn(_ ticket: Int, _ continuation: CheckedContinuation<Void, Never>) -> Bool {
        if ticket == serving { return true }
        turns[ticket] = continuation
        return false
    }

    /// Ends a turn and gives who is next.
    mutating func endTurn() -> CheckedContinuation<Void, Never>? {
        serving += 1
        return turns.removeValue(forKey: serving)
    }
}

extension Producer {
    /// Appends one record. Returns when it is taken, not when it is delivered; waits when the memory bound is reached.
    ///
    /// - Parameters:
    ///   - value: nil is a tombstone.
    ///   - key: nil for none; the partitioner goes by it.
    ///   - timestampMs: milliseconds since 1970; nil for now.
    ///   - partition: nil lets the partitioner decide.
    /// - Throws: `KafkaClientError`: `.recordTooLarge`, `.unknownTopic`, `.unknownPartition`, `.closed`.
    public func append(
        value: [UInt8]?, key: [UInt8]? = nil, headers: [RecordHeader] = [], timestampMs: Int64? = nil, to topic: String,
        partition: Int32? = nil
    ) async throws {
        let time = timestampMs ?? WallClock.nowMs()
        let place = WaitingRecords.Place(topic: topic, partition: partition)
        let byteCount =
            RecordBatchHeader.byteCount + RecordChunk.recordOverheadMax + (value?.count ?? 0) + (key?.count ?? 0)
        let headersByteCount = headers.isEmpty ? 0 : RecordChunk.encoded(headers).count
        if byteCount + headersByteCount > configuration.builder.batchByteCountMax {
            // It may be refused: it goes alone, so that the answer is its own.
            var chunk = RecordChunk(capacity: 1, byteCapacity: byteCount)
            chunk.append(key: key, value: value, headers: headers, timestampMs: time)
            try await handOver(place)
            return try await handOver(waiting.withLock { $0.take(chunk) }, to: place)
        }
        let (full, isNew) = waiting.withLock {
            $0.add(place) { $0.append(key: key, value: value, headers: headers, timestampMs: time) }
        }
        if let full { return try await handOver(full, to: place) }
        if isNew { try await begin(place) }
    }

    /// Appends one record, its texts as UTF-8.
    public func append(
        value: String?, key: String? = nil, headers: [RecordHeader] = [], timestampMs: Int64? = nil, to topic: String,
        partition: Int32? = nil
    ) async throws {
        try await append(
            value: value.map { Array($0.utf8) }, key: key.map { Array($0.utf8) }, headers: headers,
            timestampMs: timestampMs, to: topic, partition: partition)
    }

    /// A chunk was begun: it is handed over after the linger time at the latest.
    private func begin(_ place: WaitingRecords.Place) async throws {
        // A topic that does not exist is told of to the one who names it.
        do {
            _ = try await cluster.partitionCount(of: place.topic)
        } catch {
            if let lost = waiting.withLock({ $0.take(place) }) {
                await waitForTurn(lost.ticket)
                endTurn()
                // The record of this call is told of by the error; others' by the next flush.
                if lost.chunk.count > 1 { deliveries.fail(lost.chunk.count - 1, Self.reason(error)) }
            }
            throw error
        }
        let linger = configuration.builder.linger
        Task(executorPreference: lanes[0].loop) { [self] in
            if linger > .zero { try? await Task.sleep(for: linger) }
            try? await handOver(place)
        }
    }

    func handOverAll() async throws {
        for place in waiting.withLock(\.places) { try await handOver(place) }
    }

    private func handOver(_ place: WaitingRecords.Place) async throws {
        if let taken = waiting.withLock({ $0.take(place) }) {
            do {
                try await handOver(taken, to: place)
            } catch {
                // Of the records of a chunk with one that is too large the others are taken.
                let reason = Self.reason(error)
                deliveries.fail(reason.code == .recordTooLarge ? 1 : taken.chunk.count, reason)
                throw error
            }
        }
    }

    private func handOver(_ taken: WaitingRecords.Taken, to place: WaitingRecords.Place) async throws {
        await waitForTurn(taken.ticket)
        defer { endTurn() }
        try await builder.append(taken.chunk, to: place.topic, partition: place.partition)
    }

    private func waitForTurn(_ ticket: Int) async {
        await withCheckedContinuation { continuation in
            if waiting.withLock({ $0.isTurn(ticket, continuation) }) { continuation.resume() }
        }
    }

    private func endTurn() { waiting.withLock { $0.endTurn() }?.resume() }

    private static func reason(_ error: any Error) -> KafkaClientError {
        error as? KafkaClientError
            ?? KafkaClientError(.closed, "records could not be handed to the builder", underlying: error)
    }
}
