import KafkaProtocol
import KafkaTransport
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
        /// Matching requests behind those that were skipped.
        var matchCount = 0
        var hitCount = 0
        var firstMatch: MonotonicInstant?
        var firstHit: MonotonicInstant?
        /// Tells it from others.
        let number: Int
        /// When the records that a rule of capacity has hit have had their time.
        var freeAt = MonotonicInstant.distantPast

        init(_ rule: FaultRule, number: Int) {
            self.rule = rule
            self.number = number
            skip = rule.skip
        }

        var isOver: Bool { hitCount == rule.count }

        /// Whether a matching request is hit, which is counted.
        mutating func hits(now: MonotonicInstant) -> Bool {
            let first = firstMatch ?? now
            firstMatch = first
            if now < first + rule.after { return false }
            if case .pause(let time) = rule.effect, let firstHit {
                // All that come within the pause, and none after.
                return now < firstHit + time
            }
            if skip > 0 {
                skip -= 1
                return false
            }
            matchCount += 1
            guard (matchCount - 1) % rule.every == 0, !isOver else { return false }
            hitCount += 1
            firstHit = firstHit ?? now
            return true
        }

        /// How long a request of so many records waits for the capacity of the rule.
        mutating func serve(_ recordCount: Int, now: MonotonicInstant) -> Duration {
            guard case .capacity(let recordsPerSecond) = rule.effect else { return .zero }
            let begin = max(freeAt, now)
            // No more than a day, so that nothing overflows.
            freeAt = begin.advanced(byNanoseconds: Int64(min(8.64e13, Double(recordCount) / recordsPerSecond * 1e9)))
            return freeAt - now
        }

        /// How long the request that was hit last is delayed.
        func delay(now: MonotonicInstant) -> Duration {
            switch rule.effect {
            case .delay(let time): return time
            case .risingDelay(let from, let to):
                let steps = max(1, (rule.count ?? 1) - 1)
                return from + (to - from) * min(hitCount - 1, steps) / steps
            case .pause(let time): return (firstHit ?? now) + time - now
            default: return .zero
            }
        }
    }

    /// Batches that are acknowledged and wait to be stored behind the next one of their partition.
    let heldBatches = HeldBatches()
    /// What was delayed.
    let heldAnswers = HeldAnswers()
    private let entries = Mutex<[Entry]>([])
    private let ruleCount = Atomic<Int>(0)
    private let isActive = Atomic<Bool>(false)

    /// Whether there is any rule: one load for the requests of a broker without faults.
    var isEmpty: Bool { !isActive.load(ordering: .relaxed) }

    func add(_ rule: FaultRule) {
        entries.withLock {
            $0.append(Entry(rule, number: ruleCount.add(1, ordering: .relaxed).newValue))
            isActive.store(true, ordering: .relaxed)
        }
    }

    func removeAll() {
        entries.withLock {
            $0 = []
            isActive.store(false, ordering: .relaxed)
        }
    }

    /// How long a request waits for the capacities that its plan names, once its records are known.
    func serve(_ recordCount: Int, by plan: FaultPlan, now: MonotonicInstant) -> Duration {
        if plan.capacities.isEmpty { return .zero }
        return entries.withLock { entries in
            var longest = Duration.zero
            for index in entries.indices where plan.capacities.contains(entries[index].number) {
                longest = max(longest, entries[index].serve(recordCount, now: now))
            }
            return longest
        }
    }

    /// The rules that fire for a request, each counted.
    ///
    /// - Parameter targets: the partitions of the request; empty for one that has none.
    func plan(_ apiKey: ApiKey, node: Int32, targets: [Target], now: MonotonicInstant) -> FaultPlan {
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
                guard isHit, entries[index].hits(now: now) else { continue }
                plan.add(
                    rule, number: entries[index].number, targets, node: node, delay: entries[index].delay(now: now))
            }
            if entries.contains(where: \.isOver) {
                entries.removeAll(where: \.isOver)
                isActive.store(!entries.isEmpty, ordering: .relaxed)
            }
            return plan
        }
    }
}
