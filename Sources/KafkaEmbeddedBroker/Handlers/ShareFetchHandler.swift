import KafkaProtocol
import KafkaTransport

// As a fetch, one of a share group is answered at once when it acquires something; otherwise it parks until an append, records that
// others give back, or the end of a lock wakes it. What it acknowledges is done before.
extension Session {
    func handleShareFetch(
        _ request: ShareFetchRequest, _ header: RequestHeader, _ plan: FaultPlan
    ) -> ShareFetchResponse? {
        var response = ShareFetchResponse()
        response.throttleTimeMs = throttleMs
        response.acquisitionLockTimeoutMs = shareLimits(request.groupID ?? "").lockDuration.milliseconds
        let owner = ServedShareSession.Owner(group: request.groupID ?? "", member: request.memberID ?? "")
        if let code = plan.error() ?? takeSession(request, owner) {
            response.errorCode = code
            response.errorMessage = code.message
            return response
        }
        let acknowledged = acknowledge(
            request.topics.map { topic in
                (topic.topicID, topic.partitions.map { ($0.index, $0.acknowledgementBatches) })
            }, owner, plan, mayRenew: request.isRenewAck)
        if request.shareSessionEpoch == -1 { endShareSession(of: owner) }
        let share = ShareFetch(
            owner: owner, request: request, response: response, acknowledged: acknowledged)
        let collected = collect(share, plan)
        let waitMs = Int64(max(0, request.maxWaitMs))
        if collected.isEnough || waitMs == 0 || request.shareSessionEpoch == -1 || plan.holdsAnswer
            || plan.disconnect != nil
        {
            return send(collected, owner)
        }
        parkedShareFetch = ParkedShareFetch(
            share: share, header: header, plan: plan, throttleMs: throttleMs, deadline: .now + .milliseconds(waitMs),
            waiter: FetchWaiter {})
        parkShareFetch()
        return nil
    }

    // MARK: Waiting

    private func parkShareFetch() {
        guard var parked = parkedShareFetch else { return }
        let loop = shard.loop
        parked.waiter = FetchWaiter { [weak self] in
            guard let self else { return }
            Task(executorPreference: loop) { self.unparkShareFetch() }
        }
        parkedShareFetch = parked
        let owner = parked.share.owner
        for name in shareSessions[owner]?.partitions ?? [] {
            cluster.topic(id: name.topicID)?.partition(name.partition)?.notify(parked.waiter)
        }
        cluster.shares.notify(parked.waiter, of: owner.group)
        let collected = collect(parked.share, parked.plan)
        if collected.isEnough { return finish(parked, collected) }
        wait(until: min(parked.deadline, collected.wakeAt)) { $0.unparkShareFetch() }
        parked.waiter.wait(for: 1)
    }

    private func unparkShareFetch() {
        guard let parked = parkedShareFetch else { return }
        let isTimeOver = parked.deadline <= .now
        let collected = collect(parked.share, parked.plan)
        if isTimeOver || collected.isEnough { return finish(parked, collected) }
        parked.waiter.cancel()
        parkShareFetch()
    }

    private func finish(_ parked: ParkedShareFetch, _ collected: CollectedShareFetch) {
        forgetParkedShareFetch()
        throttleMs = parked.throttleMs
        answer(send(collected, parked.share.owner), to: parked.header)
        throttleMs = 0
        resume(throttleMs: parked.throttleMs)
    }

    private func send(_ collected: CollectedShareFetch, _ owner: ServedShareSession.Owner) -> ShareFetchResponse {
        output.batches.append(contentsOf: collected.batches)
        if let last = collected.last { shareSessions[owner]?.rotate(behind: last) }
        return collected.response
    }

    // MARK: Acquiring

