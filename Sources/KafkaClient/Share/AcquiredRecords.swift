import KafkaProtocol
import KafkaTransport

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

    /// Some of what was acquired, of which a broker is told at once.
    struct Part: Sendable {
        enum Kind { case decided, givenBack, renewed }

        /// Whether the user has decided, or what it has not got is given back, or renewed: of that some may be handed out meanwhile.
        var kind = Kind.decided
        /// Of records, ascending.
        var indices: [Range<Int>] = []
        /// Acquired offsets without a record, and what is said of them.
        var others: [AcknowledgementBatch] = []

        var isEmpty: Bool { indices.isEmpty && others.isEmpty }
        var recordCount: Int { indices.reduce(0) { $0 + $1.count } }
    }

    /// Ascending.
    let offsets: [Int64]
    private(set) var stages: [Stage]
    private var types: [Int8]
    /// Acquired offsets without a record that can be read, until they are told, and what is said of them.
    private var others: [AcknowledgementBatch]
    private let lockedUntil: MonotonicInstant
    /// By index, once some were renewed.
    private var lockEnds: [MonotonicInstant] = []
    private(set) var decidedCount = 0
    private(set) var openCount: Int

    /// Released without that the user has had it, so that nobody is told what came of it.
    private static let givenBack = -Acknowledgement.release.rawValue

    /// Why an acknowledgement is not taken.
    enum Refusal: Error { case alreadyAcknowledged, isBeingRenewed, notHanded, lockIsOver }

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
    var hasPending: Bool { decidedCount > 0 || !others.isEmpty }
    /// Whether nothing can come of it any more.
    var isOver: Bool { openCount == 0 && others.isEmpty }

    func lockEnd(_ index: Int) -> MonotonicInstant { lockEnds.isEmpty ? lockedUntil : lockEnds[index] }

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
        case .sent: throw types[index] == Acknowledgement.renew.rawValue ? .isBeingRenewed : .alreadyAcknowledged
        case .ended:
            // A renewal that came to nothing is no acknowledgement: the record is some member's again.
            throw types[index] == 0 || types[index] == Acknowledgement.renew.rawValue
                ? .lockIsOver : .alreadyAcknowledged
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

    /// When the first lock of a record is over that waits; nil when none does.
    var waitingLockEnd: MonotonicInstant? {
        stages.indices.lazy.filter { stages[$0] == .waiting }.map { lockEnd($0) }.min()
    }

    /// Whether a renewal is among what is to be told.
    var hasRenewals: Bool {
        decidedCount > 0
            && stages.indices.contains { stages[$0] == .decided && types[$0] == Acknowledgement.renew.rawValue }
    }

    // MARK: Telling the broker

    /// Takes what is to be told to the broker; `didAnswer` or `endAll` follows.
    ///
    /// - Parameter withRenewals: whether the user's renewals are among it; otherwise they stay to be told.
    mutating func takePending(withRenewals: Bool = true) -> [Part] {
        var part = Part(others: others)
        var givenBack = Part(kind: .givenBack)
        others = []
        if decidedCount > 0 {
            for index in stages.indices where stages[index] == .decided {
                if !withRenewals, types[index] == Acknowledgement.renew.rawValue { continue }
                stages[index] = .sent
                decidedCount -= 1
                if types[index] == Self.givenBack { givenBack.append(index) } else { part.append(index) }
            }
        }
        return [part, givenBack].filter { !$0.isEmpty }
    }

    /// The records that wait and whose locks are over before a moment, to be renewed. Those whose locks are over now are dropped.
    mutating func takeRenewals(endingBefore moment: MonotonicInstant, now: MonotonicInstant) -> Part {
        var part = Part(kind: .renewed)
        for index in stages.indices where stages[index] == .waiting && lockEnd(index) <= moment {
            if lockEnd(index) <= now { end(index) } else { part.append(index) }
        }
        return part
    }

    /// What is still to be told of a part: records may have ended since it was taken.
    func rest(of part: Part) -> Part {
        var rest = Part(kind: part.kind, others: part.others)
        for index in part.indices.joined() where isTold(index, part) { rest.append(index) }
        return rest
    }

    /// How a broker is told of a part, ascending.
    func batches(of part: Part) -> [AcknowledgementBatch] {
        var batches = part.others
        var open: AcknowledgementBatch?
        for index in part.indices.joined() where isTold(index, part) {
            let type = part.kind == .renewed ? Acknowledgement.renew.rawValue : abs(types[index])
            if let last = open, last.lastOffset + 1 == offsets[index] {
                open!.lastOffset = offsets[index]
                open!.acknowledgeTypes.append(type)
            } else {
                if let open { batches.append(open.shortened) }
                open = AcknowledgementBatch(
                    firstOffset: offsets[index], lastOffset: offsets[index], acknowledgeTypes: [type])
            }
        }
        if let open { batches.append(open.shortened) }
        return batches.sorted { $0.firstOffset < $1.firstOffset }
    }

    private func isTold(_ index: Int, _ part: Part) -> Bool {
        switch stages[index] {
        case .sent: part.kind != .renewed
        case .waiting, .handed, .decided: part.kind == .renewed
        case .ended: false
        }
    }

    /// The broker has answered what it was told of a part.
    ///
    /// - Parameters:
    ///   - isTaken: whether it has taken it.
    ///   - renewed: until when locks hold that were renewed.
    /// - Returns: the offsets of the records of which the user has said something.
    mutating func didAnswer(_ part: Part, isTaken: Bool, renewed: MonotonicInstant) -> [Int64] {
        var answered: [Int64] = []
        for index in part.indices.joined() where isTold(index, part) {
            if part.kind == .renewed {
                // What the user has by now is the user's to acknowledge.
                if isTaken { renew(index, renewed) } else if stages[index] == .waiting { end(index) }
                continue
            }
            if types[index] != Self.givenBack { answered.append(offsets[index]) }
            if types[index] == Acknowledgement.renew.rawValue, isTaken {
                stages[index] = .handed
                types[index] = 0
                renew(index, renewed)
            } else {
                end(index)
            }
        }
        return answered
    }

    private mutating func renew(_ index: Int, _ end: MonotonicInstant) {
        if lockEnds.isEmpty { lockEnds = Array(repeating: lockedUntil, count: offsets.count) }
        lockEnds[index] = end
    }

    // MARK: Ends without an answer

    /// Ends those of a part that was refused whose locks are over.
    ///
    /// - Returns: the offsets of those of which the user has said something.
    mutating func endLapsed(of part: Part, now: MonotonicInstant) -> [Int64] {
        var lapsed: [Int64] = []
        for index in part.indices.joined() where isTold(index, part) && lockEnd(index) <= now {
            if part.kind == .renewed, stages[index] != .waiting { continue }
            if stages[index] == .sent, types[index] != Self.givenBack { lapsed.append(offsets[index]) }
            end(index)
        }
        return lapsed
    }

    /// The same, of what waits to be told again, and forgets offsets without a record whose locks are over.
    mutating func endLapsed(ofUntold part: inout Part, now: MonotonicInstant) -> [Int64] {
        if lockedUntil <= now { part.others = [] }
        return endLapsed(of: part, now: now)
    }

    /// The records are not this member's any more.
    ///
    /// - Returns: the offsets of those of which the user has said something that was not answered.
    mutating func endAll() -> [Int64] {
        others = []
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
    /// - Returns: the offsets of those of which the user has said something that no broker has taken.
    mutating func endThose(in ranges: [ClosedRange<Int64>]) -> [Int64] {
        others.removeAll { other in ranges.contains { $0.overlaps(other.firstOffset...other.lastOffset) } }
        var undone: [Int64] = []
        for index in stages.indices where stages[index] != .ended {
            guard ranges.contains(where: { $0.contains(offsets[index]) }) else { continue }
            if stages[index] == .decided { decidedCount -= 1 }
            if stages[index] == .decided || stages[index] == .sent, types[index] != Self.givenBack {
                undone.append(offsets[index])
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

extension AcquiredRecords.Part {
    fileprivate mutating func append(_ index: Int) {
        if let last = indices.last, last.upperBound == index {
            indices[indices.count - 1] = last.lowerBound..<index + 1
        } else {
            indices.append(index..<index + 1)
        }
    }

    /// The same in two, so that either can be told alone; nil for what is one already, and for what nobody waits to hear of: locks that
    /// were given at once are mostly gone at once.
    var halves: (AcquiredRecords.Part, AcquiredRecords.Part)? {
        if kind != .decided { return nil }
        if !others.isEmpty, !indices.isEmpty { return (.init(indices: indices), .init(others: others)) }
        if others.count > 1 {
            let middle = others.count / 2
            return (.init(others: Array(others[..<middle])), .init(others: Array(others[middle...])))
        }
        let count = recordCount
        if count < 2 { return nil }
        var first = AcquiredRecords.Part()
        var second = first
        var left = count / 2
        for range in indices {
            let middle = range.lowerBound + min(left, range.count)
            if middle > range.lowerBound { first.indices.append(range.lowerBound..<middle) }
            if middle < range.upperBound { second.indices.append(middle..<range.upperBound) }
            left -= middle - range.lowerBound
        }
        return (first, second)
    }
}

extension AcknowledgementBatch {
    /// The same with one type, where all are the same.
    fileprivate var shortened: AcknowledgementBatch {
        guard let first = acknowledgeTypes.first, acknowledgeTypes.allSatisfy({ $0 == first }) else { return self }
        return AcknowledgementBatch(firstOffset: firstOffset, lastOffset: lastOffset, acknowledgeTypes: [first])
    }
}
