import KafkaProtocol

extension Cluster {
    /// Creates a topic.
    ///
    /// - Parameters:
    ///   - name: 1 to 249 ASCII letters, digits, `.`, `_` and `-`, but neither `.` nor `..`.
    ///   - partitionCount: the number of partitions, at least one; -1 for the broker's default, from Kafka 2.4 on (KIP-464).
    ///   - replicationFactor: the number of replicas of each partition, at least one and at most the number of brokers; -1
    ///     for the broker's default, from Kafka 2.4 on (KIP-464).
    ///   - configuration: names and values of topic settings, such as `("cleanup.policy", "compact")`.
    /// - Returns: true when the topic was created, false when it existed already.
    /// - Throws: `KafkaClientError`: the broker's reason with its ``KafkaClientError/brokerError``; or why no broker
    ///   answered within the request timeout.
    ///
    /// Source: CreateTopics, API key 19, versions 0 to 7.
    public func createTopic(
        _ name: String, partitionCount: Int32, replicationFactor: Int16, configuration: [(String, String)] = []
    ) async throws -> Bool {
        let topic = CreateTopicsRequest.Topic(
            name: name, partitionCount: partitionCount, replicationFactor: replicationFactor,
            configs: configuration.map { .init(name: $0, value: $1) })
        let request = CreateTopicsRequest(topics: [topic], timeoutMs: timeoutMs)
        let result = try await askController { _ in
            request
        } isFinal: {
            $0.topics.first?.errorCode.isRetriable != true
        }
        guard let answer = result.topics.first else {
            throw KafkaClientError(.protocolViolation, "the answer to making topic '\(name)' does not speak of it")
        }
        if answer.errorCode == .topicAlreadyExists { return false }
        try check(answer.errorCode, answer.errorMessage, "cannot create topic '\(name)'", .init("Create", topic: name))
        return true
    }

    /// Deletes a topic with all its records.
    ///
    /// - Throws: `KafkaClientError`: `.unknownTopic` when there is no such topic; another reason of the broker with its
    ///   ``KafkaClientError/brokerError``; or why no broker answered within the request timeout.
    ///
    /// Source: DeleteTopics, API key 20, versions 0 to 6.
    public func deleteTopic(_ name: String) async throws {
        let timeoutMs = timeoutMs
        let result = try await askController {
            DeleteTopicsRequest(names: [name], timeoutMs: timeoutMs, version: $0)
        } isFinal: {
            // Kafka counts this code among the retriable ones, but a topic that does not exist stays away.
            let code = $0.topics.first?.errorCode ?? .unknownServerError
            return !code.isRetriable || code == .unknownTopicOrPartition
        }
        forget(name)
        let answer = result.topics.first
        try check(
            answer?.errorCode ?? .unknownServerError, answer?.errorMessage, "cannot delete topic '\(name)'",
            .init("Delete", topic: name))
    }

    /// A point in a partition's log whose offset can be asked for.
    ///
    /// Source: ListOffsets, API key 2, the special values of field `Timestamp`.
    public enum OffsetPoint: Int64, Sendable {
        /// The offset of the first record that is still in the log.
        case earliest = -2
        /// The offset behind the last record: the next record gets it.
        case latest = -1
    }

    /// Asks for one offset in each partition of a topic.
    ///
    /// - Parameters:
    ///   - topic: the name of a topic that exists.
    ///   - point: which offset to ask for.
    /// - Returns: the offsets, in the order of partitions.
    /// - Throws: `KafkaClientError`: `.unknownTopic`; `.leaderNotAvailable` when a partition has no leader within the
    ///   request timeout; another reason of a broker; or why no broker answered. `CancellationError` when the task is
    ///   cancelled.
    ///
    /// Source: ListOffsets, API key 2, versions 1 to 11.
    public func offsets(of topic: String, at point: OffsetPoint) async throws -> [Int64] {
        var known: [Int32: Int64] = [:]
        var isFirst = true
        return try await retrying { _ in
            if !isFirst { _ = try await learn([topic]) }
            isFirst = false
            let partitions = try await describe(topic).partitions
            let failure = try await askForOffsets(of: topic, partitions, at: point, into: &known)
            if known.count >= partitions.count { return .done(partitions.indices.map { known[Int32($0)] ?? -1 }) }
            let error = failure ?? offsetError(.unknownServerError, topic)
            if !error.isRetriable { throw error }
            return .again(error)
        }
    }

