extension KafkaClientError {
    /// What OpenTelemetry calls `error.type`: a name with few values, for metrics and for grouping logs. It is Kafka's name of the
    /// broker's error, such as `NOT_LEADER_OR_FOLLOWER`, where an answer of a broker is the reason; else the ``code``.
    public var errorType: String { brokerError?.name ?? code.rawValue }
}
