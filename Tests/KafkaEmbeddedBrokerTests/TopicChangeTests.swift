import KafkaProtocol
import KafkaTransport
import TestSupport
import Testing

@testable import KafkaEmbeddedBroker

@Suite struct TopicChangeTests {
    @Test func `a topic that grows keeps its id and records, and new partitions are led in turn`() async throws {
        try await withBroker({ $0.brokerCount = 3 }) { broker, endpoints in
            try broker.createTopic("t", partitions: 2)
            let clients = try endpoints.map { try RawClient($0) }
            let before = try clients[0].call(MetadataRequest(topicNames: ["t"])).topics[0]
            // The connection knows the topic already when it grows.
            #expect(try clients[0].produce(makeBatch(records: 3)).baseOffset == 0)
            #expect(try clients[2].produce(makeBatch(), partition: 2).errorCode == .unknownTopicOrPartition)
            try broker.addPartitions("t", to: 6)
            let after = try clients[0].call(MetadataRequest(topicNames: ["t"])).topics[0]
            #expect(after.topicID == before.topicID)
            #expect(after.partitions.map(\.partitionIndex) == Array(0..<6))
            #expect(after.partitions.map(\.leaderID) == [1, 2, 3, 1, 2, 3])
            #expect(after.partitions.map(\.leaderEpoch) == Array(repeating: 0, count: 6))
            #expect(try clients[0].produce(makeBatch()).baseOffset == 3)
            #expect(try clients[2].produce(makeBatch(), partition: 2).baseOffset == 0)
            #expect(try clients[2].produce(makeBatch(), partition: 5).errorCode == .none)
            let byID = makeProduce([(3, makeBatch()), (6, makeBatch())], id: before.topicID)
            let codes = try clients[0].call(byID, version: 13).topics[0].partitions.map(\.errorCode)
            #expect(codes == [.none, .unknownTopicOrPartition])
            #expect(broker.statistics.topics["t"]?.map(\.endOffset) == [4, 0, 1, 1, 0, 1])
        }
    }

    @Test func `growth that Kafka refuses is refused, and changes nothing`() async throws {
        try await withBroker({ $0.partitionCountMax = 10 }) { broker, _ in
            try broker.createTopic("t", partitions: 3)
            try broker.createTopic("u", partitions: 4)
            func refusal(_ topic: String, _ count: Int) -> EmbeddedBrokerError? {
                #expect(throws: EmbeddedBrokerError.self) { try broker.addPartitions(topic, to: count) }
            }
            for count in [-1, 0, 2, 3] {
                let error = refusal("t", count)
                #expect(error?.code == .topicRefused && error?.message.contains("INVALID_PARTITIONS") == true)
            }
            for count in [7, Int.max] {
                let error = refusal("t", count)
                #expect(error?.code == .topicRefused && error?.message.contains("POLICY_VIOLATION") == true)
            }
            #expect(refusal("none", 3)?.code == .unknownTopic)
            #expect(broker.statistics.topics.mapValues(\.count) == ["t": 3, "u": 4])
            try broker.addPartitions("t", to: 6)
            #expect(throws: EmbeddedBrokerError.self) { try broker.createTopic("v") }
        }
    }

    @Test func `a topic may grow while connections write to it and be deleted whole`() async throws {
        try await withBroker({ $0.loopCount = 2 }) { broker, endpoints in
            try broker.createTopic("t")
            let writers = (0..<2).map { _ in
                Task.detached {
                    let client = try RawClient(endpoints[0])
                    for round in 0..<300 {
                        let answer = try client.produce(makeBatch(), partition: Int32(round % 30))
                        #expect([.none, .unknownTopicOrPartition].contains(answer.errorCode))
                    }
                }
            }
            for count in 2...30 {
                try broker.addPartitions("t", to: count)
                await Task.yield()
            }
            for writer in writers { try await writer.value }
            let statistics = broker.statistics
            #expect(statistics.topics["t"]?.count == 30)
            #expect(statistics.recordCount + statistics.refusedBatchCount == 600)
            #expect(statistics.keptByteCount == statistics.byteCount)
            let client = try RawClient(endpoints[0])
            #expect(try client.produce(makeBatch(), partition: 29).errorCode == .none)
            try broker.deleteTopic("t")
            #expect(try client.produce(makeBatch()).errorCode == .unknownTopicOrPartition)
            #expect(broker.statistics.keptByteCount == 0)
            #expect(broker.statistics.recordCount == statistics.recordCount + 1)
            let error = #expect(throws: EmbeddedBrokerError.self) { try broker.deleteTopic("t") }
            #expect(error?.code == .unknownTopic)
            try broker.createTopic("t", partitions: broker.configuration.partitionCountMax)
        }
    }

