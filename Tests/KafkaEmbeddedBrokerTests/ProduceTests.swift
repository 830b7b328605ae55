import KafkaProtocol
import Testing

@testable import KafkaEmbeddedBroker

@Suite struct ProduceTests {
    @Test(arguments: ProduceRequest.versions)
    func `is answered with the offsets of the batches, in every version`(version: Int16) async throws {
        try await withBroker { broker, endpoints in
            try broker.createTopic("t", partitions: 3)
            let id = try #require(broker.cluster.topic(named: "t")).id
            let client = try RawClient(endpoints[0])
            let request = makeProduce([(0, makeBatch(records: 3)), (2, makeBatch(records: 5))], id: id)
            _ = try client.call(request, version: version)
            let response = try client.call(request, version: version)
            let topic = try #require(response.topics.first)
            #expect(version >= 13 ? topic.topicID == id : topic.name == "t")
            #expect(topic.partitions.map(\.index) == [0, 2])
            #expect(topic.partitions.map(\.errorCode) == [.none, .none])
            #expect(topic.partitions.map(\.baseOffset) == [3, 5])
            #expect(topic.partitions.map(\.logStartOffset) == (version >= 5 ? [0, 0] : [-1, -1]))
            #expect(broker.statistics.recordCount == 16)
            #expect(broker.statistics.topics["t"]?.map(\.endOffset) == [6, 0, 10])
        }
    }

    @Test func `with acks 0 is stored and not answered`() async throws {
        try await withBroker { broker, endpoints in
            try broker.createTopic("t")
            let client = try RawClient(endpoints[0])
            try client.send(makeProduce([(0, makeBatch(records: 4))], acks: 0), version: 9)
            let answer = try client.produce(makeBatch())
            #expect(answer.baseOffset == 4)
        }
    }

    @Test func `with acks 0 closes the connection when it fails`() async throws {
        try await withBroker { broker, endpoints in
            let client = try RawClient(endpoints[0])
            try client.send(makeProduce([(0, makeBatch())], to: "missing", acks: 0), version: 9)
            #expect(client.isClosedByBroker())
        }
    }

    struct Refused: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let code: KafkaErrorCode
        var partition: Int32 = 0
        var acks: Int16 = 1
        var version: Int16 = 9
        let batch: [UInt8]

        static let all: [Refused] = [
            Refused(testDescription: "a wrong checksum", code: .corruptMessage, batch: flipped(makeBatch(), 17)),
            Refused(
                testDescription: "a changed byte of a record", code: .corruptMessage, batch: flipped(makeBatch(), 65)),
            Refused(testDescription: "an old format", code: .invalidRecord, batch: flipped(makeBatch(), 16, to: 1)),
            Refused(testDescription: "no records field", code: .invalidRecord, batch: []),
            Refused(testDescription: "a batch cut short", code: .invalidRecord, batch: Array(makeBatch().dropLast())),
            Refused(testDescription: "two batches", code: .invalidRecord, batch: makeBatch() + makeBatch()),
            Refused(
                testDescription: "a base offset", code: .invalidRecord, batch: makeBatch { $0.baseOffset = 7 }),
            Refused(
                testDescription: "fewer records than offsets", code: .invalidRecord,
                batch: makeBatch(records: 2) { $0.lastOffsetDelta = 5 }),
            Refused(
                testDescription: "a control batch", code: .invalidRecord,
                batch: makeBatch { $0.attributes.isControl = true }),
            Refused(
                testDescription: "a batch of a transaction without the id of one",
                code: .transactionalIdAuthorizationFailed,
                batch: makeBatch { $0.attributes.isTransactional = true }),
            Refused(
                testDescription: "a producer without sequence", code: .invalidRecord,
                batch: makeBatch { $0.producerID = 1 }),
            Refused(
                testDescription: "zstd before version 7", code: .unsupportedCompressionType, version: 6,
                batch: makeBatch { $0.attributes = RecordBatchAttributes(compression: .zstd) }),
            Refused(
                testDescription: "too many bytes", code: .messageTooLarge, batch: makeBatch(valueByteCount: 1_048_588)),
            Refused(
                testDescription: "a partition that is not there", code: .unknownTopicOrPartition, partition: 1,
                batch: makeBatch()),
            Refused(
                testDescription: "a negative partition", code: .unknownTopicOrPartition, partition: -1,
                batch: makeBatch()),
            Refused(testDescription: "acks 2", code: .invalidRequiredAcks, acks: 2, batch: makeBatch()),
        ]

