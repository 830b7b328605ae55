import KafkaProtocol
import Synchronization

/// A directory whose topics are shared by all who use it, and change under them.
protocol SharedTopicDirectory: TopicDirectory {
    /// A topic that was asked for before; nil for others. It asks nobody.
    func knownTopic(_ name: String) -> KnownTopic?
    /// A topic, which is asked for when it is not known.
    func topic(_ name: String) async throws -> KnownTopic
    /// Has topics asked for, without waiting.
    func want(_ topics: [String])
}

extension Cluster: SharedTopicDirectory {
    nonisolated func knownTopic(_ name: String) -> KnownTopic? { metadata.topic(name) }

    nonisolated func topic(_ name: String) async throws -> KnownTopic {
        _ = try await describe(name)
        if let known = metadata.topic(name) { return known }
        throw KafkaClientError(.unknownTopic, "topic '\(name)' is not known")
    }
}

/// The topics as builders and doors see them: those of a cluster are shared; of any other directory the numbers of partitions
/// are kept here.
final class BuilderTopics: Sendable {
    private let directory: any TopicDirectory
    private let shared: (any SharedTopicDirectory)?
    private let own = Mutex<[String: KnownTopic]>([:])

    init(_ directory: any TopicDirectory) {
        self.directory = directory
        shared = directory as? any SharedTopicDirectory
    }

    /// A topic that was asked for before; nil for others.
    func known(_ name: String) -> KnownTopic? {
        if let shared { return shared.knownTopic(name) }
        return own.withLock { $0[name] }
    }

    /// A topic, which is asked for when it is not known. A directory that is not shared is asked in any case: it tells of no
    /// changes itself.
    ///
    /// - Throws: the errors of `TopicDirectory.partitionCount(of:)`.
    func topic(_ name: String) async throws -> KnownTopic {
        if let shared {
            if let known = shared.knownTopic(name) { return known }
            return try await shared.topic(name)
        }
        let partitionCount = try await directory.partitionCount(of: name)
        let topic = own.withLock { own in
            if let known = own[name] { return known }
            let topic = KnownTopic(name, index: own.count, partitionCount: partitionCount)
            own[name] = topic
            return topic
        }
        grow(topic, to: partitionCount)
        return topic
    }

    /// Asks whether a topic has gained partitions that are not known. One broker may be behind the others, so that several
    /// are asked.
    ///
    /// - Throws: the errors of `TopicDirectory.partitionCount(of:)`.
    func learn(_ partitionCount: Int, of topic: KnownTopic) async throws {
        var attemptCount = 0
        while partitionCount > topic.partitionCount, attemptCount < (shared == nil ? 1 : 3) {
            attemptCount += 1
            let count = try await directory.partitionCountNow(of: topic.name)
            if shared == nil { grow(topic, to: count) }
        }
    }

    private func grow(_ topic: KnownTopic, to partitionCount: Int) {
        own.withLock { _ in
            let known = topic.description
            if partitionCount <= known.partitions.count { return }
            let added = PartitionDescription(leader: -1, leaderEpoch: -1, replicas: [])
            let partitions =
                known.partitions + Array(repeating: added, count: partitionCount - known.partitions.count)
            topic.replace(
                with: TopicDescription(id: known.id, partitions: partitions, generation: known.generation + 1))
        }
    }

    /// Notes that records are appended to a topic.
    ///
    /// - Throws: `KafkaClientError` with `.unknownTopic` when it is gone. It is asked for then, so that it may come back.
    func use(_ topic: KnownTopic) throws(KafkaClientError) {
        if topic.use() || topic.isGone { shared?.want([topic.name]) }
        if topic.isGone { throw topic.goneError }
    }
}