    @Test func `a topic made anew has another id, and the old id leads nowhere`() async throws {
        try await withBroker { broker, endpoints in
            try broker.createTopic("t", partitions: 3)
            let client = try RawClient(endpoints[0])
            let old = try client.call(MetadataRequest(topicNames: ["t"])).topics[0].topicID
            #expect(try client.produce(makeBatch(records: 5)).errorCode == .none)
            try broker.moveLeader("t", 0, to: 1)
            try broker.recreateTopic("t", partitions: 2)
            let new = try client.call(MetadataRequest(topicNames: ["t"])).topics[0]
            #expect(new.topicID != old)
            #expect(new.partitions.map(\.partitionIndex) == [0, 1])
            func codes(_ id: KafkaUUID, _ partition: Int32) throws -> [KafkaErrorCode] {
                try client.call(makeProduce([(partition, makeBatch())], id: id), version: 13)
                    .topics[0].partitions.map(\.errorCode)
            }
            #expect(try codes(old, 0) == [.unknownTopicId])
            #expect(try codes(new.topicID, 1) == [.none])
            #expect(try codes(new.topicID, 2) == [.unknownTopicOrPartition])
            #expect(try client.produce(makeBatch()).baseOffset == 0)
            #expect(try client.produce(makeBatch(), partition: 2).errorCode == .unknownTopicOrPartition)
            var byID = MetadataRequest(topicNames: [])
            byID.topics = [.init(topicID: old)]
            #expect(try client.call(byID).topics[0].errorCode == .unknownTopicId)
            let statistics = broker.statistics
            #expect(statistics.recordCount == 7)
            #expect(statistics.topics["t"]?.map(\.endOffset) == [1, 1])
            #expect(statistics.keptByteCount == 2 * makeBatch().count)
        }
    }

    @Test func `a topic that can't be made anew stays as it is`() async throws {
        try await withBroker({ $0.partitionCountMax = 5 }) { broker, _ in
            try broker.createTopic("t", partitions: 3)
            let id = try #require(broker.cluster.topic(named: "t")).id
            for count in [-1, 0, 6] {
                let error = #expect(throws: EmbeddedBrokerError.self) {
                    try broker.recreateTopic("t", partitions: count)
                }
                #expect(error?.code == .topicRefused)
            }
            let error = #expect(throws: EmbeddedBrokerError.self) { try broker.recreateTopic("u", partitions: 1) }
            #expect(error?.code == .unknownTopic)
            #expect(broker.cluster.topic(named: "t")?.id == id)
            // Its own partitions make room for those of the other one.
            try broker.recreateTopic("t", partitions: 5)
            #expect(broker.statistics.topics["t"]?.count == 5)
        }
    }

    @Test func `a fetch that waits is told that its topic was made anew`() async throws {
        try await withBroker { broker, endpoints in
            try broker.createTopic("t")
            let id = try #require(broker.cluster.topic(named: "t")).id
            let client = try RawClient(endpoints[0])
            var fetch = makeFetch("", [(0, 0)], maxWaitMs: 60_000)
            fetch.topics[0].topicID = id
            try client.send(fetch, version: 13)
            try await eventually { broker.statistics.requestCounts[.fetch] == 1 }
            try broker.recreateTopic("t", partitions: 1)
            let frame = try client.receiveFrame()
            let answer = try RawClient.decode(FetchResponse.self, version: 13, frame).response
            #expect(answer.topics[0].partitions[0].errorCode == .unknownTopicId)
        }
    }
}
