import Foundation
import KafkaClient
import Synchronization

/// Lines of JSON on standard output.
enum JSONLines {
    private static let lock = Mutex(())

    static func write(_ object: [String: any Sendable]) {
        guard var line = try? JSONSerialization.data(withJSONObject: object, options: .sortedKeys) else { return }
        line.append(UInt8(ascii: "\n"))
        lock.withLock { _ in FileHandle.standardOutput.write(line) }
    }

    /// Seconds of the monotonic clock, which other processes have too.
    static func seconds(_ nanoseconds: Int64) -> Double { (Double(nanoseconds) / 1e6).rounded() / 1e3 }

    /// What is told every 100 ms: how many milliseconds ago each partition had its last acknowledgement, -1 for never.
    static func progress(_ topics: [TopicRecord]) -> [String: any Sendable] {
        let now = MonotonicInstant.now.nanoseconds
        var told: [String: any Sendable] = [:]
        for topic in topics {
            told[topic.name] = topic.state.withLock { state in
                let ages = state.partitions.map { $0.first == 0 ? -1 : max(0, now - $0.last) / 1_000_000 }
                return [
                    "appended": state.appended, "acked": state.acked,
                    "failed": state.failed.values.reduce(0, +), "ages": ages,
                ] as [String: any Sendable]
            }
        }
        return ["t": seconds(now), "topics": told]
    }

    static func summary(_ topics: [TopicRecord], _ connections: Connections) -> [String: any Sendable] {
        var told: [String: any Sendable] = [:]
        for topic in topics {
            told[topic.name] = topic.state.withLock { state in
                [
                    "appended": state.appended, "acked": state.acked, "maybe_twice": state.maybeTwice,
                    "failed": state.failed, "refused": state.refused, "retried": state.retried,
                    "gaps": state.partitions.map { seconds($0.longest) },
                    "gaps_at": state.partitions.map { seconds($0.longestBegan) },
                    "first": state.partitions.map { seconds($0.first) },
                ] as [String: any Sendable]
            }
        }
        return connections.state.withLock { state in
            [
                "summary": told, "connects": state.opened, "connect_failures": state.failed,
                "disconnects": state.lost,
            ]
        }
    }
}
