import Testing

@testable import KafkaTransport

@Suite(.timeLimit(.minutes(1))) struct LoopTimerTests {
    /// A timer that lives and is touched on its loop only.
    private final class Owner: @unchecked Sendable {
        let timer: LoopTimer
        let fired = Told<Int>()
        var count = 0

        init(on loop: EventLoop) { timer = LoopTimer(on: loop) }

        func schedule(after delay: Duration) {
            timer.schedule(afterNanoseconds: delay.nanoseconds) { [unowned self] in
                count += 1
                fired.tell(count)
            }
        }
    }

    private func withOwner(_ body: (EventLoop, Owner) async throws -> Void) async throws {
        try await withLoop { (loop) async throws in
            let owner = await loop.run { Owner(on: loop) }
            try await body(loop, owner)
            await loop.run { owner.timer.close() }
        }
    }

    /// Delays around whole milliseconds, which are what libuv counts in.
    @Test(arguments: [1, 400_000, 999_999, 1_000_000, 1_000_001, 2_500_000, 20_000_000] as [Int64])
    func `a timer fires once, and not before its time`(delayNs: Int64) async throws {
        try await withOwner { (loop, owner) async throws in
            for round in 1...5 {
                let due = await loop.run {
                    let due = MonotonicInstant.now.advanced(byNanoseconds: delayNs)
                    owner.timer.schedule(at: due) { [unowned owner] in
                        owner.count += MonotonicInstant.now < due ? 1000 : 1
                        owner.fired.tell(owner.count)
                    }
                    #expect(owner.timer.isScheduled)
                    return due
                }
                #expect(try await owner.fired.next() == round, "fired \(MonotonicInstant.now - due) after its time")
                await loop.run { #expect(!owner.timer.isScheduled) }
            }
        }
    }

    @Test func `timers fire in the order of their times, however they were scheduled`() async throws {
        try await withLoop { (loop) async throws in
            let fired = Told<Int>()
            let timers = await loop.run {
                let delays = [30, 10, 20, 0, 40]
                let begin = MonotonicInstant.now
                return UncheckedBox(
                    delays.map { delay in
                        let timer = LoopTimer(on: loop)
                        timer.schedule(at: begin + .milliseconds(delay)) { fired.tell(delay) }
                        return timer
                    })
            }
            for expected in [0, 10, 20, 30, 40] { #expect(try await fired.next() == expected) }
            await loop.run { for timer in timers.value { timer.close() } }
        }
    }

    @Test func `the work before a timer was scheduled does not make it late`() async throws {
        try await withOwner { (loop, owner) async throws in
            var latenesses: [Duration] = []
            // Others may keep the machine busy: one round of ten tells.
            for _ in 0..<10 {
                await loop.run {
                    let begin = MonotonicInstant.now
                    while MonotonicInstant.now - begin < .milliseconds(60) {}
                    let due = MonotonicInstant.now + .milliseconds(10)
                    // Measured on the loop: the way back to the test is not the timer's.
                    owner.timer.schedule(at: due) { [owner] in
                        owner.fired.tell(Int((MonotonicInstant.now - due) / .microseconds(1)))
                    }
                }
                latenesses.append(.microseconds(try await owner.fired.next()))
                if latenesses.last! < .milliseconds(30) { return }
            }
            Issue.record("late by \(latenesses)")
        }
    }

    enum Work: CaseIterable { case job, endOfTurn }

    /// A timer that came due while jobs ran is fired before the network is polled, and what it adds must not wait for
    /// another event. Here the only other one comes two seconds later.
    @Test(arguments: Work.allCases) func `what a timer adds runs before the loop waits`(work: Work) async throws {
        try await withOwner { (loop, owner) async throws in
            let later = await loop.run {
                let later = UncheckedBox(LoopTimer(on: loop))
                later.value.schedule(afterNanoseconds: 2_000_000_000) { [owner] in owner.fired.tell(2) }
                owner.timer.schedule(afterNanoseconds: 1_000_000) { [owner] in
                    switch work {
                    case .job: Task(executorPreference: loop) { owner.fired.tell(1) }
                    case .endOfTurn: loop.atEndOfTurn { owner.fired.tell(1) }
                    }
                }
                let begin = MonotonicInstant.now
                while MonotonicInstant.now - begin < .milliseconds(5) {}
                return later
            }
            #expect(try await owner.fired.next() == 1)
            await loop.run { later.value.close() }
        }
    }

    @Test func `a time that has passed fires in the next turn`() async throws {
        try await withOwner { (loop, owner) async throws in
            await loop.run { owner.timer.schedule(at: .distantPast) { owner.fired.tell(7) } }
            #expect(try await owner.fired.next() == 7)
        }
    }

    @Test func `a cancelled timer does not fire`() async throws {
        try await withOwner { (loop, owner) async throws in
            await loop.run {
                owner.schedule(after: .zero)
                owner.timer.cancel()
                #expect(!owner.timer.isScheduled)
            }
            // One that was scheduled later has fired: the first one would have.
            try await passTurn(of: loop)
            #expect(await loop.run { owner.count } == 0)
        }
    }

    @Test func `scheduling again replaces what was scheduled`() async throws {
        try await withOwner { (loop, owner) async throws in
            await loop.run {
                owner.schedule(after: .seconds(60))
                owner.schedule(after: .zero)
            }
            #expect(try await owner.fired.next() == 1)
        }
    }

    @Test func `a timer may be scheduled anew by its own action`() async throws {
        try await withOwner { (loop, owner) async throws in
            await loop.run {
                owner.timer.schedule(afterNanoseconds: 0) {
                    owner.fired.tell(1)
                    owner.timer.schedule(afterNanoseconds: 0) { owner.fired.tell(2) }
                }
            }
            #expect(try await owner.fired.next() == 1)
            #expect(try await owner.fired.next() == 2)
        }
    }

    /// Timers of which each sets the next one to a past moment, the last one the first.
    private final class Ring: @unchecked Sendable {
        // Unchecked: touched on its loop only.
        let loop: EventLoop
        let timers: [LoopTimer]
        let firings = Told<Int>()
        private var count = 0
        private var hasWorked = false

        init(_ timerCount: Int, on loop: EventLoop) {
            self.loop = loop
            timers = (0..<timerCount).map { _ in LoopTimer(on: loop) }
        }

        func schedule() { timers[count % timers.count].schedule(at: .distantPast) { [unowned self] in fire() } }

        private func fire() {
            count += 1
            if count == 1 { Task(executorPreference: loop) { self.hasWorked = true } }
            // Without an end the test would hang where it should fail.
            if hasWorked || count == 1000 { firings.tell(count) } else { schedule() }
        }
    }

    @Test(arguments: [1, 2]) func `timers that set each other to a past moment leave the loop its other work`(
        timerCount: Int
    ) async throws {
        try await withLoop { (loop) async throws in
            let ring = await loop.run { Ring(timerCount, on: loop) }
            await loop.run { ring.schedule() }
            #expect(try await ring.firings.next() <= 3)
            await loop.run { for timer in ring.timers { timer.close() } }
        }
    }

    @Test func `a timer that waits for the next turn can be cancelled and scheduled anew`() async throws {
        try await withOwner { (loop, owner) async throws in
            await loop.run {
                owner.timer.schedule(at: .distantPast) {
                    owner.timer.schedule(at: .distantPast) { owner.fired.tell(1) }
                    owner.timer.cancel()
                    #expect(!owner.timer.isScheduled)
                    owner.timer.schedule(at: .distantPast) { owner.fired.tell(2) }
                    owner.timer.schedule(afterNanoseconds: 1_000_000) { owner.fired.tell(3) }
                }
            }
            #expect(try await owner.fired.next() == 3)
        }
    }

    @Test func `a closed timer can't be scheduled, and closing twice does nothing`() async throws {
        try await withOwner { (loop, owner) async throws in
            await loop.run {
                owner.schedule(after: .zero)
                owner.timer.close()
                owner.timer.close()
                owner.schedule(after: .zero)
                #expect(!owner.timer.isScheduled)
            }
            try await passTurn(of: loop)
            #expect(await loop.run { owner.count } == 0)
        }
    }

    /// Returns when a timer scheduled now has fired.
    private func passTurn(of loop: EventLoop) async throws {
        let later = await loop.run { Owner(on: loop) }
        await loop.run { later.schedule(after: .milliseconds(1)) }
        #expect(try await later.fired.next() == 1)
        await loop.run { later.timer.close() }
    }
}
