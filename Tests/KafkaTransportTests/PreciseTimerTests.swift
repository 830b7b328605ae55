import Testing

@testable import KafkaTransport

@Suite(.timeLimit(.minutes(1))) struct PreciseTimerTests {
    @Test func `a wait ends after its time and not before`() async throws {
        try await withLoop { (loop) async throws in
            await Task(executorPreference: loop) {
                let timer = await loop.run { Owner(on: loop) }
                for waitNs: Int64 in [1, 50_000, 1_000_000, 20_000_000] {
                    let deadline = MonotonicInstant.now.advanced(byNanoseconds: waitNs)
                    await timer.wait(until: deadline)
                    let lateNs = MonotonicInstant.now.nanoseconds(since: deadline)
                    #expect(lateNs >= 0, "\(waitNs) ns: \(-lateNs) ns early")
                }
            }.value
        }
    }

    /// What libuv's own timers, which count in milliseconds, can't do. The best of many waits is not late for want of a CPU.
    @Test func `a wait of a part of a millisecond is no millisecond long`() async throws {
        #if os(Linux)
            try await withLoop { (loop) async throws in
                let bestNs = await Task(executorPreference: loop) {
                    let timer = await loop.run { Owner(on: loop) }
                    var bestNs = Int64.max
                    for _ in 0..<200 {
                        let begin = MonotonicInstant.now
                        await timer.wait(until: begin.advanced(byNanoseconds: 100_000))
                        bestNs = min(bestNs, MonotonicInstant.now.nanoseconds(since: begin))
                    }
                    return bestNs
                }.value
                #expect(bestNs >= 100_000 && bestNs < 900_000)
            }
        #endif
    }

    @Test func `a time that has passed is not waited for`() async throws {
        try await withLoop { (loop) async throws in
            await Task(executorPreference: loop) {
                let timer = await loop.run { Owner(on: loop) }
                let begin = MonotonicInstant.now
                await timer.wait(until: .distantPast)
                await timer.wait(until: begin)
                #expect(MonotonicInstant.now - begin < .seconds(1))
            }.value
        }
    }

    @Test func `an action runs once at its time, and not when another takes its place or the timer is closed`()
        async throws
    {
        try await withLoop { (loop) async throws in
            let owner = await loop.run { Owner(on: loop) }
            let fired = Told<Int>()
            let due = MonotonicInstant.now + .milliseconds(3)
            await loop.run {
                owner.schedule(at: .now + .milliseconds(1)) { fired.tell(1) }
                owner.schedule(at: due) { fired.tell(MonotonicInstant.now < due ? 0 : 2) }
            }
            #expect(try await fired.next() == 2)
            await loop.run { owner.schedule(at: .distantPast) { fired.tell(3) } }
            #expect(try await fired.next() == 3)
            await loop.run {
                owner.schedule(at: .now + .milliseconds(1)) { fired.tell(4) }
                owner.close()
                owner.schedule(at: .now) { fired.tell(5) }
            }
            try await Task.sleep(for: .milliseconds(20))
            await loop.run { fired.tell(6) }
            #expect(try await fired.next() == 6)
        }
    }

    @Test func `timers of one loop fire in the order of their moments, beside the loop's own timers and jobs`()
        async throws
    {
        try await withLoop { (loop) async throws in
            let owners = await loop.run { (0..<3).map { _ in Owner(on: loop) } }
            let fired = Told<Int>()
            await loop.run {
                let begin = MonotonicInstant.now
                for (number, ms) in [(2, 9), (0, 3), (1, 6)] as [(Int, Int)] {
                    owners[number].schedule(at: begin + .milliseconds(ms)) { fired.tell(number) }
                }
                let coarse = LoopTimer(on: loop)
                coarse.schedule(at: begin + .milliseconds(20)) {
                    fired.tell(3)
                    coarse.close()
                }
            }
            let begin = MonotonicInstant.now
            await loop.run {}
            var numbers: [Int] = []
            for _ in 0..<4 { numbers.append(try await fired.next()) }
            // A loop that is late may look at its own timers first.
            #expect(numbers.filter { $0 < 3 } == [0, 1, 2] && numbers.contains(3))
            #expect(MonotonicInstant.now - begin < .seconds(10))
        }
    }

    @Test func `a job from another thread does not wait for the timer`() async throws {
        try await withLoop { (loop) async throws in
            let owner = await loop.run { Owner(on: loop) }
            await loop.run { owner.schedule(at: .now + .seconds(50)) {} }
            let begin = MonotonicInstant.now
            for _ in 0..<100 { await loop.run {} }
            #expect(MonotonicInstant.now - begin < .seconds(20))
        }
    }

    @Test func `a wait ends when the loop is shut down`() async throws {
        let loop = try EventLoop(name: "test")
        let timer = await loop.run { Owner(on: loop) }
        let waiting = Told<Bool>()
        let task = Task(executorPreference: loop) {
            waiting.tell(true)
            await timer.wait(until: .now + .seconds(600))
        }
        #expect(try await waiting.next())
        await loop.shutDown()
        await task.value
    }

    /// A timer that lives and is touched on its loop only.
    private final class Owner: @unchecked Sendable {
        private let timer: PreciseTimer

        init(on loop: EventLoop) { timer = PreciseTimer(on: loop) }

        nonisolated(nonsending) func wait(until deadline: MonotonicInstant) async { await timer.wait(until: deadline) }

        func schedule(at moment: MonotonicInstant, _ action: @escaping () -> Void) {
            timer.schedule(at: moment, action)
        }

        func close() { timer.close() }
    }
}
