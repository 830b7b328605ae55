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
/// Several tasks may iterate at the same time: each batch goes to one of them. ``forEachBatch(codecs:_:)`` is the fastest way: it works
/// where the batches are read.
public final class Consumer: Sendable, AsyncSequence {
    /// How it reads.
    public let configuration: ConsumerConfiguration
    let lanes: [ConsumerLane]
    private let loops: EventLoopGroup?
    /// Its cluster must stay as long as the consumer does.
    private let client: Client?
    private let ending = SharedEnd()
    private let assignment: LaneAssignment
    /// Whether decoders take its batches.
    let hasDecoders = Atomic(false)
    /// Its member of a group; nil for a consumer of fixed partitions.
    private let driver: GroupDriver?

    /// - Parameter loops: as many as the configuration has lanes. They must run until the consumer is closed.
    package init(
        _ configuration: ConsumerConfiguration, cluster: Cluster, connection: ConnectionConfiguration,
        on loops: [EventLoop],
        ownLoops: EventLoopGroup? = nil, client: Client? = nil, group: GroupConfiguration? = nil
    ) {
        self.configuration = configuration
        self.loops = ownLoops
        self.client = client
        lanes = loops.map {
            ConsumerLane(configuration, on: $0, cluster: cluster, connection: connection, tracks: group != nil)
        }
        assignment = LaneAssignment(lanes)
        driver = group.map { [lanes, assignment] group in
            GroupDriver(
                group, cluster: cluster, connection: connection, lanes: lanes, rack: configuration.rack,
                changes: assignment)
        }
    }

    /// Joins the group.
    package func join() async { await driver?.start() }

    deinit {
        if ending.hasBegun { return }
        Task { [driver, lanes, loops, client] in
            await driver?.close()
            for lane in lanes { await lane.close() }
            await loops?.shutDown()
            withExtendedLifetime(client) {}
        }
    }

    /// Closes the connections. What was read and not taken is dropped, and whoever waits for a batch gets nil. A member of a group
    /// commits what was handled, if it commits by itself, and leaves. Calling it again waits for the same end.
    ///
    /// - Parameter operation: what a member of a group tells it.
    public func close(_ operation: GroupMembershipOperation = .default) async {
        await ending.reach { [driver, lanes, loops] in
            await driver?.close(operation)
            for lane in lanes { await lane.close() }
            await loops?.shutDown()
        }
    }

    /// Reads no more. What was read before is still handed out, and then nil.
    public func finish() async {
        for lane in lanes { await lane.finish() }
    }

    // MARK: Partitions

    /// Begins to read partitions, besides those that are read already; one of these goes on from elsewhere.
    ///
    /// - Parameter partitions: the partitions, and where to begin in each. One that does not exist is waited for.
    public func add(_ partitions: [TopicPartition: StartOffset]) async {
        await assignment.add(partitions)
    }

    /// Does not read partitions any more. What was read of them and not taken is dropped.
    public func remove(_ partitions: some Sequence<TopicPartition>) async {
        await assignment.remove(Set(partitions))
    }

    /// Goes on elsewhere in a partition. What was read of it and not taken is dropped: after this returns no batch from before is
    /// handed out.
    ///
    /// - Throws: `KafkaClientError`: `.invalidArgument` for a partition that is not read; `.closed` when the consumer reads no more.
    public func seek(_ partition: TopicPartition, to start: StartOffset) async throws {
        try await lanes[assignment.lane(of: partition)].seek(partition, to: start)
    }

    /// Hands out no more batches of partitions until ``resume(_:)``, and asks for none.
    ///
    /// - Throws: `KafkaClientError` with `.invalidArgument` for a partition that is not read.
    public func pause(_ partitions: some Sequence<TopicPartition>) async throws {
        for (lane, partitions) in assignment.byLane(partitions) { try await lane.setPaused(partitions, true) }
    }

    /// Goes on with partitions after ``pause(_:)``.
    ///
    /// - Throws: `KafkaClientError` with `.invalidArgument` for a partition that is not read.
    public func resume(_ partitions: some Sequence<TopicPartition>) async throws {
        for (lane, partitions) in assignment.byLane(partitions) { try await lane.setPaused(partitions, false) }
    }

    /// What is known of the partitions that are read.
    public var partitions: [TopicPartition: PartitionStatus] {
        get async {
            var all: [TopicPartition: PartitionStatus] = [:]
            for lane in lanes { all.merge(await lane.statuses) { $1 } }
            return all
        }
    }

    /// The bytes of batches that were read and that nobody has taken yet.
    package var waitingByteCount: Int { lanes.reduce(0) { $0 + $1.queue.waitingByteCount } }

    /// The records behind those that were read, up to the high watermarks of the last answers.
    package var unreadCount: Int64 {
        get async {
            var count: Int64 = 0
            for lane in lanes { count += await lane.unreadCount }
            return count
        }
    }

    // MARK: Groups

    /// Commits where the user has come to, as ``GroupConfiguration/autoCommitInterval`` does by itself: behind the last batch of each
    /// partition that was handled.
    ///
    /// - Throws: `KafkaClientError`: the coordinator's reason with its ``KafkaClientError/brokerError``, such as that the member is in
    ///   the group no longer; why there was no answer; `.closed`; `.invalidArgument` for a consumer without a group.
    ///
    /// Source: OffsetCommit, API key 8, versions 2 to 10; 10 where the coordinator assigned the topics by their ids (KIP-848).
    public func commit() async throws { try await member.commitHandled(of: nil) }