    private func collect(_ share: ShareFetch, _ plan: FaultPlan) -> CollectedShareFetch {
        let request = share.request
        var collected = CollectedShareFetch(response: share.response)
        var told = share.acknowledged
        var order: [KafkaUUID] = []
        var topics: [KafkaUUID: [ShareFetchResponse.Partition]] = [:]
        func add(_ partition: ShareFetchResponse.Partition, _ id: KafkaUUID) {
            if topics[id] == nil { order.append(id) }
            topics[id, default: []].append(partition)
        }
        for name in shareSessions[share.owner]?.partitions ?? [] {
            var partition = ShareFetchResponse.Partition()
            partition.index = name.partition
            let code = told.removeValue(forKey: name)
            partition.acknowledgeErrorCode = code ?? .none
            if request.shareSessionEpoch != -1 { acquire(&partition, name, share, plan, &collected) }
            if code != nil || partition.errorCode != .none || !partition.acquiredRecords.isEmpty {
                add(partition, name.topicID)
            }
        }
        for (name, code) in told {
            var partition = ShareFetchResponse.Partition()
            partition.index = name.partition
            partition.acknowledgeErrorCode = code
            partition.records = .bytes([])
            add(partition, name.topicID)
        }
        collected.response.topics = order.map { id in
            var topic = ShareFetchResponse.Topic()
            topic.topicID = id
            topic.partitions = topics[id]!
            return topic
        }
        collected.orderBatches()
        if collected.hasMoved { collected.response.nodeEndpoints = cluster.advertisedNodes }
        return collected
    }

    private func acquire(
        _ partition: inout ShareFetchResponse.Partition, _ name: ServedShareSession.Name, _ share: ShareFetch,
        _ plan: FaultPlan, _ collected: inout CollectedShareFetch
    ) {
        let request = share.request
        partition.records = .bytes([])
        let topic = cluster.topic(id: name.topicID)
        guard let topic, let log = topic.partition(name.partition) else {
            return collected.fail(&partition, topic == nil ? .unknownTopicId : .unknownTopicOrPartition)
        }
        if let code = plan.error(topic: topic.name, partition: name.partition)
            ?? plan.errorAfterStore(topic: topic.name, partition: name.partition)
            ?? log.refusal(node: node.id, epoch: -1)
        {
            if code == .notLeaderOrFollower, cluster.configuration.hintsAtLeaders, log.leadership.leaderID >= 0 {
                partition.currentLeader = log.leadership
                collected.hasMoved = true
            }
            return collected.fail(&partition, code)
        }
        let limits = shareLimits(share.owner.group)
        let now = MonotonicInstant.now
        let left = Int(request.maxRecords) - collected.recordCount
        let byteCountLeft =
            min(Int(max(0, request.maxBytes)), cluster.configuration.fetchByteCountMax) - collected.byteCount
        let leadership = log.leadership
        let next = cluster.shares.update(
            key(name, share.owner.group), initial: { self.beginning(log, share.owner.group) }
        ) {
            (state: inout SharePartition, _) in
            let isFreed = state.refresh(logStart: log.startOffset, leader: leadership, limits, now: now)
            return ((offset: state.nextOffset(limits), wakeAt: state.wakeAt), isFreed)
        }
        guard let next else { return collected.fail(&partition, .policyViolation) }
        collected.wakeAt = min(collected.wakeAt, next.wakeAt)
        guard left > 0, byteCountLeft > 0, let offset = next.offset else { return }
        let found = log.read(
            from: offset, byteCountMax: byteCountLeft, takesFirst: collected.batches.isEmpty, node: node.id, epoch: -1)
        guard found.errorCode == .none, let last = found.batches.last else { return }
        let acquired = cluster.shares.update(key(name, share.owner.group), initial: { nil }) {
            (state: inout SharePartition, room) -> ([ShareFetchResponse.AcquiredRecords], isFreed: Bool) in
            // What was read may be lost meanwhile: the leader epoch is another one then.
            guard log.leadership == leadership else { return ([], false) }
            var limits = limits
            limits.recordCountMax = min(limits.recordCountMax, state.entries.count + room)
            let acquired = state.acquire(
                offset...last.lastOffset, batchEnds: found.batches.map(\.lastOffset), recordCountMax: left,
                isStrict: request.shareAcquireMode == 1, member: share.owner.member, limits, now: now)
            return (acquired, false)
        }
        guard let acquired, let first = acquired.first?.firstOffset, let end = acquired.last?.lastOffset else { return }
        partition.acquiredRecords = acquired
        let batches = found.batches.filter { $0.lastOffset >= first && $0.baseOffset <= end }
        partition.records = .external(byteCount: batches.reduce(0) { $0 + $1.byteCount })
        collected.add(batches, name, acquired)
    }

