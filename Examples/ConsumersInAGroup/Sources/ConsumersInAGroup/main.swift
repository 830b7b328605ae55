// Two consumers of a group share a topic: each record is read by one of them, and where they have come to is committed.

import ExampleRun
import KafkaClient
import Synchronization

/// Reads as a member of a group until all of them together have read enough, and gives what this one has read.
func read(_ client: Client, _ group: GroupConfiguration, until left: Countdown) async throws -> Int {
    try await client.withConsumer(in: group) { consumer in
        let reader = RecordReader()
        let ending = Task {
            while left.count > 0 { try await Task.sleep(for: .milliseconds(5)) }
            await consumer.finish()
        }
        var count = 0
        for try await batch in consumer {  // a batch is handled when the next one is asked for
            try reader.forEachRecord(in: batch) { record in
                if record.value != nil { count += 1 }
            }
            left.take(Int(batch.header.recordCount))
        }
        try await ending.value
        return count
    }
}

final class Countdown: Sendable {
    private let left: Atomic<Int>
    init(_ count: Int) { left = Atomic(count) }
    var count: Int { left.load(ordering: .relaxed) }
    func take(_ count: Int) { left.subtract(count, ordering: .relaxed) }
}

await Example.run(topic: "events", partitions: 6, storing: 6000) { server in
    try await Client.withConnection(to: [server]) { client in
        let begin = try await client.cluster.offsets(of: "events", at: .latest)
        try await client.withProducer { producer in
            for id in 0..<6000 {
                try await producer.append(value: "event \(id)", to: "events", partition: Int32(id % 6))
            }
        }
        let group = GroupConfiguration(
            groupID: "example-\(begin.reduce(0, +))", topics: ["events"], start: .earliest,
            heartbeatInterval: .milliseconds(100)
        ) { change in
            if case .assigned(let partitions) = change { print("a member got \(partitions.count) partitions") }
        }
        let total = Int(begin.reduce(0, +)) + 6000
        let left = Countdown(total)
        async let first = read(client, group, until: left)
        async let second = read(client, group, until: left)
        let counts = try await [first, second]
        print("read by each: \(counts)")
        try Example.expect(counts.reduce(0, +) >= total, "\(total) records were expected")
    }
}
