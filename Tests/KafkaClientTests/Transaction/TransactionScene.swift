import KafkaProtocol
import KafkaTransport

@testable import KafkaClient

/// A machine with a clock of its own, and what it wanted.
struct MachineScene {
    var machine: TransactionMachine
    var now = MonotonicInstant(nanoseconds: 0)
    var done: [TransactionAction] = []
    var level: Int16 = 2

    init(level: Int16 = 2) {
        machine = TransactionMachine(TransactionSettings("id"))
        self.level = level
    }

    /// Offsets of a member of group "g".
    static let offsets = GroupOffsets(
        group: ConsumerGroupMetadata(groupID: "g", generation: 3, memberID: "m", groupInstanceID: "i"),
        offsets: [TopicPartition("t", 1): CommittedOffset(5)])

    mutating func take(_ event: TransactionEvent) {
        for action in machine.handle(event, now: now, chance: 0) {
            done.append(action)
            // Coordinators are found at once.
            if case .findCoordinator(let key) = action { take(.foundCoordinator(key)) }
        }
    }

    mutating func pass(_ time: Duration) {
        now = now + time
        take(.time)
    }

    /// The request that is under way, with its number.
    var request: (TransactionRequest, Int)? { machine.flight.map { ($0.request, $0.number) } }

    mutating func answer(_ answer: TransactionAnswer) {
        guard let number = request?.1 else { return }
        take(.answered(number, answer, level: level))
    }

    /// Lets the request that is under way go without an answer.
    mutating func lose() {
        guard let number = request?.1 else { return }
        take(.unanswered(number, KafkaClientError(.connectionFailed, "gone")))
    }

    mutating func answerInitialize(_ id: Int64 = 7, _ epoch: Int16 = 0, _ code: KafkaErrorCode = .none) {
        var response = InitProducerIDResponse()
        (response.producerID, response.producerEpoch, response.errorCode) = (id, epoch, code)
        answer(.initialize(response))
    }

    mutating func answerEnd(_ code: KafkaErrorCode = .none, next epoch: Int16 = -1) {
        var response = EndTxnResponse()
        response.errorCode = code
        if epoch >= 0 { (response.producerID, response.producerEpoch) = (7, epoch) }
        answer(.end(response))
    }

    mutating func answerPartitions(_ code: KafkaErrorCode = .none) {
        var response = AddPartitionsToTxnResponse()
        var topic = AddPartitionsToTxnResponse.Topic()
        var partition = AddPartitionsToTxnResponse.Partition()
        partition.errorCode = code
        topic.partitions = [partition]
        response.topics = [topic]
        answer(.addPartitions(response))
    }

    mutating func answerOffsets(_ code: KafkaErrorCode = .none) {
        var response = TxnOffsetCommitResponse()
        var topic = TxnOffsetCommitResponse.Topic()
        var partition = TxnOffsetCommitResponse.Partition()
        partition.errorCode = code
        topic.partitions = [partition]
        response.topics = [topic]
        answer(.commitOffsets(response))
    }

    /// A transaction that is open.
    mutating func open() {
        take(.begin(until: now + .seconds(60)))
        if case .initialize? = request?.0 { answerInitialize() }
    }

    mutating func end(commit: Bool, _ report: TransactionReport = TransactionReport(hasSent: true)) {
        take(.end(commit: commit, report, until: now + .seconds(120)))
    }

    /// How the last transaction ended; nil when none has.
    var ending: Result<Void, KafkaClientError>? {
        done.reversed().lazy.compactMap { if case .ended(let result) = $0 { result } else { nil } }.first
    }

    var begun: Result<TransactionGrant, KafkaClientError>? {
        done.reversed().lazy.compactMap { if case .begun(let result) = $0 { result } else { nil } }.first
    }

    var refusal: KafkaClientError? {
        done.reversed().lazy.compactMap { if case .refuse(let error) = $0 { error } else { nil } }.first
    }
}

extension Result {
    var failure: Failure? { if case .failure(let error) = self { error } else { nil } }
}

/// Why a test can't go on.
struct TestFailure: Error {
    let words: String
    init(_ words: String) { self.words = words }
}
