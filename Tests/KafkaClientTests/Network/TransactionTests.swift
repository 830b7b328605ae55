import Dispatch
import KafkaEmbeddedBroker
import KafkaProtocol
import KafkaTransport
import Synchronization
import TestSupport
import Testing

@testable import KafkaClient

private struct Wanted: Error {}

/// Transactions of a producer of two lanes, on an embedded broker that keeps them as Kafka does.
@Suite(.serialized, .timeLimit(.minutes(1))) struct TransactionTests {
    /// - Parameter version: of the feature `transaction.version`: with 2 by the second protocol, else by the first.
    private func produce(
        version: Int16 = 2, brokers: Int = 2, _ rules: [FaultRule] = [], id: String? = "id",
        deliveryTimeout: Duration = .seconds(20), timeout: Duration = .seconds(60),
        requestTimeout: Duration = .seconds(10), change: (inout Producer.Configuration) -> Void = { _ in },
        _ body: (Producer, Client, EmbeddedBroker) async throws -> Void
    ) async throws {
        try await withFixture(brokers: brokers, requestTimeout: requestTimeout) {
            $0.transactions.version = version
        } _: { fixture in
            try fixture.broker.createTopic("t", partitions: 4)
            for rule in rules { fixture.broker.inject(rule) }
            try await Client.withConnection(to: fixture.endpoints.map(\.description), .fast(fixture.connection)) {
                client in
                var configuration = Producer.Configuration(strategy: .sharded(lanes: 2), transactionalID: id)
                configuration.producer = .fast(deliveryTimeout: deliveryTimeout)
                configuration.transactionTimeout = timeout
                change(&configuration)
                let producer = try client.makeProducer(configuration)
                var failure: (any Error)?
                do { try await body(producer, client, fixture.broker) } catch { failure = error }
                try? await producer.shutDown()
                if let failure { throw failure }
            }
        }
    }

    private func append(_ texts: [String], _ producer: Producer) async throws {
        for (index, text) in texts.enumerated() {
            try await producer.append(value: text, to: "t", partition: Int32(index % 4))
        }
    }

    /// The values of the topic, sorted.
    private func read(_ client: Client, _ isolation: IsolationLevel = .readCommitted) async throws -> [String] {
        let ends = try await client.cluster.offsets(of: "t", at: .latest)
        let consumer = try await client.makeConsumer(
            of: ["t"], from: .earliest, ConsumerConfiguration(maxWait: .milliseconds(20), isolation: isolation))
        let reading = Task {
            while true {
                let statuses = await consumer.partitions
                let isDone = ends.enumerated().allSatisfy { index, end in
                    guard let status = statuses[TopicPartition("t", Int32(index))] else { return false }
                    if end == 0 { return true }
                    let limit = isolation == .readCommitted ? min(end, status.lastStableOffset) : end
                    return status.lastStableOffset >= 0 && status.nextOffset ?? -1 >= limit
                }
                if isDone { break }
                try await Task.sleep(for: .milliseconds(2))
            }
            await consumer.finish()
        }
        var texts: [String] = []
        let reader = RecordReader()
        for try await batch in consumer {
            try reader.forEachRecord(in: batch) { texts.append(String(decoding: $0.valueBytes ?? [], as: UTF8.self)) }
        }
        try await reading.value
        await consumer.close()
        return texts.sorted()
    }

    private func texts(_ name: String, _ count: Int = 40) -> [String] { (0..<count).map { "\(name)\($0)" } }

    @Test(arguments: [0, 2] as [Int16])
    func `what is committed is read, what is aborted is not`(version: Int16) async throws {
        try await produce(version: version) { producer, client, _ in
            for turn in 0..<5 {
                let some = texts("commit\(turn)-")
                try await producer.withTransaction { _ in try await append(some, producer) }
                await #expect(throws: Wanted.self) {
                    try await producer.withTransaction { _ in
                        try await append(texts("abort\(turn)-"), producer)
                        if turn % 2 == 0 { try await producer.flush() }
                        throw Wanted()
                    }
                }
            }
            let found = try await read(client)
            #expect(found == (0..<5).flatMap { texts("commit\($0)-") }.sorted())
            let all = try await read(client, .readUncommitted)
            #expect(Set(all).isSuperset(of: texts("abort0-")))
            let summary = try await producer.flushWithSummary()
            #expect(summary.failedRecords == 0)
        }
    }

    @Test func `all doors and lanes are in the transaction`() async throws {
        try await produce { producer, client, _ in
            try await producer.withTransaction { _ in
                var writer = try await producer.writer(for: "t")
                for text in texts("writer") { try await writer.append(value: text) }
                var chunk = RecordChunk()
                for text in texts("chunk") { try chunk.append(value: text) }
                try await producer.append(chunk, to: "t")
                let stored = try await producer.send(value: "sent", to: "t", partition: 3)
                #expect(stored.offset >= 0)
                let hidden = try await read(client)
                #expect(hidden == [])
            }
            let found = try await read(client)
            #expect(found == (texts("writer") + texts("chunk") + ["sent"]).sorted())
        }
    }

    @Test func `records that come outside of a transaction are refused`() async throws {
        try await produce { producer, client, _ in
            await #expect(throws: KafkaClientError.self) { try await producer.append(value: "x", to: "t") }
            try await producer.withTransaction { _ in try await append(["in"], producer) }
            do {
                try await producer.append(value: "x", to: "t")
                Issue.record("taken outside of a transaction")
            } catch let error as KafkaClientError {
                #expect(error.code == .noTransaction)
            }
            let found = try await read(client)
            #expect(found == ["in"])
        }
        try await produce(id: nil) { producer, _, _ in
            await #expect(throws: KafkaClientError.self) { try await producer.withTransaction { _ in } }
        }
    }

    @Test(arguments: [0, 2] as [Int16])
    func `answers that are lost, coordinators that move and leaders that fail cost no transaction`(version: Int16)
        async throws
    {
        let trouble = [
            FaultRule(.initProducerId, count: 1, effect: .error(.coordinatorLoadInProgress)),
            FaultRule(.endTxn, count: 1, effect: .error(.concurrentTransactions)),
            FaultRule(.endTxn, skip: 1, count: 1, effect: .error(.notCoordinator)),
            FaultRule(.endTxn, skip: 2, count: 1, effect: .disconnect(.afterStore)),
            FaultRule(.endTxn, skip: 5, count: 1, effect: .disconnect(.beforeStore)),
            FaultRule(.addPartitionsToTxn, count: 2, effect: .error(.concurrentTransactions)),
            FaultRule(.addPartitionsToTxn, skip: 3, count: 1, effect: .disconnect(.afterStore)),
            FaultRule(.produce, skip: 2, count: 1, effect: .disconnect(.afterStore)),
            FaultRule(.produce, skip: 5, count: 1, effect: .error(.notLeaderOrFollower)),
        ]
        try await produce(version: version, trouble) { producer, client, _ in
            for turn in 0..<5 {
                let some = texts("\(turn)-")
                try await producer.withTransaction { _ in try await append(some, producer) }
            }
            let found = try await read(client)
            #expect(found == (0..<5).flatMap { texts("\($0)-") }.sorted())
        }
    }

    @Test(arguments: [0, 2] as [Int16])
    func `a record that is not stored aborts the transaction, and the next one commits`(version: Int16) async throws {
        let rule = FaultRule(.produce, partition: 1, count: 1, effect: .error(.messageTooLarge))
        try await produce(version: version, [rule]) { producer, client, _ in
            do {
                try await producer.withTransaction { _ in try await append(["a", "b", "c", "d"], producer) }
                Issue.record("committed")
            } catch let error as KafkaClientError {
                #expect(error.code == .transactionAborted, "\(error)")
                #expect(error.description.contains("MESSAGE_TOO_LARGE"), "\(error)")
            }
            try await producer.withTransaction { _ in try await append(["e", "f", "g", "h"], producer) }
            let found = try await read(client)
            #expect(found == ["e", "f", "g", "h"])
        }
    }

    @Test(arguments: [0, 2] as [Int16])
    func `after batches of unknown fate nothing of the aborted transaction comes later`(version: Int16) async throws {
        let rule = FaultRule(.produce, partition: 1, count: 3, effect: .stall)
        try await produce(version: version, brokers: 1, [rule], deliveryTimeout: .milliseconds(300)) {
            producer, client, broker in
            do {
                try await producer.withTransaction { _ in try await append(["a", "b", "c", "d"], producer) }
                Issue.record("committed")
            } catch let error as KafkaClientError {
                #expect(error.code == .transactionAborted, "\(error)")
            }
            broker.removeFaults()
            // The connection that stalls is closed.
            try await broker.stopNode(1)
            _ = try await broker.startNode(1)
            var texts = ["e"]
            for _ in 0..<20 {
                do {
                    let next = texts
                    try await producer.withTransaction { _ in try await append(next, producer) }
                    break
                } catch let error as KafkaClientError where error.code == .transactionAborted {
                    texts = ["f"]
                }
            }
            let found = try await read(client)
            #expect(found == texts)
        }
    }

    @Test func `the body's error and a cancelled task abort`() async throws {
        try await produce { producer, client, _ in
            let task = Task {
                try await producer.withTransaction { _ in
                    try await append(texts("x"), producer)
                    try await Task.sleep(for: .seconds(60))
                }
            }
            try await Task.sleep(for: .milliseconds(100))
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            try await producer.withTransaction { _ in try await append(["after"], producer) }
            let found = try await read(client)
            #expect(found == ["after"])
        }
    }

    @Test(arguments: [0, 2] as [Int16])
    func `a second producer fences the first, which says so`(version: Int16) async throws {
        try await produce(version: version) { first, client, _ in
            try await first.withTransaction { _ in try await append(["one"], first) }
            var later: Producer?
            do {
                try await first.withTransaction { _ in
                    try await append(["zombie"], first)
                    try await first.flush()
                    let second = try client.makeProducer(Producer.Configuration(transactionalID: "id"))
                    later = second
                    try await second.withTransaction { _ in try await append(["two"], second) }
                }
                Issue.record("a zombie has committed")
            } catch let error as KafkaClientError {
                #expect([.producerFenced, .transactionAborted].contains(error.code), "\(error)")
            }
            do {
                try await first.withTransaction { _ in }
                try await first.withTransaction { _ in try await append(["again"], first) }
                Issue.record("a zombie goes on")
            } catch let error as KafkaClientError {
                #expect(error.code == .producerFenced, "\(error)")
            }
            try await later?.shutDown()
            let found = try await read(client)
            #expect(found == ["one", "two"])
        }
    }

    @Test func `a transaction that lasts too long is aborted, and its producer told`() async throws {
        try await produce(timeout: .milliseconds(200)) { producer, client, _ in
            do {
                try await producer.withTransaction { _ in
                    try await append(["late"], producer)
                    try await producer.flush()
                    try await Task.sleep(for: .milliseconds(600))
                }
                Issue.record("committed")
            } catch let error as KafkaClientError {
                #expect(error.code == .producerFenced && error.message.contains("transactionTimeout"), "\(error)")
            }
            let found = try await read(client)
            #expect(found == [])
        }
    }

    @Test(arguments: [0, 2] as [Int16])
    func `offsets are the group's when the transaction commits, and pending before`(version: Int16) async throws {
        try await produce(version: version) { producer, client, _ in
            try await producer.withTransaction { _ in try await append(texts("x"), producer) }
            let group = GroupConfiguration(
                groupID: "g", topics: ["t"], autoCommitInterval: nil, heartbeatInterval: .milliseconds(100))
            let configuration = ConsumerConfiguration(maxWait: .milliseconds(20), isolation: .readCommitted)
            try await client.withConsumer(in: group, configuration) { consumer in
                var batches = consumer.makeAsyncIterator()
                _ = try await batches.next()
                let partition = TopicPartition("t", 0)
                try await producer.withTransaction { transaction in
                    try await append(["y"], producer)
                    try await transaction.addOffsets([partition: CommittedOffset(3)], readBy: consumer)
                    await #expect(throws: KafkaClientError.self) { try await consumer.committed([partition]) }
                }
                var found = try await consumer.committed([partition])
                #expect(found[partition]?.offset == 3)
                await #expect(throws: Wanted.self) {
                    try await producer.withTransaction { transaction in
                        try await transaction.addOffsets([partition: CommittedOffset(5)], readBy: consumer)
                        throw Wanted()
                    }
                }
                found = try await consumer.committed([partition])
                #expect(found[partition]?.offset == 3)
                // A member that the group has gone on without.
                do {
                    try await producer.withTransaction { transaction in
                        var member = try await consumer.groupMetadata
                        member.generation -= 1
                        try await transaction.addOffsets([partition: CommittedOffset(9)], of: member)
                    }
                    Issue.record("a zombie's offsets were taken")
                } catch let error as KafkaClientError {
                    #expect(error.code == .transactionAborted && error.brokerError == .illegalGeneration, "\(error)")
                }
                try await consumer.seekToCommitted()
                let batch = try await batches.next()
                #expect(batch != nil)
            }
        }
    }

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

    @Test func `a producer that can't be transactional is refused`() async throws {
        var configuration = Producer.Configuration(acks: .leader, transactionalID: "id")
        #expect(throws: KafkaClientError.self) { try configuration.validate() }
        configuration = Producer.Configuration(transactionalID: "")
        #expect(throws: KafkaClientError.self) { try configuration.validate() }
        configuration = Producer.Configuration(transactionalID: "id")
        configuration.transactionTimeout = .zero
        #expect(throws: KafkaClientError.self) { try configuration.validate() }
    }

    @Test func `a transactional id that this client may not use fails the begin`() async throws {
        let rule = FaultRule(.initProducerId, effect: .error(.transactionalIdAuthorizationFailed))
        try await produce([rule]) { producer, _, _ in
            do {
                try await producer.withTransaction { _ in _ = Issue.record("begun") }
            } catch let error as KafkaClientError {
                #expect(error.code == .notAuthorized && error.message.contains("TransactionalId:id"), "\(error)")
            }
        }
    }
}
