/// How many brokers an embedded broker plays, their endpoints, what they keep and what they accept.
public struct EmbeddedBrokerConfiguration: Sendable {
    /// What happens to batches that passed the checks.
    public enum LogPolicy: Sendable, Equatable {
        /// They are counted and dropped; only the offsets advance. A partition always looks as if its retention had
        /// just removed everything.
        case drop
        /// At most so many bytes are kept, all partitions together. Beyond that the oldest batches are dropped, and the
        /// log start offset moves: those of the partition that is written when it has its even share, else those of the
        /// largest.
        case memory(byteCount: Int)
    }

    /// The numeric address to listen on.
    public var host = "127.0.0.1"
    /// What clients are told to connect to; nil is `host`.
    public var advertisedHost: String?
    /// The port of each broker, in the order of their node ids. 0 or a missing one means any free port.
    public var ports: [UInt16] = []
    /// Brokers to play, with the node ids 1…N, each with its own listener.
    public var brokerCount = 1
    /// Threads that serve connections; nil is one for each processor, at most two.
    public var loopCount: Int?
    public var logPolicy = LogPolicy.memory(byteCount: 64 << 20)
    /// Whether a metadata request for a topic that is missing creates it.
    public var autoCreatesTopics = true
    /// Partitions of a topic that is created without a count.
    public var defaultPartitionCount = 1
    /// The longest record batch accepted, as Kafka's `message.max.bytes`.
    public var messageByteCountMax = 1_048_588
    /// The longest request accepted, as Kafka's `socket.request.max.bytes`.
    public var requestByteCountMax = 100 << 20
    /// The longest answer to a fetch, as Kafka's `fetch.max.bytes`; one batch is always given.
    public var fetchByteCountMax = 55 << 20
    /// Partitions of all topics together; a topic that would exceed them is refused with POLICY_VIOLATION.
    public var partitionCountMax = 50_000
    /// Bytes of answers that a client may leave unread before its requests are no longer read.
    public var unreadByteCountMax = 1 << 20
    /// Faults from the start; more can be injected later.
    public var faults: [FaultRule] = []

    public init() {}

    /// - Throws: `EmbeddedBrokerError` naming the first value that makes no sense.
    func validate() throws(EmbeddedBrokerError) {
        func check(_ condition: Bool, _ message: String) throws(EmbeddedBrokerError) {
            if !condition { throw EmbeddedBrokerError(.invalidConfiguration, message) }
        }
        try check((1...1000).contains(brokerCount), "brokerCount is \(brokerCount), allowed are 1 to 1000")
        try check(ports.count <= brokerCount, "\(ports.count) ports are given for \(brokerCount) brokers")
        try check((1...1024).contains(loopCount ?? 1), "loopCount is \(loopCount ?? 1), allowed are 1 to 1024")
        try check(defaultPartitionCount > 0, "defaultPartitionCount is \(defaultPartitionCount), it must be positive")
        try check(
            defaultPartitionCount <= partitionCountMax,
            "defaultPartitionCount is \(defaultPartitionCount), partitionCountMax is \(partitionCountMax)")
        try check(messageByteCountMax > 0, "messageByteCountMax is \(messageByteCountMax), it must be positive")
        try check(
            (1...Int(Int32.max)).contains(requestByteCountMax),
            "requestByteCountMax is \(requestByteCountMax), allowed are 1 to \(Int32.max)")
        try check(
            (1...(1 << 30)).contains(fetchByteCountMax),
            "fetchByteCountMax is \(fetchByteCountMax), allowed is up to 1 GiB")
        try check(unreadByteCountMax > 0, "unreadByteCountMax is \(unreadByteCountMax), it must be positive")
        if case .memory(let byteCount) = logPolicy {
            try check(byteCount > 0, "a log of \(byteCount) bytes keeps nothing; use .drop")
        }
    }
}
