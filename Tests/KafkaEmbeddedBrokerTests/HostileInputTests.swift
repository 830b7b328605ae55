import KafkaProtocol
import TestSupport
import Testing

@testable import KafkaEmbeddedBroker

@Suite struct HostileInputTests {
    /// A frame of every API.
    private static func frames() throws -> [[UInt8]] {
        var listOffsets = ListOffsetsRequest()
        listOffsets.topics = [.init(name: "t", partitions: [.init(index: 0, timestamp: -1)])]
        return [
            try RawClient.frame(makeProduce([(0, makeBatch(records: 2))]), version: 9),
            try RawClient.frame(makeProduce([(0, makeBatch(records: 2))]), version: 3),
            try RawClient.frame(makeFetch("t", [(0, 0)]), version: 12),
            try RawClient.frame(listOffsets, version: 7),
            try RawClient.frame(MetadataRequest(topicNames: ["t"]), version: 12),
            try RawClient.frame(ApiVersionsRequest(clientSoftwareName: "a", clientSoftwareVersion: "b"), version: 3),
            try RawClient.frame(
                CreateTopicsRequest(topics: [.init(name: "u", partitionCount: 1, replicationFactor: 1)]), version: 7),
            try RawClient.frame(DeleteTopicsRequest(names: ["u"], timeoutMs: 0, version: 6), version: 6),
            try RawClient.frame(InitProducerIDRequest(transactionalID: nil, transactionTimeoutMs: 1), version: 4),
        ] + (try groupFrames())
    }

    private static func groupFrames() throws -> [[UInt8]] {
        var joined = JoinGroupResponse()
        joined.memberID = "m"
        joined.generationID = 1
        var beat = HeartbeatRequest()
        beat.groupID = "g"
        var leave = LeaveGroupRequest()
        leave.groupID = "g"
        leave.members = [.init()]
        var fetch = OffsetFetchRequest()
        fetch.groups = [.init()]
        fetch.groups[0].groupID = "g"
        fetch.groups[0].topics = [.init()]
        fetch.groups[0].topics?[0].partitionIndexes = [0, 1]
        var delete = OffsetDeleteRequest()
        delete.groupID = "g"
        delete.topics = [.init()]
        var describe = ConsumerGroupDescribeRequest()
        describe.groupIDs = ["g"]
        var regex = RawClient.beat("g", "m", epoch: 0)
        regex.subscribedTopicRegex = "(a|[b-d]+)*x{1,3}"
        return [
            try RawClient.frame(RawClient.join("g", instance: "i"), version: 9),
            try RawClient.frame(RawClient.join("h"), version: 3),
            try RawClient.frame(RawClient.sync("g", joined, ["m": [1, 2]]), version: 5),
            try RawClient.frame(beat, version: 4), try RawClient.frame(leave, version: 5),
            try RawClient.frame(RawClient.commit("g", [0: 1], metadata: "x"), version: 9),
            try RawClient.frame(fetch, version: 9), try RawClient.frame(delete, version: 0),
            try RawClient.frame(RawClient.beat("c", "m", epoch: 0, topics: ["t"]), version: 1),
            try RawClient.frame(regex, version: 1), try RawClient.frame(describe, version: 1),
            try RawClient.frame(ListGroupsRequest(), version: 5),
        ]
    }

    private func isServing(_ broker: EmbeddedBroker) throws -> Bool {
        try RawClient(broker.endpoints[0]).call(ApiVersionsRequest()).errorCode == .none
    }

    @Test func `requests cut at every byte close the connection and leave no trace`() async throws {
        try await withBroker { broker, endpoints in
            try broker.createTopic("t")
            var tried = 0
            for frame in try Self.frames() {
                let body = frame.dropFirst(4)
                for count in stride(from: 0, to: body.count, by: body.count > 100 ? 7 : 1) {
                    let client = try RawClient(endpoints[0])
                    try client.write([0, 0, 0, UInt8(count)] + body.prefix(count))
                    #expect(client.isClosedByBroker(), "\(count) bytes of \(Array(body))")
                    tried += 1
                }
            }
            #expect(broker.statistics.malformedRequestCount == tried)
            #expect(broker.statistics.batchCount == 0)
            #expect(broker.statistics.topics.count == 1)
        }
    }

    @Test func `flipped bits are answered or close the connection`() async throws {
        try await withBroker({ $0.partitionCountMax = 100 }) { broker, endpoints in
            try broker.createTopic("t")
            var answeredCount = 0
            for frame in try Self.frames() {
                // The size stays right: wrong ones are tested below.
                for index in frame.indices.dropFirst(4) {
                    var changed = frame
                    changed[index] ^= 1 << UInt8(index % 8)
                    let client = try RawClient(endpoints[0])
                    try client.write(changed)
                    let answer = try client.finishAndReadAll()
                    if answer.isEmpty { continue }
                    let size = answer.prefix(4).reduce(0) { $0 << 8 | Int($1) }
                    #expect(answer.count == 4 + size, "byte \(index) of \(frame)")
                    #expect(answer.dropFirst(4).prefix(4) == changed[8..<12], "byte \(index) of \(frame)")
                    answeredCount += 1
                }
            }
            #expect(answeredCount > 100 && broker.statistics.malformedRequestCount > 100)
            #expect(try isServing(broker))
        }
    }

