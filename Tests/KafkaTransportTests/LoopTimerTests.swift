import Testing

@testable import KafkaTransport

@Suite(.timeLimit(.minutes(1))) struct LoopTimerTests {
    /// A timer that lives and is touched on its loop only.
    private final class Owner: @unchecked Sendable {
        let timer: LoopTimer
        let fired = Told<Int>()
        var count = 0

        init(on loop: EventLoop) { timer = LoopTimer(on: loop) }

        func schedule(afterMs: Int64, repeatMs: Int64 = 0) {
            timer.schedule(afterMs: afterMs, repeatMs: repeatMs) { [unowned self] in
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

    @Test func `a timer fires once and not before its time`() async throws {
        try await withOwner { (loop, owner) async throws in
            let beginNs = MonotonicClock.nowNs()
            await loop.run {
                owner.schedule(afterMs: 20)
                #expect(owner.timer.isScheduled)
            }
            #expect(try await owner.fired.next() == 1)
            // The loop counts in whole milliseconds.
            #expect(MonotonicClock.nowNs() - beginNs >= 19_000_000)
            await loop.run { #expect(!owner.timer.isScheduled) }
            #expect(await loop.run { owner.count } == 1)
        }
    }

    @Test func `a repeating timer fires again until it is cancelled`() async throws {
        try await withOwner { (loop, owner) async throws in
            await loop.run { owner.schedule(afterMs: 1, repeatMs: 1) }
            for expected in 1...3 { #expect(try await owner.fired.next() == expected) }
            let count = await loop.run {
                owner.timer.cancel()
                #expect(!owner.timer.isScheduled)
                return owner.count
            }
            try await Task.sleep(for: .milliseconds(10))
            #expect(await loop.run { owner.count } == count)
        }
    }

    @Test func `scheduling again replaces what was scheduled`() async throws {
        try await withOwner { (loop, owner) async throws in
            await loop.run {
                owner.schedule(afterMs: 60_000)
                owner.schedule(afterMs: 0)
            }
            #expect(try await owner.fired.next() == 1)
        }
    }

    @Test func `a timer may be scheduled anew by its own action`() async throws {
        try await withLoop { (loop) async throws in
            let fired = Told<Int>()
            let owner = await loop.run { Owner(on: loop) }
            await loop.run {
                owner.timer.schedule(afterMs: 0) {
                    fired.tell(1)
                    owner.timer.schedule(afterMs: 0) { fired.tell(2) }
                }
            }
            #expect(try await fired.next() == 1)
            #expect(try await fired.next() == 2)
            await loop.run { owner.timer.close() }
        }
    }

    @Test func `a closed timer can't be scheduled, and closing twice does nothing`() async throws {
        try await withOwner { (loop, owner) async throws in
            await loop.run {
                owner.schedule(afterMs: 0)
                owner.timer.close()
                owner.timer.close()
                owner.schedule(afterMs: 0)
                #expect(!owner.timer.isScheduled)
            }
            try await Task.sleep(for: .milliseconds(5))
            #expect(await loop.run { owner.count } == 0)
        }
    }
}
