import KafkaEmbeddedBroker
import KafkaProtocol
import KafkaTransport
import Synchronization
import Testing

@testable import KafkaClient

/// What members have got and heard.
final class ShareResults: Sendable {
    private let got = Mutex<[(value: String, delivery: Int)]>([])
    private let results = Mutex<[AcknowledgementResult]>([])

    func add(_ record: ShareRecord) {
        let value = String(decoding: record.valueBytes ?? [], as: UTF8.self).trimmed
        got.withLock { $0.append((value, record.deliveryCount)) }
    }
    func add(_ result: AcknowledgementResult) { results.withLock { $0.append(result) } }
    var values: [String] { got.withLock { $0.map(\.value) } }
    func deliveries(of value: String) -> [Int] {
        got.withLock { $0.filter { $0.value == value }.map(\.delivery) }
    }
    var acknowledgedCount: Int { acknowledged.count }
    /// The offsets that were taken.
    var acknowledged: [Int64] { offsets { $0.error == nil } }
    /// The offsets that were not.
    var refused: [Int64] { offsets { $0.error != nil } }
    var errors: [KafkaClientError] { results.withLock { $0.compactMap(\.error) } }

    private func offsets(_ isWanted: (AcknowledgementResult) -> Bool) -> [Int64] {
        results.withLock { $0.filter(isWanted).flatMap { $0.offsets.joined() } }.sorted()
    }
}

extension ShareConsumer {
    /// One that has joined group g.
    static func joined(
        _ fixture: NetworkFixture, topics: Set<String> = ["t"], reading: ShareResults = ShareResults(),
        change: (inout ShareGroupConfiguration) -> Void = { _ in }
    ) async throws -> ShareConsumer {
        let loops = try EventLoopGroup(count: 1, name: "member")
        var configuration = ShareGroupConfiguration(
            groupID: "g", topics: topics, maxWait: .milliseconds(50), onAcknowledged: { reading.add($0) })
        change(&configuration)
        let consumer = ShareConsumer(
            configuration, cluster: fixture.cluster, connection: fixture.connection, on: loops.loops[0],
            ownLoops: loops)
        await consumer.join()
        return consumer
    }
}

/// A consumer, and a task that takes its records.
struct ShareMember {
    let consumer: ShareConsumer
    let reading: ShareResults
    let task: Task<Void, any Error>

    init(
        _ fixture: NetworkFixture, topics: Set<String> = ["t"],
        mode: ShareGroupConfiguration.AcknowledgementMode = .implicit, count: Int = 500,
        reading: ShareResults = ShareResults(),
        decide: @escaping @Sendable (ShareConsumer, ShareRecord) async throws -> Void = { _, _ in },
        change: (inout ShareGroupConfiguration) -> Void = { _ in }
    ) async throws {
        let consumer = try await ShareConsumer.joined(fixture, topics: topics, reading: reading) { configuration in
            configuration.acknowledgementMode = mode
            configuration.recordCountMax = count
            change(&configuration)
        }
        self.consumer = consumer
        self.reading = reading
        task = Task {
            for try await record in consumer {
                reading.add(record)
                try await decide(consumer, record)
            }
        }
    }

    func close() async throws {
        await consumer.close()
        try await task.value
    }
}

/// Tests of members of share groups.
protocol ShareGroupTests {}

extension ShareGroupTests {
    /// Takes records until there are so many.
    func take(_ count: Int, of consumer: ShareConsumer) async throws -> [ShareRecord] {
        var records: [ShareRecord] = []
        var iterator = consumer.makeAsyncIterator()
        while records.count < count, let record = try await iterator.next() { records.append(record) }
        return records
    }

    /// Accepts records in a member's name, so that its own acknowledgements of them are refused.
    func accept(_ offsets: [Int64], insteadOf consumer: ShareConsumer, _ fixture: NetworkFixture) async throws {
        let memberID = consumer.memberID
        let topicID = try #require(fixture.cluster.metadata.topic("t")).description.id
        _ = try await fixture.cluster.ask(.any) { _ in
            var request = ShareFetchRequest()
            request.groupID = "g"
            request.memberID = memberID
            return request
        }
        let answer = try await fixture.cluster.ask(.any) { _ in
            var request = ShareAcknowledgeRequest()
            request.groupID = "g"
            request.memberID = memberID
            request.shareSessionEpoch = 1
            var topic = ShareAcknowledgeRequest.Topic()
            topic.topicID = topicID
            var partition = ShareAcknowledgeRequest.Partition()
            partition.acknowledgementBatches = offsets.map {
                AcknowledgementBatch(firstOffset: $0, lastOffset: $0, acknowledgeTypes: [1])
            }
            topic.partitions = [partition]
            request.topics = [topic]
            return request
        }
        #expect(
            answer.errorCode == .none && answer.topics.allSatisfy { $0.partitions.allSatisfy { $0.errorCode == .none } }
        )
    }

    func wait(_ what: Comment, _ isDone: () async -> Bool) async throws {
        for _ in 0..<2000 {
            if await isDone() { return }
            try await Task.sleep(for: .milliseconds(10))
        }
        Issue.record("waited in vain: \(what)")
    }

    func fill(_ fixture: NetworkFixture, _ records: Range<Int>, partitions: Int) async throws {
        for partition in 0..<partitions {
            let batches = try await fixture.makeBatches(
                records.map { "\(partition).\($0)" }, partition: Int32(partition))
            _ = try await fixture.deliver(batches)
        }
    }

    /// Runs `body` with a topic t that group g reads from its beginning.
    func withGroup(
        brokers: Int = 1, lock: Duration = .seconds(30), partitions: Int = 1,
        change: (inout EmbeddedBrokerConfiguration) -> Void = { _ in },
        _ body: (NetworkFixture) async throws -> Void
    ) async throws {
        try await withFixture(
            brokers: brokers,
            { configuration in
                configuration.groups.shareLockDuration = lock
                configuration.groups.shareHeartbeatInterval = .milliseconds(50)
                change(&configuration)
            }
        ) { fixture in
            try fixture.broker.createTopic("t", partitions: partitions)
            _ = try await fixture.cluster.alterConfigurations(
                [.group("g"): [.set("share.auto.offset.reset", to: "earliest")]])
            try await body(fixture)
        }
    }
}
