// What one transactional id has come to. Markers are written in the same step in which a transaction ends, so the states in which
// Kafka waits for them are not needed:
//
//            add                    end, its time, another producer
//   empty ─────────▶ ongoing ─────────────────────────────────────▶ completeCommit, completeAbort ──▶ ongoing …
//
// A value: ids, moments and the time are arguments.

import KafkaProtocol
import KafkaTransport

/// A partition in a transaction. A topic that is made anew is another one.
struct TransactionPartition: Hashable, Sendable {
    let topic: String
    let topicID: KafkaUUID
    let index: Int32
}

/// What is to be done where a transaction has been, once it has ended.
struct TransactionEnding: Sendable {
    let producerID: Int64
    /// Of the markers. Batches of an earlier one are refused from then on.
    let epoch: Int16
    let isCommit: Bool
    let partitions: Set<TransactionPartition>
    let groups: Set<String>
}

/// A request that the coordinator does not carry out.
struct TransactionRefusal: Error {
    let code: KafkaErrorCode

    init(_ code: KafkaErrorCode) { self.code = code }
}

/// The producer that has a transactional id, and its transaction.
///
/// Source: `TransactionMetadata` and `TransactionCoordinator` of Apache Kafka 4.3; KIP-98, KIP-360, KIP-890.
struct TransactionalProducer: Sendable {
    enum State: String, Sendable, CaseIterable {
        case empty = "Empty"
        case ongoing = "Ongoing"
        case completeCommit = "CompleteCommit"
        case completeAbort = "CompleteAbort"
    }

    private(set) var producerID: Int64
    private(set) var epoch: Int16 = 0
    /// What the producer had before, so that a request that it sends again is known; nil where nobody may have it any more.
    private(set) var former: (id: Int64, epoch: Int16)?
    private(set) var timeoutMs: Int32
    private(set) var state = State.empty
    private(set) var partitions: Set<TransactionPartition> = []
    private(set) var groups: Set<String> = []
    /// When the transaction began, in milliseconds since 1970; -1 without one.
    private(set) var beganMs: Int64 = -1
    /// When the transaction is aborted, unless it ends before.
    private(set) var deadline = MonotonicInstant.distantFuture
    /// About the bytes that it takes.
    private(set) var byteCount = Self.emptyByteCount

    private static let emptyByteCount = 256

    init(producerID: Int64, timeoutMs: Int32) {
        self.producerID = producerID
        self.timeoutMs = timeoutMs
    }

    // MARK: Producers

    /// Gives the id to a producer: to a new one, or to the one that has it, with the next epoch. An open transaction is aborted first, and
    /// the producer has to ask again: so the epoch of the markers is nobody's.
    ///
    /// - Parameters:
    ///   - known: the id and epoch that the producer says it has; nil for a new producer.
    ///   - isSecond: whether the second protocol is on.
    ///   - makeID: makes a producer id, for when the epochs have run out.
    /// - Returns: the end of the transaction that was open; nil when the producer has got its epoch.
    mutating func initialize(
        known: (id: Int64, epoch: Int16)?, timeoutMs: Int32, isSecond: Bool, makeID: () -> Int64
    ) throws(TransactionRefusal) -> TransactionEnding? {
        if let known {
            if let former, known == former, known != (producerID, epoch) {
                // The answer of before was lost.
                self.timeoutMs = timeoutMs
                if epoch > Self.epochMax { advance(makeID) }
                return nil
            }
            guard known == (producerID, epoch) else { throw TransactionRefusal(.producerFenced) }
        }
        if state == .ongoing { return abort(isSecond: isSecond, makeID: makeID) }
        self.timeoutMs = timeoutMs
        advance(makeID)
        // Whoever had the id before is a zombie from now on, unless it was the same that asks.
        former = known
        state = .empty
        return nil
    }

    /// Goes on to the next epoch, or to another id.
    private mutating func advance(_ makeID: () -> Int64) {
        former = (producerID, epoch)
        if epoch >= Self.epochMax {
            producerID = makeID()
            epoch = 0
        } else {
            epoch += 1
        }
    }

