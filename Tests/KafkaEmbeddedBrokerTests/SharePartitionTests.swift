import KafkaProtocol
import KafkaTransport
import TestSupport
import Testing

@testable import KafkaEmbeddedBroker

/// What a share group does with the records of one partition.
@Suite struct SharePartitionTests {
    private static let begin = MonotonicInstant(nanoseconds: 0)
    private static let leader = LeaderIDAndEpoch(leaderID: 1, leaderEpoch: 0)
    private static let limits = SharePartition.Limits(
        lockDuration: .seconds(30), deliveryCountMax: 2, recordCountMax: 10)

    private func acquire(
        _ partition: inout SharePartition, _ offsets: ClosedRange<Int64>, _ count: Int, batches: [Int64]? = nil,
        strict: Bool = true, member: String = "m", at now: MonotonicInstant = begin
    ) -> [String] {
        partition.acquire(
            offsets, batchEnds: batches ?? [offsets.upperBound], recordCountMax: count, isStrict: strict,
            member: member,
            Self.limits, now: now
        ).map { "\($0.firstOffset)-\($0.lastOffset): \($0.deliveryCount)" }
    }

    private func tell(
        _ partition: inout SharePartition, _ batches: [(Int64, Int64, [Int8])], member: String = "m",
        mayRenew: Bool = false,
        at now: MonotonicInstant = begin
    ) -> KafkaErrorCode {
        partition.acknowledge(
            batches.map { AcknowledgementBatch(firstOffset: $0.0, lastOffset: $0.1, acknowledgeTypes: $0.2) },
            member: member, mayRenew: mayRenew, Self.limits, now: now)
    }

    @Test func `records are acquired once, and the start moves behind what is done`() {
        var partition = SharePartition(start: 5, leader: Self.leader)
        #expect(partition.nextOffset(Self.limits) == 5)
        let first = acquire(&partition, 5...20, 3)
        #expect(first == ["5-7: 1"] && partition.nextOffset(Self.limits) == 8)
        let second = acquire(&partition, 5...20, 2, member: "n")
        #expect(second == ["8-9: 1"])
        let code = tell(&partition, [(6, 7, [1])])
        #expect(code == .none && partition.start == 5)
        let rest = tell(&partition, [(5, 5, [3])])
        #expect(rest == .none && partition.start == 8)
        #expect(partition.lag(20) == 12)
    }

    @Test func `what is released or loses its lock comes again, until it was delivered too often`() {
        var partition = SharePartition(start: 0, leader: Self.leader)
        _ = acquire(&partition, 0...9, 3)
        let code = tell(&partition, [(0, 1, [2, 1])])
        #expect(code == .none)
        let again = acquire(&partition, 0...9, 1, member: "n")
        #expect(again == ["0-0: 2"])
        let isFreed = partition.refresh(
            logStart: 0, leader: Self.leader, Self.limits, now: Self.begin + .seconds(30))
        // Record 0 was delivered twice, and is archived; record 2 once.
        #expect(isFreed && partition.start == 2 && partition.nextOffset(Self.limits) == 2)
        let late = tell(&partition, [(2, 2, [1])])
        #expect(late == .invalidRecordState)
        let third = acquire(&partition, 2...9, 2, at: Self.begin + .seconds(31))
        #expect(third == ["2-2: 2", "3-3: 1"])
    }

    @Test func `all of what a member says of a partition is taken, or nothing`() {
        var partition = SharePartition(start: 0, leader: Self.leader)
        _ = acquire(&partition, 0...9, 2)
        _ = acquire(&partition, 2...9, 2, member: "n")
        let other = tell(&partition, [(0, 2, [1])])
        #expect(other == .invalidRecordState && partition.start == 0)
        for batches in [
            [(1, 0, [1])], [(0, 1, [])], [(0, 1, [1, 1, 1])], [(0, 0, [9])], [(1, 1, [1]), (0, 0, [1])], [(0, 0, [4])],
        ]
            as [[(Int64, Int64, [Int8])]]
        {
            let code = tell(&partition, batches)
            #expect(code == .invalidRequest)
        }
        let outside = tell(&partition, [(0, .max, [1])])
        #expect(outside == .invalidRecordState)
        let right = tell(&partition, [(0, 1, [1, 0])])
        #expect(right == .none && partition.start == 2)
    }

