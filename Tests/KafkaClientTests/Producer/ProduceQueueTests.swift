import KafkaTransport
import Testing

@testable import KafkaClient

/// Where batches go and what goes together.
@Suite struct ProduceQueueTests {
    @Test func `a batch of an unknown topic waits and asks, and goes when the topic is learned`() {
        var bench = QueueBench()
        bench.enqueue(1)
        #expect(bench.takeTopicsToRefresh() == ["t"])
        #expect(bench.queue.readyBrokers.isEmpty)
        bench.learn(["other": [1]])
        #expect(bench.takeTopicsToRefresh() == ["t"])
        bench.learn(["t": [1, 2]])
        #expect(bench.takeTopicsToRefresh() == [])
        #expect(bench.take(2).map(\.partition) == [1])
        #expect(bench.queue.pendingCount == 1)
    }

    @Test func `an acknowledged batch is delivered with its offset`() {
        var bench = QueueBench()
        bench.learn(["t": [1]])
        let batch = bench.enqueue(0)
        let items = bench.take(1)
        bench.now = bench.now + .nanoseconds(7)
        bench.answer(items, .stored)
        let deliveries = bench.takeDeliveries()
        #expect(deliveries.map(\.isAcknowledged) == [true])
        #expect(deliveries.first?.batch === batch)
        #expect(deliveries.map(\.partition) == [0])
        #expect(deliveries.map { $0.ended - $0.queued } == [.nanoseconds(7)])
        #expect(deliveries.map(\.exchanges.count) == [1])
        #expect(bench.queue.pendingCount == 0)
    }

    @Test func `a batch that has ended is let go of at once, however many wait behind it`() {
        var bench = QueueBench()
        bench.learn(["t": [1]])
        for _ in 0..<40 { bench.enqueue(0) }
        for left in (0..<40).reversed() {
            bench.answer(bench.take(1), .stored)
            #expect(bench.takeDeliveries().count == 1)
            #expect(bench.pool.takenByteCount == left * 100)
        }
    }

    @Test func `of one partition only one batch is in flight, in the order of their coming`() {
        var bench = QueueBench()
        bench.learn(["t": [1, 1]])
        let first = bench.enqueue(0)
        let second = bench.enqueue(0)
        bench.enqueue(1)
        let items = bench.take(1)
        #expect(items.map(\.partition) == [0, 1])
        #expect(items[0].batch === first)
        #expect(bench.queue.readyBrokers.isEmpty)
        bench.answer(items[0], .stored)
        let next = bench.take(1)
        #expect(next.count == 1 && next[0].batch === second)
    }

    @Test func `a request gathers up to its target and stays below its maximum`() {
        var bench = QueueBench(QueueBench.configuration(target: 1000, max: 1500))
        bench.learn(["t": Array(repeating: 1, count: 10)])
        for (partition, byteCount) in [400, 400, 600, 900, 900, 4000, 10, 10].enumerated() {
            bench.enqueue(Int32(partition), byteCount: byteCount)
        }
        var requests: [[Int]] = []
        while bench.queue.readyByteCount(1) > 0 { requests.append(bench.take(1).map(\.batch.byteCount)) }
        // 1400 is past the target; 900 and 900 would be past the maximum; 4000 goes alone.
        #expect(requests == [[400, 400, 600], [900], [900], [4000], [10, 10]])
        #expect(bench.take(1).isEmpty)
    }

    @Test func `what several topics send stands together by topic`() {
        var bench = QueueBench()
        bench.learn(["a": [1, 1, 1], "b": [1, 1, 1]])
        for partition in 0..<Int32(3) {
            bench.enqueue(partition, topic: "b")
            bench.enqueue(partition, topic: "a")
        }
        let items = bench.take(1)
        #expect(items.map(\.topic) == ["a", "a", "a", "b", "b", "b"])
    }

    @Test func `a leader that moves takes what waits with it`() {
        var bench = QueueBench()
        bench.learn(["t": [1, 1]])
        for _ in 0..<2 { for partition in 0..<Int32(2) { bench.enqueue(partition) } }
        let inFlight = bench.take(1)
        bench.learn(["t": [2, 1]])
        bench.answer(inFlight, .stored)
        #expect(bench.take(1).map(\.partition) == [1])
        #expect(bench.take(2).map(\.partition) == [0])
        #expect(bench.queue.pendingCount == 2)
    }

