import KafkaProtocol
import KafkaTransport

@testable import KafkaEmbeddedBroker

/// A classic group, a clock that tests set, and the answers so far.
struct ClassicScene {
    enum Sync: Equatable {
        case assigned([UInt8])
        case failed(KafkaErrorCode)
    }

    var group: ClassicGroup
    var now = MonotonicInstant(nanoseconds: 1_000_000_000)
    /// The ids that new members get; without any, new-1 and so on.
    var ids: [String] = []
    private var idCount = 0
    private var lastWaiter: UInt64 = 1000
    private var answers: [UInt64: GroupAnswer.Content] = [:]
    private var syncWaiters: [String: UInt64] = [:]

    init(_ change: (inout EmbeddedBrokerGroups) -> Void = { _ in }) {
        var settings = EmbeddedBrokerGroups()
        change(&settings)
        group = ClassicGroup(settings)
    }

    mutating func advance(_ time: Duration) {
        now = now + time
        if group.wakeAt <= now { group.expire(now: now) }
        collect()
    }

    /// The answer, if it came at once.
    mutating func join(
        _ id: String, version: Int16 = 9, protocols: [String] = ["range"], instance: String? = nil,
        waiter: UInt64? = nil,
        rebalanceTimeoutMs: Int32 = 30_000
    ) -> JoinGroupResponse? {
        var request = JoinGroupRequest()
        request.memberID = id
        request.groupInstanceID = instance
        request.sessionTimeoutMs = 10_000
        request.rebalanceTimeoutMs = rebalanceTimeoutMs
        request.protocolType = "consumer"
        request.protocols = protocols.map { name in
            var one = JoinGroupRequest.GroupProtocol()
            one.name = name
            return one
        }
        idCount += 1
        let newID = ids.isEmpty ? "new-\(idCount)" : ids.removeFirst()
        let number = waiter ?? makeWaiter()
        group.join(
            JoinAttempt(
                request: request, version: version, client: GroupClient(), waiter: GroupWaiterID(number: number),
                newID: newID),
            now: now)
        return lateJoin(number)
    }

    /// The answer to a join that waited.
    mutating func lateJoin(_ waiter: UInt64) -> JoinGroupResponse? {
        collect()
        guard case .join(let response)? = answers[waiter] else { return nil }
        return response
    }

    /// Makes a group of these members, the first of them its leader, whose generation has just begun.
    mutating func form(_ members: [String], rebalanceTimeoutMs: Int32 = 30_000) {
        for (index, member) in members.enumerated() {
            ids = [member]
            _ = join("", version: 3, rebalanceTimeoutMs: rebalanceTimeoutMs)
            for earlier in members.prefix(index) {
                _ = join(earlier, version: 3, rebalanceTimeoutMs: rebalanceTimeoutMs)
            }
        }
        ids = []
    }

    /// The answer, if it came at once.
    mutating func sync(
        _ id: String, _ assignments: [String: [UInt8]] = [:], instance: String? = nil
    ) -> Sync? {
        var request = SyncGroupRequest()
        request.memberID = id
        request.groupInstanceID = instance
        request.generationID = group.generation
        request.assignments = assignments.map { member, bytes in
            var one = SyncGroupRequest.Assignment()
            one.memberID = member
            one.assignment = bytes
            return one
        }
        return sync(request)
    }

    mutating func sync(_ request: SyncGroupRequest) -> Sync? {
        let waiter = makeWaiter()
        syncWaiters[request.memberID] = waiter
        group.sync(request, waiter: GroupWaiterID(number: waiter), now: now)
        return lateSync(request.memberID)
    }

    mutating func lateSync(_ id: String) -> Sync? {
        collect()
        guard let waiter = syncWaiters[id], case .sync(let response)? = answers[waiter] else { return nil }
        return response.errorCode == .none ? .assigned(response.assignment) : .failed(response.errorCode)
    }

    mutating func heartbeat(_ id: String, generation: Int32? = nil, instance: String? = nil) -> KafkaErrorCode {
        var request = HeartbeatRequest()
        request.memberID = id
        request.generationID = generation ?? group.generation
        request.groupInstanceID = instance
        return group.heartbeat(request, now: now)
    }

    mutating func leave(_ ids: String..., instance: String? = nil) -> [KafkaErrorCode] {
        let leaving = (ids.isEmpty ? [""] : ids).map { id in
            var member = LeaveGroupRequest.Member()
            member.memberID = id
            member.groupInstanceID = instance
            return member
        }
        return group.leave(leaving, now: now).map(\.errorCode)
    }

    private mutating func makeWaiter() -> UInt64 {
        lastWaiter += 1
        return lastWaiter
    }

    private mutating func collect() {
        for answer in group.takeAnswers() { answers[answer.waiter.number] = answer.content }
    }
}
