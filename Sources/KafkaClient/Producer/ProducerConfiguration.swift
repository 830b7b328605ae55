/// Who must have a batch before it counts as acknowledged. Kafka's `acks`.
public enum Acks: Int16, Sendable, CaseIterable {
    /// Nobody: a batch counts when the system has taken its bytes. What is lost is not noticed.
    case none = 0
    /// The leader.
    case leader = 1
    /// Every replica in sync.
    case all = -1
}

/// How batches are produced. Validated by `init`.
public struct ProducerConfiguration: Sendable {
    public let acks: Acks
    /// From being handed over to being acknowledged, all attempts together. Kafka's `delivery.timeout.ms`.
    public let deliveryTimeout: Duration
    /// The first pause before an attempt is repeated; it doubles, with jitter. Kafka's `retry.backoff.ms`.
    public let retryBackoff: Duration
    /// The longest pause. Kafka's `retry.backoff.max.ms`.
    public let retryBackoffMax: Duration
    /// Attempts of one batch. Kafka's `retries` and one.
    public let attempts: Int
    /// Produce requests in flight to one broker, of one lane. Kafka's `max.in.flight.requests.per.connection`.
    ///
    /// Of one partition there is never more than one batch in flight, so that retries can't change its order.
    public let inFlightPerBrokerMax: Int
    /// Produce requests in flight to all brokers together, of one lane.
    public let inFlightMax: Int
    /// Bytes at which a request is sent without waiting for more batches.
    public let requestByteCountTarget: Int
    /// Bytes that a request doesn't exceed, unless one batch alone does. Kafka's `max.request.size`.
    public let requestByteCountMax: Int
    /// How long a request that is not full waits for more batches while another is in flight to the same broker.
    public let gatherTime: Duration

    /// - Throws: `KafkaClientError` that names the value and its bounds.
    public init(
        acks: Acks = .all, deliveryTimeout: Duration = .seconds(120), retryBackoff: Duration = .milliseconds(100),
        retryBackoffMax: Duration = .seconds(1), attempts: Int = .max, inFlightPerBrokerMax: Int = 5,
        inFlightMax: Int = .max,
        requestByteCountTarget: Int = 512 << 10, requestByteCountMax: Int = 1 << 20,
        gatherTime: Duration = .milliseconds(1)
    ) throws(KafkaClientError) {
        func check(_ condition: Bool, _ message: @autoclosure () -> String) throws(KafkaClientError) {
            if !condition { throw KafkaClientError(.invalidConfiguration, message()) }
        }
        try check(
            deliveryTimeout >= .milliseconds(1) && deliveryTimeout <= .seconds(86_400),
            "deliveryTimeout is \(deliveryTimeout); it must lie between one millisecond and one day")
        try check(
            retryBackoff >= .zero && retryBackoffMax >= retryBackoff && retryBackoffMax <= .seconds(3600),
            "retryBackoff (\(retryBackoff)) must lie between zero and retryBackoffMax (\(retryBackoffMax)), that at most one hour"
        )
        try check(attempts >= 1, "attempts is \(attempts); at least one is needed")
        try check(
            (1...100_000).contains(inFlightPerBrokerMax),
            "inFlightPerBrokerMax is \(inFlightPerBrokerMax); it must lie between 1 and 100000")
        try check(inFlightMax >= 1, "inFlightMax is \(inFlightMax); at least one is needed")
        try check(
            requestByteCountTarget >= 1 && requestByteCountMax >= requestByteCountTarget
                && requestByteCountMax <= 1 << 30,
            "requestByteCountTarget (\(requestByteCountTarget)) must lie between 1 and requestByteCountMax (\(requestByteCountMax)), that at most 1 GiB"
        )
        try check(
            gatherTime >= .zero && gatherTime <= .seconds(60),
            "gatherTime is \(gatherTime); it must lie between zero and one minute")
        self.acks = acks
        self.deliveryTimeout = deliveryTimeout
        self.retryBackoff = retryBackoff
        self.retryBackoffMax = retryBackoffMax
        self.attempts = attempts
        self.inFlightPerBrokerMax = inFlightPerBrokerMax
        self.inFlightMax = inFlightMax
        self.requestByteCountTarget = requestByteCountTarget
        self.requestByteCountMax = requestByteCountMax
        self.gatherTime = gatherTime
    }
}
