import KafkaClient
import KafkaTransport

/// The consumers of a run as members of one group, and whether they keep what the group has given to them.
struct GroupMembers {
    let configuration: RunConfiguration
    let topic: String
    let name: String
    /// Set while the clock runs.
    private let isMeasuring = SharedFlag()
    /// Set when a partition is taken from a member meanwhile.
    private let hasLost = SharedFlag()

    /// How long the group has to share partitions out.
    private static let within = Duration.seconds(60)
    /// For so long nothing must change. Longer than a broker keeps a request that finds nothing: what members asked for before they
    /// were paused is answered by then, and can't hold up what they ask for when the clock starts.
    private static let settled = ConsumerConfiguration().maxWait + .milliseconds(100)

    /// - Returns: nil for consumers without a group.
    init?(_ configuration: RunConfiguration, topic: String) {
        guard let name = configuration.group else { return nil }
        (self.configuration, self.topic, self.name) = (configuration, topic, name)
    }

    /// As the library takes it.
    var groupConfiguration: GroupConfiguration {
        GroupConfiguration(
            groupID: name, topics: [topic], groupProtocol: configuration.groupProtocol.groupProtocol,
            onRebalance: { [isMeasuring, hasLost] change in
                switch change {
                case .assigned: break
                case .revoked(let partitions), .lost(let partitions):
                    if isMeasuring.isSet, !partitions.isEmpty { hasLost.set() }
                }
            })
    }

    /// Joins, and returns when each partition is somebody's and each member that can have one has. All are paused then.
    ///
    /// - Returns: how long that took, in ns.
    /// - Throws: `RunError`. `CancellationError` when the user wants an end.
    func join(_ consumers: [Consumer], interrupt: SharedFlag) async throws -> Int64 {
        let begin = MonotonicInstant.now
        for consumer in consumers { await consumer.join() }
        var whole: MonotonicInstant?
        var last: [Set<TopicPartition>] = []
        while true {
            if interrupt.isSet { throw CancellationError() }
            var shares: [Set<TopicPartition>] = []
            for consumer in consumers { shares.append(Set(await consumer.partitions.keys)) }
            if !isWhole(shares) || shares != last { whole = nil }
            if isWhole(shares) {
                if whole == nil {
                    // One that was given back meanwhile is noticed in the next round.
                    for (consumer, share) in zip(consumers, shares) { try? await consumer.pause(share) }
                    whole = .now
                }
                if let whole, MonotonicInstant.now - whole >= Self.settled { return whole.nanoseconds(since: begin) }
            } else if MonotonicInstant.now - begin > Self.within {
                let count = shares.reduce(0) { $0 + $1.count }
                throw RunError(
                    """
                    the members of group '\(name)' have \(count) of \(configuration.partitions) partitions after \(Self.within); \
                    perhaps others are members too: give --group a name of its own
                    """)
            }
            last = shares
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    private func isWhole(_ shares: [Set<TopicPartition>]) -> Bool {
        let partitions = configuration.partitions
        return shares.reduce(0) { $0 + $1.count } == partitions
            && shares.count { !$0.isEmpty } == min(shares.count, partitions)
    }

    /// From now on members must keep their partitions.
    func beginMeasuring() { isMeasuring.set() }

    /// Why the run can't be what it was to be; nil while it can.
    var failure: RunError? {
        guard hasLost.isSet else { return nil }
        return RunError(
            """
            group '\(name)' took partitions from a member while the clock ran: somebody joined, or a member was too slow; give \
            --group a name of its own
            """)
    }
}
