import KafkaEmbeddedBroker
import KafkaProtocol
import KafkaTransport
import TestSupport
import Testing

@testable import KafkaClient

/// What transactions bring to those who read, and what they do not.
@Suite(.serialized, .timeLimit(.minutes(1))) struct TransactionTests: TransactionSuite {
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

    @Test func `offsets that are added to a transaction that has ended are in no other one`() async throws {
        try await produce { producer, client, _ in
            let partition = TopicPartition("t", 0)
            let group = ConsumerGroupMetadata(groupID: "g")
            let former = try await producer.withTransaction { transaction in
                try await append(["a"], producer)
                return transaction
            }
            let offsets = [partition: CommittedOffset(1)]
            try await producer.withTransaction { _ in
                try await append(["b"], producer)
                let error = try await clientError { try await former.addOffsets(offsets, of: group) }
                #expect(error.code == .noTransaction)
            }
            #expect(try await client.cluster.committedOffsets(of: "g").isEmpty)
            // The one that is open is not aborted because of what is told of the former one.
            try await client.withConsumer(in: GroupConfiguration(groupID: "h", topics: ["none"])) { consumer in
                try await producer.withTransaction { _ in
                    try await append(["c"], producer)
                    _ = try? await former.addOffsets(offsets, readBy: consumer)
                }
            }
            #expect(try await read(client) == ["a", "b", "c"])
        }
    }

    @Test func `offsets below zero are not added`() async throws {
        try await produce { producer, _, _ in
            try await producer.withTransaction { transaction in
                let offsets = [TopicPartition("t", 0): CommittedOffset(-1)]
                let error = try await clientError {
                    try await transaction.addOffsets(offsets, of: ConsumerGroupMetadata(groupID: "g"))
                }
                #expect(error.code == .invalidArgument)
            }
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

    /// What is done once a transaction's time is over.
    enum LateWork: CaseIterable { case nothing, records, offsets, abort }

    /// Has a transaction last too long.
    ///
    /// - Returns: its error.
    private func exceed(_ producer: Producer, _ work: LateWork, _ turn: Int) async throws -> any Error {
        do {
            try await producer.withTransaction { transaction in
                try await append(["late\(turn)"], producer)
                try await producer.flush()
                try await Task.sleep(for: .milliseconds(500))
                switch work {
                case .nothing: break
                case .records: try await append(["later\(turn)", "too"], producer)
                case .offsets:
                    let offsets = [TopicPartition("t", 0): CommittedOffset(0)]
                    try await transaction.addOffsets(offsets, of: ConsumerGroupMetadata(groupID: "g"))
                case .abort: throw Wanted()
                }
            }
            throw TestFailure("committed")
        } catch { return error }
    }

    @Test(arguments: LateWork.allCases)
    func `a transaction that lasts too long is aborted, says so, and its producer goes on`(work: LateWork) async throws
    {
        try await produce(timeout: .milliseconds(200)) { producer, client, _ in
            for turn in 0..<2 {
                let error = try await exceed(producer, work, turn)
                switch work {
                case .abort: #expect(error is Wanted, "\(error)")
                case .offsets:
                    let error = try #require(error as? KafkaClientError)
                    #expect(error.code == .transactionAborted && error.brokerError == .invalidProducerEpoch, "\(error)")
                    #expect("\(error)".contains("transactionTimeout"))
                case .nothing, .records:
                    let error = try #require(error as? KafkaClientError)
                    #expect(error.code == .transactionAborted, "\(error)")
                    let cause = try #require(error.underlying as? KafkaClientError)
                    #expect(cause.code == .transactionTimedOut && cause.message.contains("0.2 seconds"), "\(error)")
                }
                try await producer.withTransaction { _ in try await append(["in time\(turn)"], producer) }
            }
            let found = try await read(client)
            #expect(found == ["in time0", "in time1"])
        }
    }

    @Test(arguments: [LateWork.nothing, .records])
    func `by the first protocol a transaction that lasts too long ends its producer, which says that it may be that`(
        work: LateWork
    ) async throws {
        try await produce(version: 0, timeout: .milliseconds(200)) { producer, client, _ in
            let error = try #require(try await exceed(producer, work, 0) as? KafkaClientError)
            #expect(error.code == .producerFenced && error.message.contains("transactionTimeout"), "\(error)")
            let next = try await clientError {
                try await producer.withTransaction { _ in try await append(["no"], producer) }
            }
            #expect(next.code == .producerFenced, "\(next)")
            let other = try client.makeProducer(Producer.Configuration(transactionalID: "id"))
            try await other.withTransaction { _ in try await append(["another's"], other) }
            try await other.shutDown()
            let found = try await read(client)
            #expect(found == ["another's"])
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
