import KafkaEmbeddedBroker
import KafkaProtocol
import KafkaTransport
import Synchronization
import TestSupport
import Testing

@testable import KafkaClient

/// What a client's snapshot says of what it has done.
@Suite struct MetricsTests {
    /// A client of a broker with topics `a` and `b`, of two partitions each.
    private func withClient(
        _ change: (inout EmbeddedBrokerConfiguration) -> Void = { _ in },
        _ body: (Client, EmbeddedBroker) async throws -> Void
    ) async throws {
        try await withFixture(change) { fixture in
            for topic in ["a", "b"] { try fixture.broker.createTopic(topic, partitions: 2) }
            try await Client.withConnection(
                to: fixture.endpoints.map(\.description), .fast(fixture.connection)
            ) { client in
                try await body(client, fixture.broker)
            }
        }
    }

    private static func configuration(attempts: Int = 10) -> Producer.Configuration {
        var configuration = Producer.Configuration(linger: .zero, batchByteCount: 1024)
        configuration.producer = .fast(attempts: attempts)
        return configuration
    }

    @Test func recordsBatchesAndBytesAreCountedByTopic() async throws {
        try await withClient { client, broker in
            try await client.withProducer(Self.configuration()) { producer in
                for index in 0..<300 { try await producer.append(value: "\(index)", to: index < 200 ? "a" : "b") }
                try await producer.flush()
            }
            let metrics = client.metrics
            for (topic, count) in [("a", 200.0), ("b", 100.0)] {
                func sum(_ name: String) -> Double? { metrics.sum(name, with: ["topic": topic]) }
                #expect(sum("kafka.producer.topic.record.send.total") == count)
                #expect(sum("kafka.producer.topic.record.error.total") == 0)
                #expect(sum("kafka.producer.topic.record.retry.total") == 0)
                #expect(
                    metrics.sum("messaging.client.sent.messages", with: ["messaging.destination.name": topic]) == count)
                let batches = sum("kafkaclient.topic.batch.total")
                let durations = metrics.histogram(
                    "messaging.client.operation.duration", with: ["messaging.destination.name": topic])
                #expect(durations.map { Double($0.count) } == batches && durations?.average ?? 0 > 0)
            }
            let stored = broker.statistics
            #expect(metrics.sum("kafkaclient.topic.batch.total") == Double(stored.batchCount))
            #expect(metrics.sum("kafka.producer.topic.byte.total") == Double(stored.byteCount))
            #expect(metrics.sum("kafkaclient.pending.batches") == 0)
            #expect(metrics.sum("kafkaclient.pending.bytes") == 0)
        }
    }

    @Test func requestsAndBytesAreCountedByBroker() async throws {
        try await withClient { client, broker in
            try await client.withProducer(Self.configuration()) { producer in
                for _ in 0..<10 { _ = try await producer.send(value: "v", to: "a") }
                let metrics = client.metrics
                let statistics = broker.statistics
                for name in ["request", "response"] {
                    #expect(metrics.sum("kafka.producer.node.\(name).total") == Double(statistics.requestCount))
                }
                #expect(metrics.sum("kafka.producer.requests.in.flight") == 0)
                #expect(metrics.sum("kafkaclient.node.request.failure.total") == 0)
                let latency = metrics.histogram("kafka.producer.node.request.latency", with: ["node_id": "1"])
                #expect(latency?.count == 10 && latency == metrics.histogram("kafka.producer.request.latency"))
                let outgoing = metrics.sum("kafka.producer.node.outgoing.byte.total", with: ["node_id": "1"]) ?? 0
                #expect(outgoing > metrics.sum("kafka.producer.topic.byte.total") ?? .infinity)
                #expect(metrics.sum("kafka.producer.node.incoming.byte.total", with: ["node_id": "1"]) ?? 0 > 10 * 8)
                #expect(metrics.sum("kafka.producer.connection.count") == Double(statistics.connectionCount))
                let total = try #require(metrics.sum("kafka.producer.buffer.total.bytes"))
                #expect(metrics.sum("kafka.producer.buffer.available.bytes").map { (0...total).contains($0) } == true)
                #expect(metrics.sum("kafkaclient.waiting.appends") == 0)
                #expect(metrics.sum("kafka.producer.metadata.age").map { (0..<60).contains($0) } == true)
            }
            // What a producer has counted stays when it is gone; its memory does not.
            let after = client.metrics
            #expect(after.sum("kafka.producer.topic.record.send.total") == 10)
            #expect(after.samples("kafka.producer.buffer.total.bytes").isEmpty)
            #expect(after.sum("kafka.producer.connection.count") == 1)
            #expect(after.sum("kafka.producer.connection.close.total") == 1)
            #expect(after.sum("kafkaclient.event.total", with: ["event": "connected"]) == 2)
            #expect(after.sum("kafkaclient.event.total", with: ["event": "retried"]) == 0)
        }
    }

    @Test func failuresAreCountedByTheirReason() async throws {
        try await withClient { client, broker in
            broker.inject(FaultRule(.produce, topic: "a", count: 2, effect: .error(.notEnoughReplicas)))
            broker.inject(FaultRule(.produce, topic: "b", effect: .error(.invalidRecord)))
            broker.inject(FaultRule(.produce, topic: "a", count: 1, effect: .throttle(ms: 20)))
            try await client.withProducer(Self.configuration()) { producer in
                try await producer.append(value: "v", to: "a")
                try await producer.append(value: "w", to: "b")
                let summary = try await producer.flushWithSummary()
                #expect(summary.failedRecords == 1)
            }
            let metrics = client.metrics
            #expect(metrics.sum("kafka.producer.topic.record.retry.total", with: ["topic": "a"]) == 2)
            #expect(metrics.sum("kafka.producer.topic.record.send.total", with: ["topic": "a"]) == 1)
            #expect(metrics.sum("messaging.client.sent.messages", with: ["error.type": "INVALID_RECORD"]) == 1)
            #expect(metrics.sum("kafkaclient.event.total", with: ["event": "throttled"]) == 1)
            // Each answer counts, mostly with nothing.
            let pauses = metrics.histogram("kafka.producer.produce.throttle.time")
            #expect(pauses?.sum == 0.02 && pauses.map { Int($0.count) } == broker.statistics.requestCounts[.produce])
            let failed = metrics.histogram(
                "messaging.client.operation.duration", with: ["error.type": "INVALID_RECORD"])
            #expect(failed?.count == 1)
            #expect(metrics.sum("kafka.producer.record.error.total") == 1)
        }
    }

    @Test func connectionsThatCannotBeOpenedAreCounted() async throws {
        try await withFixture { fixture in
            let nobody = Endpoint(host: "127.0.0.1", port: 1)
            let cluster = try Cluster(
                bootstrap: [nobody], on: fixture.loop, .fast(fixture.connection, attempts: 2))
            await #expect(throws: KafkaClientError.self) { _ = try await cluster.refresh([]) }
            let metrics = cluster.metrics
            let failures = try #require(metrics.sum("kafkaclient.connection.failure.total"))
            #expect(
                failures >= 1 && failures == metrics.sum("kafkaclient.event.total", with: ["event": "connect-failed"]))
            #expect(cluster.metrics.sum("kafka.producer.connection.creation.total") == 0)
            await cluster.close()
        }
    }

    @Test func whatIsOnItsWayIsPending() async throws {
        try await withClient { client, broker in
            broker.inject(FaultRule(.produce, effect: .stall))
            let producer = try client.makeProducer(Self.configuration())
            for _ in 0..<5 { try await producer.append(value: "v", to: "a", partition: 0) }
            try await eventually { client.metrics.sum("kafka.producer.requests.in.flight") == 1 }
            let metrics = client.metrics
            #expect(metrics.sum("kafkaclient.node.requests.in.flight", with: ["node_id": "1"]) == 1)
            #expect(metrics.sum("kafkaclient.pending.records") == 5)
            let batches = try #require(metrics.sum("kafkaclient.pending.batches"))
            #expect((1...5).contains(batches) && metrics.sum("kafkaclient.pending.bytes") ?? 0 > batches * 61)
            try? await producer.shutDown(within: .zero)
            let after = client.metrics
            for name in ["pending.records", "pending.batches", "pending.bytes"] {
                #expect(after.sum("kafkaclient.\(name)") == 0)
            }
            #expect(after.sum("kafka.producer.requests.in.flight") == 0)
            #expect(after.sum("kafka.producer.record.error.total") == 5)
            #expect(after.sum("kafkaclient.node.request.failure.total") == 1)
        }
    }

    @Test func whatALaneLeavesOpenEndsWithIt() async throws {
        try await withFixture { fixture in
            try fixture.broker.createTopic("t")
            fixture.broker.inject(FaultRule(.produce, effect: .stall))
            // Let go of, and never closed.
            func drop() async throws {
                let lane = try fixture.makeLane(.fast(), to: DeliveryCollector())
                lane.accept(try await fixture.makeBatches(["a"]))
                try await eventually { fixture.cluster.metrics.sum("kafkaclient.pending.batches") == 1 }
                try await eventually { await lane.inFlightCount == 1 }
            }
            for _ in 0..<3 {
                try await drop()
                try await eventually { fixture.cluster.metrics.sum("kafkaclient.pending.batches") == 0 }
            }
            let metrics = fixture.cluster.metrics
            #expect(metrics.sum("kafkaclient.pending.bytes") == 0 && metrics.sum("kafkaclient.pending.records") == 0)
            #expect(metrics.sum("kafka.producer.requests.in.flight") == 0)
            #expect(metrics.sum("kafka.producer.connection.count") == 1)
        }
    }

    @Test func producersMayEndWhileTheyAreLookedAt() async throws {
        try await withClient { client, _ in
            try await withThrowingTaskGroup { group in
                let looking = Task {
                    while !Task.isCancelled {
                        _ = client.metrics
                        await Task.yield()
                    }
                }
                for _ in 0..<3 {
                    group.addTask {
                        for _ in 0..<100 { try await client.makeProducer().shutDown(within: .seconds(1)) }
                    }
                }
                try await group.waitForAll()
                looking.cancel()
                await looking.value
            }
            #expect(client.metrics.samples("kafka.producer.buffer.total.bytes").isEmpty)
        }
    }

    @Test func appendsThatGetNoMemoryAreCounted() async throws {
        try await withClient { client, broker in
            broker.inject(FaultRule(.produce, effect: .stall))
            var configuration = Self.configuration()
            configuration.builder.memoryByteCountMax = 64 << 10
            configuration.blockTimeout = .milliseconds(20)
            // Asking for the topic has no more time than waiting for room.
            _ = try await client.cluster.partitionCount(of: "a")
            let producer = try client.makeProducer(configuration)
            var refusals = 0
            for index in 0..<1000 where refusals < 6 {
                do {
                    try await producer.append(
                        value: [UInt8](repeating: 7, count: 800), to: "a", whenFull: index % 2 == 0 ? .fail : .wait)
                } catch let error as KafkaClientError where error.code == .memoryExhausted { refusals += 1 }
            }
            #expect(client.metrics.sum("kafka.producer.buffer.exhausted.total") == Double(refusals) && refusals == 6)
            try? await producer.shutDown(within: .zero)
        }
    }

    @Test func splitAndCompressedBatchesAreCounted() async throws {
        try await withClient({ $0.messageByteCountMax = 3000 }) { client, _ in
            let configuration = Producer.Configuration(codec: .gzip, linger: .seconds(1), batchByteCount: 64 << 10)
            try await client.withProducer(configuration) { producer in
                for index in 0..<64 {
                    let bytes = (0..<200).map { _ in UInt8.random(in: 0 ... .max) }
                    try await producer.append(
                        value: bytes + [UInt8](repeating: UInt8(index), count: 300), to: "a", partition: 0)
                }
            }
            let metrics = client.metrics
            let split = try #require(metrics.sum("kafka.producer.batch.split.total"))
            #expect(split >= 3 && split == metrics.sum("kafkaclient.event.total", with: ["event": "batch-split"]))
            let bytes = try #require(metrics.sum("kafka.producer.topic.byte.total"))
            #expect(metrics.sum("kafkaclient.topic.uncompressed.byte.total") ?? 0 > bytes)
            #expect(metrics.sum("kafkaclient.pending.batches") == 0 && metrics.sum("kafkaclient.pending.bytes") == 0)
            #expect(metrics.sum("kafka.producer.record.send.total") == 64)
        }
    }

    @Test func whatHasComeBetweenTwoSnapshotsIsTold() async throws {
        try await withClient { client, _ in
            try await client.withProducer(Self.configuration()) { producer in
                for _ in 0..<3 { _ = try await producer.send(value: "v", to: "a") }
                let before = client.metrics
                for _ in 0..<5 { _ = try await producer.send(value: "v", to: "a") }
                let recent = client.metrics.change(since: before)
                #expect(recent.sum("kafka.producer.topic.record.send.total", with: ["topic": "a"]) == 5)
                #expect(recent.histogram("kafka.producer.request.latency")?.count == 5)
                #expect(recent.sum("kafka.producer.connection.count") == 2)
                #expect(
                    recent.since == before.time && recent.sum("no.such") == nil && recent.histogram("no.such") == nil)
                #expect(recent.wallTime <= .now)
            }
        }
    }

    @Test func quantilesAreBetweenTheBoundsOfTheirBuckets() {
        var histogram = MetricHistogram(bounds: [1, 2, 4])
        #expect(histogram.average == nil && histogram.quantile(0.5) == nil)
        histogram.counts = [2, 0, 2, 0]
        histogram.sum = 8
        #expect(histogram.average == 2)
        #expect(histogram.quantile(0.25) == 0.5 && histogram.quantile(0.5) == 1 && histogram.quantile(0.75) == 3)
        #expect(histogram.quantile(0) == 0 && histogram.quantile(1) == 4 && histogram.quantile(7) == 4)
        histogram.counts = [0, 0, 0, 5]
        #expect(histogram.quantile(0.5) == 4)
    }

    @Test func aDurationIsInTheBucketOfItsBound() {
        let meter = DurationMeter()
        for bound in DurationMeter.boundsNs {
            meter.add(bound)
            meter.add(bound + 1)
        }
        meter.add(-5)
        let histogram = meter.histogram
        // The first has what is less than nothing, its bound, and nothing of the one before.
        #expect(histogram.counts == [2] + [Int64](repeating: 2, count: DurationMeter.boundsNs.count - 1) + [1])
        #expect(histogram.sum == Double(DurationMeter.boundsNs.reduce(0) { $0 + 2 * $1 + 1 }) / 1e9)
        #expect(meter.takeLongestNs() == DurationMeter.boundsNs.last! + 1)
        #expect(meter.takeLongestNs() == 0)
        #expect(histogram.counts.count == histogram.bounds.count + 1)
    }

    @Test func noAverageIsAboveTheLongestHoweverSnapshotsAndDurationsMeet() async throws {
        let client = ClientMeter(clientID: "c")
        let lane = LaneMeter()
        client.add(lane)
        let isOver = Atomic(false)
        let task = Task {
            try await onOwnThread {
                var durationNs: Int64 = 1
                while !isOver.load(ordering: .relaxed) {
                    durationNs = durationNs * 7_919 % 1_000_003
                    lane.queueTime.add(durationNs)
                    // Now and then, as batches come.
                    for _ in 0..<durationNs % 64 { lane.counts.add(1, to: .takenBatches) }
                }
            }
        }
        var before = MetricHistogram(bounds: DurationMeter.bounds)
        for _ in 0..<2_000 {
            let (snapshot, longest) = client.snapshotWithLongest()
            let now = try #require(snapshot.histogram(Metric.recordQueueTime.name))
            let count = now.count - before.count
            if count > 0 {
                let averageNs = (now.sum - before.sum) * 1e9 / Double(count)
                #expect(Double(longest.queueTimeNs) >= averageNs * 0.999)
            }
            before = now
        }
        isOver.store(true, ordering: .relaxed)
        try await task.value
    }

    @Test func metricsHaveNamesOfTheirOwnAndSayWhatTheyMean() {
        #expect(Set(Metric.all.map(\.name)).count == Metric.all.count)
        #expect(Set(Metric.all.map(\.prometheusName)).count == Metric.all.count)
        for metric in Metric.all {
            #expect(["kafka.producer.", "kafkaclient.", "messaging.client."].contains(where: metric.name.hasPrefix))
            #expect(metric.help.hasSuffix(".") && !metric.unit.isEmpty)
        }
    }

    @Test func severalSnapshotsAreOneText() {
        let counter = Metric("own.byte.total", .counter, unit: "By", "Bytes.")
        let snapshots = ["one", "two"].map { client in
            var snapshot = MetricsSnapshot()
            snapshot.samples = [
                .init(counter, [.init("client_id", client)], .count(1)), .init(.connectionCount, [], .level(2)),
            ]
            return snapshot
        }
        let text = MetricsSnapshot.prometheusText(of: snapshots, labels: [.init("run", "1")])
        #expect(
            text.split(separator: "\n").map(String.init) == [
                "# HELP own_bytes_total Bytes.", "# TYPE own_bytes_total counter",
                "own_bytes_total{client_id=\"one\",run=\"1\"} 1", "own_bytes_total{client_id=\"two\",run=\"1\"} 1",
                "# HELP kafka_producer_connections \(Metric.connectionCount.help)",
                "# TYPE kafka_producer_connections gauge",
                "kafka_producer_connections{run=\"1\"} 2", "kafka_producer_connections{run=\"1\"} 2",
            ])
    }

    @Test func prometheusTextIsAsItsFormatSays() {
        let duration = DurationMeter()
        duration.add(40_000)
        duration.add(3_000_000)
        let odd = Metric("kafka.odd-one", .gauge, unit: "By", "A \\ and\na new line.")
        var snapshot = MetricsSnapshot(time: .distantPast, since: .distantPast)
        snapshot.samples = [
            .init(odd, [.init("a.b", "x\"y\\z\n")], .level(1.5)),
            .init(.sentMessages, [.init("topic", "t")], .count(7)),
            .init(.sentMessages, [.init("topic", "u")], .count(8)),
            .init(.recordQueueTime, [], .histogram(duration.histogram)),
        ]
        let lines = snapshot.prometheusText.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        #expect(
            lines.prefix(7) == [
                "# HELP kafka_odd_one A \\\\ and\\na new line.", "# TYPE kafka_odd_one gauge",
                "kafka_odd_one{a_b=\"x\\\"y\\\\z\\n\"} 1.5",
                "# HELP messaging_client_sent_messages_total \(Metric.sentMessages.help)",
                "# TYPE messaging_client_sent_messages_total counter",
                "messaging_client_sent_messages_total{topic=\"t\"} 7",
                "messaging_client_sent_messages_total{topic=\"u\"} 8",
            ])
        #expect(lines[8] == "# TYPE kafka_producer_record_queue_time_seconds histogram")
        #expect(lines[9] == "kafka_producer_record_queue_time_seconds_bucket{le=\"5e-05\"} 1")
        #expect(lines.contains("kafka_producer_record_queue_time_seconds_bucket{le=\"0.005\"} 2"))
        #expect(
            lines.suffix(4) == [
                "kafka_producer_record_queue_time_seconds_bucket{le=\"+Inf\"} 2",
                "kafka_producer_record_queue_time_seconds_sum 0.00304",
                "kafka_producer_record_queue_time_seconds_count 2", "",
            ])
    }
}
