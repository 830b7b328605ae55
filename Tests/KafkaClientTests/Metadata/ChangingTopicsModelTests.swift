import Testing

@testable import KafkaClient

@Suite(.timeLimit(.minutes(5))) struct ChangingTopicsModelTests {
    private static let seeds: [UInt64] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]

    @Test(.serialized, arguments: seeds, QueueBench.Order.allCases)
    func `the queue under topics that change`(seed: UInt64, order: QueueBench.Order) async throws {
        try await onOwnThread {
            var model = ChangingTopicsModel(seed: seed, order)
            guard model.holds(for: order == .idempotent ? 20_000 : 8_000, seed: seed) else { return }
            #expect(model.endedCount == model.enqueuedCount)
            #expect(model.backingOffMax < 100)
        }
    }
}
