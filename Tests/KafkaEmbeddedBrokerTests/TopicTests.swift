import KafkaProtocol
import Testing

@testable import KafkaEmbeddedBroker

@Suite struct TopicTests {
    @Test(arguments: ApiVersionsRequest.versions)
    func `api versions are those of the messages, Produce's from 0 on, in every version`(version: Int16) async throws {
        try await withBroker { _, endpoints in
            let response = try RawClient(endpoints[0]).call(ApiVersionsRequest(), version: version)
            #expect(response.errorCode == .none)
            #expect(response.versions(of: .produce) == 0...ProduceRequest.versions.upperBound)
            #expect(response.versions(of: .fetch) == FetchRequest.versions)
            #expect(response.versions(of: .findCoordinator) == FindCoordinatorRequest.versions)
            #expect(response.versions(of: .joinGroup) == JoinGroupRequest.versions)
            #expect(response.versions(of: .endTxn) == EndTxnRequest.versions)
            // What brokers say to each other alone.
            #expect(response.versions(of: .writeTxnMarkers) == nil)
            guard version >= 3 else { return }
            let level = response.finalizedFeatures.first { $0.name == "transaction.version" }?.maxVersionLevel
            #expect(level == 2)
        }
    }

    @Test func `a version of ApiVersions from the future is answered in version 0 with the list`() async throws {
        try await withBroker { _, endpoints in
            let client = try RawClient(endpoints[0])
            // Key 18, version 9, correlation id 7, client id "x", tags; then whatever.
            let body: [UInt8] = [0, 18, 0, 9, 0, 0, 0, 7, 0, 1, 0x78, 0, 1, 2, 3]
            try client.write([0, 0, 0, UInt8(body.count)] + body)
            let (id, response) = try RawClient.decode(ApiVersionsResponse.self, version: 0, try client.receiveFrame())
            #expect(id == 7)
            #expect(response.errorCode == .unsupportedVersion)
            #expect(response.versions(of: .metadata) == MetadataRequest.versions)
            #expect(try client.call(ApiVersionsRequest()).errorCode == .none)
        }
    }

    @Test(arguments: MetadataRequest.versions)
    func `metadata creates a missing topic, in every version`(version: Int16) async throws {
        try await withBroker({ $0.defaultPartitionCount = 3 }) { broker, endpoints in
            let client = try RawClient(endpoints[0])
            let response = try client.call(MetadataRequest(topicNames: ["t"]), version: version)
            #expect(response.brokers.map(\.port) == [Int32(endpoints[0].port)])
            #expect(response.topics.map(\.name) == ["t"])
            #expect(response.topics[0].partitions.map(\.leaderID) == [1, 1, 1])
            #expect(try client.call(MetadataRequest(topicNames: nil), version: version).topics.count == 1)
            #expect(try client.call(MetadataRequest(topicNames: []), version: version).topics.count == 0)
        }
    }

