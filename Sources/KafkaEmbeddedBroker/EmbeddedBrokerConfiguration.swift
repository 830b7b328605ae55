import KafkaProtocol

/// The settings of an ``EmbeddedBroker``: how many brokers there are, their endpoints, what they keep and what they accept.
///
/// It is checked when a broker is created with it.
public struct EmbeddedBrokerConfiguration: Sendable {
    /// What happens to a batch that has passed the checks.
    public enum LogPolicy: Sendable, Equatable {
        /// The batch is counted and dropped, and only the offsets advance. A partition looks as if its retention had just
        /// removed everything.
        case drop
        /// Batches are kept in memory, all partitions together at most `byteCount` bytes, at least 1. Beyond that the oldest
        /// batches of a partition are dropped, and its log start offset advances: those of the partition that is appended to
        /// when it has its even share of the bytes, otherwise those of the largest partition.
        ///
        /// Memory of batches that were dropped, also of topics that were deleted, is used again, and goes back to the system with the
        /// broker.
        case memory(byteCount: Int)

        /// The bytes of batches that are kept at most.
        var byteCountMax: Int { if case .memory(let byteCount) = self { byteCount } else { 0 } }
    }

    /// The address to listen on, numeric: IPv4 or IPv6.
    public var host = "127.0.0.1"
    /// The host that clients are told to connect to; nil for `host`. Kafka's `advertised.listeners`.
    public var advertisedHost: String?
    /// The port of each broker, in the order of their node ids, at most ``brokerCount``. With 0, or without a port, the
    /// system chooses a free one.
    public var ports: [UInt16] = []
    /// The number of brokers, 1 to 1,000. Their node ids are 1 to `brokerCount`, and each has a listener of its own.
    /// ``EmbeddedBroker/addNode()`` adds others later.
    public var brokerCount = 1
    /// The cluster's id, which Metadata tells; nil for one made at random.
    public var clusterID: String?
    /// The number of threads that serve connections, 1 to 1,024; nil for one for each processor, at most two.
    public var loopCount: Int?
    /// What happens to batches that have passed the checks.
    public var logPolicy = LogPolicy.memory(byteCount: 64 << 20)
    /// The bytes of memory for batches that ``EmbeddedBroker/start()`` takes from the system before it listens, 0 and more: at most what
    /// is kept by ``logPolicy``, and half of the memory that the machine has free. To touch memory for the first time costs several times what
    /// it costs to copy a batch there, so without this the first batches are stored more slowly than others. It takes up to a second for
    /// each GiB.
    public var preparedByteCount = 0
    /// Whether a metadata request creates a topic that does not exist. Kafka's `auto.create.topics.enable`.
    public var autoCreatesTopics = true
    /// The number of partitions of a topic that is created without one: 1 to ``partitionCountMax``. Kafka's
    /// `num.partitions`.
    public var defaultPartitionCount = 1
    /// The longest record batch that is accepted, in bytes, at least 1. Kafka's `message.max.bytes`.
    public var messageByteCountMax = 1_048_588
    /// The longest request that is accepted, in bytes: 1 to `Int32.max`. Kafka's `socket.request.max.bytes`.
    public var requestByteCountMax = 100 << 20
    /// The most bytes of records in the answer to a fetch: 1 byte to 1 GiB. The first batch is sent whole even when it is
    /// longer. Kafka's `fetch.max.bytes`.
    public var fetchByteCountMax = 55 << 20
    /// The most fetch sessions of a broker, 0 to 1,000,000; a client that gets none names all partitions in each request. One more takes
    /// the place of a session that was not used for two minutes, or of a smaller one that is older than that. Kafka's
    /// `max.incremental.fetch.session.cache.slots`.
    public var fetchSessionCountMax = 1000
    /// The most partitions of all topics together. A topic that would exceed them is refused with POLICY_VIOLATION.
    public var partitionCountMax = 50_000
    /// The bytes of answers that a client may leave unread, at least 1. Beyond them its requests are no longer read.
    public var unreadByteCountMax = 1 << 20
    /// Whether the answer of a broker that does not lead a partition names the leader and the brokers' endpoints, in Produce
    /// from version 10 and in Fetch from version 12 on (KIP-951).
    public var hintsAtLeaders = true
    /// How far away the brokers seem to be: the time from the receipt of a request to its answer, zero to one minute. Zero is
    /// as fast as the system can.
    ///
    /// It is the wire that is long, not the broker that is slow. A request is served when it arrives, answers leave this time
    /// later, to a tenth of a millisecond on Linux (a millisecond elsewhere), and any number of requests may be under way.
    /// Their rate has no limit while the answers under way to one client are less than 64 MiB. A connection that a broker
    /// closes because of a request is closed behind the answers before. To open a connection takes no round trip.
    public var roundTripTime = Duration.zero
    /// Whether the answer to a produce request tells how long the broker had it, from version 9 on: in a tagged field that is
    /// not Kafka's, over which other clients pass (KIP-482). `KafkaClient` gives it with the exchange of each batch.
    public var tellsServiceTime = false
    /// How connections are secured, and whom the brokers let in.
    public var security = EmbeddedBrokerSecurity()
    /// How groups are coordinated.
    public var groups = EmbeddedBrokerGroups()
    /// How transactions are coordinated.
    public var transactions = EmbeddedBrokerTransactions()
    /// Which metrics clients are asked for (KIP-714); nil for none, and clients know then that nobody takes any.
    public var telemetry: EmbeddedBrokerTelemetry?
    /// The faults from the start. ``EmbeddedBroker/inject(_:)`` adds others later.
    public var faults: [FaultRule] = []

