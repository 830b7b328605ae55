import KafkaProtocol
import KafkaTransport
import Testing

@testable import KafkaClient

/// What becomes of records that a member of a share group has acquired.
@Suite struct AcquiredRecordsTests {
    private static let begin = MonotonicInstant(nanoseconds: 0)
    private let accept = Acknowledgement.accept.rawValue
    private let release = Acknowledgement.release.rawValue
    private let reject = Acknowledgement.reject.rawValue
    private let renew = Acknowledgement.renew.rawValue

    private func records(
        _ offsets: [Int64], others: [AcknowledgementBatch] = [], handed: Bool = true
    ) -> AcquiredRecords {
        var records = AcquiredRecords(offsets: offsets, others: others, lockedUntil: Self.begin + .seconds(30))
        if handed { for index in offsets.indices { _ = records.hand(index, now: Self.begin) } }
        return records
    }

    /// Takes the only part that is to be told.
    private func takePart(_ records: inout AcquiredRecords) throws -> AcquiredRecords.Part {
        let parts = records.takePending()
        #expect(parts.count == 1)
        return try #require(parts.first)
    }

    private func ranges(_ batches: [AcknowledgementBatch]) -> [String] {
        batches.map { "\($0.firstOffset)-\($0.lastOffset): \($0.acknowledgeTypes)" }
    }

    @Test func `neighbours are told together, with one type where all are the same`() throws {
        var records = records([5, 6, 7, 10, 11])
        for index in 0..<3 { try records.acknowledge(index, accept, now: Self.begin) }
        try records.acknowledge(3, reject, now: Self.begin)
        try records.acknowledge(4, release, now: Self.begin)
        let part = try takePart(&records)
        let told = ranges(records.batches(of: part))
        #expect(told == ["5-7: [1]", "10-11: [3, 2]"])
        #expect(!records.hasPending && !records.isOver)
        let answered = records.didAnswer(part, isTaken: true, renewed: Self.begin)
        #expect(answered == [5, 6, 7, 10, 11] && records.isOver)
    }