    @Test func `metadata says what is wrong with a topic`() async throws {
        try await withBroker { broker, endpoints in
            let client = try RawClient(endpoints[0])
            var request = MetadataRequest(topicNames: ["no", "b\u{e4}d", "", "..", String(repeating: "x", count: 250)])
            request.allowAutoTopicCreation = false
            let codes = try client.call(request).topics.map(\.errorCode)
            #expect(codes == [.unknownTopicOrPartition] + Array(repeating: .invalidTopicException, count: 4))
            request.topics = [MetadataRequest.Topic(topicID: KafkaUUID(high: 1, low: 1))]
            #expect(try client.call(request).topics[0].errorCode == .unknownTopicId)
            try broker.createTopic("t")
            request.topics = [MetadataRequest.Topic(topicID: try #require(broker.cluster.topic(named: "t")).id)]
            #expect(try client.call(request).topics[0].name == "t")
        }
    }

    @Test func `bytes behind a metadata request are passed over, as librdkafka needs it`() async throws {
        try await withBroker { broker, endpoints in
            try broker.createTopic("t")
            let client = try RawClient(endpoints[0])
            // Sent by librdkafka 2.16.1 (confluent-kafka 2.16.1) for the metadata of all topics.
            let captured: [UInt8] = [
                0, 0, 0, 0x19, 0, 3, 0, 0x0d, 0, 0, 0, 3, 0, 7, 0x72, 0x64, 0x6b, 0x61, 0x66, 0x6b, 0x61, 0, 0, 0, 0, 0,
                1, 0, 0,
            ]
            try client.write(captured)
            #expect(try client.receive(MetadataResponse.self, version: 13).topics.map(\.name) == ["t"])
        }
    }

    @Test(arguments: CreateTopicsRequest.versions)
    func `topics are created and deleted, in every version`(version: Int16) async throws {
        try await withBroker { broker, endpoints in
            let client = try RawClient(endpoints[0])
            let create = CreateTopicsRequest(topics: [.init(name: "t", partitionCount: 3, replicationFactor: 1)])
            #expect(try client.call(create, version: version).topics.map(\.errorCode) == [.none])
            #expect(try client.call(create, version: version).topics.map(\.errorCode) == [.topicAlreadyExists])
            #expect(broker.statistics.topics["t"]?.count == 3)
            let deleting = min(version, DeleteTopicsRequest.versions.upperBound)
            let delete = DeleteTopicsRequest(names: ["t"], timeoutMs: 0, version: deleting)
            #expect(try client.call(delete, version: deleting).topics.map(\.errorCode) == [.none])
            #expect(try client.call(delete, version: deleting).topics.map(\.errorCode) == [.unknownTopicOrPartition])
            #expect(broker.statistics.topics.isEmpty)
        }
    }

    @Test func `topics that Kafka refuses are refused`() async throws {
        try await withBroker({ $0.partitionCountMax = 10 }) { broker, endpoints in
            let client = try RawClient(endpoints[0])
            func code(_ name: String, _ partitions: Int32, _ replicas: Int16) throws -> KafkaErrorCode {
                try client.call(
                    CreateTopicsRequest(
                        topics: [.init(name: name, partitionCount: partitions, replicationFactor: replicas)])
                ).topics[0].errorCode
            }
            #expect(try code("a/b", 1, 1) == .invalidTopicException)
            #expect(try code("a", 0, 1) == .invalidPartitions)
            #expect(try code("a", -2, 1) == .invalidPartitions)
            #expect(try code("a", 1, 0) == .invalidReplicationFactor)
            #expect(try code("a", 1, 2) == .invalidReplicationFactor)
            #expect(try code("a", .max, 1) == .policyViolation)
            #expect(try code("a", -1, -1) == .none)
            let twice = CreateTopicsRequest.Topic(name: "b", partitionCount: 1, replicationFactor: 1)
            let codes = try client.call(CreateTopicsRequest(topics: [twice, twice])).topics.map(\.errorCode)
            #expect(codes == [.invalidRequest, .invalidRequest])
            let dry = CreateTopicsRequest(topics: [twice], validateOnly: true)
            #expect(try client.call(dry).topics[0].errorCode == .none)
            #expect(broker.statistics.topics.keys.sorted() == ["a"])
        }
    }

    @Test(arguments: InitProducerIDRequest.versions)
    func `producer ids are handed out once each`(version: Int16) async throws {
        try await withBroker { _, endpoints in
            let client = try RawClient(endpoints[0])
            let request = InitProducerIDRequest(transactionalID: nil, transactionTimeoutMs: 0)
            let first = try client.call(request, version: version)
            let second = try client.call(request, version: version)
            #expect(first.errorCode == .none && first.producerEpoch == 0)
            #expect(second.producerID == first.producerID + 1)
            guard version >= 3 else { return }
            // One that has an id and would like to keep it gets a new one all the same.
            let kept = InitProducerIDRequest(
                transactionalID: nil, transactionTimeoutMs: 0, producerID: first.producerID, producerEpoch: 3)
            let third = try client.call(kept, version: version)
            #expect(third.producerID == second.producerID + 1 && third.producerEpoch == 0)
            for (id, epoch) in [(first.producerID, -1), (-1, 3)] as [(Int64, Int16)] {
                let half = InitProducerIDRequest(
                    transactionalID: nil, transactionTimeoutMs: 0, producerID: id, producerEpoch: epoch)
                let answer = try client.call(half, version: version)
                #expect(answer.errorCode == .invalidRequest && answer.producerID == -1 && answer.producerEpoch == -1)
            }
        }
    }

    @Test(arguments: InitProducerIDRequest.versions)
    func `a transactional id keeps its producer id, whose epoch grows; it needs a name and a time`(version: Int16)
        async throws
    {
        try await withBroker { _, endpoints in
            let client = try RawClient(endpoints[0])
            func ask(_ id: String, _ timeoutMs: Int32) throws -> InitProducerIDResponse {
                try client.call(
                    InitProducerIDRequest(transactionalID: id, transactionTimeoutMs: timeoutMs), version: version)
            }
            let (first, second, other) = (try ask("x", 1000), try ask("x", 1000), try ask("y", 1000))
            #expect(first.errorCode == .none && first.producerEpoch == 0)
            #expect(second.producerID == first.producerID && second.producerEpoch == 1)
            #expect(other.producerID != first.producerID && other.producerEpoch == 0)
            let (nameless, timeless, endless) = (try ask("", 1000), try ask("x", 0), try ask("x", .max))
            #expect(nameless.errorCode == .invalidRequest)
            #expect(timeless.errorCode == .invalidTransactionTimeout && endless.errorCode == .invalidTransactionTimeout)
        }
    }

    @Test(arguments: ListOffsetsRequest.versions)
    func `offsets are found by time, in every version`(version: Int16) async throws {
        try await withBroker { broker, endpoints in
            try broker.createTopic("t")
            let client = try RawClient(endpoints[0])
            _ = try client.produce(makeBatch(records: 3, baseTimestampMs: 1000))
            _ = try client.produce(makeBatch(records: 3, baseTimestampMs: 2000))
            func offset(_ timestamp: Int64) throws -> Int64 {
                let topic = ListOffsetsRequest.Topic(name: "t", partitions: [.init(index: 0, timestamp: timestamp)])
                var request = ListOffsetsRequest()
                request.topics = [topic]
                return try client.call(request, version: version).topics[0].partitions[0].offset
            }
            #expect(try offset(-2) == 0)
            #expect(try offset(-1) == 6)
            #expect(try offset(-3) == 5)
            #expect(try offset(0) == 0)
            #expect(try offset(1001) == 1)
            #expect(try offset(1500) == 3)
            #expect(try offset(2002) == 5)
            #expect(try offset(2003) == -1)
            #expect(try offset(.max) == -1)
            #expect(try offset(.min) == -1)
        }
    }
}
