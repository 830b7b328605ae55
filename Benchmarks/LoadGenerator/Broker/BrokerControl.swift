import KafkaClient
import KafkaEmbeddedBroker
internal import KafkaJSON

/// Carries out the commands for a broker that runs, one after the other.
struct BrokerControl: Sendable {
    let broker: EmbeddedBroker

    /// Carries out the command in a line.
    ///
    /// - Returns: one line that begins with `ok` or `error: `; nil for a line without words.
    func answer(_ line: String) async -> String? {
        if line.allSatisfy(\.isWhitespace) { return nil }
        do {
            let result = try await carryOut(try ControlCommand(parsing: line))
            return result.isEmpty ? "ok" : "ok \(result)"
        } catch {
            return "error: \(error)"
        }
    }

    private func carryOut(_ command: ControlCommand) async throws -> String {
        switch command {
        case .fault(let rule): broker.inject(rule)
        case .clearFaults: broker.removeFaults()
        case .grow(let topic, let count): try broker.addPartitions(topic, to: count)
        case .anew(let topic, let count): try broker.recreateTopic(topic, partitions: count)
        case .create(let topic, let count): try broker.createTopic(topic, partitions: count)
        case .delete(let topic): try broker.deleteTopic(topic)
        case .leader(let topic, let partition, let node): try broker.moveLeader(topic, partition, to: node)
        case .leaderless(let topic, let partition): try broker.removeLeader(topic, partition)
        case .elect: broker.electPreferredLeaders()
        case .forgetProducers(let topic, let partition): try broker.forgetProducers(topic, partition)
        case .coordinator(let group, let node): try broker.moveCoordinator(of: group, to: node)
        case .freeze(let node): try broker.freezeMetadata(of: node)
        case .thaw(let node): broker.thawMetadata(of: node)
        case .stop(let node): try await broker.stopNode(node)
        case .start(let node, let port): return "\(node) \(try await broker.startNode(node, port: port))"
        case .pause(let node): try await broker.pauseNode(node)
        case .resume(let node): try await broker.resumeNode(node)
        case .add:
            let endpoint = try await broker.addNode()
            let node = broker.nodes.first { $0.value == endpoint }
            return "\(node.map { "\($0.key) " } ?? "")\(endpoint)"
        case .advertise(let node, let endpoint): broker.advertise(node: node, as: endpoint)
        case .hide(let node): broker.hideFromMetadata(node: node)
        case .show(let node): broker.showInMetadata(node: node)
        case .delays: return Self.json(broker.heldAnswers).compactText
        case .clearDelays: broker.forgetHeldAnswers()
        case .statistics: return Self.json(broker.statistics).compactText
        case .help: return "commands: \(ControlCommand.usages.joined(separator: "; "))"
        }
        return ""
    }

    private static func json(_ statistics: EmbeddedBrokerStatistics) -> JSONValue {
        .object([
            ("connections", .integer(Int64(statistics.connectionCount))),
            (
                "accepted",
                counts(statistics.acceptedConnectionCounts.sorted { $0.key < $1.key }.map { ("\($0.key)", $0.value) })
            ),
            (
                "requests",
                counts(
                    statistics.requestCounts.sorted { $0.key.rawValue < $1.key.rawValue }.map {
                        ($0.key.name.lowercased(), $0.value)
                    })
            ),
            ("while_throttled", .integer(Int64(statistics.requestsWhileThrottledCount))),
            ("batches", .integer(Int64(statistics.batchCount))),
            ("records", .integer(Int64(statistics.recordCount))),
            ("bytes", .integer(Int64(statistics.byteCount))),
            ("duplicate_batches", .integer(Int64(statistics.duplicateBatchCount))),
            ("refused_batches", .integer(Int64(statistics.refusedBatchCount))),
            (
                "topics",
                .object(
                    statistics.topics.sorted { $0.key < $1.key }.map { name, partitions in
                        (name, .array(partitions.map(json)))
                    })
            ),
        ])
    }

    /// For each answer, times by the broker's clock: when its request arrived, counted from the first one, for how long it was
    /// held back, until the system had it, and how much of that until it was about to be handed over.
    private static func json(_ answers: [HeldAnswer]) -> JSONValue {
        let begin = answers.map(\.arrived).min() ?? .now
        return .array(
            answers.map { answer in
                .object([
                    ("node", .integer(Int64(answer.node))),
                    ("api", .string(answer.apiKey.name.lowercased())),
                    ("records", .integer(Int64(answer.recordCount))),
                    ("arrived_ns", .integer(answer.arrived.nanoseconds(since: begin))),
                    ("held_ns", .integer(answer.heldNs)),
                    ("left_ns", .integer(answer.left.nanoseconds(since: answer.arrived))),
                ])
            })
    }

    private static func json(_ partition: EmbeddedBrokerStatistics.Partition) -> JSONValue {
        .object([
            ("leader", .integer(Int64(partition.leader))),
            ("leader_epoch", .integer(Int64(partition.leaderEpoch))),
            ("start_offset", .integer(partition.startOffset)),
            ("end_offset", .integer(partition.endOffset)),
        ])
    }

    private static func counts(_ counts: [(String, Int)]) -> JSONValue {
        .object(counts.map { ($0.0, .integer(Int64($0.1))) })
    }
}
