import KafkaClient
import Synchronization

/// Connections by broker, and the events that are told of as they come.
final class Connections: Sendable {
    struct State {
        var opened: [String: Int] = [:]
        var failed: [String: Int] = [:]
        var lost: [String: Int] = [:]
    }

    let state = Mutex(State())
    let topics: [TopicRecord]

    init(_ topics: [TopicRecord]) { self.topics = topics }

    func note(_ event: ClientEvent) {
        switch event.kind {
        case .connected(let broker, _): state.withLock { $0.opened["\(broker)", default: 0] += 1 }
        case .connectFailed(let broker, _, let error):
            state.withLock { $0.failed["\(broker)", default: 0] += 1 }
            tell("connectFailed", event, ["broker": broker, "code": "\(error.code)"])
        case .disconnected(let broker, _, let error):
            state.withLock { $0.lost["\(broker)", default: 0] += 1 }
            tell("disconnected", event, ["broker": broker, "code": "\(error.code)"])
        case .retried(let topic, _, _, let count, let error):
            record(topic)?.state.withLock { $0.retried["\(error.code)", default: 0] += count }
        case .leaderMoved(let topic, let partition, let from, let to, let epoch):
            tell(
                "leaderMoved", event,
                ["topic": topic, "partition": partition, "from": from, "to": to, "epoch": epoch])
        case .topicGrew(let topic, let from, let to):
            tell("topicGrew", event, ["topic": topic, "from": from, "to": to])
        case .topicMadeAnew(let topic, let from, let to):
            tell("topicMadeAnew", event, ["topic": topic, "from": from, "to": to])
        case .topicMissing(let topic): tell("topicMissing", event, ["topic": topic])
        case .topicGone(let topic): tell("topicGone", event, ["topic": topic])
        case .topicFound(let topic): tell("topicFound", event, ["topic": topic])
        case .throttled(let broker, _): tell("throttled", event, ["broker": broker])
        case .rebootstrapped: tell("rebootstrapped", event, [:])
        default: tell("other", event, ["what": "\(event.kind)"])
        }
    }

    private func record(_ topic: String) -> TopicRecord? { topics.first { $0.name == topic } }

    private func tell(_ name: String, _ event: ClientEvent, _ more: [String: any Sendable]) {
        JSONLines.write(more.merging(["event": name, "t": JSONLines.seconds(event.time.nanoseconds)]) { $1 })
    }
}
