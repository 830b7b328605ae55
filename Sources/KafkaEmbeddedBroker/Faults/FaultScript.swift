import KafkaProtocol
import Synchronization

/// The rules in force and how often each has still to pass or fire.
final class FaultScript: Sendable {
    /// A part of a request that a rule may name.
    struct Target {
        var topic: String?
        var partition: Int32?
    }

    private struct Entry {
        let rule: FaultRule
        var skip: Int
        var count: Int?
    }

    /// Batches that are acknowledged and wait to be stored behind the next one of their partition.
    let heldBatches = HeldBatches()
    private let entries = Mutex<[Entry]>([])
    private let isActive = Atomic<Bool>(false)

    /// Whether there is any rule: one load for the requests of a broker without faults.
    var isEmpty: Bool { !isActive.load(ordering: .relaxed) }

    func add(_ rule: FaultRule) {
        entries.withLock {
            $0.append(Entry(rule: rule, skip: rule.skip, count: rule.count))
            isActive.store(true, ordering: .relaxed)
        }
    }

    func removeAll() {
        entries.withLock {
            $0 = []
            isActive.store(false, ordering: .relaxed)
        }
    }

    /// The rules that fire for a request, each counted.
    ///
    /// - Parameter targets: the partitions of the request; empty for one that has none.
    func plan(_ apiKey: ApiKey, node: Int32, targets: [Target]) -> FaultPlan {
        entries.withLock { entries in
            var plan = FaultPlan()
            for index in entries.indices {
                let rule = entries[index].rule
                guard rule.apiKey == nil || rule.apiKey == apiKey, rule.node == nil || rule.node == node else {
                    continue
                }
                let isHit =
                    targets.contains { rule.covers(topic: $0.topic, partition: $0.partition) }
                    || rule.covers(topic: nil, partition: nil)
                guard isHit, entries[index].count != 0 else { continue }
                if entries[index].skip > 0 {
                    entries[index].skip -= 1
                    continue
                }
                if let count = entries[index].count { entries[index].count = count - 1 }
                plan.add(rule, targets, node: node)
            }
            if entries.contains(where: { $0.count == 0 }) {
                entries.removeAll { $0.count == 0 }
                isActive.store(!entries.isEmpty, ordering: .relaxed)
            }
            return plan
        }
    }
}
