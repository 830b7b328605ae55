// The network side of a share consumer: a connection and a session to each broker that leads partitions of the member's. One request of
// a session is on its way at a time; it acquires records, tells what became of others, or both. What is known is in values
// (`ShareSession`, `AcquiredRecords`); here are the clock, the sockets and the timers.
//
// +Asking   which request is next
// +Telling  requests, and what they tell
// +Answers  their answers
// +Brokers  connections, leaders, metadata
// +Ending   the ends of sessions

import KafkaProtocol
import KafkaQueues
import KafkaTransport

/// The lane of a share consumer: an actor on an event loop, with connections of its own.
actor ShareLane: PartitionReader, TaskOwner {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    nonisolated let queue: ShareQueue
    nonisolated let memberID: String
    let configuration: ShareGroupConfiguration
    let connectionConfiguration: ConnectionConfiguration
    let cluster: Cluster
    nonisolated let frames: FrameBufferPool
    let reader = RecordReader()
    /// By slot. A partition keeps its slot when it is shared no more.
    var partitions: [SharePartition] = []
    var slots: [TopicPartition: Int] = [:]
    var topicNames: [KafkaUUID: String] = [:]
    var links: [Int32: ShareLink] = [:]
    /// Topics that this lane has asked for and waits for.
    var asking: Set<String> = []
    var isPumpScheduled = false
    private(set) var isClosed = false
    /// Nothing is acquired any more.
    private(set) var isEnding = false
    /// Why nothing is, where the user has not wanted it.
    private var failure: KafkaClientError?
    /// Whoever waits for the end of all sessions.
    var finishing: Waiter<Void>?
    nonisolated let listener = MetadataListener()
    let meter = LaneMeter()
    /// Those who wait until all that they have decided is answered.
    var commits: [ShareCommit] = []
    var tasks = OwnTasks()
    private var timer: LoopTimer?
    private var timerDue = MonotonicInstant.distantFuture

    init(
        _ configuration: ShareGroupConfiguration, memberID: String, on loop: EventLoop, cluster: Cluster,
        connection: ConnectionConfiguration
    ) {
        self.configuration = configuration
        self.memberID = memberID
        self.loop = loop
        self.cluster = cluster
        connectionConfiguration = connection
        frames = FrameBufferPool(freeByteCountMax: 4 << 20)
        queue = ShareQueue(lowCount: configuration.recordCountMax / 4)
        cluster.meter.add(meter)
        queue.setOnChange { [weak self] in
            guard let self else { return }
            Task(executorPreference: loop) { await self.pump() }
        }
        cluster.metadata.add(listener) { [weak self] in
            guard let self else { return }
            Task(executorPreference: loop) { await self.didChange() }
        }
    }

    deinit {
        cluster.metadata.remove(listener)
        cluster.meter.remove(meter)
    }

    // MARK: Partitions

    func add(_ added: [TopicPartition: StartOffset]) {
        if isClosed { return }
        for partition in added.keys {
            let slot = slots[partition] ?? partitions.count
            if slot == partitions.count {
                slots[partition] = slot
                partitions.append(
                    SharePartition(
                        source: FetchSource(topic: partition.topic, partition: partition.partition, slot: slot)))
            }
            partitions[slot].isAssigned = true
            partitions[slot].failureCount = 0
            partitions[slot].restsUntil = .distantPast
        }
        for topic in Set(added.keys.map(\.topic)) where !takeTopic(topic) { refresh([topic]) }
        pump()
    }

    /// Acquires no more of partitions. What the user has of them can still be acknowledged; what waits is given back.
    func stop(_ stopped: Set<TopicPartition>) {
        for partition in stopped {
            guard let slot = slots[partition], partitions[slot].isAssigned else { continue }
            partitions[slot].isAssigned = false
            guard let link = links[partitions[slot].broker] else { continue }
            link.slots.remove(slot)
            for acquisition in link.acquisitions where acquisition.source.slot == slot {
                acquisition.with { $0.releaseWaiting() }
                addPending(acquisition, link)
            }
            partitions[slot].broker = -1
        }
        pump()
    }

    func remove(_ removed: Set<TopicPartition>) { stop(removed) }

    /// Notes that something of an acquisition is to be told.
    func addPending(_ acquisition: Acquisition, _ link: ShareLink) {
        guard acquisition.with({ $0.hasPending }) else { return }
        link.pending.append(acquisition)
        if link.pendingSince == nil { link.pendingSince = .now }
    }

    // MARK: Time

    /// Pumps at a moment, unless an earlier one is scheduled already.
    func schedule(at moment: MonotonicInstant) {
        if moment >= timerDue || isClosed { return }
        timerDue = moment
        let timer = timer ?? LoopTimer(on: loop)
        self.timer = timer
        timer.schedule(at: moment) { [weak self] in
            self?.assumeIsolated {
                $0.timerDue = .distantFuture
                $0.checkSilence(now: .now)
                $0.pump()
            }
        }
    }

    // MARK: Committing

    /// Sends what was decided, and waits until it is answered.
    ///
    /// - Returns: what became of it, and of what was answered meanwhile.
    func commit() async throws -> [AcknowledgementResult] {
        if let failure { throw failure }
        takeDecided(queue.look().decided)
        let commit = ShareCommit(links.values.flatMap(\.openAcquisitions))
        if commit.open.isEmpty { return [] }
        commits.append(commit)
        pump()
        checkCommits()
        do { try await commit.end.wait() } catch {
            commits.removeAll { $0 === commit }
            throw error
        }
        return commit.results
    }

    func takeDecided(_ decided: [Acquisition]) {
        for acquisition in decided {
            if let link = links[acquisition.broker] { addPending(acquisition, link) }
        }
    }

    /// Ends commits of which nothing is open any more.
    func checkCommits() {
        if commits.isEmpty { return }
        let open = Set(links.values.flatMap(\.openAcquisitions).map(ObjectIdentifier.init))
        for commit in commits { commit.open.formIntersection(open) }
        for commit in commits where commit.open.isEmpty { commit.end.resume() }
        commits.removeAll { $0.open.isEmpty }
    }

    /// Tells what became of acknowledgements.
    func report(_ source: FetchSource, _ offsets: [Int64], _ error: KafkaClientError?) {
        if offsets.isEmpty { return }
        let result = AcknowledgementResult(
            partition: TopicPartition(source.topic, source.partition), offsets: .ranges(of: offsets.sorted()),
            error: error)
        for commit in commits { commit.results.append(result) }
        configuration.onAcknowledged?(result)
    }

    // MARK: Ending

    /// Ends with an error, once what was acquired before is taken.
    func fail(_ error: KafkaClientError) {
        if isClosed || failure != nil { return }
        failure = error
        isEnding = true
        queue.fail(error)
        for commit in commits { commit.end.resume(.failure(error)) }
        commits = []
    }

    /// Tells brokers what was decided, and closes the sessions: what was not is some member's again.
    func finish() async {
        if isClosed || finishing != nil { return }
        isEnding = true
        queue.close()
        let end = Waiter<Void>()
        finishing = end
        pump()
        let limit = LoopTimer(on: loop)
        limit.schedule(at: .now + configuration.maxWait + Self.finishTimeout) { end.resume() }
        try? await end.wait()
        limit.close()
    }

    private static let finishTimeout = Duration.seconds(5)

    /// Closes the connections. When this returns, no task of the lane is running, and its loop may be shut down.
    func close() async {
        if !isClosed {
            isClosed = true
            isEnding = true
            queue.close()
            cluster.metadata.remove(listener)
            for link in links.values {
                link.connection?.close()
                endTenure(link, KafkaClientError(.closed, "the share consumer was closed"))
            }
            links = [:]
            for commit in commits { commit.end.resume() }
            commits = []
            finishing?.resume()
            timer?.close()
            timer = nil
        }
        await endTasks()
    }
}

/// Somebody who waits until all that was decided is answered. Belongs to the lane.
final class ShareCommit: @unchecked Sendable {
    // Unchecked: used on the lane's loop only.
    var open: Set<ObjectIdentifier>
    var results: [AcknowledgementResult] = []
    let end = Waiter<Void>()

    init(_ acquisitions: [Acquisition]) { open = Set(acquisitions.map(ObjectIdentifier.init)) }
}

extension [ClosedRange<Int64>] {
    static func ranges(of offsets: [Int64]) -> Self { ClosedRange<Int64>.ranges(of: offsets) }
}