    private func offsetError(_ code: KafkaErrorCode, _ topic: String) -> KafkaClientError {
        KafkaClientError(
            code, "cannot learn the offsets of topic '\(topic)'", needs: .init("Describe", topic: topic),
            of: metadata.user)
    }

    /// Asks the leaders of the partitions whose offsets are not known yet.
    ///
    /// - Returns: why the offset of a partition is still missing; nil when all are known.
    private func askForOffsets(
        of topic: String, _ described: [PartitionDescription], at point: OffsetPoint,
        into known: inout [Int32: Int64]
    ) async throws -> KafkaClientError? {
        var failure: KafkaClientError?
        let missing = described.indices.filter { known[Int32($0)] == nil }
        for (leader, partitions) in Dictionary(grouping: missing, by: { described[$0].leader }) {
            guard leader >= 0 else {
                failure = offsetError(.leaderNotAvailable, topic)
                continue
            }
            let answers: [ListOffsetsResponse.Partition]
            do {
                answers = try await listOffsets(topic, partitions.map { Int32($0) }, point, leader: leader)
            } catch let error as KafkaClientError where error.isRetriable {
                // Leaders are asked for again: another broker may lead by now.
                failure = error
                continue
            }
            // Answers for partitions that were not asked for are ignored.
            for answer in answers where partitions.contains(Int(answer.index)) {
                if answer.errorCode == .none {
                    known[answer.index] = answer.offset
                } else {
                    failure = offsetError(answer.errorCode, topic)
                }
            }
        }
        return failure
    }

    private func listOffsets(
        _ topic: String, _ partitions: [Int32], _ point: OffsetPoint, leader: Int32
    ) async throws -> [ListOffsetsResponse.Partition] {
        let asked = partitions.map { ListOffsetsRequest.Partition(index: $0, timestamp: point.rawValue) }
        var request = ListOffsetsRequest()
        request.topics = [.init(name: topic, partitions: asked)]
        return try await ask(request, .node(leader)).topics.flatMap(\.partitions)
    }

    /// Asks the controller, and asks again while the answer is not final, because another broker may be the controller by
    /// then or the error may pass.
    private func askController<R: KafkaRequest & Sendable>(
        _ make: @Sendable (_ version: Int16) -> R, isFinal: (R.Response) -> Bool
    ) async throws -> R.Response {
        var mustRefresh = metadata.brokers.isEmpty
        return try await retrying { isTimeOver in
            if mustRefresh { _ = try await learn([]) }
            mustRefresh = true
            let response: R.Response
            do {
                // Another broker may be the controller by the next attempt.
                response = try await ask(.controller, attempts: 1, make)
            } catch let error as KafkaClientError where error.isRetriable && !isTimeOver() {
                return .again(error)
            }
            if isFinal(response) || isTimeOver() { return .done(response) }
            return .again(KafkaClientError(.requestTimedOut, "the controller has no final answer"))
        }
    }

    /// How long a broker may take, in milliseconds.
    private var timeoutMs: Int32 { configuration.connection.brokerTimeout.milliseconds }

    private func check(
        _ code: KafkaErrorCode, _ message: String?, _ action: String, _ right: KafkaClientError.Right
    ) throws(KafkaClientError) {
        if code == .none { return }
        throw KafkaClientError(code, action, message, needs: right, of: metadata.user)
    }
}
