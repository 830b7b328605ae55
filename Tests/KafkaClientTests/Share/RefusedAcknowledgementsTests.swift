import KafkaProtocol
import KafkaTransport
import Testing

@testable import KafkaClient

/// How acknowledgements that were refused together are told again.
@Suite struct RefusedAcknowledgementsTests {
    private static let begin = MonotonicInstant(nanoseconds: 0)

    /// All records of an answer, accepted and told.
    private func told(_ offsets: [Int64], others: [AcknowledgementBatch] = []) throws -> ToldRecords {
        var records = AcquiredRecords(offsets: offsets, others: others, lockedUntil: Self.begin + .seconds(30))
        for index in offsets.indices {
            let isHanded = records.hand(index, now: Self.begin)
            #expect(isHanded)
            try records.acknowledge(index, Acknowledgement.accept.rawValue, now: Self.begin)
        }
        let part = try #require(records.takePending().first)
        return ToldRecords(
            acquisition: Acquisition(FetchSource(topic: "t", partition: 0, slot: 0), broker: 1, memberID: "m", records),
            part: part)
    }

    /// What comes of it at a broker that takes a part when all of it is right.
    private func tell(
        _ told: [ToldRecords], _ isRight: (Int64) -> Bool
    ) -> (taken: [Int64], refused: [Int64], requestCount: Int) {
        var refusals = RefusedAcknowledgements()
        var taken: [Int64] = []
        var refused: [Int64] = []
        var count = 1
        func answer(_ told: [ToldRecords], isTaken: Bool) -> [Int64] {
            told.flatMap { told in
                told.acquisition.with { $0.didAnswer(told.part, isTaken: isTaken, renewed: Self.begin) }
            }
        }
        refused += answer(refusals.didRefuse(told), isTaken: false)
        while let next = refusals.next() {
            count += 1
            let batches = next.flatMap { told in told.acquisition.with { $0.batches(of: told.part) } }
            if batches.allSatisfy({ ($0.firstOffset...$0.lastOffset).allSatisfy(isRight) }) {
                refusals.didTake()
                taken += answer(next, isTaken: true)
            } else {
                refused += answer(refusals.didRefuse(next), isTaken: false)
            }
        }
        return (taken.sorted(), refused.sorted(), count)
    }

    @Test(arguments: [[0], [249], [499], [17, 18, 400], Array(100..<110)] as [[Int64]])
    func `only the wrong ones are refused`(wrong: [Int64]) throws {
        let offsets = Array<Int64>(0..<500)
        let (taken, refused, count) = tell([try told(offsets)]) { !wrong.contains($0) }
        #expect(refused == wrong && taken == offsets.filter { !wrong.contains($0) })
        #expect(count <= 1 + 18 * wrong.count)
    }

    @Test func `of two answers one may be gone as a whole`() throws {
        let gone = Array<Int64>(0..<300)
        let right = Array<Int64>(300..<400)
        let (taken, refused, count) = tell([try told(gone), try told(right)]) { $0 >= 300 }
        #expect(taken == right && refused == gone)
        #expect(count <= 3 + RefusedAcknowledgements.refusalsInARowMax)
    }

    @Test func `a few records are told one by one, whatever is wrong with them`() throws {
        let offsets = Array<Int64>(0..<16)
        for right in offsets {
            let (taken, refused, _) = tell([try told(offsets)]) { $0 == right }
            #expect(taken == [right] && refused == offsets.filter { $0 != right })
        }
    }

    @Test func `offsets without a record are told apart from records`() throws {
        let gap = AcknowledgementBatch(firstOffset: 2, lastOffset: 3, acknowledgeTypes: [0])
        let (taken, refused, count) = tell([try told([1, 4], others: [gap])]) { $0 != 3 }
        #expect(taken == [1, 4] && refused.isEmpty && count == 3)
    }

    @Test func `what the user has not had is told again once, apart from what it has decided`() throws {
        var records = AcquiredRecords(
            offsets: Array(0..<100), others: [], lockedUntil: Self.begin + .seconds(30))
        for index in 0..<2 {
            let isHanded = records.hand(index, now: Self.begin)
            #expect(isHanded)
            try records.acknowledge(index, Acknowledgement.accept.rawValue, now: Self.begin)
        }
        records.releaseWaiting()
        let parts = records.takePending()
        let acquisition = Acquisition(
            FetchSource(topic: "t", partition: 0, slot: 0), broker: 1, memberID: "m", records)
        let (taken, refused, count) = tell(parts.map { ToldRecords(acquisition: acquisition, part: $0) }) { $0 == 1 }
        #expect(taken == [1] && refused == [0] && count == 5)
    }

    @Test func `what came to nothing is told again as it was, before all else`() throws {
        let (first, second) = (try self.told([1, 2, 3]), try self.told([7, 8]))
        var refusals = RefusedAcknowledgements()
        let final = refusals.didRefuse([first, second])
        #expect(final.isEmpty)
        let told = refusals.next()
        let part = try #require(told)
        refusals.putBack(part, because: Self.error)
        #expect(refusals.isDue(now: Self.begin))
        let again = refusals.next()
        #expect(again?.map { told in told.acquisition.offsets(of: told.part) } == [[1, 2, 3]])
        let other = refusals.next()
        #expect(other?.map { told in told.acquisition.offsets(of: told.part) } == [[7, 8]])
    }

    @Test func `what a broker could not take waits longer each time, until something is taken`() throws {
        let records = try told([1])
        var refusals = RefusedAcknowledgements()
        var now = Self.begin
        for count in 1...3 {
            refusals.didFail([records], because: Self.error, now: now) { Int64($0) * 100 }
            let due = now.advanced(byNanoseconds: Int64(count) * 100)
            #expect(refusals.failureCount == count && refusals.restsUntil == due)
            #expect(!refusals.isDue(now: due.advanced(byNanoseconds: -1)) && refusals.isDue(now: due))
            now = due
            let next = refusals.next()
            #expect(next?.count == 1)
        }
        refusals.didTake()
        #expect(refusals.failureCount == 0 && refusals.cause == nil)
    }

    @Test func `what waits to be told again ends with its lock, gaps too`() throws {
        let gap = AcknowledgementBatch(firstOffset: 2, lastOffset: 3, acknowledgeTypes: [0])
        let records = try told([1, 4], others: [gap])
        var refusals = RefusedAcknowledgements()
        refusals.putBack([records], because: Self.error)
        let end = Self.begin + .seconds(30)
        let early = refusals.endLapsed(now: end.advanced(byNanoseconds: -1))
        #expect(early.isEmpty && refusals.parts.count == 1)
        let lapsed = refusals.endLapsed(now: end)
        #expect(lapsed == [1, 4] && refusals.parts.isEmpty)
        #expect(refusals.cause?.brokerError == .shareSessionNotFound)
    }

    private static let error = KafkaClientError(KafkaErrorCode.shareSessionNotFound, "not told")

    @Test func `what has ended meanwhile is not told again`() throws {
        let records = try told([1, 2, 3, 4])
        var refusals = RefusedAcknowledgements()
        let final = refusals.didRefuse([records])
        #expect(final.isEmpty)
        let undone = records.acquisition.with { $0.endThose(in: [1...3]) }
        #expect(undone == [1, 2, 3])
        let next = refusals.next()
        #expect(next?.map { told in told.acquisition.offsets(of: told.part) } == [[4]])
        let end = refusals.next()
        #expect(end == nil)
    }
}

extension Acquisition {
    fileprivate func offsets(of part: AcquiredRecords.Part) -> [Int64] {
        with { records in part.indices.joined().map { records.offsets[$0] } }
    }
}
