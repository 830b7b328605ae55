import KafkaClient

/// The topic that runs load: made when missing, counted before and after, removed when it was ours.
struct RunTarget {
    let cluster: Cluster
    let topic: String
    private let isOurs: Bool

    /// Finds the topic or makes it.
    ///
    /// - Throws: `RunError` when it exists with other partitions, `KafkaClientError` when it can't be made.
    static func prepare(_ cluster: Cluster, _ settings: TargetSettings, partitions: Int) async throws -> RunTarget {
        let isNew = try await cluster.createTopic(
            settings.topic, partitionCount: Int32(partitions), replicationFactor: settings.replicationFactor)
        let found = try await cluster.describe(settings.topic).partitions.count
        guard found == partitions else {
            throw RunError(
                """
                topic '\(settings.topic)' has \(found) partitions, not \(partitions); give --partitions \(found), or another \
                --topic
                """)
        }
        return RunTarget(cluster: cluster, topic: settings.topic, isOurs: isNew)
    }

    /// Records stored in the topic, by its end offsets.
    func storedRecords() async throws -> Int64 {
        try await cluster.offsets(of: topic, at: .latest).reduce(0, +)
    }

    /// Removes the topic if this command made it and it is not to be kept.
    func remove(keeping keep: Bool) async throws {
        if isOurs, !keep { try await cluster.deleteTopic(topic) }
    }
}

/// A run that could not go on.
package struct RunError: Error, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}
