import KafkaProtocol
import KafkaTransport
import Testing

@testable import KafkaClient

/// What a transactional producer makes of a transaction that its coordinator has aborted, because it lasted too long.
@Suite struct TransactionTimeTests {
    /// As a lane tells it.
    private static let outdated = KafkaClientError.aborting(because: .outdatedEpoch("topic 't' partition 0"))

    /// The error of a transaction whose time was over, if it has ended with that.
    private func cause(_ scene: MachineScene) -> KafkaClientError? {
        guard let failure = scene.ending?.failure, failure.code == .transactionAborted else { return nil }
        return failure.underlying as? KafkaClientError
    }

    private func expectAbort(_ scene: MachineScene, epoch: Int16 = 0) throws {
        guard case .end(let request)? = scene.request?.0 else { throw TestFailure("no EndTxn") }
        #expect(!request.committed && request.producerID == 7 && request.producerEpoch == epoch)
    }

    private func expectGoesOn(_ scene: inout MachineScene, epoch: Int16) {
        scene.open()
        #expect(scene.begun?.failure == nil && scene.machine.identity?.epoch == epoch)
        scene.end(commit: true)
        scene.answerEnd(next: epoch + 1)
        #expect(scene.ending != nil && scene.ending?.failure == nil)
    }

    @Test func `a batch that comes under an old epoch makes a commit an abort, which names the time`() throws {
        var scene = MachineScene()
        scene.open()
        scene.take(.failed(Self.outdated))
        #expect(scene.refusal?.brokerError == .invalidProducerEpoch)
        let words = scene.refusal?.description ?? ""
        #expect(words.contains("transactionTimeout"))
        scene.end(commit: true)
        try expectAbort(scene)
        // Its markers are still being written.
        scene.answerEnd(.concurrentTransactions)
        scene.pass(.seconds(2))
        try expectAbort(scene)
        scene.answerEnd(next: 1)
        let reason = try #require(cause(scene))
        #expect(reason.code == .transactionTimedOut && reason.brokerError == .invalidProducerEpoch)
        #expect(reason.message.contains("60.0 seconds") && reason.message.contains("transactionTimeout"))
        expectGoesOn(&scene, epoch: 1)
    }

    @Test func `a commit of what the coordinator has aborted is aborted, and the producer goes on`() throws {
        var scene = MachineScene()
        scene.open()
        scene.end(commit: true)
        scene.answerEnd(.invalidTxnState)
        try expectAbort(scene)
        scene.answerEnd(next: 1)
        let reason = try #require(cause(scene))
        #expect(reason.code == .transactionTimedOut && reason.brokerError == .invalidTxnState)
        expectGoesOn(&scene, epoch: 1)
    }

    @Test func `an abort of what the coordinator has aborted is one, and the producer goes on`() throws {
        var scene = MachineScene()
        scene.open()
        scene.take(.failed(Self.outdated))
        scene.end(commit: false)
        try expectAbort(scene)
        scene.answerEnd(next: 1)
        #expect(scene.ending != nil && scene.ending?.failure == nil)
        expectGoesOn(&scene, epoch: 1)
    }

    @Test(arguments: [0, 2] as [Int16])
    func `one whose epoch is old because another producer has the id is fenced when it aborts`(level: Int16) throws {
        for isCommit in [true, false] {
            var scene = MachineScene(level: level)
            scene.open()
            scene.take(.failed(Self.outdated))
            scene.end(commit: isCommit)
            try expectAbort(scene)
            scene.answerEnd(.producerFenced)
            #expect(scene.ending?.failure?.code == .producerFenced)
            // By the first protocol it may also be the time, which the coordinator does not tell.
            #expect(scene.ending?.failure?.message.contains("transactionTimeout") == true)
            scene.take(.begin(until: scene.now + .seconds(1)))
            #expect(scene.begun?.failure?.code == .producerFenced)
        }
    }

    @Test func `offsets that come under an old epoch abort the transaction`() throws {
        var scene = MachineScene()
        scene.open()
        scene.take(.addOffsets(1, MachineScene.offsets, until: scene.now + .seconds(60)))
        scene.answerOffsets()
        scene.take(.addOffsets(2, MachineScene.offsets, until: scene.now + .seconds(60)))
        scene.answerOffsets(.invalidProducerEpoch)
        let refused = scene.done.compactMap {
            if case .addedOffsets(2, .failure(let error)) = $0 { error } else { nil }
        }
        #expect(refused.first?.code == .transactionAborted && refused.first?.brokerError == .invalidProducerEpoch)
        scene.end(commit: true, TransactionReport())
        try expectAbort(scene)
        scene.answerEnd(next: 1)
        #expect(cause(scene)?.code == .transactionTimedOut)
        expectGoesOn(&scene, epoch: 1)
    }

    /// Kafka aborts the transaction of whoever has the id when it is asked for an epoch, also by one who is fenced then.
    @Test(arguments: [0, 2] as [Int16])
    func `with an old epoch an abort is asked for before anything else, also when nothing has arrived`(level: Int16)
        throws
    {
        var scene = MachineScene(level: level)
        scene.open()
        if level == 0 {
            // As brokers said it before there was PRODUCER_FENCED.
            scene.take(.join([TopicPartition("t", 0)]))
            scene.answerPartitions(.invalidProducerEpoch)
        } else {
            scene.take(.addOffsets(1, MachineScene.offsets, until: scene.now + .seconds(60)))
            scene.answerOffsets(.invalidProducerEpoch)
        }
        #expect(scene.refusal?.brokerError == .invalidProducerEpoch)
        scene.end(commit: true, TransactionReport())
        try expectAbort(scene)
        scene.answerEnd(level == 0 ? .invalidProducerEpoch : .producerFenced)
        #expect(scene.ending?.failure?.code == .producerFenced)
    }

    @Test func `by the first protocol an old epoch whose producer is not fenced is given up for the next one`() throws {
        var scene = MachineScene(level: 0)
        scene.open()
        scene.take(.join([TopicPartition("t", 0)]))
        scene.answerPartitions()
        scene.end(commit: true, TransactionReport(hasSent: true, failure: Self.outdated))
        try expectAbort(scene)
        scene.answerEnd()
        guard case .initialize(let request)? = scene.request?.0 else { throw TestFailure("no InitProducerId") }
        #expect(request.producerID == 7 && request.producerEpoch == 0)
        scene.answerInitialize(7, 1)
        #expect(scene.ending?.failure?.brokerError == .invalidProducerEpoch)
        scene.open()
        #expect(scene.begun?.failure == nil)
    }
}