    @Test func `a decision may be changed until it is sent, and made once`() throws {
        var records = records([1])
        try records.acknowledge(0, accept, now: Self.begin)
        try records.acknowledge(0, reject, now: Self.begin)
        let part = try takePart(&records)
        let told = ranges(records.batches(of: part))
        #expect(told == ["1-1: [3]"])
        #expect(throws: AcquiredRecords.Refusal.alreadyAcknowledged) {
            try records.acknowledge(0, accept, now: Self.begin)
        }
        _ = records.didAnswer(part, isTaken: true, renewed: Self.begin)
        #expect(throws: AcquiredRecords.Refusal.alreadyAcknowledged) {
            try records.acknowledge(0, accept, now: Self.begin)
        }
    }

    @Test func `what was not handed out can't be acknowledged, and is given back`() throws {
        var records = records([1, 2], handed: false)
        #expect(throws: AcquiredRecords.Refusal.notHanded) { try records.acknowledge(0, accept, now: Self.begin) }
        let isHanded = records.hand(0, now: Self.begin)
        #expect(isHanded)
        records.releaseWaiting()
        let part = try takePart(&records)
        let told = ranges(records.batches(of: part))
        #expect(told == ["2-2: [2]"])
        let isHandedLater = records.hand(1, now: Self.begin)
        #expect(!isHandedLater)
        // The user knows nothing of it.
        let answered = records.didAnswer(part, isTaken: true, renewed: Self.begin)
        #expect(answered.isEmpty && records.openCount == 1)
    }

    @Test func `behind its lock a record is neither handed out nor acknowledged`() throws {
        let late = Self.begin + .seconds(30)
        var waiting = records([1], handed: false)
        let isHanded = waiting.hand(0, now: late)
        #expect(!isHanded && waiting.isOver)
        var records = records([1, 2])
        #expect(throws: AcquiredRecords.Refusal.lockIsOver) { try records.acknowledge(0, accept, now: late) }
        try records.acknowledge(1, accept, now: late + .nanoseconds(-1))
        let part = try takePart(&records)
        let told = ranges(records.batches(of: part))
        #expect(told == ["2-2: [1]"])
    }

    @Test func `a renewed record stays handed out, with a later lock`() throws {
        var records = records([1, 2])
        try records.acknowledge(0, renew, now: Self.begin)
        try records.acknowledge(1, accept, now: Self.begin)
        #expect(records.hasRenewals)
        let renewals = try takePart(&records)
        #expect(!records.hasRenewals)
        let answered = records.didAnswer(renewals, isTaken: true, renewed: Self.begin + .seconds(50))
        #expect(answered == [1, 2] && !records.isOver)
        try records.acknowledge(0, accept, now: Self.begin + .seconds(40))
        let part = try takePart(&records)
        let told = ranges(records.batches(of: part))
        #expect(told == ["1-1: [1]"])
        _ = records.didAnswer(part, isTaken: true, renewed: Self.begin)
        #expect(records.isOver)
    }

    @Test func `a renewal waits for a request that may renew, and other decisions don't`() throws {
        var records = records([1, 2, 3])
        for (index, type) in [accept, renew, reject].enumerated() {
            try records.acknowledge(index, type, now: Self.begin)
        }
        let others = records.takePending(withRenewals: false)
        var told = others.map { ranges(records.batches(of: $0)) }
        #expect(told == [["1-1: [1]", "3-3: [3]"]] && records.hasPending && records.hasRenewals)
        let none = records.takePending(withRenewals: false)
        #expect(none.isEmpty)
        let part = try takePart(&records)
        told = [ranges(records.batches(of: part))]
        #expect(told == [["2-2: [4]"]] && !records.hasPending)
    }

    @Test func `a renewal that the broker does not know is taken back`() throws {
        var records = records([1])
        try records.acknowledge(0, renew, now: Self.begin)
        let dropped = records.dropRenewals()
        #expect(dropped == [1] && !records.hasPending)
        try records.acknowledge(0, accept, now: Self.begin)
        #expect(records.hasPending)
    }

    @Test func `a record is not acknowledged while its renewal waits for its answer, and is afterwards`() throws {
        var records = records([1])
        try records.acknowledge(0, renew, now: Self.begin)
        let part = try takePart(&records)
        #expect(throws: AcquiredRecords.Refusal.isBeingRenewed) { try records.acknowledge(0, accept, now: Self.begin) }
        _ = records.didAnswer(part, isTaken: true, renewed: Self.begin + .seconds(50))
        try records.acknowledge(0, accept, now: Self.begin)
        #expect(records.hasPending)
    }

    @Test func `a record whose renewal came to nothing is not this member's any more`() throws {
        var refused = records([1])
        try refused.acknowledge(0, renew, now: Self.begin)
        let part = try takePart(&refused)
        _ = refused.didAnswer(part, isTaken: false, renewed: Self.begin)
        #expect(throws: AcquiredRecords.Refusal.lockIsOver) { try refused.acknowledge(0, accept, now: Self.begin) }
        var unanswered = records([1])
        try unanswered.acknowledge(0, renew, now: Self.begin)
        _ = try takePart(&unanswered)
        let told = unanswered.endAll()
        #expect(told == [1])
        #expect(throws: AcquiredRecords.Refusal.lockIsOver) { try unanswered.acknowledge(0, accept, now: Self.begin) }
    }

    @Test func `offsets without a record are told by themselves, in order`() throws {
        let gap = AcknowledgementBatch(firstOffset: 2, lastOffset: 3, acknowledgeTypes: [0])
        var records = records([1, 4], others: [gap])
        #expect(records.hasPending)
        try records.acknowledge(0, accept, now: Self.begin)
        try records.acknowledge(1, accept, now: Self.begin)
        let part = try takePart(&records)
        let told = ranges(records.batches(of: part))
        #expect(told == ["1-1: [1]", "2-3: [0]", "4-4: [1]"])
        #expect(!records.hasPending)
        let answered = records.didAnswer(part, isTaken: false, renewed: Self.begin)
        #expect(answered == [1, 4] && records.isOver)
    }

    @Test func `what ends without an answer tells what the user has decided`() throws {
        var records = records([1, 2, 3])
        try records.acknowledge(0, accept, now: Self.begin)
        _ = try takePart(&records)
        try records.acknowledge(1, accept, now: Self.begin)
        let unanswered = records.endAll()
        #expect(unanswered == [1, 2] && records.isOver)
        #expect(throws: AcquiredRecords.Refusal.lockIsOver) { try records.acknowledge(2, accept, now: Self.begin) }
        let again = records.takePending()
        #expect(again.isEmpty)
    }

    @Test func `offsets without a record are told once, also while the answer is awaited`() throws {
        let gap = AcknowledgementBatch(firstOffset: 2, lastOffset: 3, acknowledgeTypes: [0])
        var records = records([1, 4], others: [gap])
        let first = try takePart(&records)
        #expect(ranges(records.batches(of: first)) == ["2-3: [0]"] && !records.hasPending)
        // As when the consumer is closed before that is answered.
        try records.acknowledge(0, accept, now: Self.begin)
        let second = try takePart(&records)
        #expect(ranges(records.batches(of: second)) == ["1-1: [1]"])
        let none = records.didAnswer(first, isTaken: true, renewed: Self.begin)
        let answered = records.didAnswer(second, isTaken: true, renewed: Self.begin)
        #expect(none.isEmpty && answered == [1])
    }

    @Test func `records that wait are renewed, and may be handed out meanwhile`() throws {
        let late = Self.begin + .seconds(20)
        var records = records([1, 2, 3, 4], handed: false)
        let isHanded = records.hand(0, now: Self.begin)
        let early = records.takeRenewals(endingBefore: Self.begin + .seconds(29), now: late)
        #expect(isHanded && early.isEmpty && records.waitingLockEnd == Self.begin + .seconds(30))
        let part = records.takeRenewals(endingBefore: Self.begin + .seconds(35), now: late)
        #expect(ranges(records.batches(of: part)) == ["2-4: [4]"] && !records.hasPending)
        let isHandedMeanwhile = records.hand(1, now: late)
        try records.acknowledge(1, accept, now: late)
        let answered = records.didAnswer(part, isTaken: true, renewed: Self.begin + .seconds(50))
        #expect(isHandedMeanwhile && answered.isEmpty && records.waitingLockEnd == Self.begin + .seconds(50))
        #expect(records.lockEnd(0) == Self.begin + .seconds(30) && records.lockEnd(1) == Self.begin + .seconds(50))
        let isHandedLater = records.hand(2, now: Self.begin + .seconds(40))
        #expect(isHandedLater)
        let told = try takePart(&records)
        #expect(ranges(records.batches(of: told)) == ["2-2: [1]"])
    }

    @Test func `records whose locks are over are not renewed, and a renewal that is refused drops what waits`() {
        var records = records([1, 2], handed: false)
        let over = records.takeRenewals(endingBefore: .distantFuture, now: Self.begin + .seconds(30))
        #expect(over.isEmpty && records.isOver)
        var others = self.records([1, 2], handed: false)
        let part = others.takeRenewals(endingBefore: .distantFuture, now: Self.begin)
        let isHanded = others.hand(0, now: Self.begin)
        let answered = others.didAnswer(part, isTaken: false, renewed: Self.begin)
        #expect(isHanded && answered.isEmpty && others.stages == [.handed, .ended])
    }

    @Test func `a part is told again in halves, without what has ended`() throws {
        var records = records([1, 2, 5, 6, 7, 9])
        for index in 0..<6 where index != 2 { try records.acknowledge(index, accept, now: Self.begin) }
        let part = try takePart(&records)
        let (first, second) = try #require(part.halves)
        #expect(ranges(records.batches(of: first)) == ["1-2: [1]"])
        #expect(ranges(records.batches(of: second)) == ["6-7: [1]", "9-9: [1]"])
        let lapsed = records.endLapsed(of: first, now: Self.begin + .seconds(30))
        #expect(lapsed == [1, 2] && records.rest(of: first).isEmpty)
        let undone = records.endThose(in: [7...7])
        #expect(undone == [7] && records.rest(of: second).recordCount == 2)
        #expect(AcquiredRecords.Part(indices: [3..<4]).halves == nil)
    }

    @Test func `records that were acquired anew end their former locks`() throws {
        var records = records([1, 2, 3])
        try records.acknowledge(1, accept, now: Self.begin)
        let undone = records.endThose(in: [2...2])
        #expect(undone == [2] && !records.hasPending && records.openCount == 2)
    }

    @Test func `a session tells what changes, and begins anew when it is lost`() {
        let id = KafkaUUID.random()
        let other = KafkaUUID.random()
        var session = ShareSession()
        #expect(session.makeFetch([1: id, 2: id]) == .init(epoch: 0, added: [1, 2], forgotten: []))
        session.didAnswer()
        #expect(
            session.isOpen
                && session.makeFetch([2: id, 3: id])
                    == .init(epoch: 1, added: [3], forgotten: [.init(slot: 1, topicID: id)])
        )
        session.didAnswer()
        // An acknowledgement alone moves the epoch on as well.
        session.didAnswer()
        #expect(session.makeFetch([2: id, 3: id]) == .init(epoch: 3, added: [], forgotten: []))
        session.didAnswer()
        // A topic that was made anew.
        #expect(
            session.makeFetch([2: other, 3: id])
                == .init(epoch: 4, added: [2], forgotten: [.init(slot: 2, topicID: id)]))
        session.reset()
        #expect(!session.isOpen && session.makeFetch([3: id]) == .init(epoch: 0, added: [3], forgotten: []))
    }
}