    @Test(arguments: [-1, Int32.min, Int32.max, 100 << 20 + 1] as [Int32])
    func `a length that cannot be closes the connection`(length: Int32) async throws {
        try await withBroker { broker, endpoints in
            let client = try RawClient(endpoints[0])
            try client.write(withUnsafeBytes(of: length.bigEndian, Array.init))
            #expect(client.isClosedByBroker())
            #expect(broker.statistics.malformedRequestCount == 1)
        }
    }

    @Test func `an API or a version that was not offered closes the connection`() async throws {
        try await withBroker { broker, endpoints in
            for header in [[0, 10, 0, 4], [0, 0, 0, 2], [0, 0, 0, 99], [0x7f, 0xff, 0, 0], [0xff, 0xff, 0, 0]]
                as [[UInt8]]
            {
                let client = try RawClient(endpoints[0])
                let body = header + [0, 0, 0, 1, 0xff, 0xff, 0]
                try client.write([0, 0, 0, UInt8(body.count)] + body)
                #expect(client.isClosedByBroker())
            }
            #expect(broker.statistics.malformedRequestCount == 5)
            #expect(try isServing(broker))
        }
    }

    @Test func `a request that comes byte by byte is served`() async throws {
        try await withBroker { broker, endpoints in
            try broker.createTopic("t")
            let client = try RawClient(endpoints[0])
            for byte in try RawClient.frame(makeProduce([(0, makeBatch(records: 2))]), version: 9) {
                try client.write([byte])
            }
            let response = try client.receive(ProduceResponse.self, version: 9)
            #expect(response.topics[0].partitions[0].errorCode == .none)
        }
    }

    @Test func `many requests in one write are answered in their order`() async throws {
        try await withBroker { broker, endpoints in
            try broker.createTopic("t")
            let client = try RawClient(endpoints[0])
            var bytes: [UInt8] = []
            for id in 0..<1000 as Range<Int32> {
                bytes += try RawClient.frame(makeProduce([(0, makeBatch())]), version: 9, correlationID: id)
            }
            try client.write(bytes)
            for id in 0..<1000 as Range<Int32> {
                let (answered, response) = try RawClient.decode(
                    ProduceResponse.self, version: 9, try client.receiveFrame())
                #expect(answered == id)
                #expect(response.topics[0].partitions[0].baseOffset == Int64(id))
            }
        }
    }

    @Test func `a request longer than the receive buffer is served`() async throws {
        try await withBroker { broker, endpoints in
            try broker.createTopic("t", partitions: 5)
            let client = try RawClient(endpoints[0])
            let batch = makeBatch(valueByteCount: 1_000_000)
            for _ in 0..<3 {
                let response = try client.call(makeProduce((0..<5).map { ($0, batch) }), version: 9)
                #expect(response.topics[0].partitions.map(\.errorCode) == Array(repeating: .none, count: 5))
            }
        }
    }

    @Test func `a client that reads nothing is no longer read`() async throws {
        try await withBroker({ $0.loopCount = 1 }) { broker, endpoints in
            try broker.createTopic("t")
            let client = try RawClient(endpoints[0])
            let batch = makeBatch(valueByteCount: 1_000_000)
            _ = try client.produce(batch)
            let fetch = try RawClient.frame(makeFetch("t", [(0, 0)]), version: 12)
            client.setTimeout(300)
            // A gigabyte of answers is asked for; a few fit into what the system and the broker hold.
            for _ in 0..<1000 { try client.write(fetch) }
            // While the loop answers these it looks at the other connection again and again.
            let other = try RawClient(endpoints[0])
            for _ in 0..<50 { #expect(try other.call(ApiVersionsRequest()).errorCode == .none) }
            #expect(broker.statistics.requestCount < 150)
            client.setTimeout(5000)
            for _ in 0..<1000 { #expect(try client.receiveFrame().count > batch.count) }
            #expect(broker.statistics.requestCount == 1051)
        }
    }

    @Test func `connections are forgotten when they end`() async throws {
        try await withBroker { broker, endpoints in
            for _ in 0..<200 {
                let client = try RawClient(endpoints[0])
                _ = try client.call(ApiVersionsRequest())
                client.close()
            }
            try await eventually { broker.statistics.connectionCount == 0 }
            #expect(broker.statistics.acceptedConnectionCount == 200)
        }
    }
}
