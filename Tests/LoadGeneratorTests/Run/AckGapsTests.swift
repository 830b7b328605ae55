import KafkaTransport
import Testing

@testable import LoadGenerator

@Suite struct AckGapsTests {
    private func at(_ ms: Int64) -> MonotonicInstant { MonotonicInstant(nanoseconds: 1_000_000_000 + ms * 1_000_000) }

    /// What became of a batch: its partition, when it came and ended in ms, and how.
    private typealias Batch = (partition: Int32, queued: Int64, ended: Int64, isAcknowledged: Bool, retried: Int)

    private func gaps(_ batches: [Batch], countMax: Int = 100) -> AckGaps {
        var gaps = AckGaps(countMax: countMax)
        for batch in batches {
            gaps.note(
                partition: batch.partition, queued: at(batch.queued), ended: at(batch.ended),
                isAcknowledged: batch.isAcknowledged, retriedRecords: batch.retried)
        }
        return gaps
    }

    private func times(_ gap: AckGaps.Gap?) -> [Int64]? {
        gap.map { [$0.begin.nanoseconds(since: at(0)) / 1_000_000, $0.end.nanoseconds(since: at(0)) / 1_000_000] }
    }

    @Test func aGapBeginsWithTheLastAcknowledgementOrTheBatchWhicheverIsLater() {
        let busy = gaps([(3, 0, 10, true, 0), (3, 5, 110, true, 0)])
        #expect(times(busy.longest) == [10, 110])
        #expect(busy.longest?.partition == 3)
        let idle = gaps([(3, 0, 10, true, 0), (3, 900, 960, true, 0)])
        #expect(times(idle.longest) == [900, 960])
        #expect(idle.gaps.count == 1)
    }

    @Test func partitionsDoNotMixAndOneWithoutANumberHasNone() {
        let all = gaps([(0, 0, 10, true, 0), (1, 0, 40, true, 0), (70_000, 0, 30, true, 0), (-1, 0, 900, true, 0)])
        #expect(times(all.longest) == [0, 40])
        #expect(all.gaps.isEmpty)
    }

    @Test func aFailedBatchDoesNotEndTheGap() {
        let failed = PartitionGaps([gaps([(0, 0, 100, false, 0), (0, 90, 300, true, 0)])])
        #expect(times(failed.longest) == [0, 300])
    }

    @Test func whenThereAreTooManyTheLongestStay() {
        let many = gaps((0..<20).map { (Int32($0), 0, 60 + Int64($0) * 10, true, 0) }, countMax: 16)
        #expect(many.gaps.map(\.partition).min() == 4)
        #expect(many.gaps.count == 16)
        #expect(PartitionGaps([many, AckGaps()]).keptNs == 100_000_000)
        let equal = gaps((0..<20).map { (Int32($0), 0, 60, true, 0) }, countMax: 16)
        #expect(equal.gaps.isEmpty)
        #expect(times(equal.longest) == [0, 60])
    }

    @Test func shortGapsAreKeptWhenRecordsWereRetried() {
        let short = PartitionGaps([gaps([(0, 0, 20, true, 7), (1, 0, 30, true, 0)])])
        #expect(short.longest(of: 0, from: at(10), to: at(10))?.retriedRecords == 7)
        #expect(short.longest(of: 1, from: at(10), to: at(10)) == nil)
        #expect(times(short.longest) == [0, 30])
    }

    @Test func lanesThatWaitTogetherMakeOneGapAndAnAcknowledgementOfEitherEndsIt() {
        let together = PartitionGaps([gaps([(0, 0, 300, true, 5)]), gaps([(0, 200, 301, true, 6)])])
        let gap = together.longest(of: 0, from: at(250), to: at(250))
        #expect(times(gap) == [0, 300])
        #expect(gap?.retriedRecords == 5)
        let slow = PartitionGaps([
            gaps([(0, 0, 60, true, 0), (0, 0, 120, true, 0)]), gaps([(0, 30, 90, true, 0), (0, 30, 150, true, 0)]),
        ])
        #expect(times(slow.longest) == [0, 60])
    }

    @Test func theLongestGapThatTouchesATimeIsFound() {
        let three = PartitionGaps([gaps([(0, 0, 100, true, 0), (0, 400, 600, true, 0), (0, 700, 800, true, 0)])])
        #expect(times(three.longest(of: 0, from: at(50), to: at(50))) == [0, 100])
        #expect(times(three.longest(of: 0, from: at(50), to: at(450))) == [400, 600])
        #expect(three.longest(of: 0, from: at(200), to: at(300)) == nil)
        #expect(times(three.longest(of: 0, from: at(300), to: at(9000))) == [400, 600])
        #expect(three.longest(of: 0, from: at(801), to: at(9000)) == nil)
        #expect(three.longest(of: 1, from: at(0), to: at(9000)) == nil)
    }

    @Test func resettingForgetsGapsAndNotAcknowledgements() {
        var all = gaps([(0, 0, 100, true, 0)])
        all.reset()
        #expect(all.longest == nil && all.gaps.isEmpty)
        all.note(partition: 0, queued: at(0), ended: at(160), isAcknowledged: true, retriedRecords: 0)
        #expect(times(all.longest) == [100, 160])
    }
}
