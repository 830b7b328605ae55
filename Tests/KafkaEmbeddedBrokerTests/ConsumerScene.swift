import KafkaProtocol
import KafkaTransport

@testable import KafkaEmbeddedBroker

/// A consumer group, topics and a clock that tests set, and clients that do as they are told.
struct ConsumerScene {
    var group: ConsumerGroup
    var now = MonotonicInstant(nanoseconds: 1_000_000_000)
    private(set) var topics = GroupTopics()
    private var counts: [String: Int] = [:]
    /// The epoch and partitions of each member, as it knows them.
    private(set) var epochs: [String: Int32] = [:]
    private(set) var owned: [String: [TopicIDPartitions]] = [:]

    init(_ topics: [String: Int] = ["t": 4], _ change: (inout EmbeddedBrokerGroups) -> Void = { _ in }) {
        var settings = EmbeddedBrokerGroups()
        change(&settings)
        group = ConsumerGroup(settings)
        setTopics(topics)
    }

    mutating func setTopics(_ counts: [String: Int]) {
        self.counts = counts
        topics = GroupTopics(
            version: topics.version + 1,
            counts.map { GroupTopics.Topic(name: $0.key, id: Self.id(of: $0.key), partitionCount: $0.value) })
    }

    static func id(of topic: String) -> KafkaUUID { KafkaUUID(high: 1, low: UInt64(topic.utf8.first ?? 0)) }

    mutating func advance(_ time: Duration) {
        now = now + time
        if group.wakeAt <= now { group.expire(now: now) }
    }

    /// Joins with all that a client says then.
    @discardableResult
    mutating func join(
        _ id: String, _ names: [String]? = ["t"], regex: String? = nil, instance: String? = nil,
        assignor: String? = nil,
        rebalanceTimeoutMs: Int32 = 30_000
    ) -> KafkaErrorCode {
        var request = ConsumerGroupHeartbeatRequest()
        request.subscribedTopicNames = names
        request.subscribedTopicRegex = regex
        request.instanceID = instance
        request.serverAssignor = assignor
        request.rebalanceTimeoutMs = rebalanceTimeoutMs
        request.topicPartitions = []
        owned[id] = []
        return send(request, id, epoch: 0)
    }

    /// Says that the member is there, and takes what it is given. It has given up at once what it was not given again.
    @discardableResult
    mutating func beat(
        _ id: String, epoch: Int32? = nil, instance: String? = nil, saysOwned: Bool = true
    ) -> KafkaErrorCode {
        var request = ConsumerGroupHeartbeatRequest()
        request.instanceID = instance
        if saysOwned { request.topicPartitions = owned[id] }
        return send(request, id, epoch: epoch ?? epochs[id] ?? 0)
    }

    @discardableResult
    mutating func leave(_ id: String, instance: String? = nil, toComeBack: Bool = false) -> KafkaErrorCode {
        var request = ConsumerGroupHeartbeatRequest()
        request.instanceID = instance
        return send(request, id, epoch: toComeBack ? -2 : -1)
    }

    mutating func send(_ request: ConsumerGroupHeartbeatRequest, _ id: String, epoch: Int32) -> KafkaErrorCode {
        var request = request
        request.groupID = "g"
        request.memberID = id
        request.memberEpoch = epoch
        do throws(GroupRefusal) {
            let beat = try ConsumerHeartbeat(request, version: 1, client: GroupClient(), newID: "")
            let response = try group.heartbeat(beat, topics, now: now)
            epochs[id] = response.memberEpoch
            if let assignment = response.assignment { owned[id] = assignment.topicPartitions }
            return .none
        } catch {
            return error.code
        }
    }

    /// Lets all members send heartbeats until nothing changes.
    mutating func settle() {
        for _ in 0..<10 { for id in epochs.keys.sorted() where group.members[id] != nil { beat(id) } }
    }

    /// The partitions of a topic that a member knows to be its own.
    func has(_ id: String, _ topic: String = "t") -> [Int32] {
        owned[id]?.first { $0.topicID == Self.id(of: topic) }?.partitions ?? []
    }
}
