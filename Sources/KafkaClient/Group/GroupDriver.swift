// What a member of a group wants, done: the machine decides (`GroupMembership`), and here are its connection to the coordinator, its
// timer, and what becomes of the user's partitions. It lives on the loop of the cluster, and has a connection of its own: a
// heartbeat waits neither for records nor for the user's code.
//
// +Coordinator  the coordinator, and requests to it
// +Offsets      commits, and where partitions begin
// +Pattern      the topics of a regular expression

import KafkaProtocol
import KafkaQueues
import KafkaTransport

/// Drives one member of a group.
actor GroupDriver: TaskOwner {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    let configuration: GroupConfiguration
    let connectionConfiguration: ConnectionConfiguration
    let cluster: Cluster
    let lanes: [ConsumerLane]
    /// Whose users are to ask for records.
    private let queues: [any AskedQueue]
    /// Gives partitions to lanes, and takes them away.
    private let changes: any PartitionReader
    private(set) var membership: any GroupMembership
    /// Whether the group commits offsets, from which reading goes on; a share group does not.
    private let hasOffsets: Bool
    var connection: BrokerConnection?
    var coordinatorID: Int32 = -1
    var isClosed = false
    let meter = LaneMeter()
    /// The partitions that the user was given and that were not taken away: what was done with them before is done.
    private(set) var held: Set<TopicPartition> = []
    /// What was committed last, and whether there is more.
    var committed: [TopicPartition: CommittedOffset] = [:]
    private nonisolated let listener = MetadataListener()
    private var events = RingBuffer<MembershipEvent>()
    private var isHandling = false
    private var topicIDs: [KafkaUUID: String] = [:]
    /// What is done with the user's partitions: one after the other.
    private var work = RingBuffer<Work>()
    private var worker: Task<Void, Never>?
    var tasks = OwnTasks()
    private var timer: LoopTimer?
    private var commitTimer: LoopTimer?
    /// See `GroupDriver+Pattern`.
    var patternTimer: LoopTimer?
    let pattern: TopicPattern?
    /// The topics that the member wants, those that match the pattern included.
    var subscription: Set<String>
    private var takeCounts: [Int]
    private var leaving: Waiter<Void>?
    /// How many commits in a row have failed that the member makes by itself, and whether that was told.
    private var failedCommits = (count: 0, isTold: false)
    /// Topics of which it was told that they don't exist.
    private var toldMissing: Set<String> = []

    private enum Work {
        case assign(Set<TopicPartition>)
        case revoke(Set<TopicPartition>, number: Int)
        case lose(Set<TopicPartition>)
    }

    /// - Parameters:
    ///   - lanes: those whose users are to ask for records, and whose offsets are committed; none for a share group.
    ///   - share: a member of a share group (KIP-932), by its id, and the queue that its user is to ask; nil in other groups.
    init(
        _ configuration: GroupConfiguration, cluster: Cluster, connection: ConnectionConfiguration,
        lanes: [ConsumerLane],
        rack: String, changes: any PartitionReader, share: (memberID: String, queue: ShareQueue)? = nil
    ) {
        hasOffsets = share == nil
        queues = share.map { [$0.queue] } ?? lanes.map(\.queue)
        self.configuration = configuration
        self.cluster = cluster
        self.lanes = lanes
        self.changes = changes
        subscription = configuration.topics
        // With KIP-848 the coordinator matches.
        pattern =
            configuration.groupProtocol == .classic ? configuration.topicPattern.flatMap { TopicPattern($0) } : nil
        loop = cluster.loop
        connectionConfiguration = connection
        takeCounts = queues.map { _ in 0 }
        var settings = GroupMemberSettings(groupID: configuration.groupID)
        settings.groupInstanceID = configuration.groupInstanceID
        settings.rack = rack.isEmpty ? nil : rack
        settings.sessionTimeout = configuration.sessionTimeout
        settings.heartbeatInterval = configuration.heartbeatInterval
        settings.maxPollInterval = configuration.maxPollInterval
        settings.retryBackoff = cluster.configuration.retryBackoff
        settings.retryBackoffMax = cluster.configuration.retryBackoffMax
        settings.assignors = configuration.assignors
        settings.serverAssignor = configuration.serverAssignor
        if let share {
            membership = ConsumerMembership(settings, memberID: share.memberID, isShare: true)
        } else {
            membership =
                switch configuration.groupProtocol {
                case .classic: ClassicMembership(settings)
                case .consumer: ConsumerMembership(settings, memberID: KafkaUUID.random().description)
                }
        }
        cluster.meter.add(meter)
        cluster.metadata.add(listener) { [weak self, loop] in
            guard let self else { return }
            Task(executorPreference: loop) { await self.didChangeTopics() }
        }
    }

    deinit {
        cluster.metadata.remove(listener)
        cluster.meter.remove(meter)
    }

    /// Joins the group.
    func start() {
        let regex = configuration.groupProtocol == .consumer ? configuration.topicPattern : nil
        handle(.subscribed(configuration.topics, regex: regex))
        learn(configuration.topics, ids: [])
        if pattern != nil { lookForTopics() }
        scheduleCommit()
    }

    // MARK: Events and actions

    func handle(_ event: MembershipEvent) {
        if isClosed { return }
        events.append(event)
        // An action may bring the next event before it has ended.
        if isHandling { return }
        isHandling = true
        while let event = events.popFirst() {
            for action in membership.handle(event, now: .now, chance: .random(in: -1...1)) { perform(action) }
        }
        isHandling = false
        if membership.awaitsUser { wake(at: .now + Self.userCheckInterval) }
    }

    /// How often it is looked whether a user asks for records again that was late.
    private static let userCheckInterval = Duration.milliseconds(100)

    private func perform(_ action: MembershipAction) {
        switch action {
        case .findCoordinator: findCoordinator()
        case .send(let request, let number, let timeout): send(request, number, timeout)
        case .learn(let topics, let ids): learn(topics, ids: ids)
        case .revoke(let partitions, let number): add(.revoke(partitions, number: number))
        case .assign(let partitions, _): if !partitions.isEmpty { add(.assign(partitions)) }
        case .lose(let partitions, _):
            held.subtract(partitions)
            add(.lose(partitions))
        case .wake(let moment): wake(at: moment)
        case .warn(let error): cluster.metadata.emit(.groupTroubled(group: configuration.groupID, error: error))
        case .left: leaving?.resume()
        case .fail(let error):
            leaving?.resume()
            start { driver in await driver.changes.fail(error) }
        }
    }

    private func wake(at moment: MonotonicInstant) {
        let timer = timer ?? LoopTimer(on: loop)
        self.timer = timer
        timer.schedule(at: moment) { [weak self] in
            self?.assumeIsolated {
                $0.lookAtUser()
                $0.handle(.time)
            }
        }
    }

    /// Tells whether the user still asks for records.
    private func lookAtUser() {
        var isIdle = true
        var isMoving = true
        var asks = false
        for (index, queue) in queues.enumerated() {
            let activity = queue.activity
            let hasTaken = activity.takeCount != takeCounts[index]
            takeCounts[index] = activity.takeCount
            if activity.isWaiting || hasTaken { asks = true }
            if activity.isIdle { continue }
            isIdle = false
            if !hasTaken { isMoving = false }
        }
        // One that was late is waited for: its queue is empty because it has lost its partitions.
        if membership.awaitsUser {
            if asks { handle(.polled(isWaiting: false)) }
        } else if isIdle || isMoving {
            handle(.polled(isWaiting: isIdle))
        }
    }

    // MARK: The user's partitions

    private func add(_ next: Work) {
        work.append(next)
        if worker != nil { return }
        worker = Task(executorPreference: loop) { await self.doWork() }
    }

    private func doWork() async {
        while let next = work.popFirst() {
            switch next {
            case .assign(let partitions): await assign(partitions)
            case .revoke(let partitions, let number):
                // What is handed out no more can be committed for the last time.
                await changes.stop(partitions)
                await commitAtRevocation(of: partitions)
                await configuration.onRebalance?(.revoked(partitions))
                await changes.remove(partitions)
                forget(partitions)
                handle(.revoked(number))
            case .lose(let partitions):
                await changes.remove(partitions)
                forget(partitions)
                await configuration.onRebalance?(.lost(partitions))
            }
        }
        worker = nil
    }

    private func assign(_ partitions: Set<TopicPartition>) async {
        guard hasOffsets else {
            return await changes.add(Dictionary(uniqueKeysWithValues: partitions.map { ($0, .earliest) }))
        }
        guard let starts = await starts(of: partitions) else { return }
        await configuration.onRebalance?(.assigned(partitions))
        // They may be gone by now; what takes them away comes behind.
        held.formUnion(partitions)
        work.forEach { if case .lose(let lost) = $0 { held.subtract(lost) } }
        await changes.add(starts)
    }

    private func forget(_ partitions: Set<TopicPartition>) {
        held.subtract(partitions)
        for partition in partitions { committed[partition] = nil }
    }

    // MARK: Topics

    func learn(_ names: Set<String>, ids: Set<KafkaUUID>) {
        start { driver in
            var names = names
            if !ids.isEmpty { names.formUnion(await driver.names(of: ids)) }
            try? await driver.cluster.learnAtPace(names)
            driver.tellTopics(asked: names)
        }
    }

    private func didChangeTopics() {
        _ = listener.take()
        tellTopics(asked: [])
    }

    private func tellTopics(asked: Set<String>) {
        var topics = GroupTopics()
        for (name, description) in cluster.metadata.snapshot.topics {
            topics.known[name] = GroupTopic(id: description.id, partitionCount: description.partitions.count)
        }
        for name in subscription.union(asked) {
            if topics.known[name] == nil {
                topics.missing.insert(name)
            } else {
                toldMissing.remove(name)
                _ = cluster.metadata.topic(name)?.use()
            }
        }
        tellMissing(topics.missing.intersection(configuration.topics).intersection(asked))
        handle(.topics(topics))
    }

    /// A topic may be created later. Who has mistaken its name waits in vain, and is told.
    private func tellMissing(_ names: Set<String>) {
        for name in names.subtracting(toldMissing).sorted() {
            toldMissing.insert(name)
            let error = KafkaClientError(
                .unknownTopic,
                "topic '\(name)' does not exist; this member of group '\(configuration.groupID)' reads it once it is created",
                brokerError: .unknownTopicOrPartition)
            cluster.metadata.emit(.groupTroubled(group: configuration.groupID, error: error))
        }
    }

    private func names(of ids: Set<KafkaUUID>) async -> Set<String> {
        let unknown = ids.filter { topicIDs[$0] == nil }
        if !unknown.isEmpty {
            let asked = unknown.map { id in
                var topic = MetadataRequest.Topic()
                topic.topicID = id
                topic.name = nil
                return topic
            }
            let response = try? await cluster.ask(.any, attempts: 2) { version in
                var request = MetadataRequest(topicNames: [])
                request.allowAutoTopicCreation = false
                if version >= 12 { request.topics = asked }
                return request
            }
            for topic in response?.topics ?? [] {
                if let name = topic.name, !name.isEmpty { topicIDs[topic.topicID] = name }
            }
        }
        return Set(ids.compactMap { topicIDs[$0] })
    }

    // MARK: Ending

    private func scheduleCommit() {
        guard let interval = configuration.autoCommitInterval, !isClosed else { return }
        let timer = commitTimer ?? LoopTimer(on: loop)
        commitTimer = timer
        timer.schedule(at: .now + interval) { [weak self] in
            self?.assumeIsolated { driver in
                driver.start { driver in
                    await driver.commitAtInterval()
                    driver.scheduleCommit()
                }
            }
        }
    }

    /// A commit that fails is followed by the next one. It is told once when that may not help.
    private func commitAtInterval() async {
        do {
            try await commitHandled(of: nil)
            failedCommits = (0, false)
        } catch let error as KafkaClientError where error.code != .closed {
            failedCommits.count += 1
            if failedCommits.isTold || Self.passes(error) && failedCommits.count < Self.passingCommitCount { return }
            failedCommits.isTold = true
            cluster.metadata.emit(.groupTroubled(group: configuration.groupID, error: error))
        } catch {}
    }

    /// So many commits in a row may fail for reasons that mostly pass.
    private static let passingCommitCount = 5

    /// Commits what was handled, leaves the group, and closes the connection.
    func close(_ operation: GroupMembershipOperation = .default) async {
        if isClosed { return }
        if membership.state != .left, membership.state != .failed {
            let end = Waiter<Void>()
            leaving = end
            handle(.leave(reason: "the consumer is being closed", as: operation))
            let limit = LoopTimer(on: loop)
            limit.schedule(at: .now + Self.leaveTimeout) { end.resume() }
            try? await end.wait()
            limit.close()
        }
        isClosed = true
        cluster.metadata.remove(listener)
        timer?.close()
        commitTimer?.close()
        patternTimer?.close()
        connection?.close()
        await endTasks()
    }

    private static let leaveTimeout = Duration.seconds(10)
}

/// Reads partitions for a group.
protocol PartitionReader: Sendable {
    /// Begins to read.
    func add(_ partitions: [TopicPartition: StartOffset]) async
    /// Hands out no more batches of partitions, which are still known.
    func stop(_ partitions: Set<TopicPartition>) async
    /// Forgets partitions.
    func remove(_ partitions: Set<TopicPartition>) async
    /// Ends for good.
    func fail(_ error: KafkaClientError) async
}
