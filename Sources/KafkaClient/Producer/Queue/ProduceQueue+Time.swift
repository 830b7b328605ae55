import KafkaProtocol
import KafkaQueues
import KafkaTransport

extension ProduceQueue {
    /// When the next pause is over, so that `tick` has something to do. Deadlines of batches are not looked at.
    var nextTick: MonotonicInstant? {
        var next: MonotonicInstant?
        for key in backingOff {
            if case .backingOff(let until) = self[key].state { next = min(next ?? until, until) }
        }
        return next
    }

    /// Ends the pauses that are over, and fails the batches whose deadline has passed.
    mutating func tick(now: MonotonicInstant, _ effects: inout Effects) {
        let resting = backingOff
        backingOff = []
        for key in resting {
            if self[key].isResting(now: now) {
                backingOff.append(key)
            } else {
                advance(key, now: now, &effects)
            }
        }
        let unlisted = unlistExpired(now: now)
        expire(now: now, &effects)
        for key in unlisted { advance(key, now: now, &effects) }
    }

    /// Notes that a broker can't be reached. Batches that may go to any partition go elsewhere; the others wait for it.
    ///
    /// - Parameters:
    ///   - moment: when it is tried again.
    ///   - reason: why it can't be reached. The errors of batches that expire in the meantime tell it.
    ///   - isFinal: whether to wait is in vain, so that the batches which wait for it fail now.
    mutating func giveUp(
        broker: Int32, until moment: MonotonicInstant, because reason: KafkaClientError, isFinal: Bool = false,
        now: MonotonicInstant, _ effects: inout Effects
    ) {
        unreachable[broker] = Unreachable(reason: reason, until: moment)
        let keys = unlist(broker)
        moveAny(from: keys, now: now, &effects)
        if isFinal {
            for key in keys { failUnlisted(key, reason, now: now, &effects) }
        }
        for key in keys { advance(key, now: now, &effects) }
    }

    /// Chooses partitions anew for the waiting batches that may go to any.
    ///
    /// - Precondition: none of the partitions is in a ready list.
    mutating func moveAny(from keys: [PartitionKey], now: MonotonicInstant, _ effects: inout Effects) {
        var movable: [(QueuedBatch, topic: Int)] = []
        for key in keys {
            var isMovable = false
            self[key].waiting.forEach { if $0.isMovable { isMovable = true } }
            if !isMovable { continue }
            var kept = RingBuffer<QueuedBatch>()
            for batch in self[key].waiting.takeAll() {
                if batch.isMovable { movable.append((batch, key.topic)) } else { kept.append(batch) }
            }
            self[key].waiting = kept
        }
        // At the front, because deadlines are looked at there, and these batches may be older.
        for (batch, topic) in movable.reversed() { place(batch, in: topic, atFront: true, now: now, &effects) }
    }

    /// Notes that a broker was reached.
    mutating func didReach(broker: Int32) {
        if !unreachable.isEmpty { unreachable[broker] = nil }
    }

    /// Removes the ready lists in which a batch's deadline has passed, so that the batch can be failed. This is rare.
    ///
    /// - Returns: the partitions that were in them, which are idle now.
    private mutating func unlistExpired(now: MonotonicInstant) -> [PartitionKey] {
        var unlisted: [PartitionKey] = []
        for (broker, list) in ready {
            var hasExpired = false
            list.partitions.forEach { key in
                if let first = self[key].waiting.first, first.deadline <= now { hasExpired = true }
            }
            if hasExpired { unlisted += unlist(broker) }
        }
        return unlisted
    }

    private mutating func expire(now: MonotonicInstant, _ effects: inout Effects) {
        for topic in topics.indices {
            while let first = topics[topic].unplaced.first, first.deadline <= now {
                _ = topics[topic].unplaced.popFirst()
                let what = topics[topic].isKnown ? "partition \(first.partition) of topic" : "topic"
                let why = "\(what) '\(topics[topic].name)' could not be learned of"
                let error = notDelivered(first, .deliveryTimedOut, now, why, because: nil)
                end(first, in: topic, .failed(error), now: now, &effects)
            }
            for partition in topics[topic].partitions.indices {
                expire(PartitionKey(topic: topic, partition: Int32(partition)), now: now, &effects)
            }
        }
    }

