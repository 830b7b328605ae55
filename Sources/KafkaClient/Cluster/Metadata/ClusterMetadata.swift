// What is known of the cluster, for all who need it. The keeper (`Cluster+Keeping`) and the hints in answers write it; lanes,
// doors and builders read it from any thread, and lanes are told of changes.
//
//   Metadata answers ─▶ apply ─┐                ┌─▶ KnownTopic: a table that is replaced, compared once per chunk
//   leader hints ──────▶ learn ┴▶ what is new ──┤
//                                               └─▶ MetadataListener of each lane: which topics, once per change

import KafkaProtocol
import KafkaTransport
import Synchronization

/// The brokers and topics of a cluster, shared by everything that runs for one client.
final class ClusterMetadata: Sendable {
    private let state = Mutex(State())
    private let listeners = Mutex<[ObjectIdentifier: (MetadataListener, wake: @Sendable () -> Void)]>([:])
    /// Told of what happens; nil when nobody wants to know.
    let onEvent: (@Sendable (ClientEvent) -> Void)?
    private let gate: EventGate
    /// What is counted for the client.
    let meter: ClientMeter

    /// How long a topic is asked for by age after its last use. Kafka's `metadata.max.idle.ms`.
    private static let idleTimeMax = Duration.seconds(300)

    private static let topicsPerLock = 64
    /// How many answers in turn must not know a topic before it is gone, whatever the time: one broker may be behind.
    static let missingCountMin = 4
    /// How many answers in turn make a former id right again, and older epochs: brokers that are behind alternate with others.
    static let answersForID = 2
    static let answersForEpoch = 8

    struct State {
        var user: String?
        var clusterID: String?
        var controllerID: Int32 = -1
        var brokers: [Int32: Endpoint] = [:]
        var topics: [String: Entry] = [:]
        var nextIndex = 0
        /// How long no broker may know a topic before it is gone: its batches fail then.
        var missingTimeMax = Duration.seconds(10)
    }

    struct Entry {
        let topic: KnownTopic
        var description: TopicDescription
        /// The ids of topics that had this name before, the last ones: a broker that is behind may still tell them.
        var formerIDs: [KafkaUUID] = []
        /// Since when no broker has known it, and how many have said so.
        var missingSince: MonotonicInstant?
        var missingCount = 0
        /// Whether a broker has refused what was made by this table, so that an id that was there before may be right again:
        /// ids have no order, and it may have been the broker that told the newer one that was behind.
        var isDoubted = false
        /// How many answers in turn, with none between that agrees, have told a former id or older epochs.
        var contradictionCount = 0
        /// When it was last seen that it is used.
        var lastUsed: MonotonicInstant
    }

    static let formerIDCountMax = 16

    init(_ configuration: ClusterConfiguration = ClusterConfiguration()) {
        onEvent = configuration.onEvent
        gate = EventGate(countMax: configuration.eventsPerSecondMax)
        meter = ClientMeter(clientID: configuration.connection.clientID)
        state.withLock { $0.missingTimeMax = configuration.missingTopicTimeMax }
    }

    func emit(_ kind: ClientEvent.Kind) {
        meter.count(event: kind.name)
        guard let onEvent else { return }
        for event in gate.pass(ClientEvent(kind, at: .now)) {
            if case .leftOut = event.kind { meter.count(event: event.kind.name) }
            onEvent(event)
        }
    }

    /// Who a broker was told last that this client is; nil while none was, or the mechanism does not tell.
    var user: String? { state.withLock { $0.user } }

    /// Tells of a connection that is open.
    func emitOpening(_ connection: BrokerConnection, broker: Int32) {
        if let user = connection.user { state.withLock { $0.user = user } }
        for event in connection.openingEvents(broker: broker) { emit(event) }
    }

    /// Tells of what happens to a connection while it is used.
    func watch(_ connection: BrokerConnection, broker: Int32, _ endpoint: Endpoint) {
        connection.onUnusableFiles = { [self] in emit(.unusableFiles(error: $0)) }
        connection.onReauthenticated = { [self] mechanism, user in
            emit(.reauthenticated(broker: broker, endpoint: endpoint, mechanism: mechanism, user: user))
        }
    }

    // MARK: Reading

    var clusterID: String? { state.withLock { $0.clusterID } }
    var controllerID: Int32 { state.withLock { $0.controllerID } }
    /// By node id.
    var brokers: [Int32: Endpoint] { state.withLock { $0.brokers } }

    /// A topic that was learned of; nil for others.
    func topic(_ name: String) -> KnownTopic? { state.withLock { $0.topics[name]?.topic } }

    /// What is known of a topic that exists, as far as is known.
    func description(of name: String) -> TopicDescription? {
        state.withLock { state in
            guard let entry = state.topics[name], entry.missingSince == nil else { return nil }
            return entry.description
        }
    }

    var snapshot: ClusterSnapshot {
        state.withLock { state in
            var snapshot = ClusterSnapshot()
            snapshot.clusterID = state.clusterID
            snapshot.controllerID = state.controllerID
            snapshot.brokers = state.brokers
            for (name, entry) in state.topics where entry.missingSince == nil {
                snapshot.topics[name] = entry.description
            }
            return snapshot
        }
    }

    /// The topics that were used lately. The others are not asked for by age, until they are used again.
    func topicsInUse(now: MonotonicInstant) -> Set<String> {
        state.withLock { state in
            var names: Set<String> = []
            for (name, entry) in state.topics {
                if entry.topic.takeUse() { state.topics[name]!.lastUsed = now }
                if now.nanoseconds(since: state.topics[name]!.lastUsed) < Self.idleTimeMax.nanoseconds {
                    names.insert(name)
                } else {
                    entry.topic.markDormant()
                }
            }
            return names
        }
    }