        static func flipped(_ batch: [UInt8], _ index: Int, to value: UInt8? = nil) -> [UInt8] {
            var batch = batch
            batch[index] = value ?? ~batch[index]
            return batch
        }
    }

    @Test(arguments: Refused.all)
    func `refuses what Kafka refuses`(_ refused: Refused) async throws {
        try await withBroker { broker, endpoints in
            try broker.createTopic("t")
            let client = try RawClient(endpoints[0])
            let answer = try client.produce(
                refused.batch, partition: refused.partition, acks: refused.acks, version: refused.version)
            #expect(answer.errorCode == refused.code)
            #expect(answer.baseOffset == -1)
            #expect(try client.produce(makeBatch()).baseOffset == 0)
            #expect(broker.statistics.refusedBatchCount == 1)
        }
    }

    @Test func `counts wrong checksums`() async throws {
        try await withBroker { broker, endpoints in
            try broker.createTopic("t")
            let client = try RawClient(endpoints[0])
            _ = try client.produce(Refused.flipped(makeBatch(), 65))
            #expect(broker.statistics.checksumFailureCount == 1)
        }
    }

    @Test func `names what is missing: a topic, an id, a deleted topic`() async throws {
        try await withBroker { broker, endpoints in
            let client = try RawClient(endpoints[0])
            #expect(try client.produce(makeBatch(), to: "no").errorCode == .unknownTopicOrPartition)
            let byID = makeProduce([(0, makeBatch())], id: KafkaUUID(high: 1, low: 2))
            #expect(try client.call(byID, version: 13).topics[0].partitions[0].errorCode == .unknownTopicId)
            try broker.createTopic("t")
            #expect(try client.produce(makeBatch()).errorCode == .none)
            _ = try client.call(DeleteTopicsRequest(names: ["t"], timeoutMs: 0, version: 6))
            #expect(try client.produce(makeBatch()).errorCode == .unknownTopicOrPartition)
            #expect(broker.statistics.keptByteCount == 0)
        }
    }

    @Test func `a repeated batch gets the offset it has, a gap and an old epoch are refused`() async throws {
        try await withBroker { broker, endpoints in
            try broker.createTopic("t")
            let client = try RawClient(endpoints[0])
            func produce(_ sequence: Int32, epoch: Int16 = 1) throws -> ProduceResponse.Partition {
                try client.produce(
                    makeBatch(records: 2) {
                        $0.producerID = 5
                        $0.producerEpoch = epoch
                        $0.baseSequence = sequence
                    })
            }
            #expect(try produce(0).baseOffset == 0)
            #expect(try produce(2).baseOffset == 2)
            let again = try produce(0)
            #expect(again.errorCode == .none && again.baseOffset == 0)
            // As Kafka answers them: with the newest timestamp of the batch that is there, and the log's start also after an error.
            #expect(again.logAppendTimeMs == 1_700_000_000_001 && again.logStartOffset == 0)
            let gap = try produce(6)
            #expect(gap.errorCode == .outOfOrderSequenceNumber && gap.baseOffset == -1 && gap.logStartOffset == 0)
            let negative = try produce(-1)
            #expect(negative.errorCode == .invalidRecord && negative.logStartOffset == 0)
            #expect(try produce(4, epoch: 0).errorCode == .invalidProducerEpoch)
            #expect(try produce(4, epoch: 2).errorCode == .outOfOrderSequenceNumber)
            #expect(try produce(0, epoch: 2).baseOffset == 4)
            #expect(broker.statistics.duplicateBatchCount == 1)
            #expect(broker.statistics.batchCount == 3)
            try broker.forgetProducers("t", 0)
            #expect(try produce(0, epoch: 2).baseOffset == 6)
            try broker.recreateTopic("t", partitions: 1)
            #expect(try produce(40, epoch: 0).baseOffset == 0)
        }
    }

    @Test func `what is known of a producer moves with the leader`() async throws {
        try await withBroker({ $0.brokerCount = 2 }) { broker, endpoints in
            try broker.createTopic("t")
            let batch = makeBatch {
                $0.producerID = 5
                $0.producerEpoch = 0
                $0.baseSequence = 3
            }
            #expect(try RawClient(endpoints[0]).produce(batch).baseOffset == 0)
            try broker.moveLeader("t", 0, to: 2)
            #expect(try RawClient(endpoints[1]).produce(batch).baseOffset == 0)
            #expect(broker.statistics.duplicateBatchCount == 1)
        }
    }

    @Test func `without acknowledgements a repetition does no harm, and a gap costs the connection`() async throws {
        try await withBroker { broker, endpoints in
            try broker.createTopic("t")
            let client = try RawClient(endpoints[0])
            for sequence in [0, 0, 7] as [Int32] {
                let batch = makeBatch {
                    $0.producerID = 5
                    $0.producerEpoch = 0
                    $0.baseSequence = sequence
                }
                try client.send(makeProduce([(0, batch)], acks: 0), version: 9)
                if sequence == 0 { _ = try client.call(ApiVersionsRequest()) }
            }
            #expect(client.isClosedByBroker())
            #expect(broker.statistics.batchCount == 1 && broker.statistics.duplicateBatchCount == 1)
            #expect(broker.statistics.refusedBatchCount == 1)
        }
    }
}
