import Dispatch
import KafkaEmbeddedBroker
import KafkaProtocol
import KafkaTransport
import Synchronization
import TestSupport
import Testing

@testable import KafkaClient

/// What becomes of transactions, and of their producer, when something of them fails.
@Suite(.serialized, .timeLimit(.minutes(1))) struct TransactionFailureTests: TransactionSuite {
    @Test(arguments: [true, false])
    func `a record that is refused before a lane has it aborts the transaction, whoever was told of it`(isSent: Bool)
        async throws
    {
        try await produce {
            $0.builder.partitioner = CustomPartitioner { _, _ in 99 }
        } _: { producer, client, _ in
            let error = try await clientError {
                try await producer.withTransaction { _ in
                    try await append(["no"], producer)
                    try await producer.flush()
                    if isSent {
                        // As a lane does that finds a partition gone.
                        let ticket = SendTicket(timestampMs: 0)
                        var chunk = RecordChunk()
                        chunk.mark(RecordMark(ticket: ticket))
                        try chunk.append(value: "x")
                        let topic = try #require(producer.router.knownTopic("t"))
                        let gone = KafkaClientError(.unknownPartition, "there is no partition 99")
                        producer.deliveries.refuse(RefusedChunk(topic, chunk, 0..<1, gone))
                        let told = try await clientError { _ = try await ticket.wait() }
                        #expect(told.code == .unknownPartition)
                    } else {
                        try await producer.append(value: "x", key: "k", to: "t")
                        // Whoever flushes meanwhile has taken the failures.
                        let summary = try await producer.flushWithSummary()
                        #expect(summary.failedRecords == 1)
                    }
                }
            }
            #expect(error.code == .transactionAborted && error.description.contains("99"), "\(error)")
            try await producer.withTransaction { _ in try await append(["after"], producer) }
            let found = try await read(client)
            #expect(found == ["after"])
        }
    }

    /// Java's producer aborts after a record that is too large, for it tells by a future that nobody may look at. One that throws is told.
    @Test func `a record that an append refuses by throwing is not in the transaction, which may commit without it`()
        async throws
    {
        try await produce { producer, client, _ in
            try await producer.withTransaction { _ in
                try await append(["before"], producer)
                let long = String(repeating: "x", count: 3 << 20)
                let error = try await clientError { try await producer.append(value: long, to: "t", partition: 0) }
                #expect(error.code == .recordTooLarge, "\(error)")
                try await append(["behind"], producer)
            }
            let error = try await clientError {
                try await producer.withTransaction { _ in
                    try await append(["no"], producer)
                    try await producer.append(value: "x", to: "t", partition: 99)
                }
            }
            #expect(error.code == .unknownPartition, "\(error)")
            let found = try await read(client)
            #expect(found == ["before", "behind"])
        }
    }

    @Test(arguments: [(0, .addPartitionsToTxn), (2, .produce), (2, .endTxn)] as [(Int16, ApiKey)])
    func `what can only be aborted is aborted, and the producer goes on`(version: Int16, key: ApiKey) async throws {
        let rule = FaultRule(key, count: 1, effect: .error(.transactionAbortable))
        try await produce(version: version, [rule]) { producer, client, _ in
            let error = try await clientError {
                try await producer.withTransaction { _ in try await append(["no"], producer) }
            }
            #expect(
                error.code == .transactionAborted && error.description.contains("TRANSACTION_ABORTABLE"), "\(error)")
            try await producer.withTransaction { _ in try await append(["after"], producer) }
            let found = try await read(client)
            #expect(found == ["after"])
        }
    }

    @Test func `requests to add partitions that never arrive cost their transaction only`() async throws {
        let rules = [
            FaultRule(.addPartitionsToTxn, skip: 1, count: 3, effect: .disconnect(.beforeStore)),
            FaultRule(.addPartitionsToTxn, skip: 4, count: 1, effect: .error(.topicAuthorizationFailed)),
        ]
        try await produce(version: 0, brokers: 1, rules) { producer, client, _ in
            try await producer.withTransaction { _ in try await append(["a"], producer) }
            let error = try await clientError {
                try await producer.withTransaction { _ in try await append(["no"], producer) }
            }
            #expect(error.code == .transactionAborted, "\(error)")
            try await producer.withTransaction { _ in try await append(["b"], producer) }
            let found = try await read(client)
            #expect(found == ["a", "b"])
        }
    }

    @Test func `a transaction's end and duration are measured, and an abort is told`() async throws {
        let told = Mutex<[ClientEvent.Kind]>([])
        try await withFixture { fixture in
            try fixture.broker.createTopic("t", partitions: 4)
            var cluster = ClusterConfiguration.fast(fixture.connection)
            cluster.onEvent = { event in
                if event.kind.name.hasPrefix("transaction") { told.withLock { $0.append(event.kind) } }
            }
            try await Client.withConnection(to: fixture.endpoints.map(\.description), cluster) { client in
                let producer = try client.makeProducer(Producer.Configuration(transactionalID: "id"))
                for _ in 0..<3 { try await producer.withTransaction { _ in try await append(["a"], producer) } }
                await #expect(throws: Wanted.self) { try await producer.withTransaction { _ in throw Wanted() } }
                fixture.broker.inject(FaultRule(.produce, effect: .error(.messageTooLarge)))
                _ = try await clientError {
                    try await producer.withTransaction { _ in try await append(["b"], producer) }
                }
                fixture.broker.inject(FaultRule(.endTxn, effect: .error(.producerFenced)))
                _ = try await clientError {
                    try await producer.withTransaction { transaction in
                        let group = ConsumerGroupMetadata(groupID: "g")
                        try await transaction.addOffsets([TopicPartition("t", 0): CommittedOffset(0)], of: group)
                    }
                }
                let metrics = client.metrics
                let counts = ["committed", "aborted", "failed"].map {
                    metrics.histogram("kafkaclient.transaction.duration", with: ["outcome": $0])?.count
                }
                #expect(counts == [3, 2, 1])
                #expect(metrics.histogram("kafkaclient.transaction.commit.time")?.count == 3)
                try? await producer.shutDown()
            }
        }
        let kinds = told.withLock { $0 }
        #expect(kinds.map(\.isProblem) == [false, true, true])
        #expect(
            kinds.map(\.name) == ["transaction-aborted", "transaction-aborted", "transactional-producer-failed"])
        let code = kinds.dropFirst().first?.fields.first { $0.name == "code" }?.value
        #expect(code == .text("recordTooLarge"))
    }

    // MARK: Handlers that do not return

    /// A handler whose first call does not return.
    private final class Stuck: Sendable {
        private let semaphore = DispatchSemaphore(value: 0)
        private let hasBegun = Atomic(false)
        var isWaiting: Bool { hasBegun.load(ordering: .acquiring) }

        func handle() {
            if !hasBegun.exchange(true, ordering: .acquiringAndReleasing) { semaphore.wait() }
        }

        func release() { semaphore.signal() }
    }

    @Test func `a handler that does not return makes a commit an abort`() async throws {
        let stuck = Stuck()
        defer { stuck.release() }
        try await produce(deliveryTimeout: .milliseconds(1200), requestTimeout: .milliseconds(400)) {
            $0.patience = .milliseconds(200)
            $0.onDelivery = { _ in stuck.handle() }
        } _: { producer, client, _ in
            let error = try await clientError {
                try await producer.withTransaction { _ in try await append(["no"], producer) }
            }
            #expect(error.code == .transactionAborted, "\(error)")
            #expect((error.underlying as? KafkaClientError)?.code == .unresponsive, "\(error)")
            stuck.release()
            try await producer.withTransaction { _ in try await append(["after"], producer) }
            let found = try await read(client)
            #expect(found == ["after"])
        }
    }

    @Test(arguments: [0, 2] as [Int16])
    func `a handler that does not return holds up neither abort nor begin for ever`(version: Int16) async throws {
        let stuck = Stuck()
        defer { stuck.release() }
        try await produce(version: version) {
            $0.patience = .milliseconds(200)
            $0.onDelivery = { _ in stuck.handle() }
        } _: { producer, client, _ in
            await #expect(throws: Wanted.self) {
                try await producer.withTransaction { _ in
                    _ = try await producer.send(value: "no", to: "t", partition: 0)
                    try await eventually { stuck.isWaiting }
                    throw Wanted()
                }
            }
            let error = try await clientError {
                try await producer.withTransaction { _ in _ = Issue.record("begun without a lane") }
            }
            #expect(error.code == .unresponsive, "\(error)")
            stuck.release()
            try await producer.withTransaction { _ in try await append(["a", "b", "c", "d"], producer) }
            let found = try await read(client)
            #expect(found == ["a", "b", "c", "d"])
        }
    }

    // MARK: Partitions that come and go

    @Test func `offsets of what was read before a partition was lost are refused when it has come back`() async throws {
        try await produce { producer, client, _ in
            try await producer.withTransaction { _ in try await append(texts("x"), producer) }
            let group = GroupConfiguration(
                groupID: "g", topics: ["t"], assignors: [RangeAssignor()], autoCommitInterval: nil,
                heartbeatInterval: .milliseconds(50))
            let configuration = ConsumerConfiguration(maxWait: .milliseconds(20), isolation: .readCommitted)
            try await client.withConsumer(in: group, configuration) { consumer in
                /// Has another member come and go.
                func loseAndRegain() async throws {
                    try await client.withConsumer(in: group, configuration) { other in
                        try await eventually { await !other.partitions.isEmpty }
                    }
                    try await eventually { await consumer.partitions.count == 4 }
                }
                var batches = consumer.makeAsyncIterator()
                func next() async throws -> [TopicPartition: CommittedOffset] {
                    let batch = try #require(try await batches.next())
                    return [TopicPartition(batch.topic, batch.partition): CommittedOffset(batch.nextOffset)]
                }
                let before = try await next()
                try await loseAndRegain()
                let first = try await clientError {
                    try await producer.withTransaction { transaction in
                        try await append(["no"], producer)
                        try await transaction.addOffsets(before, readBy: consumer)
                    }
                }
                #expect(first.code == .transactionAborted && first.brokerError == .illegalGeneration, "\(first)")
                let within = try await next()
                let second = try await clientError {
                    try await producer.withTransaction { transaction in
                        try await append(["neither"], producer)
                        try await loseAndRegain()
                        // Read again, and behind what it has read before.
                        _ = try await next()
                        // Who does not heed the error does not commit all the same.
                        try? await transaction.addOffsets(within, readBy: consumer)
                    }
                }
                #expect(second.code == .transactionAborted && second.brokerError == .illegalGeneration, "\(second)")
                let after = try await next()
                try await producer.withTransaction { transaction in
                    try await append(["y"], producer)
                    try await transaction.addOffsets(after, readBy: consumer)
                }
                let committed = try await consumer.committed(Set(after.keys))
                #expect(committed.mapValues(\.offset) == after.mapValues(\.offset))
            }
            let found = try await read(client)
            #expect(found == (texts("x") + ["y"]).sorted())
        }
    }
}
