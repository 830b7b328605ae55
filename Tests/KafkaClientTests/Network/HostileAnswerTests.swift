import KafkaEmbeddedBroker
import KafkaProtocol
import KafkaTransport
import Synchronization
import TestSupport
import Testing

@testable import KafkaClient

/// Real answers, cut, dripped and flipped on their way.
@Suite(.serialized, .timeLimit(.minutes(1))) struct HostileAnswerTests {
    /// A client whose broker is behind a proxy.
    private func withProxy(
        versions: [ApiKey: ClosedRange<Int16>] = [:], requestTimeout: Duration = .seconds(5),
        answer: @escaping @Sendable (FakePeer, ApiKey, [UInt8]) -> Void = { client, _, frame in client.sendFrame(frame)
        },
        _ body: (NetworkFixture) async throws -> Void
    ) async throws {
        try await withFixture(requestTimeout: requestTimeout) { inner in
            let proxy = try await makeProxy(to: inner.endpoints[0], versions: versions, answer: answer)
            let cluster = try Cluster(
                bootstrap: [proxy.endpoint], on: inner.loop, .fast(inner.connection, attempts: 2))
            let fixture = NetworkFixture(
                broker: inner.broker, endpoints: [proxy.endpoint], loops: inner.loops, cluster: cluster,
                connection: inner.connection)
            var failure: (any Error)?
            do { try await body(fixture) } catch { failure = error }
            await cluster.close()
            await proxy.stop()
            if let failure { throw failure }
        }
    }

    private static let kafka21: [ApiKey: ClosedRange<Int16>] = [
        .produce: 3...7, .fetch: 4...10, .listOffsets: 1...4, .metadata: 1...7, .createTopics: 0...3,
        .deleteTopics: 0...3, .apiVersions: 0...2, .initProducerId: 0...1,
    ]

    @Test func `Kafka 2.1's versions work from end to end`() async throws {
        let seen = Mutex<Set<String>>([])
        try await withProxy(versions: Self.kafka21) { client, key, frame in
            seen.withLock { _ = $0.insert(key.name) }
            client.sendFrame(frame)
        } _: { fixture in
            let isNew = try await fixture.cluster.createTopic("t", partitionCount: 2, replicationFactor: 1)
            #expect(isNew)
            let deliveries = try await fixture.deliver(try await fixture.makeBatches(["a", "b"], partition: 1))
            #expect(deliveries.map(\.isAcknowledged) == [true, true])
            let found = try await fixture.read("t", 1)
            #expect(found.map(\.text) == ["a", "b"])
            let offsets = try await fixture.cluster.offsets(of: "t", at: .latest)
            #expect(offsets == [0, 2])
            try await fixture.cluster.deleteTopic("t")
        }
        #expect(seen.withLock { $0.count } == Self.kafka21.count)
    }

    @Test func `a broker that knows version 0 of the handshake only`() async throws {
        try await withFixture { inner in
            let versions = Mutex<[Int16]>([])
            let server = try await FakeServer { peer, frame in
                let header = AskedHeader(frame)
                if header.key == .metadata {
                    return peer.sendFrame(
                        encodeAnswer(MetadataResponse(), version: header.version, correlationID: header.correlationID))
                }
                versions.withLock { $0.append(header.version) }
                var answer = versionsAnswer()
                // As brokers before KIP-511: without a word of what they know.
                if header.version > 0 {
                    answer.errorCode = .unsupportedVersion
                    answer.apiKeys = []
                }
                peer.sendFrame(encodeAnswer(answer, version: 0, correlationID: header.correlationID))
            }
            let cluster = try Cluster(bootstrap: [server.endpoint], on: inner.loop, .fast(inner.connection))
            _ = try await cluster.refresh([])
            #expect(versions.withLock { $0 } == [4, 0])
            await cluster.close()
            await server.stop()
        }
    }

    @Test func `answers that come byte by byte`() async throws {
        try await withProxy(answer: { client, _, frame in for byte in framed(frame) { client.send([byte]) } }) {
            fixture in
            try fixture.broker.createTopic("t")
            let deliveries = try await fixture.deliver(try await fixture.makeBatches(["a", "b", "c"]))
            #expect(deliveries.map(\.isAcknowledged) == [true, true, true])
            let found = try await fixture.read()
            #expect(found.map(\.text) == ["a", "b", "c"])
        }
    }

    @Test(arguments: [ApiKey.apiVersions, .metadata, .produce, .fetch])
    func `an answer cut at every byte is an error`(key: ApiKey) async throws {
        let cut = Atomic<Int>(-1)
        let length = Atomic<Int>(0)
        try await withProxy(answer: { client, asked, frame in
            let at = cut.load(ordering: .relaxed)
            guard asked == key, at >= 0 else { return client.sendFrame(frame) }
            length.store(frame.count, ordering: .relaxed)
            client.sendFrame(Array(frame.prefix(at)))
        }) { fixture in
            try fixture.broker.createTopic("t")
            let batch = try await fixture.makeBatches(["a"])[0]
            _ = try await fixture.deliver([batch])
            var at = 0
            repeat {
                cut.store(at, ordering: .relaxed)
                let error = try await clientError { try await exercise(key, fixture, batch) }
                #expect(error.code == .protocolViolation, "cut at \(at): \(error)")
                #expect(error.message.contains(fixture.endpoints[0].description))
                cut.store(-1, ordering: .relaxed)
                at += 1
            } while at < length.load(ordering: .relaxed)
            #expect(at > 10)
        }
    }

    /// One request of an API over a connection of its own.
    private func exercise(_ key: ApiKey, _ fixture: NetworkFixture, _ batch: RecordBatch) async throws {
        if key == .apiVersions || key == .metadata {
            let cluster = try Cluster(
                bootstrap: fixture.endpoints, on: fixture.loop, .fast(fixture.connection, attempts: 1))
            defer { withExtendedLifetime(cluster) {} }
            do { _ = try await cluster.refresh(["t"]) } catch {
                await cluster.close()
                throw error
            }
            await cluster.close()
        } else if key == .produce {
            let producer = try await PartitionProducer(
                topic: "t", partition: 0, cluster: fixture.cluster, on: fixture.loop, fixture.connection)
            do { _ = try await producer.produce(batch) } catch {
                await producer.close()
                throw error
            }
            await producer.close()
        } else {
            let fetcher = try await PartitionFetcher(
                topic: "t", partition: 0, cluster: fixture.cluster, on: fixture.loop, fixture.connection)
            do {
                let answer = try await fetcher.fetch(from: 0, maxWait: .zero)
                _ = try RecordReader().forEachRecord(in: answer.records, from: 0) { record, _ in
                    #expect(record.headers.count == record.headerCount)
                }
            } catch {
                await fetcher.close()
                throw error
            }
            await fetcher.close()
        }
    }

    @Test(arguments: [ApiKey.apiVersions, .metadata, .produce, .fetch])
    func `bits that flip on their way end in an error or nothing, and hang nothing`(key: ApiKey) async throws {
        let random = Mutex(SeededGenerator())
        let isOn = Atomic<Bool>(false)
        try await withProxy(
            requestTimeout: .milliseconds(200),
            answer: { client, asked, frame in
                var bytes = framed(frame)
                if asked == key, isOn.load(ordering: .relaxed) {
                    random.withLock { random in
                        for _ in 0..<Int.random(in: 1...4, using: &random) {
                            // The length and the correlation id are for other tests.
                            bytes[Int.random(in: 8..<bytes.count, using: &random)] ^=
                                1 << UInt8.random(in: 0..<8, using: &random)
                        }
                    }
                }
                client.send(bytes)
            }
        ) { fixture in
            try fixture.broker.createTopic("t", partitions: 3)
            let batch = try await fixture.makeBatches(["a"])[0]
            _ = try await fixture.deliver([batch])
            isOn.store(true, ordering: .relaxed)
            var failedCount = 0
            for _ in 0..<150 {
                do {
                    try await exercise(key, fixture, batch)
                } catch let error as any KafkaError {
                    #expect(!error.description.isEmpty, "\(TestSeed.hint)")
                    failedCount += 1
                }
            }
            #expect((1...150).contains(failedCount), "\(TestSeed.hint)")
            isOn.store(false, ordering: .relaxed)
            // Nothing of it stays.
            try await exercise(key, fixture, batch)
        }
    }

    @Test func `a lane lives through answers whose bits flip, and every batch ends`() async throws {
        let random = Mutex(SeededGenerator(seed: 42))
        let isOn = Atomic<Bool>(true)
        try await withProxy(
            requestTimeout: .milliseconds(300),
            answer: { client, asked, frame in
                var bytes = framed(frame)
                if asked == .produce, isOn.load(ordering: .relaxed) {
                    random.withLock {
                        bytes[Int.random(in: 8..<bytes.count, using: &$0)] ^= 1 << UInt8.random(in: 0..<8, using: &$0)
                    }
                }
                client.send(bytes)
            }
        ) { fixture in
            try fixture.broker.createTopic("t", partitions: 4)
            var batches: [RecordBatch] = []
            for partition in 0..<4 {
                batches += try await fixture.makeBatches((0..<30).map { "\($0)" }, partition: Int32(partition))
            }
            let deliveries = try await fixture.deliver(batches, .fast(deliveryTimeout: .seconds(2)))
            #expect(deliveries.count == 120)
            #expect(Set(deliveries.map { ObjectIdentifier($0.batch) }).count == 120)
            // Some flips hit what the lane looks at, others what it does not.
            #expect(deliveries.contains { $0.exchanges.contains { $0.error != nil } })
            #expect(deliveries.contains { $0.isAcknowledged })
            isOn.store(false, ordering: .relaxed)
            let after = try await fixture.deliver(try await fixture.makeBatches(["after"]))
            #expect(after.map(\.isAcknowledged) == [true])
        }
    }

    @Test(arguments: [(Int64.max, Int64(0)), (.max - 5, 0), (.max - 6, .max)])
    func `the offset behind a batch at the end of numbers is the one asked for`(baseOffset: Int64, next: Int64) throws {
        var bytes = [UInt8](repeating: 0, count: RecordBatchHeader.byteCount)
        var header = RecordBatchHeader()
        header.batchByteCount = bytes.count
        header.baseOffset = baseOffset
        header.lastOffsetDelta = 5
        header.recordCount = 0
        bytes.withUnsafeMutableBytes { header.seal($0) }
        let found = try RecordReader().forEachRecord(in: bytes, from: 0) { _, _ in Issue.record("a record") }
        #expect(found == next)
    }
}
