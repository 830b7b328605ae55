// The examples of the README, word for word: each stands here between its function's braces, and `scripts/check` compares.

import KafkaClient
import KafkaEmbeddedBroker
import Testing

@Suite(.timeLimit(.minutes(1))) struct ReadmeTests {
    /// Runs an example against a broker of its own with the topic that it names.
    private func withBroker(_ body: (_ broker: EmbeddedBroker, _ server: String) async throws -> Void) async throws {
        let broker = try EmbeddedBroker()
        let endpoints = try await broker.start()
        do {
            try broker.createTopic("events", partitions: 8)
            try await body(broker, endpoints[0].description)
        } catch {
            await broker.stop()
            throw error
        }
        await broker.stop()
    }

    private func storedRecords(_ broker: EmbeddedBroker) -> Int64 {
        broker.statistics.topics["events", default: []].reduce(0) { $0 + $1.endOffset }
    }

    @Test func `a producer takes records one by one`() async throws {
        try await withBroker { broker, server in
            try await recordDoor(server)
            #expect(storedRecords(broker) == 1000)
        }
    }

    private func recordDoor(_ server: String) async throws {
        try await Client.withConnection(to: [server]) { client in
            try await client.withProducer(.init(codec: .zstd, builder: .sharded(lanes: 2))) { producer in
                for id in 0..<1000 {
                    try await producer.append(value: "payload \(id)", key: "user-\(id % 10)", to: "events")
                }
                let summary = try await producer.flush()
                print("\(summary.acknowledgedRecords) records are stored")
            }
        }
    }

    @Test func `a producer takes chunks of records`() async throws {
        try await withBroker { broker, server in
            try await Client.withConnection(to: [server]) { client in
                try await client.withProducer(.init()) { try await chunkDoor($0) }
            }
            #expect(storedRecords(broker) == 256)
        }
    }

    private func chunkDoor(_ producer: Producer) async throws {
        var chunk = RecordChunk()
        for id in 0..<256 {
            chunk.append(key: "user-\(id % 10)", value: "payload \(id)")
        }
        try await producer.append(chunk, to: "events")
    }

    @Test func `a builder is connected to a producer by hand`() async throws {
        try await withBroker { broker, server in
            try await batchDoor(server)
            #expect(storedRecords(broker) == 2)
        }
    }

    private func batchDoor(_ server: String) async throws {
        try await Client.withConnection(to: [server]) { client in
            let loops = try EventLoopGroup.start(count: 2)
            let (builder, batches) = try ShardedBuilder.withSequence(
                BuilderConfiguration(codec: Codec.lz4), on: [loops.loops[0]], topics: client.cluster)
            let deliveries = DeliverySequence()
            let producer = ProducerLane(
                try ProducerConfiguration(acks: .all), on: loops.loops[1], cluster: client.cluster,
                connection: client.configuration.connection, deliveriesTo: deliveries)

            async let producing: Void = {
                for await batch in batches { producer.produce(batch) }  // yours to route, delay, mirror, drop
                await producer.drain()
                await producer.close()
            }()
            var chunk = RecordChunk()
            chunk.append(key: "user-1", value: "signed in")
            chunk.append(key: "user-1", value: nil)
            try await builder.append(chunk, to: "events")
            await builder.finish()

            for await delivery in deliveries {
                for exchange in delivery.exchanges {
                    print("broker \(exchange.broker) took \((exchange.endNs - exchange.beginNs) / 1000) µs")
                }
            }
            await producing
            await loops.shutDown()
        }
    }

    @Test func `a partition is read batch by batch`() async throws {
        try await withBroker { _, server in
            try await recordDoor(server)
            try await Client.withConnection(to: [server]) { try await fetch($0) }
        }
    }

    private func fetch(_ client: Client) async throws {
        let loop = try EventLoop.start()
        let fetcher = try await PartitionFetcher(
            topic: "events", partition: 0, cluster: client.cluster, on: loop, client.configuration.connection)
        let answer = try await fetcher.fetch(from: 0)
        let next = try FetchedBatches().forEachRecord(in: answer.records, from: 0) { record, batch in
            print(record.offset, record.valueBytes?.count ?? 0)
        }
        print("next offset \(next) of \(answer.highWatermark)")
        await fetcher.close()
        await loop.shutDown()
    }

    @Test func `tests run against the embedded broker`() async throws {
        try await embeddedBroker()
    }

    private func embeddedBroker() async throws {
        let broker = try EmbeddedBroker()
        let endpoints = try await broker.start()
        try broker.createTopic("events", partitions: 8)
        broker.inject(try FaultRule(parsing: "produce:topic=events:count=2:error=NOT_LEADER_OR_FOLLOWER"))
        try await Client.withConnection(to: endpoints.map(\.description)) { client in
            try await client.withProducer(.init()) { try await $0.append(value: "hello", to: "events") }
        }
        print(broker.statistics.recordCount)  // 1: the client retried
        await broker.stop()
    }
}
