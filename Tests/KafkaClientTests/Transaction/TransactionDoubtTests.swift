import KafkaProtocol
import KafkaTransport
import Testing

@testable import KafkaClient

/// What a transactional producer makes of transactions that may have begun, and may have ended.
@Suite struct TransactionDoubtTests {
    @Test(arguments: [true, false])
    func `by the first protocol a transaction that no coordinator has is over, and the next one has another epoch`(
        isCommit: Bool
    ) throws {
        var scene = MachineScene(level: 0)
        scene.open()
        // Nobody waits for the offsets any more, which may have arrived.
        scene.take(.addOffsets(1, MachineScene.offsets, until: scene.now + .seconds(60)))
        scene.lose()
        scene.end(commit: isCommit, TransactionReport())
        scene.pass(.seconds(2))
        guard case .end(let request)? = scene.request?.0 else { throw TestFailure("no EndTxn") }
        #expect(request.committed == isCommit)
        scene.answerEnd(.invalidTxnState)
        #expect(scene.ending == nil)
        guard case .initialize(let next)? = scene.request?.0 else { throw TestFailure("no InitProducerId") }
        #expect(next.producerID == 7 && next.producerEpoch == 0)
        scene.answerInitialize(7, 1)
        #expect(scene.ending != nil && scene.ending?.failure == nil)
        scene.open()
        #expect(scene.begun?.failure == nil && scene.machine.identity?.epoch == 1)
    }

    @Test func `partitions that were never added do not end the producer with their transaction`() throws {
        for code in [nil, .notCoordinator, .coordinatorNotAvailable] as [KafkaErrorCode?] {
            var scene = MachineScene(level: 0)
            scene.open()
            scene.take(.join([TopicPartition("t", 0)]))
            if let code { scene.answerPartitions(code) } else { scene.lose() }
            scene.take(.failed(KafkaClientError(.deliveryTimedOut, "too late")))
            scene.end(commit: true, TransactionReport())
            scene.pass(.seconds(2))
            guard case .end(let request)? = scene.request?.0 else {
                throw TestFailure("no EndTxn after \(code as Any)")
            }
            #expect(!request.committed)
            scene.answerEnd(.invalidTxnState)
            scene.answerInitialize(7, 1)
            #expect(scene.ending?.failure?.code == .transactionAborted)
            scene.open()
            #expect(scene.begun?.failure == nil)
        }
    }

    @Test func `by the first protocol the next epoch keeps out what would begin a transaction that has ended`() {
        var scene = MachineScene(level: 0)
        scene.open()
        scene.take(.join([TopicPartition("t", 0)]))
        scene.lose()
        scene.end(commit: false, TransactionReport())
        scene.pass(.seconds(2))
        // As it says of a transaction that was aborted before.
        scene.answerEnd()
        #expect(scene.ending == nil)
        scene.answerInitialize(7, 1)
        #expect(scene.ending != nil && scene.ending?.failure == nil && scene.machine.identity?.epoch == 1)
    }

    @Test func `a transaction that the coordinator has and then has not ends the producer`() {
        var scene = MachineScene(level: 0)
        scene.open()
        scene.take(.join([TopicPartition("t", 0)]))
        scene.answerPartitions()
        scene.end(commit: false)
        scene.answerEnd(.invalidTxnState)
        #expect(scene.ending?.failure?.brokerError == .invalidTxnState)
        scene.take(.begin(until: scene.now + .seconds(1)))
        #expect(scene.begun?.failure?.brokerError == .invalidTxnState)
    }

    /// What came of the first request to commit.
    enum FirstCommit: CaseIterable { case noAnswer, notCoordinator, coordinatorNotAvailable }

    @Test(
        arguments: FirstCommit.allCases,
        [
            .producerFenced, .invalidProducerEpoch, .invalidProducerIdMapping, .unknownProducerId, .invalidTxnState,
            .transactionalIdAuthorizationFailed,
        ] as [KafkaErrorCode])
    func `a commit that may have been done, and that is refused when asked for again, is of unknown outcome`(
        first: FirstCommit, code: KafkaErrorCode
    ) throws {
        var scene = MachineScene()
        scene.open()
        scene.end(commit: true)
        switch first {
        case .noAnswer: scene.lose()
        case .notCoordinator: scene.answerEnd(.notCoordinator)
        case .coordinatorNotAvailable: scene.answerEnd(.coordinatorNotAvailable)
        }
        scene.pass(.seconds(2))
        scene.answerEnd(code)
        #expect(scene.ending?.failure?.code == .transactionUnknown)
        #expect(scene.ending?.failure?.brokerError == code && scene.ending?.failure?.isRetriable == false)
        scene.take(.begin(until: scene.now + .seconds(1)))
        #expect(scene.begun?.failure?.code == .transactionUnknown)
    }

    @Test func `a commit that may have been done is of unknown outcome also when there is no coordinator any more`() {
        var scene = MachineScene()
        scene.open()
        scene.end(commit: true)
        scene.lose()
        scene.take(
            .noCoordinator(.transaction("id"), KafkaClientError(.transactionalIdAuthorizationFailed, "id", nil)))
        #expect(scene.ending?.failure?.code == .transactionUnknown)
    }

    @Test func `an error that says nothing of the commit leaves it unknown`() {
        var scene = MachineScene()
        scene.open()
        scene.end(commit: true)
        scene.answerEnd(.unknownServerError)
        #expect(scene.ending?.failure?.code == .transactionUnknown)
    }

    @Test func `what fails once the commit is asked for changes nothing of it`() throws {
        for isLost in [false, true] {
            var scene = MachineScene()
            scene.open()
            scene.end(commit: true)
            if isLost { scene.lose() }
            scene.take(.failed(KafkaClientError(.recordTooLarge, "too late")))
            scene.pass(.seconds(2))
            guard case .end(let request)? = scene.request?.0 else { throw TestFailure("no EndTxn") }
            #expect(request.committed)
            scene.answerEnd(next: 1)
            #expect(scene.ending != nil && scene.ending?.failure == nil)
        }
    }

    @Test func `what fails before the commit is asked for makes it an abort`() throws {
        var scene = MachineScene()
        scene.open()
        scene.take(.addOffsets(1, MachineScene.offsets, until: scene.now + .seconds(60)))
        scene.end(commit: true)
        scene.answerOffsets(.illegalGeneration)
        guard case .end(let request)? = scene.request?.0 else { throw TestFailure("no EndTxn") }
        #expect(!request.committed)
        scene.answerEnd(next: 1)
        #expect(scene.ending?.failure?.code == .transactionAborted)
    }

    @Test func `an abort that the coordinator answers by asking for one is asked for again after a pause`() {
        var scene = MachineScene()
        scene.open()
        scene.end(commit: false)
        scene.answerEnd(.transactionAbortable)
        #expect(scene.request == nil)
        scene.pass(.seconds(2))
        scene.answerEnd(next: 1)
        #expect(scene.ending != nil && scene.ending?.failure == nil)
    }

    @Test func `a coordinator that asks for an abort gives an id a little later`() throws {
        var scene = MachineScene()
        scene.take(.begin(until: scene.now + .seconds(60)))
        scene.answerInitialize(-1, -1, .transactionAbortable)
        #expect(scene.begun == nil)
        scene.pass(.seconds(2))
        scene.answerInitialize()
        #expect(scene.begun != nil && scene.begun?.failure == nil)
    }
}