    /// Commits offsets of partitions that are the member's.
    ///
    /// - Throws: the errors of ``commit()``; `.invalidArgument` for an offset below zero.
    public func commit(_ offsets: [TopicPartition: CommittedOffset]) async throws {
        try offsets.checkNotNegative()
        try await member.commit(offsets)
    }

    /// Where the group has come to in partitions. Those for which it has committed nothing are missing.
    ///
    /// - Throws: the errors of ``commit()``.
    ///
    /// Source: OffsetFetch, API key 9, versions 1 to 9.
    public func committed(_ partitions: Set<TopicPartition>) async throws -> [TopicPartition: CommittedOffset] {
        try await member.fetch(partitions)
    }

    /// Who this member is in the group at the moment, for the offsets that a producer commits within a transaction.
    ///
    /// While the group rebalances it may tell of a generation that is over: the coordinator refuses its offsets then.
    ///
    /// - Throws: `KafkaClientError`: `.invalidArgument` for a consumer without a group; `.brokerError` while it is no member of it.
    public var groupMetadata: ConsumerGroupMetadata {
        get async throws { try await member.metadata() }
    }

    /// The same, if these offsets are of partitions that it has, and had without a break since it has read them.
    ///
    /// - Parameter moment: what was read before was handed out before.
    func groupMetadata(
        owning offsets: [TopicPartition: CommittedOffset], since moment: MonotonicInstant
    ) async throws -> ConsumerGroupMetadata {
        try await member.metadata(owning: offsets, since: moment)
    }

    /// Goes back to where the group has committed, in all partitions that the member has: what was read behind that is read again. This is
    /// for programs that commit within transactions, after one was aborted.
    ///
    /// - Throws: the errors of ``commit()``.
    public func seekToCommitted() async throws {
        for (partition, start) in try await member.committedStarts() {
            // It may have been given back meanwhile.
            try? await seek(partition, to: start)
        }
    }

    private var member: GroupDriver {
        get throws(KafkaClientError) {
            if let driver { return driver }
            throw KafkaClientError(.invalidArgument, "this consumer reads fixed partitions, and is in no group")
        }
    }

    // MARK: Batches

    /// Takes batches, one after the other.
    public struct AsyncIterator: AsyncIteratorProtocol {
        let queues: [FetchedQueue]
        private var turn = 0
        private let hand = BatchInHand()

        /// Whether the partition of the last batch is read from elsewhere by now.
        var isLastOutdated: Bool { hand.isOutdated }

        init(_ queues: [FetchedQueue]) { self.queues = queues }

        /// The next batch: at once when one was read, otherwise when one comes.
        ///
        /// The one before counts as handled from now on. One that was handed out when the iterator is let go of does when a later one of
        /// its partition is.
        ///
        /// - Returns: nil when the consumer was closed.
        /// - Throws: `KafkaClientError`: why the consumer has ended; see ``ConsumerConfiguration/onProblem``.
        ///   `CancellationError` when the task is cancelled.
        public mutating nonisolated(nonsending) func next() async throws -> FetchedBatch? {
            hand.didHandle()
            while true {
                var endedCount = 0
                var failure: KafkaClientError?
                for _ in queues.indices {
                    let queue = queues[turn]
                    let restartCount = queue.restartCount.load(ordering: .acquiring)
                    switch queue.take() {
                    case .batch(let batch):
                        hand.take(batch, from: queue, restartCount: restartCount)
                        return batch
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
    /// - Parameters:
    ///   - codecs: decompress batches. By default these are the codecs of the library.
    ///   - body: gets a batch, and a reader that is its lane's own.
    /// - Throws: what `body` throws: the other lanes end, too. `KafkaClientError`: why the consumer has ended.
    ///   `CancellationError` when the task is cancelled.
    public func forEachBatch(
        codecs: CodecTable = CodecTable(), _ body: @escaping @Sendable (FetchedBatch, RecordReader) throws -> Void
    ) async throws {
        try await forEachBatch(codecs: codecs) { batch, reader, _ in try body(batch, reader) }
    }

    /// Does the same, and tells the number of the lane.
    ///
    /// - Parameter rest: called behind each batch with the number of the lane, on its loop; what comes meanwhile waits.
    package func forEachBatch(
        codecs: CodecTable = CodecTable(), rest: (@Sendable (EventLoop, Int) async throws -> Void)? = nil,
        _ body: @escaping @Sendable (FetchedBatch, RecordReader, Int) throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, lane) in lanes.enumerated() {
                group.addTask(executorPreference: lane.loop) {
                    let reader = RecordReader(codecs: codecs)
                    var batches = AsyncIterator([lane.queue])
                    while let batch = try await batches.next() {
                        try body(batch, reader, index)
                        if let rest { try await rest(lane.loop, index) }
                    }
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
    var unreadCount: Int64 {
        var count: Int64 = 0
        for reading in readings where reading.isRead && reading.start == nil {
            count += max(0, reading.highWatermark - reading.position.offset)
        }
        return count
    }

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
