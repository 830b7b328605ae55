import KafkaProtocol
import KafkaTransport
import Synchronization
import TestSupport
import Testing

@testable import KafkaEmbeddedBroker

@Suite struct FetchTests {
    @Test func `gives back the bytes that were produced, with their offset and epoch in the header`() async throws {
        try await withBroker { broker, endpoints in
            try broker.createTopic("t")
            let client = try RawClient(endpoints[0])
            let batches = [makeBatch(records: 3), makeBatch(records: 2, valueByteCount: 5000)]
            for batch in batches { _ = try client.produce(batch) }
            let (answer, records) = try client.fetch(makeFetch("t", [(0, 0)]))[0]
            #expect(answer.errorCode == .none && answer.highWatermark == 5 && answer.logStartOffset == 0)
            #expect(records.count == batches[0].count + batches[1].count)
            let first = Array(records.prefix(batches[0].count))
            let second = Array(records.dropFirst(batches[0].count))
            #expect(Array(first[16...]) == Array(batches[0][16...]))
            #expect(Array(second[16...]) == Array(batches[1][16...]))
            let header = try RecordBatchView(second.span.bytes).header
            #expect(header.baseOffset == 3 && header.partitionLeaderEpoch == 0)
            // From within a batch: that batch.
            #expect(try client.fetch(makeFetch("t", [(0, 4)]))[0].records == second)
            #expect(try client.fetch(makeFetch("t", [(0, 5)]))[0].records == [])
        }
    }

    @Test(arguments: FetchRequest.versions)
    func `is answered in every version`(version: Int16) async throws {
        try await withBroker { broker, endpoints in
            try broker.createTopic("t")
            let client = try RawClient(endpoints[0])
            let batch = makeBatch()
            _ = try client.produce(batch)
            var request = makeFetch("t", [(0, 0)])
            request.topics[0].topicID = try #require(broker.cluster.topic(named: "t")).id
            let response = try client.call(request, version: version)
            #expect(response.sessionID == 0)
            #expect(response.topics[0].partitions[0].records.byteCount == batch.count)
        }
    }