    private func key(_ name: ServedShareSession.Name, _ group: String) -> ShareStore.Key {
        ShareStore.Key(group: group, topicID: name.topicID, partition: name.partition)
    }

    /// Where a group begins that has not read a partition.
    private func beginning(_ log: PartitionLog, _ group: String) -> SharePartition {
        let isEarliest = cluster.settings(of: .group(group))["share.auto.offset.reset"] == "earliest"
        return SharePartition(start: isEarliest ? log.startOffset : log.statistics.endOffset, leader: log.leadership)
    }

    func shareLimits(_ group: String) -> SharePartition.Limits {
        let groups = cluster.configuration.groups
        let set = cluster.settings(of: .group(group))
        return SharePartition.Limits(
            lockDuration: set["share.record.lock.duration.ms"].flatMap { Int64($0) }.map { .milliseconds($0) }
                ?? groups.shareLockDuration,
            deliveryCountMax: set["share.delivery.count.limit"].flatMap { Int16($0) }
                ?? Int16(groups.shareDeliveryCountMax),
            recordCountMax: set["share.partition.max.record.locks"].flatMap { Int($0) } ?? groups.shareRecordLocksMax)
    }

    // MARK: Acknowledging

    func handleShareAcknowledge(
        _ request: ShareAcknowledgeRequest, _ header: RequestHeader, _ plan: FaultPlan
    ) -> ShareAcknowledgeResponse? {
        var response = ShareAcknowledgeResponse()
        response.throttleTimeMs = throttleMs
        let owner = ServedShareSession.Owner(group: request.groupID ?? "", member: request.memberID ?? "")
        response.acquisitionLockTimeoutMs = shareLimits(owner.group).lockDuration.milliseconds
        if let code = plan.error() ?? takeSession(request, owner) {
            response.errorCode = code
            response.errorMessage = code.message
            return response
        }
        let codes = acknowledge(
            request.topics.map { topic in
                (topic.topicID, topic.partitions.map { ($0.index, $0.acknowledgementBatches) })
            }, owner, plan, mayRenew: request.isRenewAck)
        if request.shareSessionEpoch == -1 { endShareSession(of: owner) }
        response.topics = request.topics.map { asked in
            var topic = ShareAcknowledgeResponse.Topic()
            topic.topicID = asked.topicID
            topic.partitions = asked.partitions.map { told in
                var partition = ShareAcknowledgeResponse.Partition()
                partition.index = told.index
                let name = ServedShareSession.Name(topicID: asked.topicID, partition: told.index)
                let failure = plan.errorAfterStore(
                    topic: cluster.topic(id: asked.topicID)?.name, partition: told.index)
                partition.errorCode = failure ?? codes[name] ?? .none
                if partition.errorCode == .notLeaderOrFollower, cluster.configuration.hintsAtLeaders,
                    let log = cluster.topic(id: asked.topicID)?.partition(told.index), log.leadership.leaderID >= 0
                {
                    partition.currentLeader = log.leadership
                    response.nodeEndpoints = cluster.advertisedNodes
                }
                return partition
            }
            return topic
        }
        return response
    }

