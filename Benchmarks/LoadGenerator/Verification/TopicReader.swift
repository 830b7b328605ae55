// Reads a topic while a run writes to it, and then up to its end, by the library's consumer. All of it is on a thread of its own,
// whose CPU time is known.

import KafkaClient
import KafkaTransport

/// Reads the records that a run stores.
actor TopicReader {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private let topic: String
    private let cluster: Cluster
    private let connection: ConnectionConfiguration
    private let pace: ReaderPace
    private var log: PartitionReader
    /// The next offset of each partition.
    private var next: [Int64]
    /// Where to stop; nil while the run goes on.
    private var ends: [Int64]?
    private var consumer: Consumer?
    private var reading: Task<Void, any Error>?
    private var isOver = false
    /// When something was last read, or the ends became known.
    private var lastProgress = MonotonicInstant.now
    /// The partition whose log no longer has what is to be read next.
    private var lostPartition: Int?
    private(set) var failure: String?

    private let isolation: IsolationLevel

    private static let configuration: ConsumerConfiguration = {
        // The run is not to be disturbed: few answers, and little memory.
        var configuration = ConsumerConfiguration(
            bufferByteCountMax: 8 << 20, fetchByteCountMax: 4 << 20, fetchByteCountMin: 256 << 10,
            maxWait: .milliseconds(100))
        configuration.fetchByteCountNear = 1 << 20
        return configuration
    }()
    /// How often the pace is told how far behind the reader is, and once the ends are known whether they are reached.
    private static let lookInterval = Duration.milliseconds(5)
    /// How long there may be nothing more to read before the end.
    private static let patience = Duration.seconds(60)

    /// - Parameters:
    ///   - starts: where to begin in each partition.
    ///   - isolation: of a run in transactions, only what is committed counts.
    init(
        _ topic: String, cluster: Cluster, from starts: [Int64], stamps: StampReader, warmUp: StampReader,
        isolation: IsolationLevel, on loop: EventLoop, _ connection: ConnectionConfiguration, pace: ReaderPace
    ) {
        self.topic = topic
        self.cluster = cluster
        self.loop = loop
        self.connection = connection
        self.pace = pace
        self.isolation = isolation
        log = PartitionReader(stamps: stamps, warmUp: warmUp, partitionCount: starts.count)
        next = starts
    }

    /// CPU time of the reader's thread so far, in ns.
    func cpuNs() -> Int64 { ThreadCPU.nowNs() }

    /// What was found so far.
    var records: StoredRecords { log.records }

    /// Reads until all is read, nothing can be read any more, or it is stopped.
    func run() async {
        defer { pace.end() }
        guard isReading else { return }
        var configuration = Self.configuration
        configuration.isolation = isolation
        configuration.onProblem = { [weak self] problem in self?.assumeIsolated { $0.decide(problem) } ?? .fail }
        let consumer = Consumer(configuration, cluster: cluster, connection: connection, on: [loop])
        self.consumer = consumer
        await consumer.add(places(of: next.indices))
        let watching = Task(executorPreference: loop) { await self.watch(consumer) }
        let reading = Task(executorPreference: loop) { [unowned self] in
            try await consumer.forEachBatch { [unowned self] batch, _ in
                guard self.assumeIsolated({ $0.take(batch) }) else { throw CancellationError() }
            }
        }
        self.reading = reading
        if !isReading { endReading() }
        do {
            try await reading.value
        } catch is CancellationError {} catch {
            if lostPartition == nil { failure = failure ?? "\(error)" }
        }
        watching.cancel()
        await watching.value
        log.noteDamaged()
        await consumer.close()
        self.consumer = nil
        if let lostPartition, failure == nil { await explain(lostPartition) }
    }

    /// Says where the partitions end. A topic that has gained some is read from the beginning of those.
    func end(at ends: [Int64]) async {
        log.grow(to: ends.count)
        let gained = next.count..<max(next.count, ends.count)
        next += gained.map { _ in 0 }
        self.ends = ends
        lastProgress = .now
        if !gained.isEmpty { await consumer?.add(places(of: gained)) }
        if !isReading { endReading() }
    }

    /// Gives up, for a reason.
    func stop(_ reason: String) {
        failure = failure ?? reason
        endReading()
    }

    private func endReading() {
        isOver = true
        reading?.cancel()
    }

    private func places(of partitions: Range<Int>) -> [TopicPartition: StartOffset] {
        Dictionary(uniqueKeysWithValues: partitions.map { (TopicPartition(topic, Int32($0)), .offset(next[$0])) })
    }

    private var isReading: Bool {
        if failure != nil || lostPartition != nil { return false }
        return ends == nil || next.indices.contains(where: isPending)
    }

    private func isPending(_ index: Int) -> Bool {
        guard let ends else { return true }
        return index < ends.count && next[index] < ends[index]
    }

    // MARK: What comes

    /// - Returns: false when no more is wanted.
    private func take(_ batch: FetchedBatch) -> Bool {
        let index = Int(batch.partition)
        guard !isOver, next.indices.contains(index) else { return !isOver }
        lastProgress = .now
        let end = ends.map { index < $0.count ? $0[index] : 0 } ?? .max
        next[index] = log.read(batch, of: index, from: next[index], to: end)
        // Only a partition that has come to its end can be the last one.
        if next[index] >= end, !isReading { endReading() }
        return !isOver
    }

    /// Says what becomes of a partition that can't be read on. Called on this actor's loop.
    private func decide(_ problem: ConsumerProblem) -> ConsumerDecision {
        let index = Int(problem.partition)
        switch problem.kind {
        case .corruptBatch(.some(let behind)) where behind > problem.offset:
            // What was read before is looked at first.
            log.addDamaged(problem.offset..<behind, in: index)
            return .seek(.offset(behind))
        case .corruptBatch:
            failure =
                failure
                ?? "partition \(index) has bytes at offset \(problem.offset) that are no batch: \(problem.error)"
        case .truncated:
            // The log may have as many records again; what is missing is found by what was acknowledged.
            return .seek(.offset(problem.offset))
        case .offsetOutOfRange, .topicMadeAnew: lostPartition = index
        case .topicGone: failure = failure ?? "topic '\(topic)' is not there any more"
        case .refused: failure = failure ?? "\(problem.error)"
        }
        return .fail
    }

    // MARK: What does not come

    private func watch(_ consumer: Consumer) async {
        while isReading, !Task.isCancelled {
            pace.tell(unread: await consumer.unreadCount)
            if ends != nil {
                await takeEnds(consumer)
                checkPatience()
            }
            try? await Task.sleep(for: Self.lookInterval)
        }
        endReading()
    }

    /// A partition whose last offsets have no records, or damaged ones, ends without a batch.
    private func takeEnds(_ consumer: Consumer) async {
        guard consumer.waitingByteCount == 0 else { return }
        let statuses = await consumer.partitions
        guard let ends, consumer.waitingByteCount == 0 else { return }
        for index in ends.indices where isPending(index) {
            guard let position = statuses[TopicPartition(topic, Int32(index))]?.nextOffset, position >= ends[index]
            else {
                continue
            }
            next[index] = log.skip(index, from: next[index], to: ends[index])
        }
    }

    private func checkPatience() {
        guard MonotonicInstant.now - lastProgress > Self.patience,
            let silent = next.indices.first(where: isPending)
        else { return }
        failure = failure ?? "partition \(silent) could not be read for \(Self.patience)"
    }

    private func explain(_ index: Int) async {
        let next = next[index]
        let start = try? await cluster.offsets(of: topic, at: .earliest)[index]
        guard let start, start > next else {
            failure = "partition \(index) has no offset \(next) any more: it was made anew, or its log was cut off"
            return
        }
        failure = """
            the log of partition \(index) begins at offset \(start) now, and the reader had come to \(next): the broker \
            dropped \(start - next) records before they could be read; give it more memory or retention, or a lower --rate
            """
    }
}
