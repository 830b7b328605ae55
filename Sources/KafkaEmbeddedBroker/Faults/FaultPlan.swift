import KafkaProtocol

/// What the rules that fired do to one request.
struct FaultPlan {
    private var errorRules: [FaultRule] = []
    private var storageRules: [FaultRule] = []
    private(set) var disconnect: FaultRule.Moment?
    private(set) var delay = Duration.zero
    /// Whether requests behind this one are served before the delay is over.
    private(set) var isPipelined = true
    /// The numbers of the rules of capacity that the request takes from.
    private(set) var capacities: [Int] = []
    private(set) var throttleMs: Int32 = 0
    private(set) var isStalled = false
    /// What happens to the cluster before the request is served, in this order.
    private(set) var changes: [ClusterChange] = []

    /// Sums of delays end here, so that they can't overflow.
    private static let delayMax = Duration.seconds(1 << 40)

    /// - Parameters:
    ///   - number: of the rule.
    ///   - targets: the partitions of the request.
    ///   - node: the node that got it.
    ///   - delay: how long the rule delays this request, if it does.
    mutating func add(
        _ rule: FaultRule, number: Int, _ targets: [FaultScript.Target], node: Int32, delay: Duration
    ) {
        switch rule.effect {
        case .error, .errorAfterStore: errorRules.append(rule)
        case .disconnect(let moment): disconnect = disconnect ?? moment
        case .delay, .risingDelay, .pause:
            self.delay = min(self.delay + max(delay, .zero), Self.delayMax)
            isPipelined = isPipelined && rule.isPipelined
        case .capacity: capacities.append(number)
        case .throttle(let ms): throttleMs = max(throttleMs, ms)
        case .stall: isStalled = true
        case .storage: storageRules.append(rule)
        case .metadataFreeze: changes.append(.metadataFreeze(node: node))
        case .leaderMove, .leaderRemoval, .topicGrowth, .topicRecreation:
            let hit = targets.filter { rule.covers(topic: $0.topic, partition: $0.partition) }
            changes += ClusterChange.changes(rule.effect, hit)
        }
    }

    /// The code to answer without serving the request.
    func error(topic: String? = nil, partition: Int32? = nil) -> KafkaErrorCode? {
        for rule in errorRules where rule.covers(topic: topic, partition: partition) {
            if case .error(let code) = rule.effect { return code }
        }
        return nil
    }

    /// The code to answer after the request was served.
    func errorAfterStore(topic: String? = nil, partition: Int32? = nil) -> KafkaErrorCode? {
        for rule in errorRules where rule.covers(topic: topic, partition: partition) {
            if case .errorAfterStore(let code) = rule.effect { return code }
        }
        return nil
    }

    /// What is done to a batch of this partition instead of storing it; nil to store it.
    func storageFault(topic: String, partition: Int32) -> StorageFault? {
        for rule in storageRules where rule.covers(topic: topic, partition: partition) {
            if case .storage(let fault) = rule.effect { return fault }
        }
        return nil
    }

    /// Whether the answer is held back while requests behind it are served.
    var isHeldOnWire: Bool { isPipelined && holdsAnswer && !isStalled && disconnect == nil }

    /// Whether the answer is held back.
    var holdsAnswer: Bool { isStalled || delay > .zero || !capacities.isEmpty }
}
