import Testing

@testable import KafkaClient

/// What becomes of batches that fail, and when.
@Suite struct ProduceQueueRetryTests {
    @Test(arguments: [AttemptOutcome.moved, .busy, .lost])
    func `a batch that may succeed goes first again after a pause`(outcome: AttemptOutcome) {
        var bench = QueueBench()
        bench.learn(["t": [1]])
        let first = bench.enqueue(0)
        bench.enqueue(0)
        bench.answer(bench.take(1), outcome)
        #expect(bench.takeDeliveries().isEmpty)
        // Nothing of the partition overtakes it.
        #expect(bench.queue.readyBrokers.isEmpty)
        #expect(bench.queue.nextTick == bench.now + .milliseconds(100))
        bench.pass(.milliseconds(99))
        #expect(bench.queue.readyBrokers.isEmpty)
        bench.pass(.milliseconds(1))
        let again = bench.take(1)
        #expect(again.count == 1 && again[0].batch === first)
        bench.answer(again, .stored)
        #expect(bench.takeDeliveries().first?.exchanges.count == 2)
    }

    @Test func `pauses double up to their bound and begin anew after a success`() {
        var bench = QueueBench()
        bench.learn(["t": [1]])
        bench.enqueue(0)
        for pause in [100, 200, 400, 800, 1000, 1000] {
            bench.answer(bench.take(1), .busy)
            #expect(bench.queue.nextTick == bench.now + .milliseconds(pause))
            bench.pass(.milliseconds(pause))
        }
        bench.answer(bench.take(1), .stored)
        bench.enqueue(0)
        bench.answer(bench.take(1), .busy)
        #expect(bench.queue.nextTick == bench.now + .milliseconds(100))
    }

    @Test func `errors that mean moved ask for the leaders, others don't`() {
        var bench = QueueBench()
        bench.learn(["t": [1]])
        for (outcome, topics) in [(AttemptOutcome.moved, ["t"]), (.lost, ["t"]), (.busy, []), (.fatal, [])] {
            bench.enqueue(0)
            bench.answer(bench.take(1), outcome)
            #expect(bench.takeTopicsToRefresh() == Set(topics))
            bench.pass(.seconds(2))
            bench.answer(bench.take(1), .stored)
        }
    }

    @Test func `a fatal error ends the batch at once, and the next one goes`() {
        var bench = QueueBench()
        bench.learn(["t": [1]])
        bench.enqueue(0)
        bench.enqueue(0)
        bench.answer(bench.take(1), .fatal)
        let failed = bench.takeDeliveries()
        #expect(failed.map { $0.error?.brokerError } == [.messageTooLarge])
        #expect(bench.take(1).count == 1)
    }

    @Test func `attempts are limited`() {
        var bench = QueueBench(QueueBench.configuration(attempts: 3))
        bench.learn(["t": [1]])
        bench.enqueue(0)
        for _ in 0..<3 {
            #expect(bench.takeDeliveries().isEmpty)
            bench.answer(bench.take(1), .busy)
            bench.pass(.seconds(2))
        }
        let failed = bench.takeDeliveries()
        #expect(failed.count == 1)
        #expect(failed.first?.exchanges.count == 3)
        #expect(failed.first?.error?.brokerError == .requestTimedOut)
    }

    /// Where a batch is when its time runs out.
    enum Waiting: CaseIterable {
        case unknownTopic, leaderless, behindAnother, backingOff, ready, brokerUnreachable
    }

