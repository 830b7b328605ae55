// The record door. Records that come one by one are gathered into chunks, so that a thread is changed per chunk and not
// per record. What was accepted here is in a delivery, or counts as failed, whatever becomes of the caller.

public import KafkaProtocol

extension Producer {
    /// Appends one record. Returns when it is taken, not when it is delivered; waits when the memory bound is reached.
    ///
    /// A cancelled call throws while it waits for room. Once the record is taken it is not called back.
    ///
    /// - Parameters:
    ///   - value: nil is a tombstone.
    ///   - key: nil for none; the partitioner goes by it.
    ///   - timestampMs: milliseconds since 1970; nil for now.
    ///   - partition: nil lets the partitioner decide.
    /// - Throws: `KafkaClientError`: `.recordTooLarge`, `.unknownTopic`, `.unknownPartition`, `.closed`; and
    ///   `CancellationError`. Records of earlier calls that could not be handed over with this one also count as failed in
    ///   the next flush.
    public func append(
        value: [UInt8]?, key: [UInt8]? = nil, headers: [RecordHeader] = [], timestampMs: Int64? = nil, to topic: String,
        partition: Int32? = nil
    ) async throws {
        let time = timestampMs ?? WallClock.nowMs()
        let place = WaitingRecords.Place(topic: topic, partition: partition)
        let byteCount =
            RecordBatchHeader.byteCount + RecordChunk.recordOverheadMax + (value?.count ?? 0) + (key?.count ?? 0)
            + (headers.isEmpty ? 0 : RecordChunk.encoded(headers).count)
        if byteCount > configuration.builder.batchByteCountMax {
            // It may be refused: it goes alone, so that the answer is its own.
            var chunk = RecordChunk(capacity: 1, byteCapacity: byteCount)
            chunk.append(key: key, value: value, headers: headers, timestampMs: time)
            return try await appendAlone(chunk, to: place, byteCount)
        }
        func add(_ waiting: inout WaitingRecords) throws -> (full: WaitingRecords.Taken?, mustLinger: Bool) {
            try waiting.add(place, byteCount: byteCount, nowNs: MonotonicClock.nowNs()) {
                $0.append(key: key, value: value, headers: headers, timestampMs: time)
            }
        }
        var added = try waiting.withLock { waiting in
            waiting.isKnown(place) && waiting.reserve(byteCount) ? try add(&waiting) : nil
        }
        if added == nil {
            try await admit(place, byteCount)
            added = try waiting.withLock { try add(&$0) }
        }
        if let full = added?.full { return try await handOver(full).value }
        if added?.mustLinger == true { linger(place) }
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

    private func appendAlone(_ chunk: RecordChunk, to place: WaitingRecords.Place, _ byteCount: Int) async throws {
        try await admit(place, byteCount)
        let taken = try waiting.withLock { try $0.takeAlone(chunk, to: place, byteCount: byteCount) }
        var last: Task<Void, any Error>?
        for taken in taken { last = handOver(taken) }
        try await last?.value
    }

    // MARK: Before a record is accepted

    /// Returns when the place is known to exist and there is room for the record.
    private func admit(_ place: WaitingRecords.Place, _ byteCount: Int) async throws {
        if !waiting.withLock({ $0.isKnown(place) }) { try await learn(place) }
        if !waiting.withLock({ $0.reserve(byteCount) }) { try await waitForRoom(byteCount) }
    }

    /// Tells whoever names a topic or a partition that does not exist.
    private func learn(_ place: WaitingRecords.Place) async throws {
        if waiting.withLock(\.isClosed) { throw WaitingRecords.closedError }
        let partitionCount = try await cluster.partitionCount(of: place.topic)
        if let partition = place.partition {
            try PartitionBounds.check([partition], of: place.topic, partitionCount)
        }
        waiting.withLock { $0.learn(place.topic, partitionCount: partitionCount) }
    }

    private func waitForRoom(_ byteCount: Int) async throws {
        let id = waiting.withLock { $0.drawWaiter() }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                let end = waiting.withLock { waiting -> WaitingRecords.TurnEnd? in
                    if waiting.isClosed { return nil }
                    waiting.wait(id, byteCount, continuation)
                    return waiting.settle()
                }
                guard let end else { return continuation.resume(throwing: WaitingRecords.closedError) }
                act(on: end)
                if Task.isCancelled { cancelWait(id) }
            }
        } onCancel: {
            cancelWait(id)
        }
    }

    private func cancelWait(_ id: UInt64) {
        guard let continuation = waiting.withLock({ $0.withdraw(id) }) else { return }
        continuation.resume(throwing: CancellationError())
        // It may have stood before others that fit.
        act(on: waiting.withLock { $0.settle() })
    }

    // MARK: Handing over

    /// One task per place, however many chunks are begun there: each is handed over after the linger time at the latest.
    private func linger(_ place: WaitingRecords.Place) {
        let lingerNs = configuration.builder.linger.nanoseconds
        let task = Task(executorPreference: lanes[0].loop) { [self] in
            while true {
                switch waiting.withLock({ $0.linger(place, lingerNs: lingerNs, nowNs: MonotonicClock.nowNs()) }) {
                case .wait(let ns):
                    do { try await Task.sleep(for: .nanoseconds(ns)) } catch { return }
                case .handOver(let taken): _ = await handOver(taken).result
                case .end: return
                }
            }
        }
        waiting.withLock { $0.keep(task, for: place) }
    }

    /// Hands over all that was accepted before, and returns when the builder has it.
    func handOverAll() async throws {
        let (taken, last) = waiting.withLock { ($0.takeAll(), $0.drawTicket()) }
        let tasks = taken.map { handOver($0) }
        await waitForTurn(last)
        act(on: waiting.withLock { $0.endTurn(byteCount: 0) })
        for task in tasks { try await task.value }
    }

    /// Takes no more records; those that are here fail with the builder, which is finished.
    ///
    /// - Returns: what to wait for once memory comes back.
    func closeWaiting() async -> Task<Void, Never> {
        let (lingering, refused, taken) = waiting.withLock { $0.close() }
        for task in lingering { task.cancel() }
        for continuation in refused { continuation.resume(throwing: WaitingRecords.closedError) }
        for taken in taken { handOver(taken) }
        return Task {
            for task in lingering { await task.value }
            try? await handOverAll()
        }
    }

    /// In a task of its own, which nobody cancels: the chunk holds records of many callers.
    @discardableResult
    private func handOver(_ taken: WaitingRecords.Taken) -> Task<Void, any Error> {
        Task(executorPreference: lanes[0].loop) { [self] in
            await waitForTurn(taken.ticket)
            defer { act(on: waiting.withLock { $0.endTurn(byteCount: taken.byteCount) }) }
            do {
                try await builder.append(taken.chunk, to: taken.place.topic, partition: taken.place.partition)
            } catch {
                let reason = Self.reason(error)
                if !taken.isAlone { deliveries.fail(taken.chunk.count - reason.takenRecordCount, reason) }
                throw reason
            }
        }
    }

    private func waitForTurn(_ ticket: Int) async {
        await withCheckedContinuation { continuation in
            if waiting.withLock({ $0.isTurn(ticket, continuation) }) { continuation.resume() }
        }
    }

    private func act(on end: WaitingRecords.TurnEnd) {
        end.next?.resume()
        for continuation in end.admitted { continuation.resume() }
        for taken in end.toHandOver { handOver(taken) }
    }

    private static func reason(_ error: any Error) -> KafkaClientError {
        error as? KafkaClientError
            ?? KafkaClientError(.closed, "records could not be handed to the builder", underlying: error)
    }
}