    @Test func `a renewed lock begins anew`() {
        var partition = SharePartition(start: 0, leader: Self.leader)
        _ = acquire(&partition, 0...9, 1)
        let code = tell(&partition, [(0, 0, [4])], mayRenew: true, at: Self.begin + .seconds(20))
        #expect(code == .none && partition.wakeAt == Self.begin + .seconds(50))
    }

    @Test func `whole batches may be more than was asked for, strictly never, and there is a limit`() {
        var partition = SharePartition(start: 0, leader: Self.leader)
        let whole = acquire(&partition, 0...8, 2, batches: [3, 6, 8], strict: false)
        #expect(whole == ["0-3: 1"])
        let strict = acquire(&partition, 4...8, 2, batches: [6, 8])
        #expect(strict == ["4-5: 1"])
        let most = acquire(&partition, 6...100, 100)
        #expect(most == ["6-9: 1"] && partition.nextOffset(Self.limits) == nil)
    }

    @Test func `a lost session counts as no delivery, and another leader knows no locks`() {
        var partition = SharePartition(start: 0, leader: Self.leader)
        _ = acquire(&partition, 0...1, 2)
        let isFreed = partition.release(member: "m")
        #expect(isFreed)
        let again = acquire(&partition, 0...1, 2, member: "n")
        #expect(again == ["0-1: 1"])
        let moved = partition.refresh(
            logStart: 1, leader: LeaderIDAndEpoch(leaderID: 2, leaderEpoch: 1), Self.limits, now: Self.begin)
        #expect(moved && partition.start == 1 && partition.node == 2)
        let third = acquire(&partition, 1...1, 2, member: "o")
        #expect(third == ["1-1: 2"])
    }

    @Test func `what lies behind the end of a log that has lost records is forgotten`() {
        var partition = SharePartition(start: 3, leader: Self.leader)
        _ = acquire(&partition, 3...9, 6)
        let code = tell(&partition, [(4, 4, [1]), (7, 7, [1])])
        #expect(code == .none && partition.end == 9)
        partition.cut(from: 6)
        #expect(partition.start == 3 && partition.end == 6)
        _ = partition.refresh(
            logStart: 0, leader: LeaderIDAndEpoch(leaderID: 1, leaderEpoch: 1), Self.limits, now: Self.begin)
        #expect(partition.nextOffset(Self.limits) == 3)
        // Record 4 was accepted; record 7 is another one now.
        let again = acquire(&partition, 3...8, 9, member: "n")
        #expect(again == ["3-3: 2", "5-5: 2", "6-8: 1"])
        partition.cut(from: 1)
        #expect(partition.start == 1 && partition.end == 1)
    }

    @Test func `members share partitions out, also where they are more`() throws {
        var group = ShareGroup(EmbeddedBrokerGroups())
        let topic = GroupTopics.Topic(name: "t", id: KafkaUUID(high: 0, low: 1), partitionCount: 2)
        let topics = GroupTopics(version: 1, [topic])
        func beat(_ id: String, _ epoch: Int32, _ names: [String]? = nil) throws(GroupRefusal)
            -> ShareGroupHeartbeatResponse
        {
            var request = ShareGroupHeartbeatRequest()
            (request.groupID, request.memberID, request.memberEpoch) = ("g", id, epoch)
            request.subscribedTopicNames = names
            return try group.heartbeat(request, GroupClient(), topics, now: Self.begin)
        }
        let first = try beat("a", 0, ["t"])
        #expect(first.memberEpoch == 1 && first.assignment?.topicPartitions.map(\.partitions) == [[0, 1]])
        _ = try beat("b", 0, ["t"])
        let third = try beat("c", 0, ["t"])
        #expect(third.memberEpoch == 3 && third.assignment?.topicPartitions.map(\.partitions) == [[0]])
        let again = try beat("a", 1)
        #expect(again.memberEpoch == 3 && again.assignment?.topicPartitions.map(\.partitions) == [[0]])
        let quiet = try beat("a", 3)
        #expect(quiet.assignment == nil)
        #expect(throws: GroupRefusal.self) { _ = try beat("a", 7) }
        #expect(throws: GroupRefusal.self) { _ = try beat("d", 1) }
        _ = try beat("b", -1)
        #expect(group.takeGone() == ["b"] && group.members.count == 2)
        group.expire(now: Self.begin + .seconds(46))
        #expect(group.state == .empty)
    }
}
