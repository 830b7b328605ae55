import KafkaProtocol

/// How a client asks its cluster, and how long it tries.
///
/// It is checked when a ``Client`` or a ``Cluster`` is created with it.
public struct ClusterConfiguration: Sendable {
    /// How connections are opened and watched.
    public var connection: ConnectionConfiguration
    /// The first pause before a request is tried again: zero to `retryBackoffMax`. Each further pause doubles, and is up to
    /// a fifth shorter or longer by chance. Kafka's `retry.backoff.ms`; KIP-580.
    public var retryBackoff: Duration
    /// The bound of the doubling: zero to one hour. Kafka's `retry.backoff.max.ms`.
    public var retryBackoffMax: Duration
    /// How often each broker is asked before a request fails: at least once. A request also fails when the request timeout
    /// of ``connection`` is over.
    public var attempts: Int
    /// Whether brokers are asked to create topics that don't exist. They do so only when their `auto.create.topics.enable`
    /// is set. Kafka's `allow.auto.create.topics`.
    public var autoCreatesTopics: Bool
    /// Whether calls wait for a topic that does not exist or has no leaders yet, up to the request timeout of
    /// ``connection``.
    public var waitsForTopics: Bool
    /// The age at which what is known of topics in use is asked for anew: 10 ms to one day. So a topic that has gained
    /// partitions is used to its full width, and a leader that nobody has missed is found. Kafka's `metadata.max.age.ms`.
    public var metadataMaxAge: Duration
    /// How long no broker may know a topic that was there before it counts as gone.
    var missingTopicTimeMax = Duration.seconds(10)
    /// Called when something happens to connections, brokers, topics or batches, from several threads. It must be quick and
    /// must not block.
    public var onEvent: (@Sendable (ClientEvent) -> Void)?

    /// How many events of each kind ``onEvent`` gets in a second: at least one; `Int.max` for all. Retries and splits may come by
    /// the thousand when a broker is in trouble. What was left out is told by ``ClientEvent/Kind/leftOut(name:count:)`` with the
    /// next one.
    public var eventsPerSecondMax: Int

    /// Whether the client's metrics are pushed to brokers that ask for them (KIP-714): what is pushed, and how often, its
    /// operators decide. Off unless it is asked for. Kafka's `enable.metrics.push`, which is on in its own clients.
    public var pushesMetrics: Bool

    /// Creates a configuration. Parameters that are left out have the defaults; the properties say units and bounds.
    public init(
        connection: ConnectionConfiguration = ConnectionConfiguration(), retryBackoff: Duration = .milliseconds(100),
        retryBackoffMax: Duration = .seconds(1), attempts: Int = 5, autoCreatesTopics: Bool = false,
        waitsForTopics: Bool = true, metadataMaxAge: Duration = .seconds(300),
        onEvent: (@Sendable (ClientEvent) -> Void)? = nil, eventsPerSecondMax: Int = 100,
        pushesMetrics: Bool = false
    ) {
        self.connection = connection
        self.retryBackoff = retryBackoff
        self.retryBackoffMax = retryBackoffMax
        self.attempts = attempts
        self.autoCreatesTopics = autoCreatesTopics
        self.waitsForTopics = waitsForTopics
        self.metadataMaxAge = metadataMaxAge
        self.onEvent = onEvent
        self.eventsPerSecondMax = eventsPerSecondMax
        self.pushesMetrics = pushesMetrics
    }

    /// One problem for each setting that can't be used, those of the connection included.
    var problems: [ConfigurationProblem] {
        var check = ConfigurationCheck("ClusterConfiguration")
        check.expectBackoff("retryBackoff", retryBackoff, max: retryBackoffMax)
        check.expect("attempts", attempts >= 1, "is \(attempts); at least one is needed")
        check.expect("metadataMaxAge", metadataMaxAge, in: .milliseconds(10) ... .seconds(86_400))
        check.expect(
            "eventsPerSecondMax", eventsPerSecondMax >= 1,
            "is \(eventsPerSecondMax); at least one is needed, or no onEvent")
        return check.problems + connection.problems
    }
}

extension ConfigurationCheck {
    /// - Parameter name: the setting of the first pause; that of the bound is called the same, with `Max` behind it.
    mutating func expectBackoff(_ name: String, _ first: Duration, max longest: Duration) {
        expect("\(name)Max", longest, in: .zero ... .seconds(3600))
        expect(
            name, first >= .zero && first <= longest,
            "is \(first); it must lie between zero and \(name)Max, which is \(longest)")
    }
}