    private mutating func expire(_ key: PartitionKey, now: MonotonicInstant, _ effects: inout Effects) {
        if self[key].isReady {
            // What waits in it is not late: that was looked at before.
            if !self[key].hasLateFlight(now: now) { return }
            unlist(key)
        }
        for (late, isInFlight) in self[key].giveUpFlights(now: now) {
            var late = late
            if !isInFlight {
                let why = "it waits for others in flight to partition \(key.partition) of '\(topics[key.topic].name)'"
                let error = notDelivered(late, .deliveryTimedOut, now, why, because: late.lastError)
                end(late, in: key.topic, .failed(error), now: now, &effects)
                continue
            }
            let flight = late.flight ?? QueuedBatch.Flight(broker: -1, began: now, throttledNs: 0)
            let noAnswer = KafkaClientError(.requestTimedOut, "broker \(flight.broker) has not answered yet")
            late.exchanges.append(
                Exchange(
                    .unanswered(noAnswer), acks: configuration.acks,
                    AttemptTimes(broker: flight.broker, began: flight.began, ended: now),
                    throttledNs: flight.throttledNs))
            late.isUnsure = true
            let error = notDelivered(late, .deliveryTimedOut, now, because: noAnswer)
            end(late, in: key.topic, .failed(error), now: now, &effects)
        }
        while let first = self[key].waiting.first, first.deadline <= now {
            _ = self[key].waiting.popFirst()
            let leader = self[key].leader
            let why: String
            if leader < 0 {
                why = "partition \(key.partition) of '\(topics[key.topic].name)' has no leader"
            } else if first.attemptCount > 0, unreachable[leader] == nil {
                why = "it was to be tried again"
            } else if window.isIdempotent, identity == nil, self[key].sequences.identity == nil {
                why = "no broker gave out a producer id"
            } else {
                why = "broker \(leader) took no requests"
            }
            let cause = unreachable[leader]?.reason ?? first.lastError ?? identityFailure
            let error = notDelivered(first, .deliveryTimedOut, now, why, because: cause)
            end(first, in: key.topic, .failed(error), now: now, &effects)
        }
    }

    /// Fails all batches that are not in flight.
    mutating func failWaiting(_ error: KafkaClientError, now: MonotonicInstant, _ effects: inout Effects) {
        for broker in ready.keys { _ = unlist(broker) }
        for topic in topics.indices { failUnlisted(of: topic, error, now: now, &effects) }
    }

    /// Fails the batches of a topic that are not in flight.
    mutating func failWaiting(
        of topic: Int, _ error: KafkaClientError, now: MonotonicInstant, _ effects: inout Effects
    ) {
        let leaders = Set(topics[topic].partitions.lazy.filter(\.isReady).map(\.leader))
        let unlisted = leaders.flatMap { unlist($0) }
        failUnlisted(of: topic, error, now: now, &effects)
        for key in unlisted { advance(key, now: now, &effects) }
    }

    private mutating func failUnlisted(
        of topic: Int, _ error: KafkaClientError, now: MonotonicInstant, _ effects: inout Effects
    ) {
        for batch in topics[topic].unplaced.takeAll() {
            end(batch, in: topic, .failed(error), now: now, &effects)
        }
        for partition in topics[topic].partitions.indices {
            failUnlisted(PartitionKey(topic: topic, partition: Int32(partition)), error, now: now, &effects)
        }
    }

    /// Fails the batches of a partition that are not in flight.
    ///
    /// - Precondition: the partition is in no ready list.
    private mutating func failUnlisted(
        _ key: PartitionKey, _ error: KafkaClientError, now: MonotonicInstant, _ effects: inout Effects
    ) {
        let returned = self[key].dropReturned()
        let waiting = self[key].waiting.takeAll()
        for batch in returned + waiting { end(batch, in: key.topic, .failed(error), now: now, &effects) }
    }
}