    @Test(arguments: Waiting.allCases) func `a batch that waits ends when its time is over`(waiting: Waiting) {
        var bench = QueueBench(QueueBench.configuration(deliveryTimeout: .milliseconds(150), retryBackoff: .seconds(1)))
        if waiting != .unknownTopic { bench.learn(["t": [waiting == .leaderless ? -1 : 1]]) }
        if waiting == .behindAnother {
            bench.enqueue(0)
            _ = bench.take(1)
        }
        let batch = bench.enqueue(0)
        if waiting == .backingOff { bench.answer(bench.take(1), .busy) }
        if waiting == .brokerUnreachable {
            let reason = KafkaClientError(.connectionFailed, "it is down")
            bench.queue.giveUp(
                broker: 1, until: bench.now + .milliseconds(30), because: reason, now: bench.now, &bench.effects)
        }
        bench.pass(.milliseconds(149))
        #expect(bench.takeDeliveries().isEmpty)
        bench.pass(.milliseconds(1))
        let ended = bench.takeDeliveries()
        #expect(ended.last?.batch === batch)
        #expect(
            ended.map { $0.error?.code }
                == (waiting == .behindAnother ? [.deliveryTimedOut, .deliveryTimedOut] : [.deliveryTimedOut]))
        #expect(bench.queue.pendingCount == 0)
        #expect(bench.queue.readyBrokers.isEmpty)
    }

    @Test func `why a broker could not be reached is told until it could`() {
        var bench = QueueBench(QueueBench.configuration(deliveryTimeout: .milliseconds(150)))
        bench.learn(["t": [0]])
        let reason = KafkaClientError(.connectionFailed, "it was down")
        bench.enqueue(0)
        bench.queue.giveUp(
            broker: 0, until: bench.now + .milliseconds(30), because: reason, now: bench.now, &bench.effects)
        bench.pass(.milliseconds(150))
        #expect(bench.takeDeliveries().map { $0.error?.causes.count } == [1])
        bench.pass(.seconds(1))
        bench.enqueue(0)
        bench.answer(bench.take(0), .stored)
        #expect(bench.takeDeliveries().map(\.isAcknowledged) == [true])
        // The broker was reached. That this one waits too long has another reason.
        bench.enqueue(0)
        bench.pass(.milliseconds(150))
        #expect(bench.takeDeliveries().map { $0.error?.causes.count } == [0])
    }

    @Test(arguments: [AttemptOutcome.busy, .stored, .lost])
    func `a batch in flight ends when its time is over, and its late answer changes nothing`(late: AttemptOutcome) {
        var bench = QueueBench(QueueBench.configuration(deliveryTimeout: .milliseconds(150)))
        bench.learn(["t": [1]])
        bench.enqueue(0)
        let items = bench.take(1)
        bench.pass(.milliseconds(149))
        bench.enqueue(0)
        #expect(bench.takeDeliveries().isEmpty)
        bench.pass(.milliseconds(1))
        let ended = bench.takeDeliveries()
        #expect(ended.map { $0.error?.code } == [.deliveryTimedOut])
        #expect(ended.first?.mayBeDuplicated == true)
        // The next one must not overtake the request.
        #expect(bench.take(1).isEmpty)
        bench.answer(items, late)
        #expect(bench.takeDeliveries().isEmpty && bench.queue.pendingCount == 1)
        bench.answer(bench.take(1), .stored)
        #expect(bench.takeDeliveries().map(\.isAcknowledged) == [true])
    }

    @Test func `a batch that is too large for the broker is sent in halves, down to single records`() throws {
        var bench = QueueBench()
        bench.learn(["t": [1]])
        let drained = { (bench: inout QueueBench) in bench.queue.beginEpoch() }
        bench.enqueue(records: 0..<5)
        bench.enqueue(records: 5..<6)
        let epoch = drained(&bench)
        var stored: [[Int]] = []
        var refused: [[Int]] = []
        while let item = bench.take(1).first {
            let records = try item.batch.readNumbers()
            // The broker takes two records at once, and never number 3.
            let isTooLarge = records.count > 2 || records.contains(3)
            bench.answer(item, isTooLarge ? .refused(.messageTooLarge, nil) : .stored)
            for delivery in bench.takeDeliveries() {
                let numbers = try delivery.batch.readNumbers()
                if delivery.isAcknowledged { stored.append(numbers) } else { refused.append(numbers) }
                #expect(delivery.isAcknowledged || delivery.error?.code == .recordTooLarge)
            }
            let hasEnded = bench.queue.pendingCount == 0
            #expect(epoch.map { bench.queue.epochs.first > $0 } == hasEnded)
        }
        #expect(stored == [[0, 1], [2], [4], [5]])
        #expect(refused == [[3]])
        #expect(bench.pool.takenByteCount == 0)
    }

    @Test func `younger batches of a list stay when an older one of it ends`() {
        var bench = QueueBench(QueueBench.configuration(deliveryTimeout: .milliseconds(150)))
        bench.learn(["t": [1, 1]])
        bench.enqueue(0)
        bench.now = bench.now + .milliseconds(100)
        bench.enqueue(0, byteCount: 40)
        bench.enqueue(1, byteCount: 50)
        bench.pass(.milliseconds(50))
        #expect(bench.takeDeliveries().count == 1)
        #expect(bench.queue.readyByteCount(1) == 90)
        #expect(bench.take(1).count == 2)
    }

    @Test func `a broker that can't be reached keeps its batches, in order, and those for any go elsewhere`() {
        var bench = QueueBench()
        bench.learn(["t": [1, 2]])
        let first = bench.enqueue(0)
        bench.enqueue(0)
        bench.enqueue(-1)
        bench.enqueue(-1)
        let reason = KafkaClientError(.connectionFailed, "it is down")
        bench.queue.giveUp(
            broker: 1, until: bench.now + .milliseconds(30), because: reason, now: bench.now, &bench.effects)
        bench.enqueue(-1)
        #expect(bench.take(2).map(\.partition) == [1])
        let items = bench.take(1)
        #expect(items.count == 1 && items[0].batch === first)
        #expect(bench.queue.topics[0].partitions.map(\.waiting.count) == [1, 2])
    }

    @Test func `a batch for any partition leaves the one where it failed, at once`() {
        var bench = QueueBench()
        bench.learn(["t": [1, 1, 1]])
        bench.enqueue(-1)
        var tried: [Int32] = []
        for _ in 0..<3 {
            let items = bench.take(1)
            tried.append(items[0].partition)
            bench.answer(items, .busy)
        }
        #expect(Set(tried) == [0, 1, 2])
        #expect(bench.queue.pendingCount == 1)
    }

    @Test func `a partition that failed once is chosen again after its pause`() {
        var bench = QueueBench()
        bench.learn(["t": [1, 1, 1]])
        bench.enqueue(-1)
        let failing = bench.take(1)
        bench.answer(failing, .busy)
        bench.answer(bench.take(1), .stored)
        func chosen() -> Set<Int32> {
            for _ in 0..<6 { bench.enqueue(-1) }
            var partitions: Set<Int32> = []
            while true {
                let items = bench.take(1)
                if items.isEmpty { return partitions }
                partitions.formUnion(items.map(\.partition))
                bench.answer(items, .stored)
            }
        }
        #expect(chosen().count == 2)
        bench.pass(.milliseconds(100))
        #expect(chosen() == [0, 1, 2])
    }

    @Test func `a batch that moves to a partition in the list keeps the list's bytes right`() {
        var bench = QueueBench()
        bench.learn(["t": [1, 1]])
        bench.enqueue(-1, byteCount: 500)
        let moving = bench.take(1)
        let other: Int32 = moving[0].partition == 0 ? 1 : 0
        bench.enqueue(other, byteCount: 30)
        #expect(bench.queue.readyByteCount(1) == 30)
        bench.answer(moving, .busy)
        #expect(bench.queue.readyByteCount(1) == 500)
        let items = bench.take(1)
        #expect(items.map(\.batch.byteCount) == [500])
        #expect(bench.queue.readyByteCount(1) == 0)
        bench.answer(items, .stored)
        #expect(bench.take(1).map(\.batch.byteCount) == [30])
        #expect(bench.queue.readyByteCount(1) == 0)
    }
}
