// The library's hands for tests that compare what it says of a cluster with what others say.
//
//      interop-peer admin BOOTSTRAP        < commands, a line each        > answers, a line of JSON each
//
// Partitions are TOPIC:PARTITION, also with =OFFSET behind. An error is {"error": NAME}, by the broker's name where it has one.

import Foundation
import KafkaClient

struct AdminCommands {
    let cluster: Cluster

    static func run(bootstrap: String) async throws {
        try await Client.withConnection(to: bootstrap.split(separator: ",").map(String.init)) { client in
            let commands = AdminCommands(cluster: client.cluster)
            while let line = readLine() {
                let words = line.split(separator: " ").map(String.init)
                var answer: Any
                do { answer = try await commands.answer(words[0], Array(words.dropFirst())) } catch {
                    answer = Self.json(error)
                }
                let data = try JSONSerialization.data(
                    withJSONObject: answer, options: [.fragmentsAllowed, .sortedKeys])
                print(String(decoding: data, as: UTF8.self))
                fflush(nil)
            }
        }
    }

    private func answer(_ command: String, _ words: [String]) async throws -> Any {
        switch command {
        case "topics", "describe", "create", "partitions", "delete": try await topics(command, words)
        case "offsets", "delete-records", "elect": try await partitions(command, words)
        case "configs", "alter": try await settings(command, words)
        default: try await groups(command, words)
        }
    }

    private func topics(_ command: String, _ words: [String]) async throws -> Any {
        switch command {
        case "topics": return try await cluster.listTopics().map { [$0.name, $0.partitionCount] as [Any] }
        case "describe":
            return Self.json(try await cluster.describeTopics(Set(words))) { topic in
                topic.partitions.map { partition in
                    [
                        "index": partition.index, "leader": partition.leader, "replicas": partition.replicas,
                        "isr": partition.inSyncReplicas, "offline": partition.offlineReplicas,
                    ] as [String: Any]
                }
            }
        case "create":
            let settings = words.dropFirst(2).map { $0.split(separator: "=", maxSplits: 1).map(String.init) }
            let topic = NewTopic(
                words[0], partitionCount: Int32(words[1])!, replicationFactor: 1,
                configuration: Dictionary(uniqueKeysWithValues: settings.map { ($0[0], $0[1]) }))
            return Self.json(try await cluster.createTopics([topic])) { _ in "ok" }
        case "partitions":
            return Self.json(try await cluster.createPartitions(of: [words[0]: NewPartitions(to: Int32(words[1])!)])) {
                "ok"
            }
        default: return Self.json(try await cluster.deleteTopics(Set(words))) { "ok" }
        }
    }

    private func partitions(_ command: String, _ words: [String]) async throws -> Any {
        switch command {
        case "offsets":
            let point = Self.points[words[0]] ?? .timestampMs(Int64(words[0])!)
            let isolation = words[1] == "committed" ? IsolationLevel.readCommitted : .readUncommitted
            let asked = Dictionary(uniqueKeysWithValues: words.dropFirst(2).map { (Self.partition($0), point) })
            return Self.json(try await cluster.listOffsets(asked, isolation: isolation)) {
                $0.offset as Any? ?? NSNull()
            }
        case "delete-records":
            let asked = Dictionary(uniqueKeysWithValues: words.map(Self.offset))
            return Self.json(try await cluster.deleteRecords(before: asked)) { $0 }
        default:
            let found = try await cluster.electLeaders(
                words[0] == "unclean" ? .unclean : .preferred, of: Set(words.dropFirst().map(Self.partition)))
            return Self.json(found) { $0 }
        }
    }

    private static let points: [String: Cluster.OffsetPoint] = [
        "earliest": .earliest, "latest": .latest, "max-timestamp": .maxTimestamp, "earliest-local": .earliestLocal,
    ]

