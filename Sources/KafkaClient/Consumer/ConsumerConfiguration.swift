import KafkaProtocol

/// Which records of transactions are read.
///
/// Source: Fetch, API key 1, field `IsolationLevel`; KIP-98.
public enum IsolationLevel: Int8, Sendable, CaseIterable {
    /// All, also those of transactions that are open or were aborted.
    case readUncommitted = 0
    /// Those of committed transactions, and those of none, up to the first transaction that is still open.
    case readCommitted = 1
}

/// How a ``Consumer`` reads.
///
/// It is checked when a consumer is created with it.
public struct ConsumerConfiguration: Sendable {
    /// The number of lanes, 1 to 1,024: each is a thread with connections of its own, and reads its share of the partitions.
    public var lanes: Int
    /// The most bytes of answers that were read from connections, or asked for, and whose batches somebody still has: 64 KiB to
    /// 64 GiB. All lanes together. When so many are held, nothing more is asked for. A batch that is longer is read all the
    /// same, one at a time for each lane. librdkafka's `queued.max.messages.kbytes`.
    public var bufferByteCountMax: Int
    /// The most bytes of records to ask a broker for at once: 1 KiB to 1 GiB; no more than half of what a lane may have is asked for
    /// at once, so that more is on its way while that is worked on. Near brokers are asked for less, because an answer
    /// that stays in the core's cache is read faster. Kafka's `fetch.max.bytes`.
    public var fetchByteCountMax: Int
    /// The bytes of records that near brokers are asked for at once: 1 KiB to `fetchByteCountMax`.
    public var fetchByteCountNear: Int
    /// The most bytes of records to ask for of one partition at once, 1 KiB to 1 GiB. nil: 1 MiB near; of a broker that is far
    /// away up to a quarter of what it is asked for at once, and all of that when it is its only partition. While so many bytes
    /// (1 MiB for nil) of a partition wait to be taken, only others are asked for. Kafka's `max.partition.fetch.bytes`.
    public var partitionByteCountMax: Int?
    /// The bytes of records that a broker waits for before it answers, at most for `maxWait`: 0 to `fetchByteCountMax`. Kafka's
    /// `fetch.min.bytes`.
    public var fetchByteCountMin: Int
    /// How long a broker may wait for records, zero to one minute; it gets whole milliseconds. Kafka's `fetch.max.wait.ms`.
    public var maxWait: Duration
    /// Which records of transactions are read. Kafka's `isolation.level`.
    public var isolation: IsolationLevel
    /// Where this client is, so that a replica near it may be read (KIP-392); empty for not said. Kafka's `client.rack`.
    public var rack: String
    /// Says what becomes of a partition that can't be read on. It is called on a thread of the consumer, must return soon, and
    /// is not called for what passes by itself: a leader that moves, a connection that is lost.
    ///
    /// By default each problem ends the consumer with its error (``ConsumerDecision/fail``), so that no record is skipped
    /// unnoticed.
    public var onProblem: @Sendable (ConsumerProblem) -> ConsumerDecision

    /// Creates a configuration. Parameters that are left out have the defaults; the properties say units and bounds.
    public init(
        lanes: Int = 1, bufferByteCountMax: Int = 128 << 20, fetchByteCountMax: Int = 50 << 20,
        fetchByteCountNear: Int = 512 << 10, partitionByteCountMax: Int? = nil, fetchByteCountMin: Int = 1,
        maxWait: Duration = .milliseconds(500), isolation: IsolationLevel = .readUncommitted, rack: String = "",
        onProblem: @escaping @Sendable (ConsumerProblem) -> ConsumerDecision = { _ in .fail }
    ) {
        self.lanes = lanes
        self.bufferByteCountMax = bufferByteCountMax
        self.fetchByteCountMax = fetchByteCountMax
        self.fetchByteCountNear = fetchByteCountNear
        self.partitionByteCountMax = partitionByteCountMax
        self.fetchByteCountMin = fetchByteCountMin
        self.maxWait = maxWait
        self.isolation = isolation
        self.rack = rack
        self.onProblem = onProblem
    }

    /// What is asked for of one partition of a near broker, and waits of one before only others are asked for.
    var partitionByteCountNear: Int { partitionByteCountMax ?? 1 << 20 }

    var problems: [ConfigurationProblem] {
        var check = ConfigurationCheck("ConsumerConfiguration")
        check.expect("lanes", lanes, in: 1...1024)
        check.expect("bufferByteCountMax", bufferByteCountMax, in: (64 << 10)...(64 << 30))
        check.expect("fetchByteCountMax", fetchByteCountMax, in: (1 << 10)...(1 << 30))
        check.expect("fetchByteCountNear", fetchByteCountNear, in: (1 << 10)...max(1 << 10, fetchByteCountMax))
        check.expect("partitionByteCountMax", partitionByteCountNear, in: (1 << 10)...(1 << 30))
        check.expect("fetchByteCountMin", fetchByteCountMin, in: 0...max(0, fetchByteCountMax))
        check.expect("maxWait", maxWait, in: .zero ... .seconds(60))
        check.expect("rack", rack.utf8.count, in: 0...Int(Int16.max))
        return check.problems
    }
}
