import KafkaProtocol

/// How transactions are coordinated.
public struct EmbeddedBrokerTransactions: Sendable {
    /// The finalized level of the feature `transaction.version`, 0 to 2. With 2, clients may speak the second protocol: a partition is in
    /// a transaction by its first batch, and each transaction has an epoch of its own (KIP-890).
    public var version: Int16 = 2
    /// The longest time that a producer may give its transactions, 1 ms to one day. Kafka's `transaction.max.timeout.ms`.
    public var timeoutMax = Duration.seconds(900)
    /// The most transactional ids that are remembered, 1 to 10 million. One more is refused with POLICY_VIOLATION.
    public var idCountMax = 100_000
    /// The bytes that all transactional ids, and the partitions and groups of their transactions, may take together, at least 1. What
    /// would exceed them is refused with POLICY_VIOLATION.
    public var byteCountMax = 64 << 20

    /// Settings that have the values that the properties begin with.
    public init() {}

    /// Whether the second protocol is on.
    var isSecond: Bool { version >= 2 }

    func check(_ check: inout ConfigurationCheck) {
        check.expect("transactions.version", version, in: 0...2)
        check.expect("transactions.timeoutMax", timeoutMax, in: .milliseconds(1) ... .seconds(86_400))
        check.expect("transactions.idCountMax", idCountMax, in: 1...10_000_000)
        check.expect("transactions.byteCountMax", byteCountMax > 0, "is \(byteCountMax); it must be positive")
    }
}
