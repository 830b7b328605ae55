import KafkaProtocol
import TestSupport
import Testing

@testable import KafkaEmbeddedBroker

/// What members of share groups may have of a broker, and what they have of a log that has lost records.
@Suite struct ShareFetchTests {
    private func fetch(
        _ topic: KafkaUUID, member: String = "m", group: String = "g", epoch: Int32 = 0, partitions: [Int32] = [0],
        acknowledging batches: [AcknowledgementBatch] = [], maxWaitMs: Int32 = 0
    ) -> ShareFetchRequest {
        var request = ShareFetchRequest()
        (request.groupID, request.memberID, request.shareSessionEpoch) = (group, member, epoch)
        (request.maxWaitMs, request.maxRecords) = (maxWaitMs, 100)
        var asked = ShareFetchRequest.Topic()
        asked.topicID = topic
        asked.partitions = partitions.map { index in
            var partition = ShareFetchRequest.Partition()
            (partition.index, partition.acknowledgementBatches) = (index, batches)
            return partition
        }
        request.topics = [asked]
        return request
    }

    private func withTopic(
        _ change: (inout EmbeddedBrokerConfiguration) -> Void = { _ in },
        _ body: (EmbeddedBroker, KafkaUUID, () throws -> RawClient) async throws -> Void
    ) async throws {
        try await withBroker(change) { broker, endpoints in
            try broker.createTopic("t")
            let topic = try #require(broker.cluster.topic(named: "t")).id
            try await body(broker, topic) { try RawClient(endpoints[0]) }
        }
    }

    private func acquired(_ response: ShareFetchResponse) -> [String] {
        response.topics.flatMap(\.partitions).flatMap(\.acquiredRecords).map { "\($0.firstOffset)-\($0.lastOffset)" }
    }

    @Test func `records that were accepted and lost come again as others`() async throws {
        try await withTopic { broker, topic, connect in
            let client = try connect()
            // The group begins at the end.
            #expect(acquired(try client.call(fetch(topic))) == [])
            for _ in 0..<4 { _ = try client.produce(makeBatch()) }
            #expect(acquired(try client.call(fetch(topic, epoch: 1))) == ["0-3"])
            let done = AcknowledgementBatch(firstOffset: 0, lastOffset: 2, acknowledgeTypes: [1])
            #expect(acquired(try client.call(fetch(topic, epoch: 2, acknowledging: [done]))) == [])
            try broker.loseRecords("t", 0, from: 1)
            for _ in 0..<2 { _ = try client.produce(makeBatch()) }
            #expect(acquired(try client.call(fetch(topic, epoch: 3))) == ["1-2"])
        }
    }

    @Test func `a broker has so many sessions at most`() async throws {
        try await withTopic({ $0.groups.shareSessionCountMax = 2 }) { broker, topic, connect in
            let clients = try (0..<3).map { _ in try connect() }
            for (client, member) in zip(clients, ["a", "b"]) {
                #expect(try client.call(fetch(topic, member: member)).errorCode == .none)
            }
            #expect(try clients[2].call(fetch(topic, member: "c")).errorCode == .shareSessionLimitReached)
            // One that begins anew is not another one; one that ends makes room, and so does a connection that is closed.
            #expect(try clients[0].call(fetch(topic, member: "a")).errorCode == .none)
            #expect(try clients[2].call(fetch(topic, member: "c")).errorCode == .shareSessionLimitReached)
            #expect(try clients[0].call(fetch(topic, member: "a", epoch: -1)).errorCode == .none)
            #expect(try clients[2].call(fetch(topic, member: "c")).errorCode == .none)
            clients[1].close()
            try await eventually { broker.statistics.connectionCount == 2 }
            #expect(try clients[0].call(fetch(topic, member: "d")).errorCode == .none)
        }
    }

    @Test func `sessions have so many partitions at most, all of a broker together`() {
        let room = ShareSessionRoom(sessionCountMax: 2)
        #expect(room.takeSession() && room.takeSession() && !room.takeSession())
        #expect(room.changePartitions(by: ShareSessionRoom.partitionCountMax) && !room.changePartitions(by: 1))
        #expect(room.changePartitions(by: -10) && room.changePartitions(by: 10))
        room.giveBackSession(partitionCount: ShareSessionRoom.partitionCountMax)
        #expect(room.takeSession() && room.changePartitions(by: 1))
    }

    @Test func `a fetch that waits is forgotten when it is answered or its connection is closed`() async throws {
        try await withTopic { broker, topic, connect in
            let shares = broker.cluster.shares
            for group in ["g", "h"] {
                let client = try connect()
                #expect(acquired(try client.call(fetch(topic, group: group, maxWaitMs: 1))) == [])
                #expect(shares.waitingGroupCount == 0)
                try client.send(fetch(topic, group: group, epoch: 1, maxWaitMs: 60_000), version: 2)
                try await eventually { shares.waitingGroupCount == 1 }
                client.close()
                try await eventually { shares.waitingGroupCount == 0 }
            }
        }
    }

    @Test func `ids of which a broker would have to keep much are refused`() async throws {
        try await withTopic { broker, topic, connect in
            let client = try connect()
            let longest = String(repeating: "x", count: ServedShareSession.Owner.idByteCountMax)
            #expect(try client.call(fetch(topic, member: longest, group: longest)).errorCode == .none)
            #expect(try client.call(fetch(topic, member: longest + "x")).errorCode == .invalidRequest)
            #expect(try client.call(fetch(topic, group: longest + "x")).errorCode == .invalidRequest)
        }
    }

    @Test func `what groups have done with records takes so much memory at most`() {
        let store = ShareStore(partitionCountMax: 2, recordCountMax: 3)
        let leader = LeaderIDAndEpoch(leaderID: 1, leaderEpoch: 0)
        let limits = SharePartition.Limits(lockDuration: .seconds(1), deliveryCountMax: 5, recordCountMax: 100)
        func key(_ partition: Int32) -> ShareStore.Key {
            ShareStore.Key(group: "g", topicID: .zero, partition: partition)
        }
        func acquire(_ partition: Int32, _ count: Int) -> Int? {
            store.update(key(partition), initial: { SharePartition(start: 0, leader: leader) }) { state, room in
                let acquired = state.acquire(
                    0...9, batchEnds: [9], recordCountMax: min(room, count), isStrict: true, member: "m", limits,
                    now: .now)
                return (acquired.reduce(0) { $0 + Int($1.lastOffset - $1.firstOffset) + 1 }, false)
            }
        }
        #expect(acquire(0, 2) == 2 && acquire(1, 2) == 1 && acquire(2, 1) == nil)
        #expect(!store.set(key(2), SharePartition(start: 0, leader: leader)))
        store.forget(key(0))
        #expect(store.set(key(2), SharePartition(start: 0, leader: leader)))
        #expect(acquire(2, 9) == 2)
        store.forget(group: "g")
        #expect(acquire(3, 9) == 3)
        store.cut(.zero, 3, from: 1)
        #expect(acquire(3, 9) == 2)
    }
}