    // MARK: Learning

    /// What an answer has brought.
    struct Changes {
        /// The topics of which something new is known, or that have gone missing or have been found again.
        private(set) var topics: [KnownTopic] = []
        private var indices: Set<Int> = []
        var areBrokersNew = false
        /// Why a topic that was asked for is not described.
        var errors: [String: KafkaErrorCode] = [:]

        mutating func add(_ topic: KnownTopic) {
            if indices.insert(topic.index).inserted { topics.append(topic) }
        }
    }

    /// Takes over what an answer says. Topics that are not in the answer stay as they are.
    ///
    /// - Parameter asked: the topics that were asked for; others are not looked at. Nil for all.
    /// - Throws: `KafkaClientError` with `.wrongCluster` when the answer is of another cluster; nothing is taken then.
    @discardableResult
    func apply(
        _ response: MetadataResponse, from broker: Endpoint, now: MonotonicInstant, asked: Set<String>? = nil
    ) throws(KafkaClientError) -> Changes {
        var events: [ClientEvent.Kind] = []
        var changes = try state.withLock { state throws(KafkaClientError) in
            if let known = state.clusterID, let told = response.clusterID, known != told {
                throw .wrongCluster(at: broker, told: told, expected: known)
            }
            state.clusterID = response.clusterID ?? state.clusterID
            state.controllerID = response.controllerID
            var changes = Changes()
            let former = state.brokers
            changes.areBrokersNew = state.apply(response.brokers)
            if changes.areBrokersNew, !former.isEmpty {
                events.append(.brokersChanged(from: former.count, to: state.brokers.count))
            }
            return changes
        }
        // Some topics at a time: who wants to look meanwhile does not wait for all.
        for begin in stride(from: 0, to: response.topics.count, by: Self.topicsPerLock) {
            state.withLock { state in
                for topic in response.topics[begin...].prefix(Self.topicsPerLock)
                where asked?.contains(topic.name ?? "") ?? true {
                    state.apply(topic, now, &changes, &events)
                }
            }
        }
        meter.didLearn(at: now)
        publish(changes, events)
        return changes
    }

    /// Takes over what an answer to another request says of leaders (KIP-951).
    ///
    /// - Returns: the topics of which something new is known.
    @discardableResult
    func learn(_ hints: [LeaderHint], endpoints: [NodeEndpoint]) -> [KnownTopic] {
        var events: [ClientEvent.Kind] = []
        let changes = state.withLock { state in
            var changes = Changes()
            // The address goes with the hint: one that is older than what is known may tell an old one, too.
            let isNews = hints.contains { state.topics[$0.topic]?.description.merged(with: $0) != nil }
            for endpoint in endpoints where isNews || state.brokers[endpoint.nodeID] == nil {
                guard let told = Endpoint(endpoint.host, endpoint.port), state.brokers[endpoint.nodeID] != told else {
                    continue
                }
                state.brokers[endpoint.nodeID] = told
                changes.areBrokersNew = true
            }
            for hint in hints {
                guard let entry = state.topics[hint.topic], let merged = entry.description.merged(with: hint),
                    state.brokers[hint.leader] != nil
                else { continue }
                state.replace(entry, with: merged, .moved, &changes, &events)
            }
            return changes
        }
        publish(changes, events)
        return changes.topics
    }

    /// Notes that a broker does not know a topic, or a partition, as its table has it.
    func doubt(_ name: String) {
        state.withLock { $0.topics[name]?.isDoubted = true }
    }

    /// Forgets that a topic exists, because this client has deleted it.
    func forget(_ name: String, now: MonotonicInstant) {
        var events: [ClientEvent.Kind] = []
        let changes = state.withLock { state in
            var changes = Changes()
            state.miss(name, now, &changes, &events)
            return changes
        }
        publish(changes, events)
    }

    /// Forgets the brokers, so that those that the client began with are asked (KIP-1102).
    func forgetBrokers() {
        state.withLock { $0.brokers = [:] }
    }

    private func publish(_ changes: Changes, _ events: [ClientEvent.Kind]) {
        for event in events { emit(event) }
        if changes.topics.isEmpty, !changes.areBrokersNew { return }
        for (listener, wake) in listeners.withLock({ Array($0.values) }) where listener.tell(changes.topics) { wake() }
    }

    // MARK: Listening

    /// Adds a listener, which learns of what changes from now on.
    ///
    /// - Parameter wake: called from any thread when there is something to take, once until it is taken.
    func add(_ listener: MetadataListener, wake: @escaping @Sendable () -> Void) {
        listeners.withLock { $0[ObjectIdentifier(listener)] = (listener, wake) }
    }

    func remove(_ listener: MetadataListener) {
        _ = listeners.withLock { $0.removeValue(forKey: ObjectIdentifier(listener)) }
    }
}

/// A lane's side of the shared metadata: what has changed since it looked.
final class MetadataListener: Sendable {
    private let changed = Mutex<(topics: [KnownTopic], isTold: Bool)>(([], false))

    /// - Returns: whether the lane has to be woken.
    fileprivate func tell(_ topics: [KnownTopic]) -> Bool {
        changed.withLock { changed in
            defer { changed.isTold = true }
            changed.topics += topics
            return !changed.isTold
        }
    }

    /// The topics that have changed; brokers may have, too.
    func take() -> [KnownTopic] {
        changed.withLock { changed in
            defer { changed = ([], false) }
            return changed.topics
        }
    }
}
