import KafkaTransport
import Testing

@testable import LoadGenerator

private func at(_ nanoseconds: Int64) -> MonotonicInstant { MonotonicInstant(nanoseconds: nanoseconds) }

@Suite struct OpenLoopScheduleTests {
    @Test func `records come when they are due and not before`() {
        let schedule = OpenLoopSchedule(rate: 1000, total: 10, begin: at(5_000_000))
        #expect(schedule.take(now: at(4_999_999), most: 8) == nil)
        #expect(schedule.take(now: at(5_000_000), most: 8) == 0..<1)
        #expect(schedule.take(now: at(5_999_999), most: 8) == nil)
        #expect(schedule.nextDue == at(6_000_000))
        #expect(schedule.take(now: at(8_000_000), most: 8) == 1..<4)
    }

    @Test func `what was late is made up for, a chunk at a time, to the last record`() {
        let schedule = OpenLoopSchedule(rate: 1000, total: 10, begin: at(0))
        #expect(schedule.take(now: at(60_000_000), most: 8) == 0..<8)
        #expect(schedule.lagNs(at: at(60_000_000)) == 52_000_000)
        #expect(schedule.take(now: at(70_000_000), most: 8) == 8..<10)
        #expect(schedule.take(now: at(80_000_000), most: 8) == nil)
        #expect(schedule.nextDue == nil)
        #expect(schedule.worstLagNs == 62_000_000)
        #expect(schedule.lagNs(at: at(80_000_000)) == 62_000_000)
    }

    @Test func `a rate below one a second and the longest run have times`() {
        let slow = OpenLoopSchedule(rate: 0.001, total: .max, begin: at(0))
        #expect(slow.intended(1) == at(1_000_000_000_000))
        #expect(slow.intended(1_000_000_000_000_000_000) == .distantFuture)
        #expect(slow.take(now: .distantFuture, most: 256) == 0..<256)
    }

    @Test func `lanes share the records: each goes to one of them`() async {
        let schedule = OpenLoopSchedule(rate: 1e9, total: 100_000, begin: at(0))
        let taken = await withTaskGroup(of: [Range<Int64>].self) { lanes in
            for _ in 0..<4 {
                lanes.addTask {
                    var ranges: [Range<Int64>] = []
                    while let range = schedule.take(now: at(1_000_000_000), most: 7) { ranges.append(range) }
                    return ranges
                }
            }
            return await lanes.reduce(into: []) { $0 += $1 }.sorted { $0.lowerBound < $1.lowerBound }
        }
        #expect(
            taken.reduce(into: 0) { sum, range in if range.lowerBound == sum { sum = range.upperBound } } == 100_000)
    }
}

@Suite struct IntendedTimesTests {
    @Test func `a batch has the intended time of the chunk it began with`() {
        let times = IntendedTimes()
        times.add(handedOver: at(100), intended: at(40))
        times.add(handedOver: at(200), intended: at(150))
        #expect(times.intended(of: at(99)) == at(99))
        #expect(times.intended(of: at(100)) == at(40))
        #expect(times.intended(of: at(199)) == at(40))
        #expect(times.intended(of: at(250)) == at(150))
    }

    @Test func `when there are too many, the old ones get coarser and never later`() {
        let times = IntendedTimes(capacity: 64)
        for index in Int64(0)..<10_000 { times.add(handedOver: at(index * 10), intended: at(index * 10 - 5)) }
        #expect(times.intended(of: at(99_990)) == at(99_985))
        for index in stride(from: Int64(0), to: 10_000, by: 7) {
            let found = times.intended(of: at(index * 10))
            #expect(found <= at(max(0, index * 10 - 5)))
        }
    }
}
