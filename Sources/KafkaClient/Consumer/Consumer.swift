// A consumer hands out what its lanes have read. The lanes' queues are between: a lane puts runs of batches in, and whoever
// takes one, on whatever thread, costs the lane nothing.

public import KafkaCompression
import KafkaQueues
import KafkaTransport
import Synchronization

/// Reads partitions, and hands out their batches: those of each partition in order.
///
/// ```swift
/// try await client.withConsumer(of: ["events"], from: .earliest) { consumer in
///     let reader = RecordReader()
///     for try await batch in consumer {
///         try reader.forEachRecord(in: batch) { record in … }
///     }
/// }
/// ```
///
/// Several tasks may iterate at the same time: each batch goes to one of them. ``forEachBatch(_:)`` is the fastest way: it works
/// where the batches are read.
public final class Consumer: Sendable, AsyncSequence {
    /// How it reads.
    public let configuration: ConsumerConfiguration
    let lanes: [ConsumerLane]
    private let loops: EventLoopGroup?
    /// Its cluster must stay as long as the consumer does.
    private let client: Client?
    private let ending = SharedEnd()
    /// The lane of each partition that is or was read.
    private let shares = Mutex<[TopicPartition: Int]>([:])

    /// - Parameter loops: as many as the configuration has lanes. They must run until the consumer is closed.
    init(
        _ configuration: ConsumerConfiguration, cluster: Cluster, connection: ConnectionConfiguration,
        on loops: [EventLoop],
        ownLoops: EventLoopGroup? = nil, client: Client? = nil
    ) {
        self.configuration = configuration
        self.loops = ownLoops
        self.client = client
        lanes = loops.map { ConsumerLane(configuration, on: $0, cluster: cluster, connection: connection) }
    }

    deinit {
        if ending.hasBegun { return }
        Task { [lanes, loops, client] in
            for lane in lanes { await lane.close() }
            await loops?.shutDown()
            withExtendedLifetime(client) {}
        }
    }

    /// Closes the connections. What was read and not taken is dropped, and whoever waits for a batch gets nil. Calling it again
    /// waits for the same end.
    public func close() async {
        await ending.reach { [lanes, loops] in
            for lane in lanes { await lane.close() }
            await loops?.shutDown()
        }
    }

    // MARK: Partitions

    /// Begins to read partitions, besides those that are read already; one of these goes on from elsewhere.
    ///
    /// - Parameter partitions: the partitions, and where to begin in each. One that does not exist is waited for.
    public func add(_ partitions: [TopicPartition: StartOffset]) async {
        var perLane = [[(TopicPartition, StartOffset)]](repeating: [], count: lanes.count)
        for (partition, start) in partitions.sorted(by: { $0.key < $1.key }) {
            perLane[share(of: partition)].append((partition, start))
        }
        for (lane, partitions) in zip(lanes, perLane) where !partitions.isEmpty { await lane.add(partitions) }
    }

    /// Does not read partitions any more. What was read of them and not taken is dropped.
    public func remove(_ partitions: some Sequence<TopicPartition>) async {
        for (lane, partitions) in byLane(partitions) { await lane.remove(partitions) }
    }

    /// Goes on elsewhere in a partition. What was read of it and not taken is dropped: after this returns no batch from before is
    /// handed out.
    ///
    /// - Throws: `KafkaClientError` with `.invalidArgument` for a partition that is not read.
    public func seek(_ partition: TopicPartition, to start: StartOffset) async throws {
        try await lanes[share(of: partition)].seek(partition, to: start)
    }

    /// Hands out no more batches of partitions until ``resume(_:)``, and asks for none.
    ///
    /// - Throws: `KafkaClientError` with `.invalidArgument` for a partition that is not read.
    public func pause(_ partitions: some Sequence<TopicPartition>) async throws {
        for (lane, partitions) in byLane(partitions) { try await lane.setPaused(partitions, true) }
    }

    /// Goes on with partitions after ``pause(_:)``.
    ///
    /// - Throws: `KafkaClientError` with `.invalidArgument` for a partition that is not read.
    public func resume(_ partitions: some Sequence<TopicPartition>) async throws {
        for (lane, partitions) in byLane(partitions) { try await lane.setPaused(partitions, false) }
    }

    /// What is known of the partitions that are read.
    public var partitions: [TopicPartition: PartitionStatus] {
        get async {
            var all: [TopicPartition: PartitionStatus] = [:]
            for lane in lanes { all.merge(await lane.statuses) { $1 } }
            return all
        }
    }

