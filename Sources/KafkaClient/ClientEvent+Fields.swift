import KafkaProtocol
import KafkaTransport

extension ClientEvent.Kind {
    /// The event's name, for logs and metrics. It does not change from version to version.
    public var name: String {
        switch self {
        case .connected: "connected"
        case .secured: "secured"
        case .authenticated: "authenticated"
        case .reauthenticated: "reauthenticated"
        case .connectFailed: "connect-failed"
        case .disconnected: "disconnected"
        case .leaderMoved: "leader-moved"
        case .topicGrew: "topic-grew"
        case .topicMadeAnew: "topic-made-anew"
        case .topicMissing: "topic-missing"
        case .topicGone: "topic-gone"
        case .topicFound: "topic-found"
        case .throttled: "throttled"
        case .retried: "retried"
        case .batchSplit: "batch-split"
        case .identified: "identified"
        case .epochBumped: "epoch-bumped"
        case .brokersChanged: "brokers-changed"
        case .leftOut: "left-out"
        case .unusableFiles: "unusable-files"
        case .groupTroubled: "group-troubled"
        case .transactionAborted: "transaction-aborted"
        case .transactionalProducerFailed: "transactional-producer-failed"
        case .rebootstrapped: "rebootstrapped"
        }
    }

    /// Every name, for metrics that begin with zero.
    static let names = [
        "connected", "secured", "authenticated", "reauthenticated", "connect-failed", "disconnected", "leader-moved",
        "topic-grew", "topic-made-anew", "topic-missing", "topic-gone", "topic-found", "throttled", "retried",
        "batch-split",
        "identified", "epoch-bumped", "brokers-changed", "left-out", "unusable-files",
        "group-troubled", "transaction-aborted", "transactional-producer-failed", "rebootstrapped",
    ]

    /// Whether something is wrong that somebody may have to look at, for the level of a log. What comes to pass in a cluster that
    /// is well is no problem: connections that are opened, leaders that move, topics that grow.
    public var isProblem: Bool {
        switch self {
        case .connectFailed, .disconnected, .topicMadeAnew, .topicMissing, .topicGone, .throttled, .retried,
            .epochBumped,
            .leftOut, .unusableFiles, .groupTroubled, .transactionalProducerFailed, .rebootstrapped:
            true
        case .transactionAborted(_, _, let error): error != nil
        case .connected, .secured, .authenticated, .reauthenticated, .leaderMoved, .topicGrew, .topicFound, .batchSplit,
            .identified, .brokersChanged:
            false
        }
    }

    /// A value of an event.
    public enum FieldValue: Sendable, Hashable, CustomStringConvertible {
        /// A number.
        case number(Int64)
        /// A text.
        case text(String)

        /// The number or the text.
        public var description: String {
            switch self {
            case .number(let number): "\(number)"
            case .text(let text): text
            }
        }
    }

    /// What the event says, by names that don't change from version to version: `broker`, `host`, `port`, `topic`, `partition`,
    /// `error_type`
    /// (``KafkaClientError/errorType``), `error` and others, which <doc:Observing> lists. Later versions add names.
    public var fields: [(name: String, value: FieldValue)] {
        switch self {
        case .connected(let broker, let endpoint): Self.fields(broker, endpoint)
        case .secured(let broker, let endpoint, let version, let cipher, let isResumed):
            Self.fields(broker, endpoint) + [
                ("tls_version", .text(version)), ("tls_cipher", .text(cipher)),
                ("tls_resumed", .number(isResumed ? 1 : 0)),
            ]
        case .authenticated(let broker, let endpoint, let mechanism, let user),
            .reauthenticated(let broker, let endpoint, let mechanism, let user):
            Self.fields(broker, endpoint) + [("mechanism", .text(mechanism))]
                + (user.map { [("user", .text($0))] } ?? [])
        case .connectFailed(let broker, let endpoint, let error), .disconnected(let broker, let endpoint, let error):
            Self.fields(broker, endpoint) + Self.fields(error)
        case .leaderMoved(let topic, let partition, let from, let to, let epoch):
            Self.fields(topic, partition) + [
                ("from", .number(Int64(from))), ("to", .number(Int64(to))), ("leader_epoch", .number(Int64(epoch))),
            ]
        case .topicGrew(let topic, let from, let to), .topicMadeAnew(let topic, let from, let to):
            [("topic", .text(topic)), ("from", .number(Int64(from))), ("to", .number(Int64(to)))]
        case .topicMissing(let topic), .topicGone(let topic), .topicFound(let topic): [("topic", .text(topic))]
        case .throttled(let broker, let time):
            [("broker", .number(Int64(broker))), ("time_ms", .number(Int64(time.milliseconds)))]
        case .retried(let topic, let partition, let broker, let recordCount, let error):
            Self.fields(topic, partition) + [
                ("broker", .number(Int64(broker))), ("records", .number(Int64(recordCount))),
            ] + Self.fields(error)
        case .batchSplit(let topic, let partition, let broker, let recordCount, let byteCount):
            Self.fields(topic, partition) + [
                ("broker", .number(Int64(broker))), ("records", .number(Int64(recordCount))),
                ("bytes", .number(Int64(byteCount))),
            ]
        case .identified(let producerID): [("producer_id", .number(producerID))]
        case .epochBumped(let topic, let partition, let producerID, let from, let to):
            Self.fields(topic, partition) + [
                ("producer_id", .number(producerID)), ("from", .number(Int64(from))), ("to", .number(Int64(to))),
            ]
        case .brokersChanged(let from, let to): [("from", .number(Int64(from))), ("to", .number(Int64(to)))]
        case .leftOut(let name, let count): [("event", .text(name)), ("count", .number(Int64(count)))]
        case .unusableFiles(let error): Self.fields(error)
        case .groupTroubled(let group, let error): [("group", .text(group))] + Self.fields(error)
        case .transactionAborted(let id, let duration, let error):
            [("transactional_id", .text(id)), ("time_ms", .number(Int64(duration.milliseconds)))]
                + (error.map(Self.fields) ?? [])
        case .transactionalProducerFailed(let id, let error):
            [("transactional_id", .text(id))] + Self.fields(error)
        case .rebootstrapped: []
        }
    }

    private static func fields(_ broker: Int32, _ endpoint: Endpoint) -> [(name: String, value: FieldValue)] {
        [("broker", .number(Int64(broker))), ("host", .text(endpoint.host)), ("port", .number(Int64(endpoint.port)))]
    }

    private static func fields(_ topic: String, _ partition: Int32) -> [(name: String, value: FieldValue)] {
        [("topic", .text(topic)), ("partition", .number(Int64(partition)))]
    }

    private static func fields(_ error: KafkaClientError) -> [(name: String, value: FieldValue)] {
        [
            ("code", .text(error.code.rawValue)), ("error_type", .text(error.errorType)),
            ("error", .text(error.description)),
        ]
    }
}
