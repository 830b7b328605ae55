// The network side of a consumer. A lane keeps a connection and a session to each broker that it reads from, asks for more as
// long as there is memory, and puts what comes into its queue. What it knows is in values: `PartitionReading`, `FetchSession`,
// `FetchWindow`; here are the clock, the sockets and the timers.
//
// +Fetching  requests and their answers
// +Offsets   where reading begins
// +Epochs    whether a new leader's log agrees with what was read
// +Brokers   connections, leaders, metadata
// +Problems  what becomes of a partition that can't be read on

import KafkaProtocol
import KafkaQueues
import KafkaTransport

/// One lane of a consumer: an actor on an event loop, with connections of its own.
actor ConsumerLane: TaskOwner {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    nonisolated let queue: FetchedQueue
    let configuration: ConsumerConfiguration
    let connectionConfiguration: ConnectionConfiguration
    let cluster: Cluster
    /// The bytes of answers that this lane may have.
    let bufferByteCountMax: Int
    nonisolated let frames: FrameBufferPool
    /// The bytes of answers that somebody has a batch of.
    nonisolated var frameByteCount: Int { frames.frameByteCount }
    /// By slot. A partition keeps its slot when it is not read any more: a session may still have to forget it.
    var readings: [PartitionReading] = []
    var topics: [String: TopicReadings] = [:]
    var topicNames: [KafkaUUID: String] = [:]
    /// By node id.
    var links: [Int32: FetchLink] = [:]
    var endpoints: [Int32: Endpoint] = [:]
    /// The topics that this lane has asked for and waits for.
    var asking: Set<String> = []
    /// The bytes of records that were asked for and did not come yet.
    var askedByteCount = 0
    var isPumpScheduled = false
    private(set) var isClosed = false
    nonisolated let listener = MetadataListener()
    let meter = LaneMeter()
    var tasks = OwnTasks()
    private var timer: LoopTimer?
    private var timerDue = MonotonicInstant.distantFuture

    /// The partitions of a topic that are read.
    struct TopicReadings {
        /// Whether the partitions that are read have been found in what is known of it.
        var isKnown = false
        /// Slots by partition, also of those that are not read any more.
        var slots: [Int32: Int] = [:]
        /// How many are read.
        var readCount = 0
        /// Since when the cluster has not known it, if it never has.
        var unknownSince: MonotonicInstant?
        /// The id that the topic had when its reading began; zero while it is not known.
        var id = KafkaUUID.zero
    }

    init(
        _ configuration: ConsumerConfiguration, on loop: EventLoop, cluster: Cluster,
        connection: ConnectionConfiguration, tracks: Bool = false
    ) {
        self.configuration = configuration
        self.loop = loop
        self.cluster = cluster
        connectionConfiguration = connection
        bufferByteCountMax = configuration.bufferByteCountMax / configuration.lanes
        frames = FrameBufferPool(freeByteCountMax: min(bufferByteCountMax, 64 << 20))
        queue = FetchedQueue(partitionByteCountMax: configuration.partitionByteCountNear, tracks: tracks)
        cluster.meter.add(meter)
        queue.setOnRelease { [weak self] in
            guard let self else { return }
            Task(executorPreference: loop) { await self.takeReleased() }
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

    /// Begins to read partitions. Those that are read already go on from elsewhere.
    func add(_ partitions: [(TopicPartition, StartOffset)]) {
        if isClosed { return }
        for (partition, start) in partitions {
            let slot = makeSlot(partition)
            if readings[slot].isRead {
                seek(slot, to: start)
                continue
            }
            readings[slot].begin(from: start, byteCountMax: configuration.partitionByteCountNear)
            topics[partition.topic]!.readCount += 1
        }
        for topic in Set(partitions.map(\.0.topic)) where !takeTopic(topic) { refresh([topic]) }
        schedulePump()
    }

    private func makeSlot(_ partition: TopicPartition) -> Int {
        if let slot = topics[partition.topic]?.slots[partition.partition] { return slot }
        let slot = readings.count
        readings.append(
            PartitionReading(FetchSource(topic: partition.topic, partition: partition.partition, slot: slot)))
        topics[partition.topic, default: TopicReadings()].slots[partition.partition] = slot
        return slot
    }

    /// Does not read partitions any more, and drops what waits of them.
    func remove(_ partitions: [TopicPartition]) {
        for partition in partitions {
            guard let slot = topics[partition.topic]?.slots[partition.partition], readings[slot].isRead else {
                continue
            }
            place(slot, at: -1)
            _ = queue.drop(slot)
            queue.forgetHanded(slot, isLost: true)
            readings[slot].isRead = false
            topics[partition.topic]!.readCount -= 1
            // Another topic may have this name when it is read again.
            if topics[partition.topic]!.readCount == 0 { topics[partition.topic]!.isKnown = false }
        }
        schedulePump()
    }

    /// Hands out no more of partitions, which are still known. What was handed out can still be committed.
    func stop(_ partitions: [TopicPartition]) {
        for partition in partitions {
            guard let slot = topics[partition.topic]?.slots[partition.partition], readings[slot].isRead else {
                continue
            }
            readings[slot].isStopped = true
            _ = queue.drop(slot)
            touch(slot)
        }
        schedulePump()
    }

    /// Goes on elsewhere.
    func seek(_ partition: TopicPartition, to start: StartOffset) throws(KafkaClientError) {
        seek(try slot(of: partition), to: start)
        schedulePump()
    }

    func seek(_ slot: Int, to start: StartOffset) {
        _ = queue.drop(slot)
        queue.forgetHanded(slot)
        readings[slot].isHeld = false
        readings[slot].seek(to: start)
        touch(slot)
    }

    /// Asks for no more of partitions, or for more again. What waits of them is dropped, and read again later.
    func setPaused(_ partitions: [TopicPartition], _ isPaused: Bool) throws(KafkaClientError) {
        for partition in partitions {
            let slot = try slot(of: partition)
            if readings[slot].isPaused == isPaused { continue }
            readings[slot].isPaused = isPaused
            if isPaused, let first = queue.drop(slot) {
                readings[slot].position = FetchPosition(offset: first)
                readings[slot].isHeld = false
            }
            touch(slot)
        }
        schedulePump()
    }

    private func slot(of partition: TopicPartition) throws(KafkaClientError) -> Int {
        if isClosed { throw KafkaClientError(.closed, "the consumer has ended, and reads no more") }
        if let slot = topics[partition.topic]?.slots[partition.partition], readings[slot].isRead { return slot }
        throw KafkaClientError(
            .invalidArgument,
            "partition \(partition.partition) of topic '\(partition.topic)' is not read by this consumer")
    }

    /// Notes that something has changed of which its broker is to be told.
    func touch(_ slot: Int) {
        guard readings[slot].broker >= 0, !readings[slot].isChanged else { return }
        readings[slot].isChanged = true
        links[readings[slot].broker]?.changed.append(slot)
    }

    /// Puts a partition into the list of a broker, and takes it out of that of another one. -1 for none.
    func place(_ slot: Int, at broker: Int32) {
        let former = readings[slot].broker
        if former == broker { return touch(slot) }
        if former >= 0 {
            links[former]?.slots.remove(slot)
            // The session there has to forget it.
            links[former]?.changed.append(slot)
        }
        readings[slot].broker = broker
        readings[slot].isChanged = false
        if broker < 0 { return }
        let link = links[broker] ?? FetchLink(window: makeWindow())
        links[broker] = link
        link.slots.insert(slot)
        touch(slot)
    }

    private func makeWindow() -> FetchWindow {
        FetchWindow(
            byteCountMin: configuration.fetchByteCountNear,
            byteCountMax: min(
                configuration.fetchByteCountMax, max(bufferByteCountMax / 2, configuration.fetchByteCountNear)))
    }

    private func takeReleased() {
        for slot in queue.takeReleased() {
            readings[slot].isHeld = false
            touch(slot)
        }
        pump()
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
                $0.tick()
            }
        }
    }

    private func tick() {
        let now = MonotonicInstant.now
        for slot in readings.indices {
            let reading = readings[slot]
            if !reading.isRead { continue }
            let wanted = reading.wantedBroker(now: now)
            if wanted != reading.broker { place(slot, at: wanted) } else if reading.failureCount > 0 { touch(slot) }
        }
        checkSilence(now: now)
        pump()
    }

    // MARK: Ending

    /// Ends, once what was read before is taken, with an error.
    func fail(_ error: KafkaClientError) {
        if isClosed { return }
        stop()
        queue.fail(error)
    }

    /// Ends, once what was read before is taken.
    func finish() {
        stop()
        queue.end()
    }

    /// Closes the connections, and drops what waits. When this returns, no task of the lane is running, and its loop may be shut
    /// down.
    func close() async {
        stop()
        queue.close()
        await endTasks()
    }

    private func stop() {
        if isClosed { return }
        isClosed = true
        cluster.metadata.remove(listener)
        for link in links.values { link.connection?.close() }
        links = [:]
        timer?.close()
        timer = nil
    }
}
