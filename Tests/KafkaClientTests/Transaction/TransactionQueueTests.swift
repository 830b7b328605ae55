import KafkaProtocol
import Testing

@testable import KafkaClient

/// What a lane's queue does with the batches of a transaction that goes wrong.
@Suite struct TransactionQueueTests {
    /// A transaction in which each of two partitions has stored a batch.
    private func open() -> QueueBench {
        var bench = QueueBench(QueueBench.configuration(order: .idempotent, target: 1), isTransactional: true)
        bench.learn(["t": [0, 0]])
        begin(&bench, epoch: 0)
        for partition in [0, 1] as [Int32] {
            bench.enqueue(partition)
            bench.answer(bench.take(0), .stored)
        }
        _ = bench.takeDeliveries()
        return bench
    }

    private func begin(_ bench: inout QueueBench, epoch: Int16) {
        bench.queue.beginTransaction(
            ProducerIdentity(id: 1, epoch: epoch, isTransactional: true), mustJoin: false, now: bench.now,
            &bench.effects)
    }

    private func end(_ bench: inout QueueBench) -> OpenTransaction? {
        bench.queue.endTransaction(now: bench.now, &bench.effects)
    }

    /// Does what the lane does when a batch of the transaction has failed.
    private func fail(_ bench: inout QueueBench) throws {
        let failure = try #require(bench.effects.transactionFailure)
        bench.queue.failTransaction(failure, now: bench.now, &bench.effects)
    }

    @Test func `a batch that would wait for one before it ends at once when the transaction has failed`() throws {
        var bench = open()
        bench.enqueue(0)
        bench.enqueue(0)
        let (first, second) = (bench.take(0), bench.take(0))
        bench.enqueue(1)
        let other = bench.take(0)
        #expect([first, second, other].map(\.first?.partition) == [0, 0, 1])
        bench.answer(first, .lost)
        bench.answer(other, .fatal)
        try fail(&bench)
        #expect(bench.takeDeliveries().map { $0.batch === other[0].batch } == [true, false])
        bench.answer(second, .outOfOrder)
        let last = bench.takeDeliveries()
        #expect(last.map { $0.batch === second[0].batch } == [true])
        #expect(last.first?.error?.code == .transactionAborted)
        #expect(bench.queue.pendingCount == 0)
    }

    @Test func `a batch that is too large ends whole when the transaction has failed`() throws {
        var bench = open()
        bench.enqueue(records: 0..<4)
        let long = bench.take(0)
        bench.enqueue(1)
        bench.answer(bench.take(0), .fatal)
        try fail(&bench)
        bench.answer(long, .refused(.messageTooLarge, nil))
        #expect(bench.takeDeliveries().map(\.batch.recordCount) == [1, 4])
        #expect(bench.queue.pendingCount == 0 && bench.take(0).isEmpty)
    }

    @Test func `an end fails what it was not to wait for, and nothing of that comes into the next transaction`() {
        var bench = open()
        bench.enqueue(0)
        let flying = bench.take(0)
        bench.enqueue(1)
        bench.enqueue(1)
        let ended = end(&bench)
        #expect(ended?.failure != nil && ended?.isUnclean == true)
        // What waited has ended, what is under way has not.
        #expect(bench.takeDeliveries().map(\.partition) == [1, 1])
        begin(&bench, epoch: 1)
        bench.answer(flying, .busy)
        #expect(bench.takeDeliveries().map(\.isAcknowledged) == [false])
        #expect(bench.queue.pendingCount == 0 && bench.queue.transaction?.failure == nil)
        bench.enqueue(0)
        bench.pass(.seconds(1))
        let next = bench.take(0)
        #expect(next.map(\.stamp?.producerEpoch) == [1] && next.map(\.stamp?.baseSequence) == [0])
        bench.answer(next, .stored)
        let clean = end(&bench)
        #expect(clean?.failure == nil && clean?.isUnclean == false)
    }
}
