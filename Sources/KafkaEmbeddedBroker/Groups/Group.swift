import KafkaProtocol
import KafkaTransport

/// A group: its members, of one of the three protocols or none, and its offsets.
///
/// A group without members may become one of the other protocol; its offsets stay.
struct Group: Sendable {
    /// Of a group whose offsets were committed without members, this is an empty one.
    private(set) var classic: ClassicGroup?
    private(set) var consumer: ConsumerGroup?
    private(set) var share: ShareGroup?
    var offsets = CommittedOffsets()
    /// Offsets that count when their transactions commit, by producer id.
    private(set) var pending: [Int64: CommittedOffsets] = [:]
    /// The node that coordinates it, as far as it was asked for last; nil without one.
    var coordinator: Int32?

    /// Whether nobody would miss it.
    var isVacant: Bool { hasNoMembers && offsets.isEmpty && pending.isEmpty }

    var hasNoMembers: Bool {
        classic.map { $0.members.isEmpty && $0.pending.isEmpty } ?? consumer?.members.isEmpty ?? share?.members.isEmpty
            ?? true
    }

    var wakeAt: MonotonicInstant { classic?.wakeAt ?? consumer?.wakeAt ?? share?.wakeAt ?? .distantFuture }

    /// About the bytes that it takes.
    var byteCount: Int {
        256 + (classic?.byteCount ?? consumer?.byteCount ?? share?.byteCount ?? 0) + offsets.byteCount
            + pending.values.reduce(0) { $0 + $1.byteCount }
    }

    /// The name of its state, as ListGroups has it.
    var stateName: String {
        classic?.state.rawValue ?? consumer?.state.rawValue ?? share?.state.rawValue
            ?? ClassicGroup.State.empty.rawValue
    }

    /// Does something with the group of the classic protocol, which an empty one of the other becomes.
    ///
    /// - Returns: nil when members of the other protocol are there.
    mutating func withClassic<Result>(
        _ settings: EmbeddedBrokerGroups, _ body: (inout ClassicGroup) -> Result
    ) -> Result? {
        if classic == nil {
            guard hasNoMembers, share == nil else { return nil }
            consumer = nil
            classic = ClassicGroup(settings)
        }
        return body(&classic!)
    }

    /// Does something with the group of the consumer protocol, which an empty one of the other becomes.
    ///
    /// - Throws: GROUP_ID_NOT_FOUND when members of the other protocol are there, and what `body` throws.
    mutating func withConsumer<Result>(
        _ settings: EmbeddedBrokerGroups, _ body: (inout ConsumerGroup) throws(GroupRefusal) -> Result
    ) throws(GroupRefusal) -> Result {
        if consumer == nil {
            guard hasNoMembers, share == nil else {
                throw GroupRefusal(.groupIdNotFound, "the group has members of another protocol, or is a share group")
            }
            classic = nil
            consumer = ConsumerGroup(settings)
        }
        return try body(&consumer!)
    }

    /// Does something with the share group, which a group becomes that is none of any protocol. It stays one.
    ///
    /// - Throws: GROUP_ID_NOT_FOUND when it is one of another protocol, and what `body` throws.
    mutating func withShare<Result>(
        _ settings: EmbeddedBrokerGroups, _ body: (inout ShareGroup) throws(GroupRefusal) -> Result
    ) throws(GroupRefusal) -> Result {
        if share == nil {
            guard classic == nil, consumer == nil, isVacant else {
                throw GroupRefusal(.groupIdNotFound, "the group is no share group")
            }
            share = ShareGroup(settings)
        }
        return try body(&share!)
    }

    /// Members of the share group that are gone, so that others get what they have.
    mutating func takeGone() -> [String] { share?.takeGone() ?? [] }

    /// Does something with the group of the classic protocol, if it is one.
    mutating func ifClassic<Result>(_ body: (inout ClassicGroup) -> Result) -> Result? {
        classic == nil ? nil : body(&classic!)
    }

    /// Why offsets are not committed; nil when they are.
    mutating func commitRefusal(
        _ request: OffsetCommitRequest, version: Int16, now: MonotonicInstant
    ) -> KafkaErrorCode? {
        if let consumer { return consumer.commitRefusal(request, version: version) }
        if classic != nil { return classic!.commitRefusal(request, now: now) }
        // Without members, nobody is in a generation.
        return request.generationIDOrMemberEpoch < 0 ? nil : .unknownMemberId
    }

    // MARK: Transactions

    /// Keeps an offset until its transaction ends.
    mutating func addPending(_ offset: CommittedOffset, _ topic: String, _ partition: Int32, of producerID: Int64) {
        pending[producerID, default: CommittedOffsets()].commit(offset, topic, partition)
    }

    /// Whether a transaction that is open has an offset of a partition.
    func hasPending(_ topic: String, _ partition: Int32) -> Bool {
        pending.values.contains { $0[topic, partition] != nil }
    }

    /// Takes the offsets over that a transaction has brought, or drops them.
    mutating func endTransaction(of producerID: Int64, commit: Bool) {
        guard let ended = pending.removeValue(forKey: producerID), commit else { return }
        for (topic, partitions) in ended.topics {
            for (partition, offset) in partitions { offsets.commit(offset, topic, partition) }
        }
    }

    /// Forgets the offsets of a topic that is gone.
    mutating func forget(topic: String) {
        offsets.removeAll(of: topic)
        for id in pending.keys {
            pending[id]?.removeAll(of: topic)
            if pending[id]?.isEmpty == true { pending[id] = nil }
        }
    }

    /// Whether it has offsets of a topic.
    func knows(topic: String) -> Bool {
        offsets.topics[topic] != nil || pending.values.contains { $0.topics[topic] != nil }
    }

    mutating func expire(now: MonotonicInstant) {
        classic?.expire(now: now)
        consumer?.expire(now: now)
        share?.expire(now: now)
    }

    mutating func move(now: MonotonicInstant) {
        classic?.move(now: now)
        consumer?.move(now: now)
        share?.move(now: now)
    }

    mutating func takeAnswers() -> [GroupAnswer] { classic?.takeAnswers() ?? [] }

    /// Gives answers back that are for others than who took them.
    mutating func putBack(_ answers: [GroupAnswer]) { classic?.answers += answers }

    /// The topics that members read.
    var subscribedTopics: Set<String>? {
        classic?.subscribedTopics ?? consumer?.subscribedTopics ?? share?.subscribedTopics
    }
}
