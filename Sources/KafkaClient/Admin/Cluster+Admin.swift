import KafkaProtocol

extension Cluster {
    /// Makes a topic.
    ///
    /// - Returns: false when it was there already.
    /// - Throws: `KafkaClientError` with the broker's reason.
    ///
    /// Source: CreateTopics, API key 19.
    public func createTopic(
        _ name: String, partitionCount: Int32, replicationFactor: Int16, configuration: [(String, String)] = []
    ) async throws -> Bool {
        var topic = CreateTopicsRequest.Topic()
        topic.name = name
        topic.partitionCount = partitionCount
        topic.replicationFactor = replicationFactor
        topic.configs = configuration.map { key, value in
            var config = CreateTopicsRequest.Config()
            config.name = key
            config.value = value
            return config
        }
        var request = CreateTopicsRequest()
        request.topics = [topic]
        request.timeoutMs = timeoutMs
        let result = try await askController { [request] _ in
            request
        } isFinal: {
            $0.topics.first?.errorCode.isRetriable != true
        }
        guard let answer = result.topics.first else {
            throw KafkaClientError(.protocolViolation, "the answer to making topic '\(name)' does not speak of it")
        }
        if answer.errorCode == .topicAlreadyExists { return false }
        try check(answer.errorCode, answer.errorMessage, "cannot create topic '\(name)'")
        return true
    }

    /// Removes a topic.
    ///
    /// - Throws: `KafkaClientError` with the broker's reason.
    ///
    /// Source: DeleteTopics, API key 20.
    public func deleteTopic(_ name: String) async throws {
        let timeoutMs = timeoutMs
        let result = try await askController {
            DeleteTopicsRequest(names: [name], timeoutMs: timeoutMs, version: $0)
        } isFinal: {
            // A topic that isn't there won't come, though Kafka's table has the code as one to try again.
            let code = $0.topics.first?.errorCode ?? .unknownServerError
            return !code.isRetriable || code == .unknownTopicOrPartition
        }
        forget(name)
        let answer = result.topics.first
        try check(answer?.errorCode ?? .unknownServerError, answer?.errorMessage, "cannot delete topic '\(name)'")
    }

    /// A point in a partition's log.
    public enum OffsetPoint: Int64, Sendable {
        /// The first record that is still there.
        case earliest = -2
        /// Behind the last one: where the next record goes.
        case latest = -1
    }

    /// The offsets of every partition of a topic, in the order of partitions.
    ///
    /// - Throws: `KafkaClientError`, also when a partition has no leader in time.
    ///
    /// Source: ListOffsets, API key 2.
    public func offsets(of topic: String, at point: OffsetPoint) async throws -> [Int64] {
        var known: [Int32: Int64] = [:]
        var isFirst = true
        return try await retrying { _ in
            if !isFirst { _ = try await refresh([topic]) }
            isFirst = false
            let partitionCount = try await describe(topic).partitions.count
            let failure = try await askForOffsets(of: topic, at: point, into: &known)
            if known.count >= partitionCount {
                return .done((0..<partitionCount).map { known[Int32($0)] ?? -1 })
            }
            let error = KafkaClientError(
                failure ?? .unknownServerError, "cannot learn the offsets of topic '\(topic)'")
            if !error.isRetriable { throw error }
            return .again(error)
        }
    }

    /// Asks the leaders of the partitions whose offsets are not known yet.
    ///
    /// - Returns: why one of them told none.
    private func askForOffsets(
        of topic: String, at point: OffsetPoint, into known: inout [Int32: Int64]
    ) async throws -> KafkaErrorCode? {
        let description = try await describe(topic)
        var failure: KafkaErrorCode?
        let missing = description.partitions.indices.filter { known[Int32($0)] == nil }
        for (leader, partitions) in Dictionary(grouping: missing, by: { description.partitions[$0].leader }) {
            guard leader >= 0 else {
                failure = .leaderNotAvailable
                continue
            }
            let answers = try await listOffsets(topic, partitions.map { Int32($0) }, point, leader: leader)
            // An answer for a partition that was not asked for is not believed.
            for answer in answers where partitions.contains(Int(answer.index)) {
                if answer.errorCode == .none {
                    known[answer.index] = answer.offset
                } else {
                    failure = answer.errorCode
                }
            }
        }
        return failure
    }

    private func listOffsets(
        _ topic: String, _ partitions: [Int32], _ point: OffsetPoint, leader: Int32
    ) async throws -> [ListOffsetsResponse.Partition] {
        var request = ListOffsetsRequest()
        var asked = ListOffsetsRequest.Topic()
        asked.name = topic
        asked.partitions = partitions.map { index in
            var partition = ListOffsetsRequest.Partition()
            partition.index = index
            partition.timestamp = point.rawValue
            return partition
        }
        request.topics = [asked]
        do {
            return try await ask(request, .node(leader)).topics.flatMap(\.partitions)
        } catch let error as KafkaClientError where error.isRetriable {
            // The leader is gone: whoever asked learns where it went and tries again.
            return partitions.map { index in
                var partition = ListOffsetsResponse.Partition()
                partition.index = index
                partition.errorCode = .leaderNotAvailable
                return partition
            }
        }
    }

    /// Asks the controller, and again when it has moved or the error passes.
    private func askController<R: KafkaRequest & Sendable>(
        _ make: @Sendable (_ version: Int16) -> R, isFinal: (R.Response) -> Bool
    ) async throws -> R.Response {
        var mustRefresh = current.brokers.isEmpty
        return try await retrying { isTimeOver in
            if mustRefresh { _ = try await refresh([]) }
            mustRefresh = true
            let response = try await ask(.controller, make)
            if isFinal(response) || isTimeOver() { return .done(response) }
            return .again(KafkaClientError(.requestTimedOut, "the controller has no final answer"))
        }
    }

    /// How long a broker may take, which is no longer than it is waited for.
    private var timeoutMs: Int32 { configuration.connection.requestTimeout.milliseconds }

    private func check(_ code: KafkaErrorCode, _ message: String?, _ action: String) throws(KafkaClientError) {
        if code == .none { return }
        throw KafkaClientError(code, action, message)
    }
}
