/// How the client finds its cluster and how patient it is with it. Validated by `init`.
public struct ClusterConfiguration: Sendable {
    public let connection: ConnectionConfiguration
    /// The first pause before a question is tried again; it doubles, with jitter. Kafka's `retry.backoff.ms`.
    public let retryBackoff: Duration
    /// The longest pause. Kafka's `retry.backoff.max.ms`.
    public let retryBackoffMax: Duration
    /// How often each broker is asked before a question fails.
    public let attempts: Int
    /// Asks brokers to make topics that don't exist, which they do only if they are set up so. Kafka's
    /// `allow.auto.create.topics`.
    public let autoCreatesTopics: Bool
    /// Waits for a topic that doesn't exist or has no leaders yet, up to the request timeout.
    public let waitsForTopics: Bool

    /// - Throws: `KafkaClientError` that names the value and its bounds.
    public init(
        connection: ConnectionConfiguration, retryBackoff: Duration = .milliseconds(100),
        retryBackoffMax: Duration = .seconds(1), attempts: Int = 5, autoCreatesTopics: Bool = false,
        waitsForTopics: Bool = true
    ) throws(KafkaClientError) {
        guard retryBackoff >= .zero, retryBackoffMax >= retryBackoff, retryBackoffMax <= .seconds(3600) else {
            throw KafkaClientError(
                .invalidConfiguration,
                "retryBackoff (\(retryBackoff)) must lie between zero and retryBackoffMax (\(retryBackoffMax)), that at most one hour"
            )
        }
        guard attempts >= 1 else {
            throw KafkaClientError(.invalidConfiguration, "attempts is \(attempts); at least one is needed")
        }
        self.connection = connection
        self.retryBackoff = retryBackoff
        self.retryBackoffMax = retryBackoffMax
        self.attempts = attempts
        self.autoCreatesTopics = autoCreatesTopics
        self.waitsForTopics = waitsForTopics
    }
}
