import KafkaProtocol
import KafkaTransport
import Testing

@testable import KafkaClient

@Suite struct TransactionMachineTests {
    @Test func `the producer id is asked for before a transaction is begun, and kept`() throws {
        var scene = MachineScene()
        scene.take(.start)
        guard case .initialize(let request)? = scene.request?.0 else { throw TestFailure("no InitProducerId") }
        #expect(request.transactionalID == "id" && request.producerID == -1 && request.transactionTimeoutMs == 60_000)
        scene.answerInitialize(7, 4)
        scene.take(.begin(until: scene.now + .seconds(1)))
        let grant = try #require(try scene.begun?.get())
        #expect(grant.identity == ProducerIdentity(id: 7, epoch: 4, isTransactional: true) && grant.isSecond)
        #expect(scene.request == nil)
    }

    @Test func `by the second protocol each end gives the next epoch`() throws {
        var scene = MachineScene()
        for epoch in 1...3 as ClosedRange<Int16> {
            scene.open()
            scene.end(commit: true)
            guard case .end(let request)? = scene.request?.0 else { throw TestFailure("no EndTxn") }
            #expect(request.committed && request.producerEpoch == epoch - 1)
            scene.answerEnd(next: epoch)
            #expect(scene.ending?.failure == nil)
            #expect(scene.machine.identity?.epoch == epoch)
        }
    }

    @Test func `by the first protocol partitions are added before they are produced to`() throws {
        var scene = MachineScene(level: 0)
        scene.open()
        scene.take(.join([TopicPartition("t", 0), TopicPartition("t", 1)]))
        guard case .addPartitions(let request)? = scene.request?.0 else { throw TestFailure("no AddPartitionsToTxn") }
        #expect(request.topics.map { $0.partitions.sorted() } == [[0, 1]])
        // One that comes meanwhile is added next.
        scene.take(.join([TopicPartition("u", 2)]))
        scene.answerPartitions()
        guard case .addPartitions(let next)? = scene.request?.0 else {
            throw TestFailure("no second AddPartitionsToTxn")
        }
        #expect(next.topics.map(\.name) == ["u"])
        scene.answerPartitions()
        let joined = scene.done.flatMap { action -> [TopicPartition] in
            if case .joined(let partitions) = action { partitions } else { [] }
        }
        #expect(Set(joined) == [TopicPartition("t", 0), TopicPartition("t", 1), TopicPartition("u", 2)])
        scene.end(commit: true)
        scene.answerEnd()
        #expect(scene.ending?.failure == nil && scene.machine.identity?.epoch == 0)
    }

    @Test func `a transaction of which no broker knows is ended without a request`() {
        for level in [0, 2] as [Int16] {
            for isCommit in [true, false] {
                var scene = MachineScene(level: level)
                scene.open()
                scene.end(commit: isCommit, TransactionReport())
                #expect(scene.request == nil)
                #expect(scene.ending?.failure == nil)
                scene.open()
                #expect(scene.begun?.failure == nil)
            }
        }
    }

    @Test func `while transactions are still ending, requests are made again after pauses`() throws {
        var scene = MachineScene(level: 0)
        scene.open()
        scene.take(.join([TopicPartition("t", 0)]))
        for _ in 0..<5 {
            scene.answerPartitions(.concurrentTransactions)
            #expect(scene.request == nil)
            scene.pass(.seconds(2))
            guard case .addPartitions? = scene.request?.0 else { throw TestFailure("not asked again") }
        }
        scene.answerPartitions()
        scene.end(commit: true)
        scene.answerEnd(.concurrentTransactions)
        scene.pass(.seconds(2))
        scene.answerEnd()
        #expect(scene.ending?.failure == nil)
    }

    @Test(arguments: [KafkaErrorCode.notCoordinator, .coordinatorNotAvailable])
    func `a coordinator that has moved is looked for, and asked the same`(code: KafkaErrorCode) throws {
        var scene = MachineScene()
        scene.open()
        scene.end(commit: true)
        scene.answerEnd(code)
        scene.done = []
        scene.pass(.seconds(2))
        #expect(scene.done.contains { if case .findCoordinator(.transaction("id")) = $0 { true } else { false } })
        guard case .end(let request)? = scene.request?.0 else { throw TestFailure("no EndTxn") }
        #expect(request.committed)
        scene.answerEnd(next: 1)
        #expect(scene.ending?.failure == nil)
    }

