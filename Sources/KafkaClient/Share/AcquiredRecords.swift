import KafkaProtocol
import KafkaTransport
import Synchronization

/// What becomes of the records of one partition that one answer has acquired, as a value without clock or socket.
///
/// ```
///   waiting ──▶ handed ──▶ decided ──▶ sent ──▶ ended
///      │           ▲                    │
///      │           └────── renewed ─────┘
///      └─(released)──────▶ decided
/// ```
///
/// A record that ends without a broker's word (a lost connection, a leader that moved) is some member's again: at least once.
struct AcquiredRecords: Sendable {
    enum Stage: UInt8 { case waiting, handed, decided, sent, ended }

    /// Ascending.
    let offsets: [Int64]
    private(set) var stages: [Stage]
    private var types: [Int8]
    /// Acquired offsets without a record that can be read, and what is said of them.
    private var others: [AcknowledgementBatch]
    private var sentOthers = 0
    private let lockedUntil: MonotonicInstant
    /// By index, of records that were renewed.
    private var renewedUntil: [Int: MonotonicInstant] = [:]
    private(set) var decidedCount = 0
    private(set) var openCount: Int

    /// Released without that the user has had it, so that nobody is told what came of it.
    private static let givenBack = -Acknowledgement.release.rawValue

    /// Why an acknowledgement is not taken.
    enum Refusal: Error { case alreadyAcknowledged, notHanded, lockIsOver }

    /// - Parameters:
    ///   - offsets: those of the records, ascending.
    ///   - others: acquired offsets without a record, and what is said of them.
    ///   - lockedUntil: when the broker's lock is over for sure.
    init(offsets: [Int64], others: [AcknowledgementBatch], lockedUntil: MonotonicInstant) {
        self.offsets = offsets
        self.others = others
        self.lockedUntil = lockedUntil
        stages = Array(repeating: .waiting, count: offsets.count)
        types = Array(repeating: 0, count: offsets.count)
        openCount = offsets.count
    }

    /// Whether there is something to be told to the broker.
    var hasPending: Bool { decidedCount > 0 || sentOthers == 0 && !others.isEmpty }
    /// Whether nothing can come of it any more.
    var isOver: Bool { openCount == 0 && others.isEmpty }

    func lockEnd(_ index: Int) -> MonotonicInstant { renewedUntil[index] ?? lockedUntil }

    /// The user gets a record.
    ///
    /// - Returns: false when it is not this member's any more.
    mutating func hand(_ index: Int, now: MonotonicInstant) -> Bool {
        guard stages[index] == .waiting else { return false }
        guard now < lockEnd(index) else {
            end(index)
            return false
        }
        stages[index] = .handed
        return true
    }

    /// The user decides. Until it is sent it may do so again.
    mutating func acknowledge(_ index: Int, _ type: Int8, now: MonotonicInstant) throws(Refusal) {
        switch stages[index] {
        case .waiting: throw .notHanded
        case .sent: throw .alreadyAcknowledged
        case .ended: throw types[index] == 0 ? .lockIsOver : .alreadyAcknowledged
        case .decided: types[index] = type
        case .handed:
            guard now < lockEnd(index) else {
                end(index)
                throw .lockIsOver
            }
            types[index] = type
            stages[index] = .decided
            decidedCount += 1
        }
    }

    /// Whether the user has said nothing of a record that it has.
    func isUndecided(_ index: Int) -> Bool { stages[index] == .handed }

    /// Gives back what the user has not got.
    mutating func releaseWaiting() {
        for index in stages.indices where stages[index] == .waiting {
            stages[index] = .decided
            types[index] = Self.givenBack
            decidedCount += 1
        }
    }

    /// Whether a renewal is among what is to be told.
    var hasRenewals: Bool {
        decidedCount > 0
            && stages.indices.contains { stages[$0] == .decided && types[$0] == Acknowledgement.renew.rawValue }
    }

    /// Whether a renewal is among what was sent.
    var hasSentRenewals: Bool {
        stages.indices.contains { stages[$0] == .sent && types[$0] == Acknowledgement.renew.rawValue }
    }

    /// Takes what is to be told to the broker; `didAnswer` or `end` follows.
    ///
    /// - Returns: batches, ascending.
    mutating func takePending() -> [AcknowledgementBatch] {
        var batches = others
        sentOthers = others.count
        if decidedCount > 0 {
            var open: AcknowledgementBatch?
            for index in stages.indices where stages[index] == .decided {
                stages[index] = .sent
                if let last = open, last.lastOffset + 1 == offsets[index] {
                    open!.lastOffset = offsets[index]
                    open!.acknowledgeTypes.append(abs(types[index]))
                } else {
                    if let open { batches.append(open.shortened) }
                    open = AcknowledgementBatch(
                        firstOffset: offsets[index], lastOffset: offsets[index], acknowledgeTypes: [abs(types[index])])
                }
            }
            if let open { batches.append(open.shortened) }
            decidedCount = 0
        }
        return batches.sorted { $0.firstOffset < $1.firstOffset }
    }

