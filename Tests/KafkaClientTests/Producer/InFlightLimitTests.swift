import KafkaProtocol
import KafkaQueues
import Synchronization
import TestSupport
import Testing

@testable import KafkaClient

@Suite(.timeLimit(.minutes(1))) struct InFlightLimitTests {
    @Test func `permits are given up to the limit, and one that is free goes to the first in line`() async throws {
        let limit = try InFlightLimit(2)
        #expect(limit.permits.tryTake() && limit.permits.tryTake() && !limit.permits.tryTake())
        let served = Names()
        let first = try await waits(for: limit, as: "first", served)
        let second = try await waits(for: limit, as: "second", served)
        #expect(served.names == [])
        limit.permits.give()
        try await first.value
        #expect(served.names == ["first"])
        // It has the permit: nobody else can take it before it is given back.
        #expect(!limit.permits.tryTake())
        limit.permits.give()
        try await second.value
        #expect(served.names == ["first", "second"])
        limit.permits.give()
        limit.permits.give()
        #expect(limit.permits.tryTake() && limit.permits.tryTake() && !limit.permits.tryTake())
    }

    @Test func `a lane that gives up leaves the line, and no permit is lost with it`() async throws {
        let limit = try InFlightLimit(1)
        #expect(limit.permits.tryTake())
        let served = Names()
        let first = try await waits(for: limit, as: "first", served)
        let second = try await waits(for: limit, as: "second", served)
        first.cancel()
        await #expect(throws: CancellationError.self) { try await first.value }
        limit.permits.give()
        try await second.value
        #expect(served.names == ["second"])
        limit.permits.give()
        #expect(limit.permits.tryTake())
    }

    /// A lane that stood in line with every request would get permits before the others.
    @Test func `a lane stands in line once, also when it asks for another permit with one in its hand`() async throws {
        let limit = try InFlightLimit(1)
        #expect(limit.permits.tryTake())
        let permits = LanePermits(limit)
        #expect(permits.take() == .mustWait)
        #expect(permits.take() == .isWaiting)
        limit.permits.give()
        await permits.waitInLine {
            #expect(permits.take() == .granted)
            #expect(permits.take() == .mustWait)
        }
        // The lane waits again, as it said within.
        #expect(permits.take() == .isWaiting)
        permits.give()
        var isUsed = false
        await permits.waitInLine { isUsed = permits.take() == .granted }
        #expect(isUsed)
        // Nobody waits any more.
        #expect(permits.take() == .mustWait)
        permits.give()
        #expect(limit.permits.tryTake())
    }

    @Test(arguments: [0, -1, .min]) func `a limit that lets nothing go is refused`(limit: Int) {
        let error = #expect(throws: KafkaClientError.self) { try InFlightLimit(limit) }
        #expect(error?.code == .invalidArgument)
    }

    private final class Names: Sendable {
        private let state = Mutex<[String]>([])
        var names: [String] { state.withLock { $0 } }
        func add(_ name: String) { state.withLock { $0.append(name) } }
    }

    /// Returns when the task stands in line.
    private func waits(for limit: InFlightLimit, as name: String, _ served: Names) async throws -> Task<Void, any Error>
    {
        let lineLength = limit.permits.lineLength
        let task = Task {
            try await limit.permits.take()
            served.add(name)
        }
        try await eventually { limit.permits.lineLength > lineLength }
        return task
    }
}