    @Test func `a request without an answer is made again, also at another coordinator`() throws {
        var scene = MachineScene()
        scene.open()
        scene.end(commit: true)
        let number = try #require(scene.request?.1)
        scene.take(.unanswered(number, KafkaClientError(.connectionFailed, "gone")))
        scene.pass(.seconds(2))
        guard case .end? = scene.request?.0 else { throw TestFailure("not asked again") }
        scene.answerEnd(next: 1)
        #expect(scene.ending?.failure == nil)
        // What comes late is of no request any more.
        scene.take(.unanswered(number, KafkaClientError(.connectionFailed, "gone")))
    }

    @Test(arguments: [KafkaErrorCode.producerFenced, .invalidProducerEpoch])
    func `who is fenced has ended for good`(code: KafkaErrorCode) {
        var scene = MachineScene()
        scene.open()
        scene.end(commit: true)
        scene.answerEnd(code)
        #expect(scene.ending?.failure?.code == .producerFenced)
        scene.take(.begin(until: scene.now + .seconds(1)))
        #expect(scene.begun?.failure?.code == .producerFenced)
        #expect(scene.request == nil)
        scene.pass(.seconds(1000))
        #expect(scene.request == nil)
    }

    @Test func `a batch that has failed makes a commit an abort, which says why`() throws {
        var scene = MachineScene()
        scene.open()
        scene.take(.failed(KafkaClientError(.recordTooLarge, "too long")))
        #expect(scene.refusal?.code == .transactionAborted)
        scene.end(commit: true)
        guard case .end(let request)? = scene.request?.0 else { throw TestFailure("no EndTxn") }
        #expect(!request.committed)
        scene.answerEnd(next: 1)
        #expect(scene.ending?.failure?.code == .transactionAborted)
        let words = scene.ending?.failure?.description ?? ""
        #expect(words.contains("too long"))
        scene.open()
        #expect(scene.begun?.failure == nil)
    }

    @Test func `a commit that the coordinator can only abort is aborted`() throws {
        var scene = MachineScene()
        scene.open()
        scene.end(commit: true)
        scene.answerEnd(.transactionAbortable)
        guard case .end(let request)? = scene.request?.0 else { throw TestFailure("no EndTxn") }
        #expect(!request.committed)
        scene.answerEnd(next: 1)
        #expect(scene.ending?.failure?.code == .transactionAborted)
    }

    @Test func `by the first protocol the next epoch is asked for after an abort that is unclean`() throws {
        var scene = MachineScene(level: 0)
        scene.open()
        scene.take(.join([TopicPartition("t", 0)]))
        scene.answerPartitions()
        scene.end(commit: false, TransactionReport(hasSent: true, isUnclean: true))
        scene.answerEnd()
        #expect(scene.ending == nil)
        guard case .initialize(let request)? = scene.request?.0 else { throw TestFailure("no InitProducerId") }
        #expect(request.producerID == 7 && request.producerEpoch == 0)
        scene.answerInitialize(7, 1)
        #expect(scene.ending?.failure == nil && scene.ending != nil)
        #expect(scene.machine.identity?.epoch == 1)
    }

    @Test func `a producer that the coordinator has forgotten gets another id`() throws {
        var scene = MachineScene()
        scene.open()
        scene.end(commit: true)
        scene.answerEnd(.invalidProducerIdMapping)
        guard case .initialize? = scene.request?.0 else { throw TestFailure("no InitProducerId") }
        scene.answerInitialize(9, 0)
        #expect(scene.ending?.failure?.code == .transactionAborted)
        scene.open()
        #expect(scene.machine.identity?.id == 9)
    }

    @Test func `offsets go to the group's coordinator, with the member's name`() throws {
        for level in [0, 2] as [Int16] {
            var scene = MachineScene(level: level)
            scene.open()
            scene.take(.addOffsets(1, MachineScene.offsets, until: scene.now + .seconds(60)))
            if level == 0 {
                guard case .addOffsets(let request)? = scene.request?.0 else { throw TestFailure("no AddOffsetsToTxn") }
                #expect(request.groupID == "g")
                scene.answer(.addOffsets(AddOffsetsToTxnResponse()))
            }
            guard case .commitOffsets(let request)? = scene.request?.0 else { throw TestFailure("no TxnOffsetCommit") }
            #expect(scene.machine.flight?.coordinator == .group("g"))
            #expect(request.generationID == 3 && request.memberID == "m" && request.groupInstanceID == "i")
            scene.answerOffsets()
            let added = scene.done.contains { if case .addedOffsets(1, .success) = $0 { true } else { false } }
            #expect(added)
            scene.end(commit: true, TransactionReport())
            guard case .end? = scene.request?.0 else { throw TestFailure("no EndTxn") }
        }
    }

