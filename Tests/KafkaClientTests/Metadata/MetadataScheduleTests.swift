import KafkaTransport
import Testing

@testable import KafkaClient

/// When which topics are asked for.
@Suite struct MetadataScheduleTests {
    private var now = MonotonicInstant(nanoseconds: 1_000_000_000)
    private var schedule = MetadataSchedule(
        maxAge: .seconds(10), retryBackoff: .milliseconds(100), retryBackoffMax: .seconds(1))

    private mutating func ask(changed: Set<String>? = []) -> MetadataSchedule.Due {
        let due = schedule.due(now: now)
        if case .ask(let topics, let isFull) = due {
            schedule.willAsk(topics)
            schedule.didAsk(topics, changed: changed, wasFull: isFull, now: now, chance: 0)
        }
        return due
    }

    @Test mutating func `nothing is asked for until something is wanted`() {
        #expect(ask() == .wait(until: .distantFuture))
        schedule.want(["t"])
        #expect(ask() == .ask(["t"], andAllInUse: false))
    }

    @Test mutating func `what is wanted again and again is asked for with pauses that grow, however many want it`() {
        var moments: [Int64] = []
        for millisecond in 0..<3000 {
            now = MonotonicInstant(nanoseconds: 1_000_000_000 + Int64(millisecond) * 1_000_000)
            for _ in 0..<3 { schedule.want(["t"]) }
            if case .ask = ask() { moments.append(Int64(millisecond)) }
        }
        #expect(moments == [0, 100, 300, 550, 800, 1050, 1300, 1550, 1800, 2050, 2300, 2550, 2800])
    }

    @Test mutating func `a topic that is new in every answer is asked for with pauses all the same`() {
        var count = 0
        for millisecond in 0..<3000 {
            now = MonotonicInstant(nanoseconds: 1_000_000_000 + Int64(millisecond) * 1_000_000)
            schedule.want(["t"])
            if case .ask = ask(changed: ["t"]) { count += 1 }
        }
        #expect((10...16).contains(count), "\(count)")
    }

    @Test mutating func `topics whose pauses end about the same time share a question`() {
        for topic in 0..<100 {
            schedule.want(["t\(topic)"])
            _ = ask()
            now = now + .microseconds(500)
        }
        for topic in 0..<100 { schedule.want(["t\(topic)"]) }
        guard case .wait(let until) = schedule.due(now: now) else {
            Issue.record("a pause is not kept")
            return
        }
        now = until
        guard case .ask(let topics, _) = ask() else {
            Issue.record("a pause does not end")
            return
        }
        #expect(topics.count == 100)
    }

    @Test mutating func `what somebody waits for is asked for at once, and does not wait behind what has a pause`() {
        schedule.want(["t"])
        _ = ask()
        schedule.want(["t"])
        schedule.wantNow(["t", "u"], andAllInUse: false)
        #expect(ask() == .ask(["t", "u"], andAllInUse: false))
        schedule.wantNow([], andAllInUse: false)
        #expect(ask() == .ask([], andAllInUse: false))
        schedule.want(["t"])
        schedule.wantNow([], andAllInUse: true)
        #expect(ask() == .ask(["t"], andAllInUse: true))
        guard case .wait = ask() else {
            Issue.record("asked once more")
            return
        }
    }

    @Test mutating func `all in use is asked for by age, also after failures`() {
        schedule.want([])
        schedule.didAsk([], changed: [], wasFull: true, now: now, chance: 0)
        let begin = now
        guard case .wait(let until) = ask() else {
            Issue.record("asked at once")
            return
        }
        #expect(until - begin > .seconds(9) && until - begin <= .seconds(10))
        now = until
        #expect(ask(changed: nil) == .ask([], andAllInUse: true))
        guard case .wait(let again) = ask() else {
            Issue.record("no pause after a failure")
            return
        }
        #expect(again - until >= .milliseconds(800) && again - until <= .seconds(6))
        now = again
        #expect(ask() == .ask([], andAllInUse: true))
        guard case .wait(let next) = ask() else {
            Issue.record("asked at once")
            return
        }
        #expect(next - again > .seconds(9))
    }
}
