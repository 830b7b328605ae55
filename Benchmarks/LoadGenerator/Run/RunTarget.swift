import KafkaClient
import KafkaTransport

/// The topic that a run loads: made when missing, counted before and after, removed when it was made.
struct RunTarget {
    let cluster: Cluster
    /// The broker's process; nil for brokers that kbench did not start.
    let broker: BrokerProcess?
    let topic: String
    private let isOurs: Bool

    /// Finds the topic or makes it.
    ///
    /// - Throws: `RunError` when it exists with other partitions, `KafkaClientError` when it can't be made.
    static func prepare(
        _ cluster: Cluster, _ settings: TargetSettings, partitions: Int, _ broker: BrokerProcess?
    ) async throws -> RunTarget {
        // A topic that is there is written to without the right to create one.
        var isNew = false
        if try await !cluster.hasTopic(settings.topic) {
            isNew = try await cluster.createTopic(
                settings.topic, partitionCount: Int32(partitions), replicationFactor: settings.replicationFactor)
        }
        let found = try await cluster.describe(settings.topic).partitions.count
        guard found == partitions else {
            throw RunError(
                """
                topic '\(settings.topic)' has \(found) partitions, not \(partitions); give --partitions \(found), or another \
                --topic
                """)
        }
        return RunTarget(cluster: cluster, broker: broker, topic: settings.topic, isOurs: isNew)
    }

    /// Whether the broker was kbench's own and has ended without having been asked to.
    var isLost: Bool {
        get async { await broker?.isLost == true }
    }

    /// CPU time of the broker's process so far; nil where it is not kbench's own, or the system does not tell.
    func brokerCpuNs() async -> Int64? {
        guard let pid = await broker?.pid else { return nil }
        return ProcessUsage.cpuTimeNs(ofProcess: pid)
    }

    /// How the load lay on the brokers; nil when they can't be asked who leads what.
    func placement(of recorders: [LaneRecorder]) async -> Placement? {
        guard let topic = try? await cluster.describe(topic) else { return nil }
        return Placement(
            leaders: topic.partitions.map(\.leader), ids: await cluster.snapshot.brokers.keys,
            loads: recorders.map(\.tally.loads.all))
    }

    /// Records stored in the topic, by its end offsets.
    func storedRecords() async throws -> Int64 { try await endOffsets().reduce(0, +) }

    /// The offset behind the last record of each partition.
    func endOffsets() async throws -> [Int64] { try await cluster.offsets(of: topic, at: .latest) }

    /// What is stored, markers of transactions included. With acks 0 the broker may still be taking what the system has, and Kafka writes
    /// the markers of a transaction after it has answered its end: this waits until all is there, or nothing more has come for two seconds.
    ///
    /// - Parameter storesMoreLater: whether there is anything to wait for.
    func settledRecords(expected: Int64, storesMoreLater: Bool) async throws -> Int64 {
        var stored = try await storedRecords()
        var deadline = MonotonicInstant.now + .seconds(2)
        while storesMoreLater, stored < expected, .now < deadline {
            try await Task.sleep(for: .milliseconds(50))
            let now = try await storedRecords()
            if now > stored { deadline = .now + .seconds(2) }
            stored = now
        }
        return stored
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
