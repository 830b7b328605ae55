import KafkaEmbeddedBroker
import KafkaTransport
import Testing

@testable import LoadGenerator

/// What an open loop's records tell of whether ever more of them wait, by latencies of a schedule of 1,000 records in a second.
@Suite struct BacklogTests {
    /// - Parameter latencyMs: of the record that is due after a share of the schedule.
    private func growthMs(_ latencyMs: (Double) -> Double) -> Double {
        var backlog = Backlog()
        let begin = MonotonicInstant.now
        let dueTimes = DueTimes(OpenLoopSchedule(rate: 1000, total: 1000, begin: begin))
        for record in 0..<1000 {
            let due = begin.advanced(byNanoseconds: Int64(record) * 1_000_000)
            let ended = due.advanced(byNanoseconds: Int64(latencyMs(Double(record) / 1000) * 1e6))
            backlog.add(from: due, to: due, until: ended, count: 1, dueTimes)
        }
        return backlog.growthNs / 1e6
    }

    @Test func `what waits ever longer has grown`() {
        // From the beginning, and since two thirds of the time.
        #expect(abs(growthMs { 5 + 100 * $0 } - 70) < 2)
        #expect(growthMs { max(0, 300 * ($0 - 2.0 / 3)) } > 80)
    }

    @Test func `what waits alike, or for a while, has not`() {
        #expect(growthMs { _ in 50 } == 0)
        #expect(growthMs { 100 - 90 * $0 } == 0)
        // A pause of 0.2 s that was made up for, and one of 0.1 s at the very end.
        #expect(growthMs { $0 < 0.5 || $0 > 0.7 ? 1 : 700 - 1000 * $0 } == 0)
        #expect(growthMs { $0 < 0.9 ? 1 : 1 + 1000 * (1 - $0) } == 0)
        #expect(growthMs { _ in Double.random(in: 1...20) } < 2)
    }

    @Test func `few records are compared half with half`() {
        let begin = MonotonicInstant.now
        let schedule = OpenLoopSchedule(rate: 10, total: 30, begin: begin)
        #expect(schedule.half == schedule.tail)
        let many = OpenLoopSchedule(rate: 1000, total: 20_000, begin: begin)
        #expect(many.tail.nanoseconds(since: begin) == 19_000_000_000)
        let short = OpenLoopSchedule(rate: 1000, total: 400, begin: begin)
        #expect(short.tail.nanoseconds(since: begin) == 300_000_000)
    }
}
