import KafkaProtocol

extension Cluster {
    /// A point in a partition's log whose offset can be asked for.
    ///
    /// Source: ListOffsets, API key 2, the special values of field `Timestamp`.
    public struct OffsetPoint: Sendable, Hashable, CustomStringConvertible {
        /// What stands for it in a request: milliseconds since 1970, or one of the special values.
        let timestamp: Int64
        /// From which version of ListOffsets on brokers know it.
        let versionMin: Int16

        /// The offset of the first record that is still in the log.
        public static let earliest = OffsetPoint(timestamp: -2, versionMin: 0)
        /// The offset behind the last record: the next record gets it. For those who read committed records only, that of the first
        /// record of the first transaction that is still open.
        public static let latest = OffsetPoint(timestamp: -1, versionMin: 0)
        /// The offset of the record with the newest timestamp; from Kafka 3.0 on (KIP-734).
        public static let maxTimestamp = OffsetPoint(timestamp: -3, versionMin: 7)
        /// The offset of the first record that the broker has on its own disk; from Kafka 3.4 on (KIP-405).
        public static let earliestLocal = OffsetPoint(timestamp: -4, versionMin: 8)
        /// The offset of the last record that is in remote storage; from Kafka 3.9 on (KIP-1005).
        public static let latestTiered = OffsetPoint(timestamp: -5, versionMin: 9)
        /// The offset of the first record with this timestamp or a later one.
        ///
        /// - Parameter timestampMs: milliseconds since 1970, at least 0; less counts as 0.
        public static func timestampMs(_ timestampMs: Int64) -> OffsetPoint {
            OffsetPoint(timestamp: max(0, timestampMs), versionMin: 0)
        }

        /// Its name, or the time.
        public var description: String {
            switch timestamp {
            case -1: "latest"
            case -2: "earliest"
            case -3: "max-timestamp"
            case -4: "earliest-local"
            case -5: "latest-tiered"
            default: "\(timestamp) ms"
            }
        }
    }

    /// Asks for offsets in many partitions, in one request for each broker that leads some.
    ///
    /// - Parameters:
    ///   - points: which offset to ask for in each partition.
    ///   - isolation: for whom ``OffsetPoint/latest`` is asked.
    /// - Returns: a result for each partition. An error is `KafkaClientError`: `.unknownTopic`, `.unknownPartition`,
    ///   `.leaderNotAvailable`, `.unsupportedVersion` for a point that the broker does not know, another reason of the broker, or why
    ///   it did not answer within the request timeout.
    /// - Throws: `CancellationError`; `KafkaClientError`: `.closed`, or why no broker could be asked who leads.
    ///
    /// Source: ListOffsets, API key 2, versions 1 to 11.
    public func listOffsets(
        _ points: [TopicPartition: OffsetPoint], isolation: IsolationLevel = .readUncommitted
    ) async throws -> [TopicPartition: Result<ListedOffset, KafkaClientError>] {
        let timeoutMs = brokerTimeoutMs
        return try await gather(Set(points.keys)) { open, isFirst in
            try await self.routeToLeaders(open, isFirst: isFirst)
        } ask: { cluster, errand in
            let version = AskedVersion()
            let response = try await cluster.ask(errand.target, timeout: errand.timeLeft, attempts: 1) { asked in
                version.version = asked
                var request = ListOffsetsRequest()
                request.isolationLevel = isolation.rawValue
                request.timeoutMs = timeoutMs
                let keys = errand.keys.filter { points[$0]!.versionMin <= asked }
                request.topics = keys.byTopic.map { topic, partitions in
                    ListOffsetsRequest.Topic(
                        name: topic,
                        partitions: partitions.map {
                            .init(index: $0, timestamp: points[TopicPartition(topic, $0)]!.timestamp)
                        })
                }
                return request
            }
            var outcomes = response.outcomes { topic, code in
                cluster.topicError(code, topic, "cannot learn the offsets of topic '\(topic)'", needs: "Describe")
            }
            for key in errand.keys where points[key]!.versionMin > version.version {
                let point = points[key]!
                outcomes[key] = .failure(
                    KafkaClientError(
                        .unsupportedVersion,
                        "the broker has ListOffsets version \(version.version); '\(point)' needs \(point.versionMin)"))
            }
            return outcomes
        }
    }

    /// Asks for one offset in one partition.
    ///
    /// - Parameters:
    ///   - partition: the partition.
    ///   - point: which offset to ask for.
    ///   - isolation: for whom ``OffsetPoint/latest`` is asked.
    /// - Throws: `KafkaClientError`: the errors of ``listOffsets(_:isolation:)`` and its results; `CancellationError`.
    ///
    /// Source: ListOffsets, API key 2, versions 1 to 11.
    public func offset(
        of partition: TopicPartition, at point: OffsetPoint, isolation: IsolationLevel = .readUncommitted
    ) async throws -> ListedOffset {
        try await listOffsets([partition: point], isolation: isolation)[partition]!.get()
    }

    /// Asks for one offset in each partition of a topic.
    ///
    /// - Parameters:
    ///   - topic: the name of a topic that exists.
    ///   - point: which offset to ask for.
    /// - Returns: the offsets, in the order of partitions; -1 where no record is at that point.
    /// - Throws: `KafkaClientError`: `.unknownTopic`; `.leaderNotAvailable` when a partition has no leader within the
    ///   request timeout; another reason of a broker; or why no broker answered. `CancellationError` when the task is
    ///   cancelled.
    ///
    /// Source: ListOffsets, API key 2, versions 1 to 11.
    public func offsets(of topic: String, at point: OffsetPoint) async throws -> [Int64] {
        let partitions = try await describe(topic).partitions.indices.map { TopicPartition(topic, Int32($0)) }
        let found = try await listOffsets(Dictionary(uniqueKeysWithValues: partitions.map { ($0, point) }))
        return try partitions.map { try found[$0]!.get().offset ?? -1 }
    }
}

/// An offset that a broker has told.
///
/// Source: ListOffsets, API key 2.
public struct ListedOffset: Sendable, Hashable {
    /// The offset; nil when no record is at the point that was asked for, such as behind the last record's timestamp.
    public let offset: Int64?
    /// The record's timestamp, in milliseconds since 1970; -1 where the point is no time.
    public let timestampMs: Int64
    /// The epoch of the leader that appended the record before; -1 when it is not known (KIP-320).
    public let leaderEpoch: Int32
}

extension ListOffsetsResponse {
    fileprivate func outcomes(
        _ error: (_ topic: String, _ code: KafkaErrorCode) -> KafkaClientError
    ) -> [TopicPartition: Result<ListedOffset, KafkaClientError>] {
        var outcomes: [TopicPartition: Result<ListedOffset, KafkaClientError>] = [:]
        for topic in topics {
            for partition in topic.partitions {
                outcomes[TopicPartition(topic.name, partition.index)] = Result(
                    partition.errorCode == .none ? nil : error(topic.name, partition.errorCode),
                    ListedOffset(
                        offset: partition.offset < 0 ? nil : partition.offset, timestampMs: partition.timestamp,
                        leaderEpoch: partition.leaderEpoch))
            }
        }
        return outcomes
    }
}

extension Collection where Element == TopicPartition {
    /// The partitions of each topic, in order.
    var byTopic: [(topic: String, partitions: [Int32])] {
        Dictionary(grouping: self, by: \.topic).sorted { $0.key < $1.key }.map {
            ($0.key, $0.value.map(\.partition).sorted())
        }
    }
}
