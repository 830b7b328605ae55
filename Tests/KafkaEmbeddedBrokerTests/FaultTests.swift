import KafkaProtocol
import KafkaTransport
import TestSupport
import Testing

@testable import KafkaEmbeddedBroker

@Suite struct FaultTests {
    @Test func `an error is answered for its partition only, as often as told, and nothing is stored`() async throws {
        try await withBroker { broker, endpoints in
            try broker.createTopic("t", partitions: 2)
            broker.inject(
                FaultRule(.produce, topic: "t", partition: 1, skip: 1, count: 2, effect: .error(.notEnoughReplicas)))
            let client = try RawClient(endpoints[0])
            var codes: [[KafkaErrorCode]] = []
            for _ in 0..<4 {
                let request = makeProduce([(0, makeBatch()), (1, makeBatch())])
                codes.append(try client.call(request, version: 9).topics[0].partitions.map(\.errorCode))
            }
            let hit = [KafkaErrorCode.none, .notEnoughReplicas]
            #expect(codes == [[.none, .none], hit, hit, [.none, .none]])
            #expect(broker.statistics.topics["t"]?.map(\.endOffset) == [4, 2])
        }
    }

    @Test func `an error after the store is answered for a batch that is there`() async throws {
        try await withBroker { broker, endpoints in
            try broker.createTopic("t")
            broker.inject(FaultRule(.produce, count: 1, effect: .errorAfterStore(.requestTimedOut)))
            let client = try RawClient(endpoints[0])
            #expect(try client.produce(makeBatch()).errorCode == .requestTimedOut)
            #expect(try client.produce(makeBatch()).baseOffset == 1)
        }
    }

    @Test(arguments: [(FaultRule.Moment.beforeStore, 0), (.afterStore, 1)])
    func `a disconnect closes without an answer`(moment: FaultRule.Moment, stored: Int) async throws {
        try await withBroker { broker, endpoints in
            try broker.createTopic("t")
            broker.inject(FaultRule(.produce, skip: 1, count: 1, effect: .disconnect(moment)))
            let client = try RawClient(endpoints[0])
            let frame = try RawClient.frame(makeProduce([(0, makeBatch())]), version: 9)
            try client.write(frame + frame + frame)
            // The one before it is answered still.
            _ = try client.receive(ProduceResponse.self, version: 9)
            #expect(client.isClosedByBroker())
            #expect(broker.statistics.batchCount == 1 + stored)
            #expect(try RawClient(endpoints[0]).produce(makeBatch()).errorCode == .none)
        }
    }

    @Test func `a delayed answer holds up those behind it, not those before`() async throws {
        try await withBroker { broker, endpoints in
            try broker.createTopic("t")
            broker.inject(FaultRule(.produce, skip: 1, count: 1, effect: .delay(.seconds(1))))
            let client = try RawClient(endpoints[0])
            let frame = try RawClient.frame(makeProduce([(0, makeBatch())]), version: 9)
            let begin = MonotonicInstant.now
            try client.write(frame + frame + frame)
            let before = try client.receive(ProduceResponse.self, version: 9)
            #expect(before.topics[0].partitions[0].baseOffset == 0)
            #expect(MonotonicInstant.now - begin < .seconds(1))
            try await eventually { broker.statistics.batchCount >= 2 }
            for offset in 1...2 as ClosedRange<Int64> {
                let response = try client.receive(ProduceResponse.self, version: 9)
                #expect(response.topics[0].partitions[0].baseOffset == offset)
                #expect(MonotonicInstant.now - begin >= .seconds(1))
            }
        }
    }

    @Test func `a stalled request is done and never answered, other connections are served`() async throws {
        try await withBroker { broker, endpoints in
            try broker.createTopic("t")
            broker.inject(FaultRule(.produce, count: 1, effect: .stall))
            let client = try RawClient(endpoints[0], timeoutMs: 200)
            #expect(throws: RawClient.Failure.timedOut) { try client.produce(makeBatch()) }
            #expect(try RawClient(endpoints[0]).produce(makeBatch()).baseOffset == 1)
        }
    }

    @Test func `throttling is told, once`() async throws {
        try await withBroker { broker, endpoints in
            try broker.createTopic("t")
            broker.inject(FaultRule(count: 3, effect: .throttle(ms: 77)))
            let client = try RawClient(endpoints[0])
            #expect(try client.call(makeProduce([(0, makeBatch())]), version: 9).throttleTimeMs == 77)
            #expect(try client.call(makeFetch("t", [(0, 0)]), version: 12).throttleTimeMs == 77)
            #expect(try client.call(FindCoordinatorRequest(key: "g", version: 6)).throttleTimeMs == 77)
            #expect(try client.call(MetadataRequest(topicNames: [])).throttleTimeMs == 0)
        }
    }

    @Test func `errors of other APIs`() async throws {
        try await withBroker { broker, endpoints in
            try broker.createTopic("t")
            broker.inject(FaultRule(count: 7, effect: .error(.unknownServerError)))
            let client = try RawClient(endpoints[0])
            #expect(try client.call(ApiVersionsRequest()).errorCode == .unknownServerError)
            #expect(try client.call(MetadataRequest(topicNames: ["t"])).topics[0].errorCode == .unknownServerError)
            #expect(
                try client.fetch(makeFetch("t", [(0, 0)], maxWaitMs: 5000))[0].answer.errorCode == .unknownServerError)
            let create = CreateTopicsRequest(topics: [.init(name: "u", partitionCount: 1, replicationFactor: 1)])
            #expect(try client.call(create).topics[0].errorCode == .unknownServerError)
            let delete = DeleteTopicsRequest(names: ["t"], timeoutMs: 0, version: 6)
            #expect(try client.call(delete).topics[0].errorCode == .unknownServerError)
            let producer = InitProducerIDRequest(transactionalID: nil, transactionTimeoutMs: 0)
            #expect(try client.call(producer).errorCode == .unknownServerError)
            let coordinator = FindCoordinatorRequest(key: "g", version: 6)
            #expect(try client.call(coordinator).coordinators[0].errorCode == .unknownServerError)
            #expect(try client.call(coordinator).coordinators[0].errorCode == .none)
            #expect(broker.statistics.topics.keys.sorted() == ["t"])
        }
    }

    @Test func `faults can be ended`() async throws {
        try await withBroker({ $0.faults = [FaultRule(effect: .error(.unknownServerError))] }) { broker, endpoints in
            let client = try RawClient(endpoints[0])
            #expect(try client.call(ApiVersionsRequest()).errorCode == .unknownServerError)
            broker.removeFaults()
            #expect(try client.call(ApiVersionsRequest()).errorCode == .none)
        }
    }
}