    /// - Returns: what came of each partition of which something is said.
    private func acknowledge(
        _ topics: [(id: KafkaUUID, partitions: [(index: Int32, batches: [AcknowledgementBatch])])],
        _ owner: ServedShareSession.Owner, _ plan: FaultPlan, mayRenew: Bool
    ) -> [ServedShareSession.Name: KafkaErrorCode] {
        var codes: [ServedShareSession.Name: KafkaErrorCode] = [:]
        let limits = shareLimits(owner.group)
        for (id, partitions) in topics {
            let topic = cluster.topic(id: id)
            for (index, batches) in partitions where !batches.isEmpty {
                let name = ServedShareSession.Name(topicID: id, partition: index)
                guard let topic, let log = topic.partition(index) else {
                    codes[name] = topic == nil ? .unknownTopicId : .unknownTopicOrPartition
                    continue
                }
                if let code = plan.error(topic: topic.name, partition: index) ?? log.refusal(node: node.id, epoch: -1) {
                    codes[name] = code
                    continue
                }
                let now = MonotonicInstant.now
                codes[name] =
                    cluster.shares.update(key(name, owner.group), initial: { nil }) { state, _ in
                        _ = state.refresh(logStart: log.startOffset, leader: log.leadership, limits, now: now)
                        return (
                            state.acknowledge(batches, member: owner.member, mayRenew: mayRenew, limits, now: now),
                            isFreed: true
                        )
                    } ?? .invalidRecordState
            }
        }
        return codes
    }
}

/// A fetch of a share group whose acknowledgements are done.
struct ShareFetch {
    let owner: ServedShareSession.Owner
    let request: ShareFetchRequest
    /// What every answer to it has.
    let response: ShareFetchResponse
    let acknowledged: [ServedShareSession.Name: KafkaErrorCode]
}

/// A fetch of a share group that waits for records, or for its time to be over.
struct ParkedShareFetch {
    let share: ShareFetch
    let header: RequestHeader
    let plan: FaultPlan
    let throttleMs: Int32
    let deadline: MonotonicInstant
    var waiter: FetchWaiter
}

/// What a fetch of a share group has acquired so far.
struct CollectedShareFetch {
    var response: ShareFetchResponse
    private(set) var batches: [StoredBatch] = []
    private var batchesByName: [ServedShareSession.Name: [StoredBatch]] = [:]
    private(set) var recordCount = 0
    private(set) var byteCount = 0
    /// The last partition that something was acquired of.
    private(set) var last: ServedShareSession.Name?
    private var hasErrors = false
    var hasMoved = false
    /// When the next lock is over.
    var wakeAt = MonotonicInstant.distantFuture

    init(response: ShareFetchResponse) { self.response = response }

    /// Whether there is no reason to wait.
    var isEnough: Bool { hasErrors || recordCount > 0 }

    mutating func fail(_ partition: inout ShareFetchResponse.Partition, _ code: KafkaErrorCode) {
        partition.errorCode = code
        partition.errorMessage = code.message
        hasErrors = true
    }

    mutating func add(
        _ batches: [StoredBatch], _ name: ServedShareSession.Name, _ acquired: [ShareFetchResponse.AcquiredRecords]
    ) {
        self.batches += batches
        batchesByName[name] = batches
        byteCount += batches.reduce(0) { $0 + $1.byteCount }
        recordCount += acquired.reduce(0) { $0 + Int($1.lastOffset - $1.firstOffset) + 1 }
        last = name
    }

    /// Brings the batches into the order of the answer's partitions: it may be another one than that in which they were acquired.
    mutating func orderBatches() {
        batches = response.topics.flatMap { topic in
            topic.partitions.flatMap { partition in
                let name = ServedShareSession.Name(topicID: topic.topicID, partition: partition.index)
                return batchesByName[name] ?? []
            }
        }
    }
}

extension ShareFetchRequest: TargetedRequest {
    func targets(_ cluster: Cluster) -> [FaultScript.Target] {
        topics.flatMap { topic in
            topic.partitions.map {
                FaultScript.Target(topic: cluster.topic(id: topic.topicID)?.name, partition: $0.index)
            }
        }
    }
}

extension ShareAcknowledgeRequest: TargetedRequest {
    func targets(_ cluster: Cluster) -> [FaultScript.Target] {
        topics.flatMap { topic in
            topic.partitions.map {
                FaultScript.Target(topic: cluster.topic(id: topic.topicID)?.name, partition: $0.index)
            }
        }
    }
}
