// A test's view: the broker lives in this process, speaks the real protocol over TCP, and fails as it is told to.

import Foundation
import KafkaClient
import KafkaEmbeddedBroker

func expect(_ condition: Bool, _ message: String) {
    if condition { return }
    print("failed: \(message)")
    exit(1)
}

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
    expect(broker.statistics.recordCount == 1, "\(broker.statistics.recordCount) records were stored")
    expect(broker.statistics.refusedBatchCount == 2, "\(broker.statistics.refusedBatchCount) batches were refused")
}

func produceInVain() async throws {
    let broker = try EmbeddedBroker()
    let server = try await broker.start()[0].description
    try broker.createTopic("events", partitions: 8)
    let codes = try await provokeFailures(broker, server)
    let isTold = try await provokeChanges(broker, server)
    let settings = try await provokeInvalidConfiguration(server)
    await broker.stop()
    expect(codes == [.recordTooLarge, .notAuthorized], "the failures were \(codes)")
    expect(isTold, "a leader moved, and nobody was told")
    expect(
        settings == ["BuilderConfiguration.linger", "ProducerConfiguration.attempts"], "the settings were \(settings)")
    expect(broker.statistics.recordCount == 0, "\(broker.statistics.recordCount) records were stored")
}

do {
    try await produceToFailingBroker()
    try await produceInVain()
} catch {
    expect(false, "\(error)")
}
print("ok: stored once after two failures, and told of what could not be stored")