    /// The last epoch is for the markers that fence a producer.
    private static let epochMax = Int16.max - 1

    /// Whether a request is one of the producer that has the id.
    func check(_ id: Int64, _ epoch: Int16) throws(TransactionRefusal) {
        if id != producerID { throw TransactionRefusal(.invalidProducerIdMapping) }
        // Behind the last epoch there is another producer id, which the producer has to ask for.
        if epoch != self.epoch || epoch > Self.epochMax { throw TransactionRefusal(.producerFenced) }
    }

    // MARK: A transaction

    /// Adds partitions and groups; the first ones begin the transaction.
    mutating func add(
        _ partitions: some Sequence<TransactionPartition>, groups: some Sequence<String>, now: MonotonicInstant,
        nowMs: Int64
    ) {
        if state != .ongoing {
            state = .ongoing
            beganMs = nowMs
            deadline = now + .milliseconds(Int(timeoutMs))
        }
        for partition in partitions where self.partitions.insert(partition).inserted { byteCount += 96 }
        for group in groups where self.groups.insert(group).inserted { byteCount += 64 + group.utf8.count }
    }

    /// Whether a partition is in the transaction.
    func has(_ partition: TransactionPartition) -> Bool { state == .ongoing && partitions.contains(partition) }

    /// Whether the offsets of a group are in the transaction.
    func has(group: String) -> Bool { state == .ongoing && groups.contains(group) }

    /// Ends the transaction.
    ///
    /// - Parameter bumps: whether the producer goes on in the next epoch (KIP-890).
    /// - Returns: nil when there is nothing to do, because it was done before.
    mutating func end(
        commit isCommit: Bool, _ id: Int64, _ epoch: Int16, bumps: Bool, makeID: () -> Int64
    ) throws(TransactionRefusal) -> TransactionEnding? {
        let done: State = isCommit ? .completeCommit : .completeAbort
        if bumps, let former, former == (id, epoch), state == .completeCommit || state == .completeAbort {
            // Once more, or of a transaction whose time was over.
            if state != done { throw TransactionRefusal(.invalidTxnState) }
            return nil
        }
        try check(id, epoch)
        switch state {
        case .ongoing:
            guard bumps else { return finish(isCommit: isCommit, epoch: epoch) }
            let ending = finish(isCommit: isCommit)
            if self.epoch > Self.epochMax { advance(makeID) }
            former = (id, epoch)
            return ending
        case _ where bumps && !isCommit:
            // Nothing has reached a broker: the epoch is all that there is to change.
            advance(makeID)
            state = .completeAbort
            return nil
        case done where !bumps: return nil
        default: throw TransactionRefusal(.invalidTxnState)
        }
    }

    /// Aborts a transaction whose time is over, or whose id another producer wants. The producer learns of it by its next request.
    ///
    /// By the first protocol the coordinator can't tell it from a zombie then. By the second it may go on: the end of a transaction gives
    /// the next epoch, whoever wants it (KIP-890).
    ///
    /// - Parameter isSecond: whether the second protocol is on.
    mutating func abort(isSecond: Bool, makeID: () -> Int64) -> TransactionEnding {
        let had = (producerID, epoch)
        let ending = finish(isCommit: false)
        if isSecond, epoch > Self.epochMax { advance(makeID) }
        former = isSecond ? had : nil
        return ending
    }

    /// Ends the transaction under the next epoch, so that nothing of this one is stored any more.
    private mutating func finish(isCommit: Bool) -> TransactionEnding {
        epoch += 1
        return finish(isCommit: isCommit, epoch: epoch)
    }

    private mutating func finish(isCommit: Bool, epoch: Int16) -> TransactionEnding {
        defer {
            state = isCommit ? .completeCommit : .completeAbort
            partitions = []
            groups = []
            byteCount = Self.emptyByteCount
            beganMs = -1
            deadline = .distantFuture
        }
        return TransactionEnding(
            producerID: producerID, epoch: epoch, isCommit: isCommit, partitions: partitions, groups: groups)
    }
}
