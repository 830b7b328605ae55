import KafkaProtocol

/// How the client finds its cluster, and how long it tries.
///
/// Checked when a ``Client`` or a ``Cluster`` is made of it.
public struct ClusterConfiguration: Sendable {
    /// How connections are opened and watched.
    public var connection: ConnectionConfiguration
    /// The first pause before a request is tried again: zero to `retryBackoffMax`. It doubles each time, with jitter. Kafka's
    /// `retry.backoff.ms`.
    public var retryBackoff: Duration
    /// The longest pause: at most one hour. Kafka's `retry.backoff.max.ms`.
    public var retryBackoffMax: Duration
    /// How often each broker is asked before a request fails: at least once.
    public var attempts: Int
    /// Asks brokers to make topics that don't exist, which they do only if they are set up so. Kafka's
    /// `allow.auto.create.topics`.
    public var autoCreatesTopics: Bool
    /// Waits for a topic that doesn't exist or has no leaders yet, up to the request timeout.
    public var waitsForTopics: Bool

    /// The defaults, and what differs from them.
    public init(
        connection: ConnectionConfiguration = ConnectionConfiguration(), retryBackoff: Duration = .milliseconds(100),
        retryBackoffMax: Duration = .seconds(1), attempts: Int = 5, autoCreatesTopics: Bool = false,
        waitsForTopics: Bool = true
    ) {
        self.connection = connection
        self.retryBackoff = retryBackoff
        self.retryBackoffMax = retryBackoffMax
        self.attempts = attempts
        self.autoCreatesTopics = autoCreatesTopics
        self.waitsForTopics = waitsForTopics
    }

    /// What can't be used, one by one; of the connection too.
    var problems: [ConfigurationProblem] {
        var check = ConfigurationCheck("ClusterConfiguration")
        check.expectBackoff(retryBackoff, max: retryBackoffMax)
        check.expect("attempts", attempts >= 1, "is \(attempts); at least one is needed")
        return check.problems + connection.problems
    }
}

extension ConfigurationCheck {
    mutating func expectBackoff(_ retryBackoff: Duration, max retryBackoffMax: Duration) {
        expect("retryBackoffMax", retryBackoffMax, in: .zero ... .seconds(3600))
        expect(
            "retryBackoff", retryBackoff >= .zero && retryBackoff <= retryBackoffMax,
            "is \(retryBackoff); it must lie between zero and retryBackoffMax, which is \(retryBackoffMax)")
    }
}
