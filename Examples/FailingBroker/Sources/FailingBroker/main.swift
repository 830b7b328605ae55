// A test's view: the broker lives in this process, speaks the real protocol over TCP, and fails as it is told to.

import Foundation
import KafkaClient
import KafkaEmbeddedBroker

func produceToFailingBroker() async throws {
    let broker = try EmbeddedBroker()
    let endpoints = try await broker.start()
    try broker.createTopic("events", partitions: 8)
    broker.inject(try FaultRule(parsing: "produce:topic=events:count=2:error=NOT_LEADER_OR_FOLLOWER"))
    try await Client.withConnection(to: endpoints.map(\.description)) { client in
        try await client.withProducer(.init()) { try await $0.append(value: "hello", to: "events") }
    }
    print(broker.statistics.recordCount)  // 1: the client retried
    await broker.stop()
    guard broker.statistics.recordCount == 1, broker.statistics.refusedBatchCount == 2 else {
        print("failed: \(broker.statistics)")
        exit(1)
    }
    print("ok: stored once, after two failures")
}

try await produceToFailingBroker()