    /// The broker has answered what was sent.
    ///
    /// - Parameters:
    ///   - isTaken: whether it has taken it.
    ///   - renewed: until when locks hold that were renewed.
    /// - Returns: the offsets of the records of which the user has said something.
    mutating func didAnswer(isTaken: Bool, renewed: MonotonicInstant) -> [Int64] {
        others.removeFirst(sentOthers)
        sentOthers = 0
        var answered: [Int64] = []
        for index in stages.indices where stages[index] == .sent {
            if types[index] != Self.givenBack { answered.append(offsets[index]) }
            if types[index] == Acknowledgement.renew.rawValue, isTaken {
                stages[index] = .handed
                types[index] = 0
                renewedUntil[index] = renewed
            } else {
                end(index)
            }
        }
        return answered
    }

    /// The records are not this member's any more.
    ///
    /// - Returns: the offsets of those of which the user has said something that was not answered.
    mutating func endAll() -> [Int64] {
        others = []
        sentOthers = 0
        decidedCount = 0
        var unanswered: [Int64] = []
        for index in stages.indices where stages[index] != .ended {
            if stages[index] == .decided || stages[index] == .sent, types[index] != Self.givenBack {
                unanswered.append(offsets[index])
            }
            end(index)
        }
        return unanswered
    }

    /// These offsets were acquired anew, so that the locks on them were over.
    ///
    /// - Returns: the offsets of those of which the user has said something that was not sent.
    mutating func endThose(in ranges: [ClosedRange<Int64>]) -> [Int64] {
        var undone: [Int64] = []
        for index in stages.indices where stages[index] != .ended && stages[index] != .sent {
            guard ranges.contains(where: { $0.contains(offsets[index]) }) else { continue }
            if stages[index] == .decided {
                if types[index] != Self.givenBack { undone.append(offsets[index]) }
                decidedCount -= 1
            }
            end(index)
        }
        return undone
    }

    /// Takes back renewals, which the broker does not know.
    ///
    /// - Returns: the offsets of their records, which the user still has.
    mutating func dropRenewals() -> [Int64] {
        var dropped: [Int64] = []
        for index in stages.indices where stages[index] == .decided && types[index] == Acknowledgement.renew.rawValue {
            stages[index] = .handed
            types[index] = 0
            decidedCount -= 1
            dropped.append(offsets[index])
        }
        return dropped
    }

    private mutating func end(_ index: Int) {
        stages[index] = .ended
        openCount -= 1
    }
}

extension AcknowledgementBatch {
    /// The same with one type, where all are the same.
    fileprivate var shortened: AcknowledgementBatch {
        guard let first = acknowledgeTypes.first, acknowledgeTypes.allSatisfy({ $0 == first }) else { return self }
        return AcknowledgementBatch(firstOffset: firstOffset, lastOffset: lastOffset, acknowledgeTypes: [first])
    }
}

/// The records of one partition that one answer has acquired, shared by them and by the lane.
final class Acquisition: Sendable {
    let source: FetchSource
    /// The node id of the broker that has locked them.
    let broker: Int32
    private let records: Mutex<AcquiredRecords>

    init(_ source: FetchSource, broker: Int32, _ records: AcquiredRecords) {
        self.source = source
        self.broker = broker
        self.records = Mutex(records)
    }

    func with<Result: Sendable>(_ body: (inout AcquiredRecords) -> Result) -> Result { records.withLock { body(&$0) } }

    /// - Returns: whether it is the first one that waits to be sent.
    func acknowledge(_ index: Int, _ type: Int8, now: MonotonicInstant) throws(AcquiredRecords.Refusal) -> Bool {
        try records.withLock { records throws(AcquiredRecords.Refusal) in
            let hadPending = records.hasPending
            try records.acknowledge(index, type, now: now)
            return !hadPending
        }
    }
}

extension ClosedRange<Int64> {
    /// Ascending offsets as ranges.
    static func ranges(of offsets: [Int64]) -> [ClosedRange<Int64>] {
        var ranges: [ClosedRange<Int64>] = []
        for offset in offsets {
            if let last = ranges.last, last.upperBound < .max, last.upperBound + 1 == offset {
                ranges[ranges.count - 1] = last.lowerBound...offset
            } else {
                ranges.append(offset...offset)
            }
        }
        return ranges
    }
}
