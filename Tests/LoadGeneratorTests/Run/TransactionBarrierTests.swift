import Testing

@testable import LoadGenerator

@Suite struct TransactionBarrierTests {
    private struct Reason: Error {}

    @Test func theLastOneThatWaitsEndsTheTransaction() {
        var barrier = TransactionBarrier<Int>()
        barrier.enter(3)
        let waits = [barrier.wait(1), barrier.wait(2), barrier.wait(3)]
        #expect(waits == [false, false, true])
        #expect(barrier.open() == [1, 2, 3])
        let again = [barrier.wait(3), barrier.wait(1), barrier.wait(2)]
        #expect(again == [false, false, true])
        #expect(barrier.open() == [3, 1, 2])
        #expect(barrier.waiters.isEmpty)
    }

    @Test func whoEndsIsNotWaitedForAndTheLastOneToEndOpensNothing() {
        var barrier = TransactionBarrier<Int>()
        barrier.enter(3)
        let first = [barrier.wait(1), barrier.leave(nil), barrier.leave(nil)]
        #expect(first == [false, false, true])
        #expect(barrier.open() == [1])
        let last = barrier.leave(nil)
        #expect(!last)
        #expect(barrier.memberCount == 0)
        #expect(barrier.failure == nil)
        // The load after a warm-up.
        barrier.enter(1)
        let alone = barrier.wait(4)
        #expect(alone)
    }

    @Test func theFirstFailureCountsAndThoseThatWaitLearnOfIt() {
        var barrier = TransactionBarrier<Int>()
        barrier.enter(2)
        let waits = barrier.wait(1)
        #expect(!waits)
        let isComplete = barrier.leave(Reason())
        #expect(isComplete)
        barrier.fail(CancellationError())
        barrier.fail(nil)
        #expect(barrier.failure is Reason)
        #expect(barrier.open() == [1])
    }
}
