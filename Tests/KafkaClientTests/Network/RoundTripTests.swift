import KafkaCompression
import KafkaEmbeddedBroker
import KafkaProtocol
import KafkaTransport
import TestSupport
import Testing

@testable import KafkaClient

@Suite(.serialized, .timeLimit(.minutes(1))) struct RoundTripTests {
    @Test(arguments: CompressionType.allCases, [1, 3])
    func `what is appended comes back equal`(type: CompressionType, brokers: Int) async throws {
        for acks in Acks.allCases {
            try await withFixture(brokers: brokers) { fixture in
                try fixture.broker.createTopic("t", partitions: 4)
                let sink = DeliveryCollector()
                let lane = try fixture.makeLane(.fast(acks: acks), to: sink)
                let builder = try BuilderLane(
                    BuilderConfiguration(batchByteCount: 2048, codec: Codec(defaultOf: type)), on: fixture.loop,
                    topics: fixture.cluster, to: lane)
                var sent: [[ReadRecord]] = Array(repeating: [], count: 4)
                for round in 0..<20 {
                    let partition = round % 4
                    var chunk = RecordChunk()
                    for index in 0..<25 {
                        let record = Self.makeRecord(round, index, offset: Int64(sent[partition].count))
                        try chunk.append(
                            value: record.value, key: record.key, headers: record.headers,
                            timestampMs: record.timestampMs)
                        sent[partition].append(record)
                    }
                    try await builder.append(chunk, to: "t", partition: Int32(partition))
                }
                await builder.finish()
                try await lane.drain()
                await lane.close()
                #expect(sink.deliveries.allSatisfy { $0.isAcknowledged })
                if acks == .none {
                    try await eventually { fixture.broker.statistics.recordCount == 500 }
                } else {
                    try checkOffsets(sink.deliveries, recordCount: 500)
                }
                for partition in 0..<4 {
                    let found = try await fixture.read("t", Int32(partition))
                    #expect(found == sent[partition])
                }
            }
        }
    }

    private static func makeRecord(_ round: Int, _ index: Int, offset: Int64) -> ReadRecord {
        let key: [UInt8]? = index % 3 == 0 ? nil : index % 3 == 1 ? [] : Array("key \(round).\(index)".utf8)
        let value: [UInt8]? = index % 7 == 3 ? nil : index % 7 == 4 ? [] : Array("value \(round) \(index * index)".utf8)
        let headers =
            index % 5 == 0
            ? [RecordHeader(key: "h", value: [1, 2, UInt8(index)]), RecordHeader(key: "", value: nil)] : []
        return ReadRecord(
            offset: offset, key: key, value: value, headers: headers,
            timestampMs: 1_700_000_000_000 + Int64(round * 1000 - index * 7))
    }

    private func checkOffsets(_ deliveries: [Delivery], recordCount: Int) throws {
        #expect(deliveries.reduce(0) { $0 + $1.batch.recordCount } == recordCount)
        for (_, ofPartition) in Dictionary(grouping: deliveries, by: \.partition) {
            var next: Int64 = 0
            for delivery in ofPartition {
                guard case .acknowledged(let offset, _) = delivery.outcome else { continue }
                #expect(offset == next)
                next += Int64(delivery.batch.recordCount)
            }
        }
    }

    @Test func `one call of a partition's producer is one exchange, whose answer is open`() async throws {
        try await withFixture { fixture in
            try fixture.broker.createTopic("t", partitions: 2)
            let producer = try await PartitionProducer(
                topic: "t", partition: 1, cluster: fixture.cluster, on: fixture.loop, fixture.connection)
            #expect(producer.leader == 1)
            for (offset, batch) in try await fixture.makeBatches(["a", "b"], partition: 1).enumerated() {
                let answer = try await producer.produce(batch)
                #expect(answer.errorCode == .none)
                #expect(answer.baseOffset == Int64(offset))
                #expect(answer.began <= answer.ended)
            }
            let requestCount = fixture.broker.statistics.requestCount
            fixture.broker.inject(FaultRule(.produce, count: 1, effect: .error(.notLeaderOrFollower)))
            let refused = try await producer.produce(try await fixture.makeBatches(["c"])[0])
            #expect(refused.errorCode == .notLeaderOrFollower)
            #expect(fixture.broker.statistics.requestCount == requestCount + 1)
            let found = try await fixture.read("t", 1)
            #expect(found.map(\.text) == ["a", "b"])
            await producer.close()
            let error = try await clientError {
                _ = try await producer.produce(try await fixture.makeBatches(["d"])[0])
            }
            #expect(error.code == .closed)
        }
    }

    @Test func `a fetch from behind the end gives the broker's code`() async throws {
        try await withFixture { fixture in
            try fixture.broker.createTopic("t")
            let fetcher = try await PartitionFetcher(
                topic: "t", partition: 0, cluster: fixture.cluster, on: fixture.loop, fixture.connection)
            let answer = try await fetcher.fetch(from: 10, maxWait: .zero)
            #expect(answer.errorCode == .offsetOutOfRange)
            #expect(answer.batches.isEmpty && answer.nextOffset == 10)
            let nothing = try await fetcher.fetch(from: 0, maxWait: .milliseconds(20))
            #expect(nothing.errorCode == .none && nothing.batches.isEmpty)
            #expect(nothing.ended - nothing.began >= .milliseconds(20))
            await fetcher.close()
        }
    }

    @Test func `a fetch with a timeout shorter than the one before it is ended by its own`() async throws {
        try await withFixture { fixture in
            try fixture.broker.createTopic("t")
            let fetcher = try await PartitionFetcher(
                topic: "t", partition: 0, cluster: fixture.cluster, on: fixture.loop, fixture.connection)
            _ = try await fetcher.fetch(from: 0, maxWait: .zero, timeout: .seconds(30))
            fixture.broker.inject(FaultRule(.fetch, effect: .stall))
            let begin = MonotonicInstant.now
            let error = try await clientError {
                _ = try await fetcher.fetch(from: 0, maxWait: .zero, timeout: .milliseconds(200))
            }
            #expect(error.code == .requestTimedOut)
            #expect(error.message.contains(fixture.endpoints[0].description))
            #expect(MonotonicInstant.now - begin < .seconds(3))
            await fetcher.close()
        }
    }

    @Test func `a partition that is not there, and a topic`() async throws {
        try await withFixture(requestTimeout: .milliseconds(300)) { fixture in
            try fixture.broker.createTopic("t", partitions: 2)
            for partition: Int32 in [-1, 2] {
                let error = try await clientError {
                    _ = try await PartitionFetcher(
                        topic: "t", partition: partition, cluster: fixture.cluster, on: fixture.loop, fixture.connection
                    )
                }
                #expect(error.code == .unknownPartition)
            }
            let error = try await clientError {
                _ = try await PartitionProducer(
                    topic: "u", partition: 0, cluster: fixture.cluster, on: fixture.loop, fixture.connection)
            }
            #expect(error.code == .unknownTopic)
            #expect(error.message.contains("'u'"))
        }
    }

    @Test func `a producer made after its leader moved goes to the new one`() async throws {
        try await withFixture(brokers: 2) { fixture in
            try fixture.broker.createTopic("t")
            let found = try await fixture.cluster.describe("t")
            #expect(found.partitions[0].leader == 1)
            try fixture.broker.moveLeader("t", 0, to: 2)
            let producer = try await PartitionProducer(
                topic: "t", partition: 0, cluster: fixture.cluster, on: fixture.loop, fixture.connection)
            #expect(producer.leader == 2)
            await producer.close()
        }
    }
}