    private func settings(_ command: String, _ words: [String]) async throws -> Any {
        let kinds: [String: ConfiguredResource.Kind] = ["topic": .topic, "broker": .broker, "group": .group]
        let resource = ConfiguredResource(kinds[words[0]]!, words[1] == "-" ? "" : words[1])
        let rest = words.dropFirst(2)
        guard command == "alter" else {
            let keys = rest.isEmpty ? nil : Set(rest)
            let found = try await cluster.describeConfigurations(of: [resource], keys: keys)
            return Self.json(found) { entries in
                Dictionary(
                    uniqueKeysWithValues: entries.map { entry in
                        (
                            entry.name,
                            [
                                "value": entry.value as Any? ?? NSNull(), "source": entry.source.rawValue,
                                "readOnly": entry.isReadOnly, "sensitive": entry.isSensitive,
                            ] as [String: Any]
                        )
                    })
            }
        }
        let changes = rest.map { word -> ConfigurationChange in
            let parts = word.split(separator: ":", maxSplits: 1).map(String.init)
            let setting = parts[1].split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(
                String.init)
            return switch parts[0] {
            case "set": .set(setting[0], to: setting[1])
            case "append": .append(setting[0], setting[1])
            case "subtract": .subtract(setting[0], setting[1])
            default: .delete(setting[0])
            }
        }
        return Self.json(try await cluster.alterConfigurations([resource: changes])) { "ok" }
    }

    private func groups(_ command: String, _ words: [String]) async throws -> Any {
        switch command {
        case "groups":
            return try await cluster.listGroups().groups.map {
                [$0.id, $0.protocolType, $0.state?.rawValue ?? "", $0.type?.rawValue ?? ""]
            }
        case "group": return Self.json(try await cluster.describeGroups(Set(words)), Self.json)
        case "delete-groups": return Self.json(try await cluster.deleteGroups(Set(words))) { "ok" }
        case "committed":
            let asked = words.count > 1 ? Set(words.dropFirst().map(Self.partition)) : nil
            return Self.json(try await cluster.committedOffsets(of: words[0], asked)) {
                $0?.offset as Any? ?? NSNull()
            }
        case "commit":
            let offsets = Dictionary(uniqueKeysWithValues: words.dropFirst().map(Self.offset))
            return Self.json(try await cluster.commitOffsets(offsets.mapValues { CommittedOffset($0) }, of: words[0])) {
                "ok"
            }
        case "uncommit":
            return Self.json(
                try await cluster.deleteOffsets(Set(words.dropFirst().map(Self.partition)), of: words[0])
            ) { "ok" }
        case "lag": return Self.json(try await cluster.lag(of: words[0])) { $0.lag as Any? ?? NSNull() }
        default: return ["error": "unknown command \(command)"]
        }
    }

    // MARK: Words

    private static func partition(_ word: String) -> TopicPartition {
        let parts = word.split(separator: ":")
        return TopicPartition(String(parts[0]), Int32(parts[1])!)
    }

    private static func offset(_ word: String) -> (TopicPartition, Int64) {
        let parts = word.split(separator: "=").map(String.init)
        return (partition(parts[0]), Int64(parts[1])!)
    }

    private static func json(_ error: any Error) -> Any {
        guard let error = error as? KafkaClientError else { return ["error": "\(error)"] }
        return ["error": error.brokerError?.name ?? error.code.rawValue]
    }

    private static func json<Key: CustomStringConvertible, Value>(
        _ results: [Key: Result<Value, KafkaClientError>], _ value: (Value) -> Any
    ) -> Any {
        Dictionary(
            uniqueKeysWithValues: results.map { key, result -> (String, Any) in
                switch result {
                case .success(let found): (key.description, value(found))
                case .failure(let error): (key.description, json(error))
                }
            })
    }

    private static func json(_ group: GroupDescription) -> Any {
        [
            "state": group.state.rawValue, "type": group.type.rawValue, "protocolType": group.protocolType,
            "assignor": group.assignor, "coordinator": group.coordinator,
            "members": group.members.map { member in
                [
                    "id": member.id, "client": member.clientID, "host": member.host,
                    "topics": member.topics?.sorted() ?? [],
                    "assignment": member.assignment?.sorted().map(\.description) ?? [],
                ] as [String: Any]
            },
        ] as [String: Any]
    }
}
