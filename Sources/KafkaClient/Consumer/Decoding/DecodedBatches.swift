public import KafkaCompression
import KafkaQueues
import KafkaTransport

/// The batches that a consumer reads, decompressed: those of each partition in order.
///
/// Several tasks may iterate at the same time: each batch goes to one of them.
public struct DecodedBatches: AsyncSequence, Sendable {
    let queue: DecodedQueue

    /// Takes batches, one after the other.
    public struct AsyncIterator: AsyncIteratorProtocol {
        let queue: DecodedQueue
        private let hand = BatchInHand()

        init(_ queue: DecodedQueue) { self.queue = queue }

        /// The next batch: at once when one was decompressed, otherwise when one comes.
        ///
        /// The one before counts as handled from now on.
        ///
        /// - Returns: nil when the consumer was closed, or its decoders have ended.
        /// - Throws: `KafkaClientError`: why the consumer has ended; see ``ConsumerConfiguration/onProblem``.
        ///   `CancellationError` when the task is cancelled.
        public mutating nonisolated(nonsending) func next() async throws -> DecodedBatch? {
            hand.didHandle()
            while true {
                switch queue.take() {
                case .batch(let decoded, let queue):
                    hand.take(decoded.batch, from: queue)
                    return decoded
                case .nothing: try await wait()
                case .failed(let error): throw error
                case .ended: return nil
                }
            }
        }

        private nonisolated(nonsending) func wait() async throws {
            let waiter = Waiter<Void>()
            defer { queue.leaveTakers(waiter) }
            if queue.joinTakers(waiter) { try await waiter.wait() }
        }
    }

    /// Takes batches of all lanes.
    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(queue) }
}

extension Consumer {
    /// Decompresses batches on threads of their own, side by side, while `body` takes them in order.
    ///
    /// ```swift
    /// try await consumer.withDecoders(2) { batches in
    ///     for try await batch in batches { try batch.forEachRecord { record in … } }
    /// }
    /// ```
    ///
    /// It pays where one lane reads more than one core decompresses: few partitions, and a codec that costs much. Otherwise
    /// ``forEachBatch(codecs:_:)`` is faster. Nobody else should take batches of the consumer meanwhile: those that decoders have are
    /// handed out behind them. What `body` has not taken in the end is handed out by the consumer afterwards.
    ///
    /// - Parameters:
    ///   - count: the number of threads, 1 to 1,024.
    ///   - codecs: decompress batches. By default these are the codecs of the library.
    ///   - limits: what may be used of memory, besides ``ConsumerConfiguration/bufferByteCountMax``.
    ///   - body: takes the batches.
    /// - Returns: what `body` returns.
    /// - Throws: what `body` throws; `KafkaClientError`: `.invalidConfiguration`; `.invalidArgument` while the consumer has decoders
    ///   already; `.systemResources` when no thread could be started.
    public func withDecoders<Result: Sendable>(
        _ count: Int, codecs: CodecTable = CodecTable(), limits: DecoderLimits = DecoderLimits(),
        _ body: (DecodedBatches) async throws -> Result
    ) async throws -> Result {
        try await withDecoders(count, codecs: codecs, limits: limits, batchesPerMeasurement: 0, body)
    }

    /// Does the same, and measures how long decompressing takes: for one of so many batches.
    package func withDecoders<Result: Sendable>(
        _ count: Int, codecs: CodecTable = CodecTable(), limits: DecoderLimits = DecoderLimits(),
        batchesPerMeasurement: Int, _ body: (DecodedBatches) async throws -> Result
    ) async throws -> Result {
        try ConfigurationCheck.throwIfAny(limits.problems(decoders: count), for: "decoders")
        guard !hasDecoders.exchange(true, ordering: .acquiringAndReleasing) else {
            throw KafkaClientError(.invalidArgument, "this consumer has decoders already")
        }
        defer { hasDecoders.store(false, ordering: .releasing) }
        let loops = try EventLoopGroup.start(count: count, name: "kafka-decoder")
        let queue = DecodedQueue(lanes.map(\.queue), decoderCount: count, limits)
        let tasks = loops.loops.map { loop in
            Task(executorPreference: loop) {
                let reader = RecordReader(codecs: codecs, decompressedByteCountMax: limits.batchByteCountMax)
                await Decoder(queue, reader, batchesPerMeasurement: batchesPerMeasurement).run()
            }
        }
        return try await always {
            try await body(DecodedBatches(queue: queue))
        } thenCleanUp: {
            queue.close()
            for task in tasks {
                task.cancel()
                await task.value
            }
            await loops.shutDown()
        }
    }
}
