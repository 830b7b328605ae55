import KafkaProtocol
import KafkaTransport

extension ConsumerGroup {
    /// Takes a member a step nearer to what it is to have: first it gives partitions up, then it gets those that nobody
    /// holds any more.
    ///
    /// - Parameter owned: what it says that it owns; nil when it says nothing.
    ///
    /// Source: `CurrentAssignmentBuilder` of Kafka 4.3, and the figure of KIP-848.
    func reconcile(_ member: inout ConsumerMember, owned: PartitionSet?, now: MonotonicInstant) {
        switch member.progress {
        case .stable: if member.epoch != targetEpoch { advance(&member, owned: owned, now: now) }
        case .revoking:
            guard let owned, owned.isDisjoint(with: member.revoked) else { return }
            member.revoked = PartitionSet()
            member.revocationDeadline = .distantFuture
            advance(&member, owned: owned, now: now)
        case .awaiting: advance(&member, owned: owned, now: now)
        }
    }

    private func advance(_ member: inout ConsumerMember, owned: PartitionSet?, now: MonotonicInstant) {
        let wanted = target[member.id] ?? PartitionSet()
        let kept = member.assigned.intersection(wanted)
        let surplus = member.assigned.subtracting(kept)
        let ownsSurplus = owned.map { !$0.isDisjoint(with: surplus) } ?? true
        if !surplus.isEmpty, ownsSurplus {
            member.assigned = kept
            member.revoked = surplus
            member.progress = .revoking
            member.previousEpoch = member.epoch
            member.revocationDeadline = now + member.rebalanceTimeout
            return
        }
        let missing = wanted.subtracting(kept)
        let id = member.id
        let free = missing.filter { topic, partition in
            let holder = holders[topic]?[partition]
            return holder == nil || holder == id
        }
        member.assigned = kept.union(free)
        member.progress = free.count == missing.count ? .stable : .awaiting
        member.previousEpoch = member.epoch
        member.epoch = targetEpoch
    }
}
