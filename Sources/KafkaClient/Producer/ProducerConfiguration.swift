import KafkaProtocol

/// Who must have a batch before it counts as acknowledged. Kafka's `acks`.
public enum Acks: Int16, Sendable, CaseIterable {
    /// Nobody: a batch counts when the system has taken its bytes. What is lost is not noticed.
    case none = 0
    /// The leader.
    case leader = 1
    /// Every replica in sync.
    case all = -1
}

/// How batches are produced.
///
/// Checked when a ``Producer`` or a ``ProducerLane`` is made of it.
public struct ProducerConfiguration: Sendable {
    /// Who must have a batch before it counts as acknowledged. Kafka's `acks`.
    public var acks: Acks
    /// From being handed over to being acknowledged, all attempts together: one millisecond to one day. Kafka's
    /// `delivery.timeout.ms`.
    public var deliveryTimeout: Duration
    /// The first pause before an attempt is repeated: zero to `retryBackoffMax`. It doubles each time, with jitter. Kafka's
    /// `retry.backoff.ms`.
    public var retryBackoff: Duration
    /// The longest pause: at most one hour. Kafka's `retry.backoff.max.ms`.
    public var retryBackoffMax: Duration
    /// Attempts of one batch: at least one. Kafka's `retries`, plus one.
    public var attempts: Int
    /// Produce requests in flight to one broker, of one lane: 1 to 100,000. Kafka's
    /// `max.in.flight.requests.per.connection`.
    ///
    /// Of one partition there is never more than one batch in flight, so that retries can't change its order.
    public var inFlightPerBrokerMax: Int
    /// Produce requests in flight to all brokers together, of one lane: at least one.
    public var inFlightMax: Int
    /// Bytes at which a request is sent without waiting for more batches: 1 to `requestByteCountMax`.
    public var requestByteCountTarget: Int
    /// Bytes that a request doesn't exceed, unless one batch alone does: at most 1 GiB. Kafka's `max.request.size`.
    public var requestByteCountMax: Int
    /// How long a request that is not full waits for more batches while another is in flight to the same broker: zero to one
    /// minute.
    public var gatherTime: Duration

    /// The defaults, and what differs from them.
    public init(
        acks: Acks = .all, deliveryTimeout: Duration = .seconds(120), retryBackoff: Duration = .milliseconds(100),
        retryBackoffMax: Duration = .seconds(1), attempts: Int = .max, inFlightPerBrokerMax: Int = 5,
        inFlightMax: Int = .max, requestByteCountTarget: Int = 512 << 10, requestByteCountMax: Int = 1 << 20,
        gatherTime: Duration = .milliseconds(1)
    ) {
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

    /// What can't be used, one by one.
    var problems: [ConfigurationProblem] {
        var check = ConfigurationCheck("ProducerConfiguration")
        check.expect("deliveryTimeout", deliveryTimeout, in: .milliseconds(1) ... .seconds(86_400))
        check.expectBackoff(retryBackoff, max: retryBackoffMax)
        check.expect("attempts", attempts >= 1, "is \(attempts); at least one is needed")
        check.expect("inFlightPerBrokerMax", inFlightPerBrokerMax, in: 1...100_000)
        check.expect("inFlightMax", inFlightMax >= 1, "is \(inFlightMax); at least one is needed")
        check.expect("requestByteCountMax", requestByteCountMax, in: 1...(1 << 30))
        check.expect(
            "requestByteCountTarget", requestByteCountTarget >= 1 && requestByteCountTarget <= requestByteCountMax,
            "is \(requestByteCountTarget); it must lie between 1 and requestByteCountMax, which is \(requestByteCountMax)"
        )
        check.expect("gatherTime", gatherTime, in: .zero ... .seconds(60))
        return check.problems
    }
}