    private func share(of partition: TopicPartition) -> Int {
        shares.withLock { shares in
            if let lane = shares[partition] { return lane }
            let lane = shares.count % lanes.count
            shares[partition] = lane
            return lane
        }
    }

    private func byLane(_ partitions: some Sequence<TopicPartition>) -> [(ConsumerLane, [TopicPartition])] {
        Dictionary(grouping: partitions, by: share).map { (lanes[$0.key], $0.value) }
    }

    // MARK: Batches

    /// Takes batches, one after the other.
    public struct AsyncIterator: AsyncIteratorProtocol {
        let queues: [FetchedQueue]
        private var turn = 0

        init(_ queues: [FetchedQueue]) { self.queues = queues }

        /// The next batch: at once when one was read, otherwise when one comes.
        ///
        /// - Returns: nil when the consumer was closed.
        /// - Throws: `KafkaClientError`: why the consumer has ended; see ``ConsumerConfiguration/onProblem``.
        ///   `CancellationError` when the task is cancelled.
        public mutating nonisolated(nonsending) func next() async throws -> FetchedBatch? {
            while true {
                var endedCount = 0
                var failure: KafkaClientError?
                for _ in queues.indices {
                    let queue = queues[turn]
                    switch queue.take() {
                    case .batch(let batch): return batch
                    case .nothing: break
                    case .failed(let error): failure = error
                    case .ended: endedCount += 1
                    }
                    turn = turn + 1 == queues.count ? 0 : turn + 1
                }
                if let failure { throw failure }
                if endedCount == queues.count { return nil }
                try await wait()
            }
        }

        private nonisolated(nonsending) func wait() async throws {
            let waiter = Waiter<Void>()
            defer { for queue in queues { queue.leave(waiter) } }
            for queue in queues where !queue.isEnded {
                // Something has come meanwhile.
                if !queue.join(waiter) { return }
            }
            try await waiter.wait()
        }
    }

    /// Takes batches of all lanes.
    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(lanes.map(\.queue)) }

    /// Calls `body` for each batch on the thread of the lane that has read it: without a change of thread, and for the batches of
    /// each partition in order. Lanes work at the same time.
    ///
    /// A lane does not read while `body` works: it should return soon, and not wait for anything.
    ///
    /// - Parameter body: gets a batch, and a reader that is its lane's own.
    /// - Throws: what `body` throws: the other lanes end, too. `KafkaClientError`: why the consumer has ended.
    ///   `CancellationError` when the task is cancelled.
    public func forEachBatch(
        codecs: CodecTable = CodecTable(), _ body: @escaping @Sendable (FetchedBatch, RecordReader) throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for lane in lanes {
                group.addTask(executorPreference: lane.loop) {
                    let reader = RecordReader(codecs: codecs)
                    var batches = AsyncIterator([lane.queue])
                    while let batch = try await batches.next() { try body(batch, reader) }
                }
            }
            // The first error ends the others.
            while try await group.next() != nil {}
        }
    }
}

/// What is known of a partition that is read.
public struct PartitionStatus: Sendable, Equatable {
    /// The offset of the next record to ask for; nil while it is not known where reading begins.
    public let nextOffset: Int64?
    /// The offset behind the last record that every in-sync replica has, as of the last answer; -1 before.
    public let highWatermark: Int64
    /// The offset before which every transaction has ended, as of the last answer; -1 before.
    public let lastStableOffset: Int64
    /// The first offset that is still in the log, as of the last answer; -1 before.
    public let logStartOffset: Int64
    /// The node id of the leader; -1 when there is none.
    public let leader: Int32
    /// Whether it is paused.
    public let isPaused: Bool
    /// Whether it is not read any more, as ``ConsumerConfiguration/onProblem`` has decided.
    public let isStopped: Bool
}

extension ConsumerLane {
    var statuses: [TopicPartition: PartitionStatus] {
        var all: [TopicPartition: PartitionStatus] = [:]
        for reading in readings where reading.isRead {
            all[TopicPartition(reading.source.topic, reading.source.partition)] = PartitionStatus(
                nextOffset: reading.start == nil ? reading.position.offset : nil, highWatermark: reading.highWatermark,
                lastStableOffset: reading.lastStableOffset, logStartOffset: reading.logStartOffset,
                leader: reading.leader, isPaused: reading.isPaused, isStopped: reading.isStopped)
        }
        return all
    }
}
