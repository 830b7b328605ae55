import KafkaProtocol

/// Which brokers must have a batch before it counts as acknowledged. Kafka's `acks`.
///
/// Source: Produce, API key 0, field `Acks`.
public enum Acks: Int16, Sendable, CaseIterable {
    /// No broker: a batch counts as acknowledged when the system has taken its bytes. A lost batch is not noticed.
    case none = 0
    /// The partition's leader.
    case leader = 1
    /// Every in-sync replica of the partition.
    case all = -1
}

/// How batches are produced.
///
/// It is checked when a ``Producer`` or a ``ProducerLane`` is created with it.
public struct ProducerConfiguration: Sendable {
    /// Which brokers must have a batch before it counts as acknowledged. Kafka's `acks`.
    public var acks: Acks
    /// The longest time from the moment at which a record is appended to a ``Producer`` (or a batch is given to a
    /// ``ProducerLane``) until its fate is known, all attempts and the time in flight included, to within a second: one
    /// millisecond to one day. A batch that is in flight at the end fails, and may be stored all the same. Kafka's
    /// `delivery.timeout.ms`.
    public var deliveryTimeout: Duration
    /// The pause after the first failed attempt: zero to `retryBackoffMax`. Each further failure doubles it, and each pause
    /// is up to a fifth shorter or longer by chance. Kafka's `retry.backoff.ms`; KIP-580.
    public var retryBackoff: Duration
    /// The bound of the doubling: zero to one hour. Kafka's `retry.backoff.max.ms`.
    public var retryBackoffMax: Duration
    /// How often one batch is sent at most: at least once. Kafka's `retries`, plus one.
    public var attempts: Int
    /// Whether brokers store each batch once and in order, however often it has to be sent. Kafka's `enable.idempotence`;
    /// KIP-98, KIP-360.
    ///
    /// Nil, the default, is as true where it can be had: with ``Acks/all`` and up to five requests in flight. With true,
    /// other settings are refused.
    public var idempotence: Bool?
    /// The most produce requests that one lane has in flight to one broker: 1 to 100,000; with idempotence 1 to 5. There are
    /// fewer where more would only wait at the broker. Five by default, and 64 if `mayReorder` is given to `init`: then nothing
    /// but memory need bound what is on its way to a far broker. Kafka's `max.in.flight.requests.per.connection`.
    ///
    /// So many batches of a partition may be in flight with idempotence, or with `mayReorder`. Otherwise it is one, so that
    /// retries can't change the order.
    public var inFlightPerBrokerMax: Int
    /// Whether, without idempotence, several batches of a partition may be in flight: one that is sent again is then stored
    /// behind those that were sent after it. As Kafka's clients do without `enable.idempotence`.
    public var mayReorder: Bool
    /// The bytes of batches at which a request is sent without waiting for more: 1 to `requestByteCountMax`.
    public var requestByteCountTarget: Int
    /// The most bytes of batches in one request: 1 byte to 1 GiB. A batch that is longer is sent alone. Requests become so
    /// large only where the broker is far. It should not exceed the broker's `socket.request.max.bytes` (100 MiB by default).
    /// Kafka's `max.request.size`.
    public var requestByteCountMax: Int
    /// How long after a request another one is sent that has less than a quarter of the target, while that one is in flight to
    /// the same broker: zero to one minute. Where the broker is far it is longer: so many requests as may be in flight are
    /// spread over a round trip. Such a request does not wait when its partitions have more batches than it takes.
    public var gatherTime: Duration

    /// Creates a configuration. Parameters that are left out have the defaults; the properties say units and bounds.
    public init(
        acks: Acks = .all, deliveryTimeout: Duration = .seconds(120), retryBackoff: Duration = .milliseconds(100),
        retryBackoffMax: Duration = .seconds(1), attempts: Int = .max, idempotence: Bool? = nil,
        inFlightPerBrokerMax: Int? = nil, mayReorder: Bool = false,
        requestByteCountTarget: Int = 512 << 10, requestByteCountMax: Int = 8 << 20,
        gatherTime: Duration = .milliseconds(1)
    ) {
        self.acks = acks
        self.deliveryTimeout = deliveryTimeout
        self.retryBackoff = retryBackoff
        self.retryBackoffMax = retryBackoffMax
        self.attempts = attempts
        self.idempotence = idempotence
        self.inFlightPerBrokerMax =
            inFlightPerBrokerMax ?? Self.inFlightUsual(mayReorder: mayReorder && idempotence != true)
        self.mayReorder = mayReorder
        self.requestByteCountTarget = requestByteCountTarget
        self.requestByteCountMax = requestByteCountMax
        self.gatherTime = gatherTime
    }

    /// The most requests in flight for which brokers can keep the order: they remember a producer's last five batches.
    package static let inFlightIdempotentMax = 5

    /// The most requests in flight, unless it is said.
    package static func inFlightUsual(mayReorder: Bool) -> Int { mayReorder ? 64 : inFlightIdempotentMax }

    /// Whether brokers store each batch once: as asked for in `idempotence`, or as the other settings allow.
    public var isIdempotent: Bool {
        idempotence ?? (acks == .all && inFlightPerBrokerMax <= Self.inFlightIdempotentMax && !mayReorder)
    }

    /// The most batches of one partition in flight.
    var inFlightPerPartitionMax: Int { isIdempotent || mayReorder ? inFlightPerBrokerMax : 1 }

    /// One problem for each setting that can't be used.
    var problems: [ConfigurationProblem] {
        var check = ConfigurationCheck("ProducerConfiguration")
        check.expect("deliveryTimeout", deliveryTimeout, in: .milliseconds(1) ... .seconds(86_400))
        check.expectBackoff("retryBackoff", retryBackoff, max: retryBackoffMax)
        check.expect("attempts", attempts >= 1, "is \(attempts); at least one is needed")
        check.expect("inFlightPerBrokerMax", inFlightPerBrokerMax, in: 1...100_000)
        if idempotence == true {
            check.expect("idempotence", acks == .all, "is true; it needs acks all, and acks is \(acks)")
            check.expect(
                "idempotence", inFlightPerBrokerMax <= Self.inFlightIdempotentMax,
                "is true; it needs at most \(Self.inFlightIdempotentMax) requests in flight, and inFlightPerBrokerMax is \(inFlightPerBrokerMax)"
            )
            check.expect("idempotence", !mayReorder, "is true; then mayReorder can't be")
        }
        check.expect("requestByteCountMax", requestByteCountMax, in: 1...(1 << 30))
        check.expect(
            "requestByteCountTarget", requestByteCountTarget >= 1 && requestByteCountTarget <= requestByteCountMax,
            "is \(requestByteCountTarget); it must lie between 1 and requestByteCountMax, which is \(requestByteCountMax)"
        )
        check.expect("gatherTime", gatherTime, in: .zero ... .seconds(60))
        return check.problems
    }
}