    /// The newest versions that are offered of messages, as brokers of former times do; below all that are served, the message is not
    /// offered. What is offered is all that changes.
    package var versionLimits: [ApiKey: Int16] = [:]

    /// The most brokers, those that were added and those that were stopped included.
    static let brokerCountMax: Int32 = 1000
    /// The longest round trip time.
    package static let roundTripTimeMax = Duration.seconds(60)

    /// A configuration in which all settings have the values that the properties begin with.
    public init() {}

    /// - Throws: `EmbeddedBrokerError` with `.invalidConfiguration`, and a problem for each setting that is out of its bounds.
    func validate() throws(EmbeddedBrokerError) {
        var check = ConfigurationCheck("EmbeddedBrokerConfiguration")
        check.expect("brokerCount", brokerCount, in: 1...Int(Self.brokerCountMax))
        check.expect(
            "ports", ports.count <= brokerCount,
            "has \(ports.count) ports for \(brokerCount) brokers; give at most one each")
        check.expect("loopCount", loopCount ?? 1, in: 1...1024)
        check.expect(
            "defaultPartitionCount", defaultPartitionCount > 0 && defaultPartitionCount <= partitionCountMax,
            "is \(defaultPartitionCount); it must lie between 1 and partitionCountMax, which is \(partitionCountMax)")
        check.expect("messageByteCountMax", messageByteCountMax > 0, "is \(messageByteCountMax); it must be positive")
        check.expect("requestByteCountMax", requestByteCountMax, in: 1...Int(Int32.max))
        check.expect("fetchByteCountMax", fetchByteCountMax, in: 1...(1 << 30))
        check.expect("fetchSessionCountMax", fetchSessionCountMax, in: 0...1_000_000)
        check.expect("unreadByteCountMax", unreadByteCountMax > 0, "is \(unreadByteCountMax); it must be positive")
        check.expect(
            "roundTripTime", (.zero...Self.roundTripTimeMax).contains(roundTripTime),
            "is \(roundTripTime); it must lie between zero and \(Self.roundTripTimeMax)")
        if case .memory(let byteCount) = logPolicy, byteCount <= 0 {
            check.expect("logPolicy", false, "keeps nothing in \(byteCount) bytes; use .drop")
        }
        check.expect("preparedByteCount", preparedByteCount >= 0, "is \(preparedByteCount); it can't be negative")
        check.expect(
            "security.scramIterations", security.scramIterations, in: SCRAM.iterationsMin...SCRAM.iterationsMax)
        check.expect("security.handshakeTimeout", security.handshakeTimeout, in: .milliseconds(1) ... .seconds(3600))
        if let time = security.reauthenticationTime {
            check.expect("security.reauthenticationTime", time, in: .seconds(2) ... .seconds(86_400))
        }
        check.expect(
            "security.clientAuthorities", security.clientAuthorities == nil || security.identity != nil,
            "are given without an identity; connections are not secured without one")
        if let telemetry {
            check.expect("telemetry.intervalMs", telemetry.intervalMs, in: 1...Int32.max)
            check.expect("telemetry.byteCountMax", telemetry.byteCountMax, in: 1...Int32.max)
        }
        groups.check(&check)
        transactions.check(&check)
        let needsUsers = security.mechanisms.contains { $0 != .oauthBearer }
        check.expect(
            "security.users", !needsUsers || !security.users.isEmpty, "are none, so that nobody could be let in")
        let problems = check.problems
        if problems.isEmpty { return }
        let words = problems.map(\.description).joined(separator: "; ")
        throw EmbeddedBrokerError(
            .invalidConfiguration, "an embedded broker can't be made: \(words)", problems: problems)
    }
}
