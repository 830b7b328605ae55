import TestSupport
import Testing

@testable import KafkaClient
@testable import KafkaTransport

/// A builder with a linger timer may be let go of on any thread; its timer is closed on its loop, where a debug build sees
/// that it is.
@Suite(.timeLimit(.minutes(1))) struct DroppedBuilderTests {
    private func handleCount(_ loop: EventLoop) async -> Int {
        await Task(executorPreference: loop) { loop.handleCount }.value
    }

    private func checkLetGo(_ make: (_ loop: EventLoop, _ worker: EventLoop) throws -> any BatchBuilder) async throws {
        try await EventLoopGroup.withLoops(count: 2, name: "dropped") { loops in
            let before = await handleCount(loops[0])
            var builder: (any BatchBuilder)? = try make(loops[0], loops[1])
            try await builder?.append(.numbered(0..<3), to: "few", partition: 0)
            #expect(await handleCount(loops[0]) == before + 1)
            // Here, on the test's own thread.
            builder = nil
            try await eventually { await handleCount(loops[0]) <= before }
        }
    }

    private static let configuration = BuilderConfiguration(linger: .seconds(60))

    @Test func `a lane that lingers is let go of on another thread`() async throws {
        try await checkLetGo { loop, _ in
            try BuilderLane(Self.configuration, on: loop, topics: BuilderBench.topics, to: BatchCollector())
        }
    }

    @Test func `so is a sequential builder`() async throws {
        try await checkLetGo { loop, worker in
            try SequentialBuilder(
                Self.configuration, on: loop, workersOn: [worker], topics: BuilderBench.topics, to: BatchCollector())
        }
    }
}
