import KafkaTransport
import Testing

@testable import LoadGenerator

@Suite struct ReadScheduleTests {
    @Test func `what was read says when more may be`() {
        let schedule = ReadSchedule(rate: 1000)
        let begin = MonotonicInstant(nanoseconds: 500)
        #expect(schedule.next(from: begin) == begin)
        schedule.add(3)
        schedule.add(2)
        #expect(schedule.next(from: begin) == begin.advanced(byNanoseconds: 5_000_000))
        schedule.add(.max / 2)
        #expect(schedule.next(from: begin) == .distantFuture)
    }
}
