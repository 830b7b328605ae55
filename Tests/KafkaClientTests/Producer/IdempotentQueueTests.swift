import KafkaProtocol
import Testing

@testable import KafkaClient

/// What an idempotent producer's queue does where batches fail together.
@Suite struct IdempotentQueueTests {
    /// A queue whose partition's leader knows its producer, of one batch a request.
    private static func confirmedBench() -> QueueBench {
        var bench = QueueBench(QueueBench.configuration(order: .idempotent, target: 1))
        bench.learn(["t": [0]])
        bench.identify(1)
        bench.enqueue(0)
        bench.answer(bench.take(0), .stored)
        return bench
    }

    @Test func `what may be stored under an identity that is refused meanwhile is not sent under the next`() {
        var bench = Self.confirmedBench()
        // Both are stored, and nobody knows.
        for _ in 0..<2 { bench.enqueue(0) }
        let first = bench.take(0) + bench.take(0)
        #expect(first.map(\.stamp?.baseSequence) == [1, 2])
        bench.answer(first, .busy)
        bench.pass(.seconds(1))
        let again = bench.take(0) + bench.take(0)
        #expect(again.map(\.stamp) == first.map(\.stamp))
        _ = bench.takeDeliveries()
        bench.answer(again[0], .refused(.invalidProducerEpoch, nil))
        bench.answer(again[1], .lost)
        bench.identify(2)
        bench.pass(.seconds(1))
        #expect(bench.take(0).isEmpty)
        let deliveries = bench.takeDeliveries()
        #expect(deliveries.count == 2)
        for delivery in deliveries { #expect(!delivery.isAcknowledged && delivery.mayBeDuplicated) }
    }

    @Test func `once a leader has said that a batch behind a gap is not stored, it goes out in the next epoch at once`()
    {
        var bench = Self.confirmedBench()
        // None of them is stored, and nobody knows.
        for _ in 0..<4 { bench.enqueue(0) }
        var items: [ProduceQueue.Item] = []
        for _ in 0..<4 { items += bench.take(0) }
        bench.answer(items, .lost)
        bench.pass(.seconds(1))
        // The first is given up, and the second asked for under its number.
        bench.answer(bench.take(0), .fatal)
        let asked = bench.take(0)
        #expect(asked.map(\.stamp) == [items[1].stamp])
        bench.answer(asked, .outOfOrder)
        var again = bench.take(0)
        #expect(again.map(\.stamp?.producerEpoch) == [1] && again.map(\.stamp?.baseSequence) == [0])
        // There nothing was to be found out: a leader that refuses it is given time.
        bench.answer(again, .outOfOrder)
        #expect(bench.take(0).isEmpty)
        bench.pass(.seconds(1))
        for epoch: Int16 in [2, 2, 2] {
            again = bench.take(0)
            #expect(again.map(\.stamp?.producerEpoch) == [epoch])
            bench.answer(again, .stored)
        }
        let deliveries = bench.takeDeliveries()
        #expect(deliveries.count == 5 && deliveries.count { $0.isAcknowledged } == 4)
    }
}
