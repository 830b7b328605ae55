// A producer that is used while its cluster changes, and that tells of every time without an acknowledgement. It is a program
// as a user's is: a package of its own, which sees the library's public API alone.

import Foundation
import KafkaClient

let options = Options(Array(CommandLine.arguments.dropFirst()))
let topics = options.topics.map(TopicRecord.init)
let connections = Connections(topics)
let ending = Ending()

var cluster = ClusterConfiguration(metadataMaxAge: .seconds(options.maxAge))
cluster.onEvent = { connections.note($0) }
var configuration = Producer.Configuration(acks: .all, strategy: .sharded(lanes: options.lanes))
configuration.onDelivery = { delivery in
    try topics.first { $0.name == delivery.batch.topic }?.accept(delivery)
}

if let seconds = options.seconds {
    Task {
        try await Task.sleep(for: .seconds(seconds))
        ending.end()
    }
} else {
    ending.readCommands(for: topics)
}
let progress = Task {
    while !Task.isCancelled {
        try await Task.sleep(for: .milliseconds(100))
        JSONLines.write(JSONLines.progress(topics))
    }
}

do {
    try await Client.withConnection(to: options.servers, cluster) { client in
        try await client.withProducer(configuration) { producer in
            try await withThrowingTaskGroup { group in
                for topic in topics {
                    let feed = Feed(
                        topic: topic, rate: options.rate / topics.count, isKeyed: options.isKeyed, door: options.door)
                    group.addTask { try await feed.run(into: producer, until: ending) }
                }
                try await group.waitForAll()
            }
            let now = MonotonicInstant.now
            for topic in topics { topic.endGaps(at: now) }
            // What failed is in the summary.
            _ = try await producer.flushWithSummary()
        }
    }
    if let folder = options.acked {
        for topic in topics {
            let bits = topic.state.withLock { $0.bits }
            try Data(bits).write(to: URL(filePath: folder).appending(path: "\(topic.name).acked"))
        }
    }
} catch {
    FileHandle.standardError.write(Data("drill: \(error)\n".utf8))
    exit(1)
}
progress.cancel()
JSONLines.write(JSONLines.summary(topics, connections))
