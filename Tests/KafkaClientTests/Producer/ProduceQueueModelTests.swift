import TestSupport
import Testing

@testable import KafkaClient

/// A queue driven at random against what must always hold. A failure is had again with the seed that
/// it names.
@Suite(.timeLimit(.minutes(5))) struct ProduceQueueModelTests {
    /// With idempotence, of which there is most to be found, a million steps in all.
    private static func stepCount(_ order: QueueBench.Order) -> Int { order == .idempotent ? 100_000 : 25_000 }

    /// Seeds that once found something, and new ones each time.
    private static let seeds: [UInt64] = {
        var random = SeededGenerator()
        return [1, 2, 3, 3_766_648_761, 3_050_773_359, 1_304_131_175, 802_604_852]
            + (0..<3).map { _ in UInt64.random(in: 0...UInt64(UInt32.max), using: &random) }
    }()

    @Test(.serialized, arguments: seeds, QueueBench.Order.allCases)
    func `whatever happens no batch is lost, doubled without a word, or out of order`(
        seed: UInt64, order: QueueBench.Order
    ) async throws {
        try await onOwnThread {
            print("produce queue model: seed \(seed), \(order)")
            var model = ProduceQueueModel(seed: seed, order)
            let stepCount = Self.stepCount(order)
            guard model.holds(for: stepCount, seed: seed) else { return }
            // A model in which nothing happens would find nothing.
            #expect(model.enqueuedCount > stepCount / 5)
            #expect(model.endedCount == model.enqueuedCount)
            #expect(model.acknowledgedCount > model.enqueuedCount / 5)
            #expect(order == .none ? model.mostInFlight > 5 : model.mostInFlight == order.inFlightMax)
            if order == .idempotent {
                #expect(model.sequenceAnswers.duplicates > 100 && model.sequenceAnswers.outOfOrder > 100)
            }
        }
    }
}