    @Test func `what is listed moves with its leader, once`() {
        var bench = QueueBench()
        bench.learn(["t": [1, 1]])
        bench.enqueue(0, byteCount: 70)
        bench.enqueue(1, byteCount: 30)
        for _ in 0..<3 { bench.learn(["t": [2, 1]]) }
        #expect(bench.queue.readyByteCount(1) == 30)
        #expect(bench.queue.readyByteCount(2) == 70)
        #expect(bench.take(2).count == 1)
        #expect(bench.take(1).count == 1)
    }

    @Test func `a partition without a leader asks for one and waits`() {
        var bench = QueueBench()
        bench.learn(["t": [-1]])
        bench.enqueue(0)
        #expect(bench.takeTopicsToRefresh() == ["t"])
        bench.learn(["t": [-1]])
        #expect(bench.takeTopicsToRefresh() == ["t"])
        bench.learn(["t": [3]])
        #expect(bench.take(3).count == 1)
    }

    @Test func `a batch for a partition that the topic lacks fails after a while, and the rest goes on`() {
        var bench = QueueBench()
        bench.enqueue(5)
        bench.enqueue(0)
        bench.learn(["t": [1]])
        // One broker may be behind the others.
        #expect(bench.takeDeliveries().isEmpty && bench.takeTopicsToRefresh() == ["t"])
        bench.pass(.seconds(2))
        bench.learn(["t": [1]])
        let failed = bench.takeDeliveries()
        #expect(failed.map { $0.error?.code } == [.unknownPartition])
        #expect(bench.queue.pendingCount == 1)
        #expect(bench.take(1).count == 1)
    }

    @Test func `a batch for a partition that is not known waits until it is, or fails when the topic lacks it`() {
        var bench = QueueBench()
        bench.enqueue(0)
        bench.learn(["t": [1]])
        _ = bench.takeTopicsToRefresh()
        for partition: Int32 in [1, 2, 1] { bench.enqueue(partition) }
        #expect(bench.takeTopicsToRefresh() == ["t"] && bench.takeDeliveries().isEmpty)
        #expect(bench.take(1).map(\.partition) == [0])
        bench.learn(["t": [1, 1]])
        #expect(bench.takeDeliveries().isEmpty)
        bench.pass(.seconds(2))
        bench.learn(["t": [1, 1]])
        #expect(bench.takeDeliveries().map { $0.error?.code } == [.unknownPartition])
        #expect(bench.take(1).map(\.partition) == [1])
        #expect(bench.queue.pendingCount == 3)
    }

    @Test func `batches for any partition are spread over those with a leader`() {
        var bench = QueueBench()
        bench.learn(["t": [1, -1, 2, 1]])
        for _ in 0..<6 { bench.enqueue(-1) }
        let partitions = (bench.take(1) + bench.take(2)).map(\.partition)
        #expect(partitions.sorted() == [0, 2, 3])
        #expect(bench.queue.pendingCount == 6)
    }

    @Test func `failing what waits leaves what is in flight`() {
        var bench = QueueBench()
        bench.learn(["t": [1, -1]])
        for _ in 0..<3 { for partition in 0..<Int32(2) { bench.enqueue(partition) } }
        bench.enqueue(0, topic: "unknown")
        let items = bench.take(1)
        bench.queue.failWaiting(KafkaClientError(.closed, "closed"), now: bench.now, &bench.effects)
        let deliveries = bench.takeDeliveries()
        #expect(deliveries.map { $0.error?.code } == Array(repeating: .closed, count: 6))
        #expect(bench.queue.pendingCount == 1)
        bench.answer(items, .stored)
        #expect(bench.takeDeliveries().count == 1)
        #expect(bench.queue.pendingCount == 0 && bench.queue.readyBrokers.isEmpty)
    }

    @Test
    func `the longest batch that a broker takes is forgotten after ten minutes, because its owners may allow more`() {
        var topic = TopicQueue("t")
        let start = MonotonicInstant(nanoseconds: 0)
        #expect(topic.batchByteCountMax(now: start) == .max)
        topic.didRefuse(1000, now: start)
        topic.didRefuse(4000, now: start + .seconds(1))
        #expect(topic.batchByteCountMax(now: start + .seconds(600)) == 500)
        #expect(topic.batchByteCountMax(now: start + .seconds(601)) == .max)
        topic.didRefuse(4000, now: start + .seconds(700))
        #expect(topic.batchByteCountMax(now: start + .seconds(700)) == 2000)
    }
}