    @Test func `keeps to the bytes asked for, and gives one batch at least`() async throws {
        try await withBroker { broker, endpoints in
            try broker.createTopic("t", partitions: 2)
            let client = try RawClient(endpoints[0])
            let batch = makeBatch(valueByteCount: 1000)
            for _ in 0..<3 {
                _ = try client.produce(batch)
                _ = try client.produce(batch, partition: 1)
            }
            let two = Int32(batch.count * 2 + 10)
            #expect(
                try client.fetch(makeFetch("t", [(0, 0)], partitionMaxBytes: two))[0].records.count == batch.count * 2)
            #expect(try client.fetch(makeFetch("t", [(0, 0)], partitionMaxBytes: 1))[0].records.count == batch.count)
            var request = makeFetch("t", [(0, 0), (1, 0)])
            request.maxBytes = 1
            #expect(try client.fetch(request).map(\.records.count) == [batch.count, 0])
            request.maxBytes = .min
            #expect(try client.fetch(request).map(\.records.count) == [batch.count, 0])
        }
    }

    @Test func `waits for its time when there is nothing, and no longer`() async throws {
        try await withBroker { broker, endpoints in
            try broker.createTopic("t")
            let client = try RawClient(endpoints[0])
            let begin = MonotonicInstant.now
            let answers = try client.fetch(makeFetch("t", [(0, 0)], maxWaitMs: 150))
            #expect(answers[0].answer.errorCode == .none && answers[0].records == [])
            let took = MonotonicInstant.now - begin
            #expect(took >= .milliseconds(150) && took < .seconds(4))
        }
    }

    @Test func `is woken by an append, from whatever loop`() async throws {
        try await withBroker({ $0.loopCount = 2 }) { broker, endpoints in
            try broker.createTopic("t")
            let batch = makeBatch()
            for _ in 0..<4 {
                let reader = try RawClient(endpoints[0])
                let writer = try RawClient(endpoints[0])
                let end = broker.statistics.topics["t"]?[0].endOffset ?? 0
                let begin = MonotonicInstant.now
                try reader.send(
                    makeFetch("t", [(0, end)], maxWaitMs: 60_000, minBytes: Int32(batch.count * 2)), version: 12)
                try await eventually { broker.waiterCount("t") == 1 }
                #expect(try writer.produce(batch).errorCode == .none)
                #expect(try writer.produce(batch).errorCode == .none)
                let response = try reader.receive(FetchResponse.self, version: 12)
                #expect(response.topics[0].partitions[0].records.byteCount == batch.count * 2)
                // A busy machine takes its time; the broker would take a minute.
                #expect(MonotonicInstant.now - begin < .seconds(30))
                reader.close()
                writer.close()
            }
        }
    }

    @Test func `bytes of several partitions count together, and what came before it waited`() {
        let calls = Mutex(0)
        let waiter = FetchWaiter { calls.withLock { $0 += 1 } }
        #expect(!waiter.didGrow(by: 40))
        waiter.wait(for: waiter.grownByteCount + 100)
        #expect(!waiter.didGrow(by: 99) && calls.withLock { $0 } == 0)
        #expect(waiter.didGrow(by: 1))
        waiter.wake()
        waiter.wake()
        #expect(waiter.isDone && calls.withLock { $0 } == 1)
        let late = FetchWaiter { calls.withLock { $0 += 1 } }
        _ = late.didGrow(by: 10)
        // It was appended between the look and the wait.
        late.wait(for: 10)
        #expect(late.isDone && calls.withLock { $0 } == 2)
    }

    @Test func `requests behind a parked fetch wait for it`() async throws {
        try await withBroker { broker, endpoints in
            try broker.createTopic("t")
            let client = try RawClient(endpoints[0])
            let begin = MonotonicInstant.now
            try client.send(makeFetch("t", [(0, 0)], maxWaitMs: 100), version: 12)
            try client.send(MetadataRequest(topicNames: []), version: 9)
            let fetch = try RawClient.decode(FetchResponse.self, version: 12, try client.receiveFrame())
            #expect(MonotonicInstant.now - begin >= .milliseconds(100))
            #expect(fetch.correlationID == 1 && fetch.response.topics.count == 1)
            let metadata = try RawClient.decode(MetadataResponse.self, version: 9, try client.receiveFrame())
            #expect(metadata.correlationID == 2 && metadata.response.brokers.count == 1)
        }
    }

    @Test func `a client that leaves while its fetch is parked is forgotten`() async throws {
        try await withBroker { broker, endpoints in
            try broker.createTopic("t")
            let client = try RawClient(endpoints[0])
            try client.send(makeFetch("t", [(0, 0)], maxWaitMs: .max), version: 12)
            try await eventually { broker.waiterCount("t") == 1 }
            client.close()
            try await eventually { broker.statistics.connectionCount == 0 }
            #expect(try RawClient(endpoints[0]).produce(makeBatch()).errorCode == .none)
            #expect(broker.waiterCount("t") == 0)
        }
    }

    @Test func `says what is wrong with a partition`() async throws {
        try await withBroker { broker, endpoints in
            try broker.createTopic("t")
            let client = try RawClient(endpoints[0])
            func code(_ request: FetchRequest) throws -> KafkaErrorCode {
                try client.fetch(request)[0].answer.errorCode
            }
            #expect(try code(makeFetch("t", [(0, 1)], maxWaitMs: 5000)) == .offsetOutOfRange)
            #expect(try code(makeFetch("t", [(0, -1)])) == .offsetOutOfRange)
            #expect(try code(makeFetch("t", [(9, 0)])) == .unknownTopicOrPartition)
            #expect(try code(makeFetch("no", [(0, 0)])) == .unknownTopicOrPartition)
            var request = makeFetch("t", [(0, 0)])
            request.topics[0].partitions[0].currentLeaderEpoch = 3
            #expect(try code(request) == .unknownLeaderEpoch)
            request.topics[0].topicID = KafkaUUID(high: 1, low: 1)
            #expect(try client.call(request, version: 13).topics[0].partitions[0].errorCode == .unknownTopicId)
            request.sessionID = 5
            request.sessionEpoch = 2
            #expect(try client.call(request, version: 12).errorCode == .fetchSessionIdNotFound)
        }
    }
}

extension EmbeddedBroker {
    /// Parked fetches that partition 0 of a topic would wake.
    func waiterCount(_ topic: String) -> Int? {
        cluster.topic(named: topic)?.partition(0)?.state.withLock { $0.waiters.count }
    }
}
