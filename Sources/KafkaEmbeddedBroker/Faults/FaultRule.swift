import KafkaProtocol

/// A scripted fault: which requests it hits, how often, and what happens then.
///
/// A request matches when it is of the rule's API, goes to the rule's broker, and names the rule's topic and partition. A
/// rule without a topic or partition hits all partitions of a request. `skip`, `every` and `count` count requests, not
/// partitions.
public struct FaultRule: Sendable, Equatable {
    /// What happens to a request that a rule hits.
    public enum Effect: Sendable, Equatable {
        /// The answer has this error code for the topics or partitions that the rule matches, and nothing is done for them:
        /// no batch is stored, no topic is created.
        case error(KafkaErrorCode)
        /// The request is served, so that batches are stored and topics created, but the answer has this error code.
        case errorAfterStore(KafkaErrorCode)
        /// The connection is closed without an answer.
        case disconnect(Moment)
        /// The request is served at once, but its answer is held back for this time, and the requests behind it on the
        /// connection wait for it.
        case delay(Duration)
        /// As `delay`, with a time that gets longer with each request that is hit, evenly: the first of `count` requests has the
        /// first time, the last one the second.
        case risingDelay(from: Duration, to: Duration)
        /// As if the broker stood still for this time: the answers to all requests that come within it, from the first one on
        /// that is hit, are held back until its end.
        case pause(Duration)
        /// As if the broker could serve so many records a second, and no more: a request is answered when the records of all that
        /// were hit before it, and its own, have had their time.
        case capacity(recordsPerSecond: Double)
        /// The answer says that the client is throttled for so many milliseconds, and for so long the requests behind it on
        /// the connection are not served (KIP-219). They are counted in
        /// ``EmbeddedBrokerStatistics/requestsWhileThrottledCount``.
        case throttle(ms: Int32)
        /// The request is served and never answered, and the requests behind it on the connection are not served.
        case stall
        /// The broker with this node id becomes the leader of the request's partitions that the rule matches, before the
        /// request is served.
        case leaderMove(to: Int32)
        /// The request's partitions that the rule matches lose their leaders, before the request is served; see
        /// ``EmbeddedBroker/removeLeader(_:_:)``.
        case leaderRemoval
        /// The request's topics that the rule matches get so many partitions, before the request is served. A topic that has as
        /// many, or that may not have so many, stays as it is; see ``EmbeddedBroker/addPartitions(_:to:)``.
        case topicGrowth(to: Int)
        /// The request's topics that the rule matches are made anew with so many partitions, before the request is served. A
        /// topic that may not have so many stays as it is; see ``EmbeddedBroker/recreateTopic(_:partitions:)``.
        case topicRecreation(partitions: Int)
        /// The broker that gets the request answers Metadata from now on with what is true before the request is served; see
        /// ``EmbeddedBroker/freezeMetadata(of:)``.
        case metadataFreeze
        /// The request's batches that the rule matches are acknowledged, and stored in another way than the answer says.
        case storage(StorageFault)
    }

    /// When a connection is closed.
    public enum Moment: Sendable, Equatable {
        /// Before the request is served.
        case beforeStore
        /// After the request is served, instead of its answer.
        case afterStore
    }

    /// The API of the requests; nil for every API.
    public var apiKey: ApiKey?
    /// The topic that requests must name; nil for any.
    public var topic: String?
    /// The partition that requests must name; nil for any.
    public var partition: Int32?
    /// The node id of the broker that the requests are sent to; nil for any.
    public var node: Int32?
    /// The number of matching requests that are not hit before the rule begins.
    public var skip: Int
    /// One of so many of the requests behind these is hit, the first one first; 1 for all.
    public var every: Int
    /// The number of requests that are hit then; nil for all.
    public var count: Int?
    /// The time, from the first matching request on, for which none is hit.
    public var after: Duration
    /// A delay or pause holds up only the answer, and those of the connection that have to come behind it: requests behind it are
    /// served meanwhile, and each answer has a time of its own, as on a long wire. Otherwise requests wait in a queue for the
    /// answer before them.
    public var isPipelined: Bool
    /// What happens to the requests that are hit.
    public var effect: Effect

    /// Creates a rule; see the properties.
    ///
    /// - Precondition: `skip` and `count` are not negative, and `every` is above 0.
    public init(
        _ apiKey: ApiKey? = nil, topic: String? = nil, partition: Int32? = nil, node: Int32? = nil, skip: Int = 0,
        every: Int = 1, count: Int? = nil, after: Duration = .zero, isPipelined: Bool = false, effect: Effect
    ) {
        precondition(skip >= 0 && (count ?? 0) >= 0, "a fault's skip and count are not negative")
        precondition(every > 0, "a fault hits one of at least one request")
        self.apiKey = apiKey
        self.topic = topic
        self.partition = partition
        self.node = node
        self.skip = skip
        self.every = every
        self.count = count
        self.after = after
        self.isPipelined = isPipelined
        self.effect = effect
    }

    /// Whether the rule matches this partition; nil stands for a request or topic as a whole.
    func covers(topic: String?, partition: Int32?) -> Bool {
        (self.topic == nil || self.topic == topic) && (self.partition == nil || self.partition == partition)
    }
}
