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

    @Test func `one generator wakes for a record, and all of them have turns`() {
        let schedule = OpenLoopSchedule(rate: 1000, total: 100, begin: at(0))
        #expect(schedule.recordsPerTurn == 5)
        #expect(schedule.nextLook(of: 0, among: 2) == at(0))
        #expect(schedule.nextLook(of: 1, among: 2) == at(5_000_000))
        #expect(schedule.take(now: at(4_000_000), most: 8) == 0..<5)
        #expect(schedule.nextLook(of: 0, among: 2) == at(10_000_000))
        #expect(schedule.nextLook(of: 1, among: 2) == at(5_000_000))
    }

    @Test func `records at any rate go to all generators, also when they come less often than turns of 5 ms`() {
        for rate in [0.1, 99, 100, 200, 10_000, 1_000_000, 1e9] {
            let schedule = OpenLoopSchedule(rate: rate, total: 1_000_000_000, begin: at(0))
            var (turns, now) = ([0, 0, 0], at(0))
            for _ in 0..<600 {
                let looks = (0..<3).map { schedule.nextLook(of: $0, among: 3) ?? .distantFuture }
                now = max(now.advanced(byNanoseconds: 1), looks.min() ?? now)
                turns[looks.firstIndex(of: looks.min() ?? now) ?? 0] += 1
                _ = schedule.take(now: now, most: 1_000_000)
            }
            #expect(turns.allSatisfy { $0 > 150 }, "\(rate) a second: \(turns)")
        }
    }

    @Test func `the last records are looked for although their turn is another's, and then no more`() {
        let schedule = OpenLoopSchedule(rate: 1000, total: 3, begin: at(0))
        #expect(schedule.nextLook(of: 1, among: 2) == at(2_000_000))
        #expect(schedule.take(now: at(2_000_000), most: 8) == 0..<3)
        #expect(schedule.nextLook(of: 0, among: 2) == nil)
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

@Suite struct GatheringTests {
    /// How late each of 1000 records is, in ns, when a look comes at once when it is due.
    private func lateness(intervalNs: Double) -> (sortedNs: [Double], lookCount: Int) {
        let gathering = Gathering(intervalNs: intervalNs)
        var (late, first, lookCount): ([Double], Int64, Int) = ([], 0, 0)
        while first < 1000 {
            let last = gathering.last(from: first)
            for record in first...last { late.append(Double(last - record) * intervalNs) }
            (first, lookCount) = (last + 1, lookCount + 1)
        }
        return (late.sorted(), lookCount)
    }

    @Test(arguments: [1, 10, 20, 33, 50, 65, 66, 100, 125, 126, 1000] as [Double])
    func `half of the records are at most 33 µs late and all at most 125 µs, at every rate`(intervalUs: Double) {
        let late = lateness(intervalNs: intervalUs * 1000).sortedNs
        #expect(late[late.count / 2 - 1] <= 33_000)
        #expect(late.last ?? 0 <= 125_000)
    }

    @Test func `records that lie close together cost fewer looks than there are records`() {
        #expect(lateness(intervalNs: 1000).lookCount <= 16)
        #expect(lateness(intervalNs: 10_000).lookCount <= 143)
        #expect(lateness(intervalNs: 100_000).lookCount == 600)
        #expect(lateness(intervalNs: 1_000_000).lookCount == 1000)
    }
}
