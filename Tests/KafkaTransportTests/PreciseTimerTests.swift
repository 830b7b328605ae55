import Testing

@testable import KafkaTransport

@Suite(.timeLimit(.minutes(1))) struct PreciseTimerTests {
    @Test func `a wait ends after its time and not before`() async throws {
        try await withLoop { (loop) async throws in
            let earlyCount = try await Task(executorPreference: loop) {
                let timer = try await loop.run { Result { try Owner(on: loop) } }.get()
                var earlyCount = 0
                for waitNs: Int64 in [1, 50_000, 1_000_000, 20_000_000] {
                    let deadlineNs = MonotonicClock.nowNs() + waitNs
                    await timer.wait(untilNs: deadlineNs)
                    if MonotonicClock.nowNs() < deadlineNs { earlyCount += 1 }
                }
                return earlyCount
            }.value
            #expect(earlyCount == 0)
        }
    }

    @Test func `a time that has passed is not waited for`() async throws {
        try await withLoop { (loop) async throws in
            try await Task(executorPreference: loop) {
                let timer = try await loop.run { Result { try Owner(on: loop) } }.get()
                await timer.wait(untilNs: 0)
                await timer.wait(untilNs: MonotonicClock.nowNs())
            }.value
        }
    }

    /// A timer that lives and is touched on its loop only.
    private final class Owner: @unchecked Sendable {
        private let timer: PreciseTimer

        init(on loop: EventLoop) throws { timer = try PreciseTimer(on: loop) }

        nonisolated(nonsending) func wait(untilNs deadlineNs: Int64) async { await timer.wait(untilNs: deadlineNs) }
    }
}
