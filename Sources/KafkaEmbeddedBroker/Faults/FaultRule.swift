import KafkaProtocol

/// A scripted fault: which requests it hits, how often, and what then happens.
///
/// A rule that names no topic or partition hits every request of its API, and there every partition. A rule counts
/// requests: it fires at most once in each.
public struct FaultRule: Sendable, Equatable {
    public enum Effect: Sendable, Equatable {
        /// The code is answered for what the rule names, and nothing is done: a batch is not stored, a topic not made.
        case error(KafkaErrorCode)
        /// The request is served, a batch stored, and then the code is answered for it.
        case errorAfterStore(KafkaErrorCode)
        /// The connection is closed without an answer.
        case disconnect(Moment)
        /// The request is served at once; its answer and those behind it on the connection come so much later.
        case delay(Duration)
        /// The answer says that the client is throttled for so many milliseconds.
        case throttle(ms: Int32)
        /// The request is served and never answered, and the requests behind it on the connection are not served.
        case stall
        /// The partitions that the rule names (all of the request without a name) move to that node, before the
        /// request is looked at.
        case leaderMove(to: Int32)
    }

    public enum Moment: Sendable, Equatable {
        /// Before the request is served.
        case beforeStore
        /// After it is served, before it is answered.
        case afterStore
    }

    /// The API; nil is every one.
    public var apiKey: ApiKey?
    public var topic: String?
    public var partition: Int32?
    /// The id of the broker that is asked.
    public var node: Int32?
    /// Matching requests that pass before the rule begins.
    public var skip: Int
    /// Matching requests that it hits then; nil is without end.
    public var count: Int?
    public var effect: Effect

    /// - Precondition: `skip` and `count` are not negative.
    public init(
        _ apiKey: ApiKey? = nil, topic: String? = nil, partition: Int32? = nil, node: Int32? = nil, skip: Int = 0,
        count: Int? = nil, effect: Effect
    ) {
        precondition(skip >= 0 && (count ?? 0) >= 0, "a fault's skip and count are not negative")
        self.apiKey = apiKey
        self.topic = topic
        self.partition = partition
        self.node = node
        self.skip = skip
        self.count = count
        self.effect = effect
    }

    /// Whether the rule matches this partition; nil stands for a request or topic as a whole.
    func covers(topic: String?, partition: Int32?) -> Bool {
        (self.topic == nil || self.topic == topic) && (self.partition == nil || self.partition == partition)
    }
}
