import KafkaProtocol
import KafkaTransport
import Testing

@testable import KafkaEmbeddedBroker

/// What the coordinator makes of the requests of one transactional id, as `TransactionCoordinator` of Kafka does.
@Suite struct TransactionalProducerTests {
    private let now = MonotonicInstant(nanoseconds: 0)
    private let partition = TransactionPartition(topic: "t", topicID: .zero, index: 0)

    private func make() -> TransactionalProducer { TransactionalProducer(producerID: 7, timeoutMs: 1000) }

    private func begun() -> TransactionalProducer {
        var producer = make()
        producer.add([partition], groups: ["g"], now: now, nowMs: 5)
        return producer
    }

    private func code(_ body: () throws -> Void) -> KafkaErrorCode? {
        do { try body() } catch { return (error as? TransactionRefusal)?.code }
        return nil
    }

    @Test func `a transaction begins with its first partition and ends once`() throws {
        var producer = begun()
        #expect(producer.state == .ongoing && producer.has(partition) && producer.has(group: "g"))
        #expect(producer.deadline == now + .seconds(1) && producer.beganMs == 5)
        let ending = try producer.end(commit: true, 7, 0, bumps: false) { 8 }
        #expect(
            ending?.isCommit == true && ending?.epoch == 0 && ending?.partitions == [partition]
                && ending?.groups == ["g"])
        #expect(producer.state == .completeCommit && producer.epoch == 0)
        // Once more, because the answer was lost.
        let again = try producer.end(commit: true, 7, 0, bumps: false) { 8 }
        #expect(again == nil)
        #expect(code { _ = try producer.end(commit: false, 7, 0, bumps: false) { 8 } } == .invalidTxnState)
    }

    @Test func `by the second protocol each end gives the next epoch, also to a request that comes again`() throws {
        var producer = begun()
        let ending = try producer.end(commit: true, 7, 0, bumps: true) { 8 }
        #expect(ending?.epoch == 1 && producer.epoch == 1)
        let again = try producer.end(commit: true, 7, 0, bumps: true) { 8 }
        #expect(again == nil && producer.epoch == 1)
        #expect(code { _ = try producer.end(commit: false, 7, 0, bumps: true) { 8 } } == .invalidTxnState)
        #expect(code { _ = try producer.end(commit: true, 7, 1, bumps: true) { 8 } } == .invalidTxnState)
        // Nothing to abort, but the epoch.
        let empty = try producer.end(commit: false, 7, 1, bumps: true) { 8 }
        #expect(empty == nil && producer.epoch == 2)
    }

    @Test(arguments: [false, true])
    func `another producer takes over when it asks again, and fences`(isSecond: Bool) throws {
        var producer = begun()
        let ending = try producer.initialize(known: nil, timeoutMs: 2000, isSecond: isSecond) { 8 }
        #expect(ending?.isCommit == false && ending?.epoch == 1)
        #expect(producer.state == .completeAbort && producer.timeoutMs == 1000)
        let other = try producer.initialize(known: nil, timeoutMs: 2000, isSecond: isSecond) { 8 }
        // The epoch of the markers is nobody's.
        #expect(other == nil && producer.producerID == 7 && producer.epoch == 2)
        #expect(producer.state == .empty && producer.timeoutMs == 2000)
        for epoch in 0...1 as ClosedRange<Int16> {
            #expect(code { try producer.check(7, epoch) } == .producerFenced)
            let known = (id: Int64(7), epoch: epoch)
            #expect(
                code { _ = try producer.initialize(known: known, timeoutMs: 1, isSecond: isSecond) { 8 } }
                    == .producerFenced)
            for isCommit in [false, true] {
                #expect(
                    code { _ = try producer.end(commit: isCommit, 7, epoch, bumps: isSecond) { 8 } } == .producerFenced)
            }
        }
        #expect(code { _ = try producer.end(commit: true, 9, 0, bumps: false) { 8 } } == .invalidProducerIdMapping)
    }

    @Test func `a producer that keeps its id gets the next epoch, once`() throws {
        var producer = make()
        for _ in 0..<2 {
            _ = try producer.initialize(known: (7, 0), timeoutMs: 1000, isSecond: false) { 8 }
            #expect(producer.epoch == 1)
        }
    }

    @Test func `by the first protocol a producer whose transaction lasted too long is fenced`() throws {
        var producer = begun()
        let ending = producer.abort(isSecond: false) { 8 }
        #expect(!ending.isCommit && ending.epoch == 1 && producer.state == .completeAbort)
        for isCommit in [false, true] {
            #expect(code { _ = try producer.end(commit: isCommit, 7, 0, bumps: false) { 8 } } == .producerFenced)
        }
        #expect(
            code { _ = try producer.initialize(known: (7, 0), timeoutMs: 1, isSecond: false) { 8 } } == .producerFenced)
    }

    @Test func `by the second protocol a producer whose transaction lasted too long can abort it and go on`() throws {
        var producer = begun()
        let ending = producer.abort(isSecond: true) { 8 }
        #expect(!ending.isCommit && ending.epoch == 1 && producer.state == .completeAbort)
        // What it does under the former epoch comes too late.
        #expect(code { try producer.check(7, 0) } == .producerFenced)
        #expect(code { _ = try producer.end(commit: true, 7, 0, bumps: true) { 8 } } == .invalidTxnState)
        // One that speaks the first protocol is not told from a zombie.
        #expect(code { _ = try producer.end(commit: false, 7, 0, bumps: false) { 8 } } == .producerFenced)
        let again = try producer.end(commit: false, 7, 0, bumps: true) { 8 }
        #expect(again == nil && producer.epoch == 1)
        // Or it asks for the epoch (KIP-360).
        _ = try producer.initialize(known: (7, 0), timeoutMs: 1000, isSecond: true) { 8 }
        #expect(producer.epoch == 1)
    }

    @Test func `when epochs have run out there is another id`() throws {
        for bumps in [true, false] {
            var producer = make()
            var known: (Int64, Int16) = (7, 0)
            while producer.epoch < .max - 1 {
                _ = try producer.initialize(known: known, timeoutMs: 1000, isSecond: bumps) { 8 }
                known = (producer.producerID, producer.epoch)
            }
            producer.add([partition], groups: [String](), now: now, nowMs: 0)
            if bumps {
                let ending = try producer.end(commit: true, 7, .max - 1, bumps: true) { 8 }
                #expect(ending?.producerID == 7 && ending?.epoch == .max)
                let again = try producer.end(commit: true, 7, .max - 1, bumps: true) { 9 }
                #expect(again == nil)
            } else {
                _ = producer.abort(isSecond: false) { 8 }
                #expect(producer.epoch == .max)
                _ = try producer.initialize(known: nil, timeoutMs: 1000, isSecond: false) { 8 }
            }
            #expect(producer.producerID == 8 && producer.epoch == 0)
        }
    }

    @Test func `by the second protocol one that lasted too long gets another id when epochs have run out`() throws {
        var producer = make()
        while producer.epoch < .max - 1 {
            _ = try producer.initialize(known: (7, producer.epoch), timeoutMs: 1000, isSecond: true) { 8 }
        }
        producer.add([partition], groups: [String](), now: now, nowMs: 0)
        let ending = producer.abort(isSecond: true) { 8 }
        #expect(ending.epoch == .max && producer.producerID == 8 && producer.epoch == 0)
        let again = try producer.end(commit: false, 7, .max - 1, bumps: true) { 9 }
        #expect(again == nil && producer.producerID == 8 && producer.epoch == 0)
    }

    @Test func `a partition knows its open transactions, where it is stable, and what was aborted`() {
        var transactions = PartitionTransactions()
        #expect(transactions.lastStableOffset(10) == 10)
        transactions.begin(7, 0)
        #expect(transactions.isOpen(7, 0) && !transactions.isOpen(7, 1) && transactions.lastStableOffset(10) == 10)
        transactions.append(7, at: 10)
        transactions.append(7, at: 12)
        transactions.begin(8, 0)
        transactions.append(8, at: 14)
        #expect(transactions.lastStableOffset(20) == 10)
        transactions.end(7, commit: false, at: 20)
        #expect(transactions.lastStableOffset(21) == 14)
        transactions.end(8, commit: true, at: 21)
        #expect(transactions.lastStableOffset(22) == 22)
        let aborted = PartitionTransactions.Aborted(producerID: 7, firstOffset: 10, lastOffset: 20)
        #expect(transactions.aborted(in: 0..<22) == [aborted])
        #expect(transactions.aborted(in: 0..<10) == [] && transactions.aborted(in: 21..<22) == [])
        transactions.forget(before: 21)
        #expect(transactions.aborted(in: 0..<22) == [])
    }

    private func batch(_ producerID: Int64, _ offset: Int64, isMarker: Bool = false) -> RecordBatchHeader {
        var header = RecordBatchHeader()
        (header.producerID, header.producerEpoch, header.baseOffset) = (producerID, 2, offset)
        header.attributes.isTransactional = true
        header.attributes.isControl = isMarker
        return header
    }

    @Test func `transactions whose markers are lost are open again`() {
        var transactions = PartitionTransactions()
        // Producer 7 aborts at 12 and goes on at 14, 8 commits at 13, 9 aborts before the cut.
        for (id, offset) in [(9, 5), (7, 10), (8, 11)] as [(Int64, Int64)] {
            transactions.begin(id, 2)
            transactions.append(id, at: offset)
            if id == 9 { transactions.end(9, commit: false, at: 6) }
        }
        transactions.end(7, commit: false, at: 12)
        transactions.end(8, commit: true, at: 13)
        transactions.begin(7, 3)
        transactions.append(7, at: 14)
        var plain = RecordBatchHeader()
        plain.baseOffset = 9
        let left = [batch(9, 5), batch(9, 6, isMarker: true), plain, batch(7, 10), batch(8, 11)]
        transactions.cut(from: 12, left: left)
        #expect(transactions.lastStableOffset(12) == 10)
        #expect(transactions.firstOffset(of: 7) == 10 && transactions.isOpen(7, 3))
        #expect(transactions.firstOffset(of: 8) == 11 && transactions.isOpen(8, 2))
        #expect(transactions.aborted(in: 0..<12).map(\.producerID) == [9])
        // The next marker ends all of it.
        transactions.end(7, commit: false, at: 12)
        #expect(transactions.aborted(in: 10..<13) == [.init(producerID: 7, firstOffset: 10, lastOffset: 12)])
        #expect(transactions.lastStableOffset(13) == 11)
    }

    @Test func `a lost marker hides no abort from those who read committed records`() async throws {
        try await withBroker { broker, endpoints in
            try broker.createTopic("t")
            let client = try RawClient(endpoints[0])
            func begin() throws -> InitProducerIDResponse {
                try client.call(InitProducerIDRequest(transactionalID: "x", transactionTimeoutMs: 60_000))
            }
            func produce(_ producer: InitProducerIDResponse) throws -> KafkaErrorCode {
                let batch = makeBatch {
                    ($0.producerID, $0.producerEpoch, $0.baseSequence) = (
                        producer.producerID, producer.producerEpoch, 0
                    )
                    $0.attributes.isTransactional = true
                }
                var request = makeProduce([(0, batch)], acks: -1)
                request.transactionalID = "x"
                return try client.call(request, version: 12).topics[0].partitions[0].errorCode
            }
            func end(_ producer: InitProducerIDResponse) throws -> KafkaErrorCode {
                var request = EndTxnRequest()
                (request.transactionalID, request.committed) = ("x", false)
                (request.producerID, request.producerEpoch) = (producer.producerID, producer.producerEpoch)
                return try client.call(request).errorCode
            }
            func read() throws -> FetchResponse.Partition {
                var request = makeFetch("t", [(0, 0)])
                request.isolationLevel = 1
                return try client.fetch(request)[0].answer
            }
            _ = try client.produce(makeBatch())
            let producer = try begin()
            #expect(try produce(producer) == .none)
            #expect(try end(producer) == .none)
            #expect(try read().abortedTransactions?.map(\.firstOffset) == [1])
            try broker.loseRecords("t", 0, from: 2)
            let open = try read()
            #expect(open.lastStableOffset == 1 && open.highWatermark == 2)
            #expect(open.records.byteCount == makeBatch().count && open.abortedTransactions?.isEmpty == true)
            // What its producer does next ends it.
            let next = try begin()
            #expect(try produce(next) == .none)
            #expect(try end(next) == .none)
            let ended = try read()
            #expect(ended.lastStableOffset == 4 && ended.abortedTransactions?.map(\.firstOffset) == [1])
        }
    }

    @Test func `transactional ids take so much memory at most`() async throws {
        try await withBroker({ $0.transactions.byteCountMax = 1000 }) { broker, endpoints in
            let client = try RawClient(endpoints[0])
            func begin(_ id: String) throws -> InitProducerIDResponse {
                try client.call(InitProducerIDRequest(transactionalID: id, transactionTimeoutMs: 60_000))
            }
            #expect(try begin(String(repeating: "x", count: 1000)).errorCode == .policyViolation)
            let producer = try begin("x")
            func add(_ group: String) throws -> KafkaErrorCode {
                var request = AddOffsetsToTxnRequest()
                (request.transactionalID, request.groupID) = ("x", group)
                (request.producerID, request.producerEpoch) = (producer.producerID, producer.producerEpoch)
                return try client.call(request).errorCode
            }
            let long = String(repeating: "g", count: 500)
            #expect(try add(long) == .none)
            #expect(try add(long) == .none)
            #expect(try add("h" + long) == .policyViolation)
            #expect(try begin("y").errorCode == .policyViolation)
            // The end of the transaction makes room.
            var request = EndTxnRequest()
            (request.transactionalID, request.committed) = ("x", true)
            (request.producerID, request.producerEpoch) = (producer.producerID, producer.producerEpoch)
            #expect(try client.call(request).errorCode == .none)
            #expect(try begin("y").errorCode == .none)
        }
    }

    @Test func `a marker is a batch that others can read`() throws {
        let ending = TransactionEnding(producerID: 7, epoch: 3, isCommit: true, partitions: [], groups: [])
        let marker = TransactionMarker(ending)
        let bytes = marker.bytes
        try bytes.withUnsafeBytes { buffer in
            let view = try RecordBatchView(buffer.bytes)
            #expect(view.header.attributes.isControl && view.header.attributes.isTransactional)
            #expect(view.header.producerID == 7 && view.header.producerEpoch == 3 && view.header.recordCount == 1)
            var cursor = view.cursor(over: view.recordBytes)
            var key: [UInt8] = []
            if let record = try cursor.next(), let bytes = record.key { key = bytes.withUnsafeBytes { [UInt8]($0) } }
            let type = try ControlRecordKey.decode(from: key).type
            #expect(type == .commit)
        }
    }
}
