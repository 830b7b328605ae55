public import KafkaProtocol

/// Which metrics an embedded broker wants from its clients (KIP-714).
public struct EmbeddedBrokerTelemetry: Sendable, Equatable {
    /// What the names of the metrics begin with; an empty text for all. Without any, clients are told that nothing is wanted.
    public var requestedMetrics = [""]
    /// How often clients push, in milliseconds, at least 1.
    public var intervalMs: Int32 = 300_000
    /// Whether counters are to tell what came since the last push, and not all that came.
    public var isDelta = true
    /// The compressions that are taken.
    public var compressions = CompressionType.allCases
    /// The most bytes of metrics in a push, at least 1. Kafka's `telemetry.max.bytes`.
    public var byteCountMax: Int32 = 1 << 20

    /// Wants all metrics, every five minutes.
    public init() {}

    /// Metrics that a client has pushed.
    public struct Push: Sendable {
        /// The client's `client.id`; nil for a client without one.
        public let clientID: String?
        /// The id that the client was given for its metrics.
        public let clientInstanceID: KafkaUUID
        /// Whether the client ends, and this is its last push.
        public let isLast: Bool
        /// How the metrics are compressed.
        public let compression: CompressionType
        /// OpenTelemetry's `MetricsData`, version 1, as protobuf, compressed.
        public let metrics: [UInt8]
    }
}

/// It may be called at any time and from any thread.
extension EmbeddedBroker {
    /// The metrics that clients have pushed, in the order in which they came: the last thousand.
    public var pushedMetrics: [EmbeddedBrokerTelemetry.Push] { cluster.telemetry?.pushes ?? [] }

    /// Wants other metrics from now on. Clients learn of it with their next push. Does nothing where the configuration's
    /// ``EmbeddedBrokerConfiguration/telemetry`` is nil: clients know then that nobody takes metrics.
    public func request(_ telemetry: EmbeddedBrokerTelemetry) { cluster.telemetry?.change(to: telemetry) }
}
