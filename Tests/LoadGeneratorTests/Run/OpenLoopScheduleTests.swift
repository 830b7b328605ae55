import Testing

@testable import LoadGenerator

@Suite struct OpenLoopScheduleTests {
    @Test func `records come when they are due and not before`() {
        let schedule = OpenLoopSchedule(rate: 1000, total: 10, beginNs: 5_000_000)
        #expect(schedule.take(nowNs: 4_999_999, most: 8) == nil)
        #expect(schedule.take(nowNs: 5_000_000, most: 8) == 0..<1)
        #expect(schedule.take(nowNs: 5_999_999, most: 8) == nil)
        #expect(schedule.nextNs == 6_000_000)
        #expect(schedule.take(nowNs: 8_000_000, most: 8) == 1..<4)
    }

    @Test func `what was late is made up for, a chunk at a time, to the last record`() {
        let schedule = OpenLoopSchedule(rate: 1000, total: 10, beginNs: 0)
        #expect(schedule.take(nowNs: 60_000_000, most: 8) == 0..<8)
        #expect(schedule.lagNs(at: 60_000_000) == 52_000_000)
        #expect(schedule.take(nowNs: 70_000_000, most: 8) == 8..<10)
        #expect(schedule.take(nowNs: 80_000_000, most: 8) == nil)
        #expect(schedule.nextNs == nil)
        #expect(schedule.worstLagNs == 62_000_000)
        #expect(schedule.lagNs(at: 80_000_000) == 62_000_000)
    }

    @Test func `a rate below one a second and the longest run have times`() {
        let slow = OpenLoopSchedule(rate: 0.001, total: .max, beginNs: 0)
        #expect(slow.intendedNs(1) == 1_000_000_000_000)
        #expect(slow.intendedNs(1_000_000_000_000_000_000) == .max)
        #expect(slow.take(nowNs: .max, most: 256) == 0..<256)
    }

    @Test func `lanes share the records: each goes to one of them`() async {
        let schedule = OpenLoopSchedule(rate: 1e9, total: 100_000, beginNs: 0)
        let taken = await withTaskGroup(of: [Range<Int64>].self) { lanes in
            for _ in 0..<4 {
                lanes.addTask {
                    var ranges: [Range<Int64>] = []
                    while let range = schedule.take(nowNs: 1_000_000_000, most: 7) { ranges.append(range) }
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
        times.add(handedOverNs: 100, intendedNs: 40)
        times.add(handedOverNs: 200, intendedNs: 150)
        #expect(times.intendedNs(of: 99) == 99)
        #expect(times.intendedNs(of: 100) == 40)
        #expect(times.intendedNs(of: 199) == 40)
        #expect(times.intendedNs(of: 250) == 150)
    }

    @Test func `when there are too many, the old ones get coarser and never later`() {
        let times = IntendedTimes(capacity: 64)
        for index in Int64(0)..<10_000 { times.add(handedOverNs: index * 10, intendedNs: index * 10 - 5) }
        #expect(times.intendedNs(of: 99_990) == 99_985)
        for index in stride(from: Int64(0), to: 10_000, by: 7) {
            let found = times.intendedNs(of: index * 10)
            #expect(found <= max(0, index * 10 - 5))
        }
    }
}
