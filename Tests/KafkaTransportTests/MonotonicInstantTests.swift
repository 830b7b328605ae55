import Testing

@testable import KafkaTransport

@Suite struct MonotonicInstantTests {
    @Test func `time goes on, and differences are what was added`() {
        let begin = MonotonicInstant.now
        let later = begin + .milliseconds(1500)
        #expect(later - begin == .milliseconds(1500))
        #expect(begin - later == .milliseconds(-1500))
        #expect(later.nanoseconds(since: begin) == 1_500_000_000)
        #expect(later > begin && MonotonicInstant.now >= begin)
    }

    @Test func `what the clock can't hold is the end of time`() {
        #expect(MonotonicInstant.now + .seconds(Int64.max) == .distantFuture)
        #expect(MonotonicInstant.distantFuture.advanced(byNanoseconds: 1) == .distantFuture)
        #expect(MonotonicInstant.distantPast.advanced(byNanoseconds: -1) == .distantPast)
        #expect(MonotonicInstant.distantFuture.nanoseconds(since: .distantPast) == .max)
        #expect(MonotonicInstant.distantPast.nanoseconds(since: .distantFuture) == .min)
        #expect(Duration.seconds(Int64.max).nanoseconds == .max && Duration.seconds(Int64.min).nanoseconds == .min)
    }

    @Test func `durations become nanoseconds, clamped`() {
        let longest = Duration.nanoseconds(Int64.max)
        #expect(longest.nanoseconds == .max)
        #expect((longest + .nanoseconds(1)).nanoseconds == .max && (longest + .seconds(1)).nanoseconds == .max)
        let shortest = Duration.nanoseconds(Int64.min)
        #expect(shortest.nanoseconds == .min)
        #expect((shortest - .nanoseconds(1)).nanoseconds == .min && (shortest - .seconds(1)).nanoseconds == .min)
    }

    @Test func `durations become the milliseconds of requests, clamped`() {
        #expect(Duration.milliseconds(1500).milliseconds == 1500)
        #expect(Duration.microseconds(1999).milliseconds == 1)
        #expect(Duration.seconds(1 << 40).milliseconds == .max)
    }

    @Test func `the time of day is of this century`() {
        #expect(WallTime.now > WallTime(millisecondsSince1970: 1_700_000_000_000))
        #expect(WallTime.now < WallTime(millisecondsSince1970: 4_102_444_800_000))
    }
}
