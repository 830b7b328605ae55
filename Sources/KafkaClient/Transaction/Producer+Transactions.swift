import KafkaTransport

extension Producer {
    /// Runs `body` in a transaction. It commits when `body` returns, and aborts when `body` throws or the task is cancelled.
    ///
    /// All records that are appended meanwhile belong to it, by whichever task and door, and the offsets that are added to it
    /// (``Transaction/addOffsets(_:of:)``). Who reads committed records only (``IsolationLevel/readCommitted``) gets all of them or none,
    /// in all partitions. Before it commits, everything that was appended is sent and stored; when a record can't be, the transaction is
    /// aborted, whoever was told of that meanwhile. A record that an append refuses by throwing was not appended: where `body` catches
    /// that and returns, the others are committed.
    ///
    /// ```swift
    /// try await producer.withTransaction { transaction in
    ///     try await producer.append(value: "paid", key: id, to: "orders")
    ///     try await producer.append(value: "100", key: id, to: "ledger")
    /// }
    /// ```
    ///
    /// As soon as the producer is made, it fences every other one that had the transactional id before
    /// (``Producer/Configuration/transactionalID``), and what that one left open is aborted. Outside of transactions the producer takes no
    /// records. It has one transaction at a time. All lanes are in it, under one producer id; each partition has its own lane.
    ///
    /// - Parameter body: appends records, and may add offsets. Its tasks have to have ended when it returns: what is appended later is
    ///   refused, or belongs to the next transaction.
    /// - Returns: what `body` returns.
    /// - Throws: what `body` throws. `KafkaClientError`: `.transactionAborted` when the transaction could not be committed and nothing of it
    ///   counts, so that it may be tried again: with the cause `.transactionTimedOut` when it lasted longer than it may
    ///   (``Producer/Configuration/transactionTimeout``); `.producerFenced` when another producer has the transactional id now: nothing of
    ///   the transaction counts, and this producer is of no more use; `.transactionUnknown` when it is not known whether it was committed:
    ///   this producer is of no more use either; `.noTransaction` without a transactional id; `.invalidArgument` when a transaction is open
    ///   already; why it could not be begun. `CancellationError` when the task is cancelled before it commits.
    // Never inlined, nor are those that it is made of: Swift 6.3.1's release compiler stumbles over asynchronous functions that throw.
    @inline(never)
    public func withTransaction<Result: Sendable>(_ body: (Transaction) async throws -> Result) async throws -> Result {
        let transaction = try await beginTransaction()
        let result: Result
        do {
            result = try await body(transaction)
            try Task.checkCancellation()
        } catch {
            // What goes wrong with the abort, the next transaction tells.
            try? await transaction.abort()
            throw error
        }
        try await transaction.commit()
        return result
    }

    /// Begins a transaction that the caller commits or aborts.
    @inline(never)
    package func beginTransaction() async throws -> Transaction {
        guard let driver = engine.transactions else {
            throw KafkaClientError(
                .noTransaction,
                "the producer has no transactional id; give it one (Producer.Configuration.transactionalID)")
        }
        let now = MonotonicInstant.now
        let number = try await driver.begin()
        return Transaction(engine, driver, number: number, limit: flushTimeout, began: now)
    }
}
