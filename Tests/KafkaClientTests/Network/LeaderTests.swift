import KafkaEmbeddedBroker
import KafkaProtocol
import KafkaTransport
import Synchronization
import TestSupport
import Testing

@testable import KafkaClient

/// How a lane asks who leads partitions: at once where it matters, and not without a pause where it is in vain.
@Suite(.serialized, .timeLimit(.minutes(1))) struct LeaderTests {
    @Test func `batches that come while a topic has no leader do not make the lane ask more often`() async throws {
        try await withFixture { fixture in
            try fixture.broker.createTopic("t")
            fixture.broker.inject(FaultRule(.metadata, topic: "t", effect: .error(.leaderNotAvailable)))
            let sink = DeliveryCollector()
            let lane = try fixture.makeLane(.fast(), to: sink)
            let batches = try await fixture.makeBatches((0..<200).map { "\($0)" })
            let begin = MonotonicInstant.now
            let asked = fixture.broker.statistics.requestCount
            for batch in batches {
                lane.produce(batch)
                try await Task.sleep(for: .milliseconds(2))
            }
            // The pauses grow from 10 to 40 ms, give or take a fifth.
            let expected = (MonotonicInstant.now - begin) / .milliseconds(8)
            let count = fixture.broker.statistics.requestCount - asked
            #expect(count > 5 && Double(count) < expected, "\(count) questions")
            fixture.broker.removeFaults()
            try await lane.drain()
            #expect(sink.deliveries.filter(\.isAcknowledged).count == 200)
            await lane.close()
        }
    }

    @Test func `a leader that moves is followed at once while another partition has none`() async throws {
        try await withFixture(brokers: 2) { fixture in
            try fixture.broker.createTopic("t", partitions: 2)
            fixture.broker.inject(FaultRule(.produce, partition: 1, count: 1, effect: .leaderMove(to: 99)))
            let sink = DeliveryCollector()
            let configuration = ProducerConfiguration(
                acks: .all, retryBackoff: .milliseconds(5), retryBackoffMax: .seconds(10))
            let lane = try fixture.makeLane(configuration, to: sink)
            lane.accept(try await fixture.makeBatches(["without"], partition: 1))
            lane.accept(try await fixture.makeBatches(["first"]))
            try await eventually { sink.deliveries.count == 1 }
            // The pauses between the questions for partition 1 are long by now.
            try await eventually { fixture.broker.statistics.requestCount >= 18 }
            let leader = try #require(sink.deliveries.first?.exchanges.last?.broker)
            try fixture.broker.moveLeader("t", 0, to: 3 - leader)
            lane.accept(try await fixture.makeBatches(["second"]))
            try await eventually { sink.deliveries.count == 2 }
            let delivery = try #require(sink.deliveries.last)
            #expect(delivery.isAcknowledged && delivery.exchanges.last?.broker == 3 - leader)
            // It is refused once or twice, and not until the pause is over.
            #expect(delivery.exchanges.count <= 4, "\(delivery.exchanges.count) attempts")
            try fixture.broker.moveLeader("t", 1, to: 1)
            try await lane.drain()
            #expect(sink.deliveries.filter(\.isAcknowledged).count == 3)
            await lane.close()
        }
    }

    @Test func `a leader whose address is not told costs few questions`() async throws {
        try await withFixture { inner in
            let questionCount = Mutex(0)
            let server = try await makeMetadataServer { _ in
                questionCount.withLock { $0 += 1 }
                var partition = MetadataResponse.Partition()
                partition.leaderID = 3
                return partition
            }
            let cluster = try Cluster(bootstrap: [server.endpoint], on: inner.loop, .fast(inner.connection))
            let sink = DeliveryCollector()
            let lane = try ProducerLane(
                ProducerConfiguration(retryBackoff: .zero, retryBackoffMax: .zero), on: inner.loop, cluster: cluster,
                deliveriesTo: sink)
            lane.accept(try await inner.makeBatches(["a"]))
            let begin = MonotonicInstant.now
            try await Task.sleep(for: .milliseconds(300))
            let count = questionCount.withLock { $0 }
            #expect(count > 1 && Double(count) <= (MonotonicInstant.now - begin) / .milliseconds(40) + 2, "\(count)")
            await lane.close()
            await cluster.close()
            await server.stop()
        }
    }
}
