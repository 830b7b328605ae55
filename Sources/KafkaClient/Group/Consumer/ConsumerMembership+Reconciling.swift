// The way from what the member has to what it should have, and how partitions and the member go.

import KafkaProtocol
import KafkaTransport

extension ConsumerMembership {
    /// Revokes what is not in the target, or takes what is new. One revocation at a time: a target that comes meanwhile waits.
    ///
    /// Topics whose names are not known yet are kept in the target until they are.
    mutating func reconcile() {
        guard case .stable = phase, !isLeaving, let target else { return }
        let unknown = Set(target.keys.filter { names[$0] == nil })
        if unknown != askedIDs {
            askedIDs = unknown
            if !unknown.isEmpty { actions.append(.learn(topics: [], ids: unknown)) }
        }
        let removed = Self.subtracting(target, from: ownedByID)
        if !removed.isEmpty { return revoke(removed) }
        let added = Self.subtracting(ownedByID, from: target).filter { names[$0.key] != nil }
        if added.isEmpty, hasAssigned {
            if mustAcknowledge, unknown.isEmpty { isUrgent = true }
            return
        }
        hasAssigned = true
        for (id, partitions) in added { ownedByID[id, default: []].formUnion(partitions) }
        let new = named(added)
        owned.formUnion(new)
        mustAcknowledge = !isShare
        isUrgent = !isShare
        actions.append(.assign(new, all: owned))
    }

    mutating func revoke(_ partitions: [KafkaUUID: Set<Int32>]) {
        lastNumber += 1
        phase = .revoking(lastNumber, partitions)
        actions.append(.revoke(named(partitions), number: lastNumber))
    }

    mutating func didRevoke(_ number: Int) {
        guard case .revoking(number, let partitions) = phase else { return }
        ownedByID = Self.subtracting(partitions, from: ownedByID)
        owned.subtract(named(partitions))
        phase = .stable
        mustAcknowledge = !isShare
        isUrgent = !isShare
    }

    /// The member is outside the group, and has no partitions.
    mutating func lose(_ error: KafkaClientError) {
        if !owned.isEmpty { actions.append(.lose(owned, error)) }
        forget()
        switch phase {
        case .leaving, .left, .failed: break
        case .unjoined, .joining, .stable, .revoking: phase = .unjoined
        }
    }

    mutating func fail(_ error: KafkaClientError) {
        switch phase {
        case .left, .failed: return
        case .leaving: return didLeave()
        case .unjoined, .joining, .stable, .revoking: break
        }
        if !owned.isEmpty { actions.append(.lose(owned, error)) }
        forget()
        phase = .failed
        actions.append(.fail(error))
    }

    private mutating func forget() {
        epoch = 0
        target = nil
        told = nil
        owned = []
        ownedByID = [:]
        askedIDs = []
        hasAssigned = false
        mustAcknowledge = false
        heartbeatNumber = nil
    }

    /// Begins to leave; `finishLeaving` goes on when it can.
    mutating func leave(_ operation: GroupMembershipOperation = .default) {
        self.operation = operation
        switch phase {
        case .left, .failed, .leaving: return
        case .unjoined, .joining, .stable, .revoking: break
        }
        isLeaving = true
    }

    mutating func didLeave() {
        forget()
        isLeaving = false
        operation = .default
        phase = .left
        subscription = []
        regex = nil
        poll.forgive()
        notBefore = .distantPast
        failureCount = 0
        actions.append(.left)
    }

    var ownedTopicIDs: [String: KafkaUUID] {
        ownedByID.keys.reduce(into: [:]) { ids, id in
            if let name = names[id] { ids[name] = id }
        }
    }

    private func named(_ partitions: [KafkaUUID: Set<Int32>]) -> Set<TopicPartition> {
        var result: Set<TopicPartition> = []
        for (id, numbers) in partitions {
            guard let name = names[id] else { continue }
            for number in numbers { result.insert(TopicPartition(name, number)) }
        }
        return result
    }

    private static func subtracting(
        _ right: [KafkaUUID: Set<Int32>], from left: [KafkaUUID: Set<Int32>]
    ) -> [KafkaUUID: Set<Int32>] {
        left.reduce(into: [:]) { rest, topic in
            let numbers = topic.value.subtracting(right[topic.key] ?? [])
            if !numbers.isEmpty { rest[topic.key] = numbers }
        }
    }
}
