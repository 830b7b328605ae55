// Topics are created and given settings, offsets are asked for, and a group is told where to go on and how far it is behind.

import ExampleRun
import KafkaClient

await Example.run(topic: "events", partitions: 2, storing: 200) { server in
    try await Client.withConnection(to: [server]) { client in
        try await client.withProducer { producer in
            for id in 0..<200 {
                try await producer.append(value: "event \(id)", to: "events", partition: Int32(id % 2))
            }
        }
        let cluster = client.cluster
        for (name, created) in try await cluster.createTopics([
            NewTopic("orders", partitionCount: 12, configuration: ["retention.ms": "86400000"]),
            NewTopic("payments", partitionCount: 6),
        ]) {
            if case .failure(let error) = created { print("\(name): \(error)") }
        }
        let ends = try await cluster.listOffsets([
            TopicPartition("events", 0): .latest, TopicPartition("events", 1): .timestampMs(1_700_000_000_000),
        ])
        let newest = try await cluster.offset(of: TopicPartition("events", 0), at: .maxTimestamp)
        print("\(ends.count) offsets, the newest record is at \(newest.offset ?? -1)")

        let orders = ConfiguredResource.topic("orders")
        let entries = try await cluster.describeConfigurations(of: [orders])[orders]!.get()
        _ = try await cluster.alterConfigurations([
            orders: [.set("retention.ms", to: "3600000"), .append("cleanup.policy", "compact")]
        ])
        try Example.expect(entries.contains { $0.name == "retention.ms" }, "a topic has a retention time")

        let end = try await cluster.offset(of: TopicPartition("events", 0), at: .latest).offset ?? 0
        _ = try await cluster.commitOffsets([TopicPartition("events", 0): CommittedOffset(end - 60)], of: "example")
        for group in try await cluster.listGroups(states: [.empty]).groups {
            for (partition, lag) in try await cluster.lag(of: group.id) { print(partition, try lag.get().lag ?? -1) }
        }
        let lag = try await cluster.lag(of: "example")[TopicPartition("events", 0)]?.get().lag
        try Example.expect(lag == 60, "the group is \(lag ?? -1) records behind, 60 were expected")
        for (name, deleted) in try await cluster.deleteTopics(["orders", "payments"]) {
            if case .failure(let error) = deleted { print("\(name): \(error)") }
        }
    }
}