    @Test(arguments: [KafkaErrorCode.illegalGeneration, .unknownMemberId, .fencedInstanceId, .groupAuthorizationFailed])
    func `offsets that the group refuses abort the transaction`(code: KafkaErrorCode) throws {
        var scene = MachineScene()
        scene.open()
        scene.take(.addOffsets(1, MachineScene.offsets, until: scene.now + .seconds(60)))
        scene.answerOffsets(code)
        let refused = scene.done.compactMap {
            if case .addedOffsets(1, .failure(let error)) = $0 { error } else { nil }
        }
        #expect(refused.first?.code == .transactionAborted && refused.first?.brokerError == code)
        scene.end(commit: true, TransactionReport())
        scene.answerEnd(next: 1)
        #expect(scene.ending?.failure?.code == .transactionAborted)
        scene.open()
        #expect(scene.begun?.failure == nil)
    }

    @Test func `a begin gives up in time, and the next one may succeed`() {
        var scene = MachineScene()
        scene.take(.begin(until: scene.now + .seconds(10)))
        scene.answerInitialize(-1, -1, .coordinatorLoadInProgress)
        scene.pass(.seconds(11))
        #expect(scene.begun?.failure?.code == .requestTimedOut)
        let words = scene.begun?.failure?.description ?? ""
        #expect(words.contains("COORDINATOR_LOAD_IN_PROGRESS"))
        scene.open()
        scene.pass(.seconds(2))
        scene.answerInitialize()
        #expect(scene.begun?.failure == nil)
    }

    @Test func `an end that nobody answers is of unknown outcome`() {
        var scene = MachineScene()
        scene.open()
        scene.end(commit: true)
        scene.pass(.seconds(121))
        #expect(scene.ending?.failure?.code == .transactionUnknown)
        scene.take(.begin(until: scene.now + .seconds(1)))
        #expect(scene.begun?.failure?.code == .transactionUnknown)
    }

    @Test func `a transaction within another is refused, and that goes on`() {
        var scene = MachineScene()
        scene.open()
        scene.take(.begin(until: scene.now + .seconds(1)))
        #expect(scene.begun?.failure?.code == .invalidArgument)
        scene.end(commit: true)
        scene.answerEnd(next: 1)
        #expect(scene.ending?.failure == nil)
    }

    @Test func `whatever is answered in whatever order, each end is told once, and a commit is a commit`() {
        var generator = SystemRandomNumberGenerator()
        let codes: [KafkaErrorCode] = [
            .none, .none, .none, .none, .concurrentTransactions, .notCoordinator, .coordinatorLoadInProgress,
            .transactionAbortable, .invalidProducerIdMapping,
        ]
        for _ in 0..<2000 {
            var scene = MachineScene(level: Bool.random() ? 2 : 0)
            scene.open()
            var committed = false
            if Bool.random() { scene.take(.join([TopicPartition("t", 0)])) }
            if Bool.random() { scene.take(.addOffsets(1, MachineScene.offsets, until: scene.now + .seconds(60))) }
            var hasEnded = false
            for _ in 0..<60 {
                if let (request, number) = scene.request {
                    let code = codes.randomElement(using: &generator)!
                    if Int.random(in: 0..<6) == 0 {
                        scene.take(.unanswered(number, KafkaClientError(.connectionFailed, "gone")))
                    } else {
                        switch request {
                        case .initialize: scene.answerInitialize(7, 9, code == .transactionAbortable ? .none : code)
                        case .addPartitions: scene.answerPartitions(code)
                        case .addOffsets:
                            var response = AddOffsetsToTxnResponse()
                            response.errorCode = code
                            scene.answer(.addOffsets(response))
                        case .commitOffsets: scene.answerOffsets(code)
                        case .end(let request):
                            if code == .none, request.committed { committed = true }
                            scene.answerEnd(code, next: 1)
                        }
                    }
                } else if !hasEnded {
                    hasEnded = true
                    scene.end(commit: true)
                }
                scene.pass(.milliseconds(Int.random(in: 0...700)))
            }
            if case .failed = scene.machine.phase { continue }
            let ends = scene.done.count { if case .ended = $0 { true } else { false } }
            let isOver = if case .idle = scene.machine.phase { true } else { false }
            #expect(ends == (isOver ? 1 : 0))
            if isOver { #expect((scene.ending?.failure == nil) == committed) }
        }
    }
}
