import KafkaProtocol
import KafkaTransport
import Testing

@testable import KafkaEmbeddedBroker

@Suite struct StatisticsTests {
    @Test func `requests are counted by their API, on all threads together`() async throws {
        try await withBroker({ $0.loopCount = 2 }) { broker, endpoints in
            try broker.createTopic("t")
            for _ in 0..<3 {
                let client = try RawClient(endpoints[0])
                _ = try client.call(ApiVersionsRequest())
                for _ in 0..<2 { _ = try client.call(MetadataRequest(topicNames: [])) }
                _ = try client.produce(makeBatch())
            }
            // A request that is not offered: OffsetCommit, version 0, correlation id 1, without a client id.
            // Then one of an API that is unknown to everybody, and one with a negative number.
            for key: [UInt8] in [[0, 8], [0x7f, 0xff], [0xff, 0xff]] {
                let client = try RawClient(endpoints[0])
                try client.write([0, 0, 0, 10] + key + [0, 0, 0, 0, 0, 1, 0xff, 0xff])
                #expect(client.isClosedByBroker())
            }
            let statistics = broker.statistics
            #expect(statistics.requestCounts == [.apiVersions: 3, .metadata: 6, .produce: 3, .offsetCommit: 1])
            #expect(statistics.requestCount == 15)
        }
    }

    @Test func `connections are counted by the broker that accepted them`() async throws {
        try await withBroker({
            $0.brokerCount = 3
            $0.loopCount = 2
        }) { broker, endpoints in
            #expect(broker.statistics.acceptedConnectionCounts == [:])
            for endpoint in [endpoints[0], endpoints[2], endpoints[2], endpoints[2]] {
                _ = try RawClient(endpoint).call(ApiVersionsRequest())
            }
            #expect(broker.statistics.acceptedConnectionCounts == [1: 1, 3: 3])
            #expect(broker.statistics.acceptedConnectionCount == 4)
        }
    }
}
