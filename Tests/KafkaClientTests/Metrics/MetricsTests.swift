import KafkaEmbeddedBroker
import KafkaProtocol
import KafkaTransport
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
                func sum(_ name: String) -> Double { metrics.sum(name, with: ("topic", topic)) }
                #expect(sum("kafka.producer.topic.record.send.total") == count)
                #expect(sum("kafka.producer.topic.record.error.total") == 0)
                #expect(sum("kafka.producer.topic.record.retry.total") == 0)
                #expect(
                    metrics.sum("messaging.client.sent.messages", with: ("messaging.destination.name", topic)) == count)
                let batches = sum("kafka.producer.topic.batch.total")
                let durations = metrics.samples(
                    "messaging.client.operation.duration", with: ("messaging.destination.name", topic))
                guard case .durations(let histogram)? = durations.first?.value else {
                    Issue.record("no histogram of \(topic)")
                    continue
                }
                #expect(Double(histogram.count) == batches && histogram.sum > 0)
            }
            let stored = broker.statistics
            #expect(metrics.sum("kafka.producer.topic.batch.total") == Double(stored.batchCount))
            #expect(metrics.sum("kafka.producer.topic.byte.total") == Double(stored.byteCount))
            #expect(metrics.sum("kafka.producer.pending.batches") == 0)
            #expect(metrics.sum("kafka.producer.pending.bytes") == 0)
        }
    }

    @Test func requestsAndBytesAreCountedByBroker() async throws {
        try await withClient { client, _ in
            try await client.withProducer(Self.configuration()) { producer in
                for _ in 0..<10 { _ = try await producer.send(value: "v", to: "a") }
                let metrics = client.metrics
                let node = (name: "node_id", value: "1")
                // The handshake, the producer id, and a request for each record.
                let requests = metrics.sum("kafka.producer.node.request.total", with: node)
                #expect(requests >= 11)
                #expect(metrics.sum("kafka.producer.node.response.total", with: node) == requests)
                #expect(metrics.sum("kafka.producer.node.requests.in.flight", with: node) == 0)
                #expect(
                    metrics.sum("kafka.producer.node.outgoing.byte.total", with: node)
                        > metrics.sum("kafka.producer.topic.byte.total"))
                #expect(metrics.sum("kafka.producer.node.incoming.byte.total", with: node) > 10 * 8)
                #expect(metrics.sum("kafka.producer.open.connections") >= 2)
                #expect(metrics.sum("kafka.producer.buffer.total.bytes") > 0)
                #expect(
                    metrics.sum("kafka.producer.buffer.available.bytes")
                        <= metrics.sum("kafka.producer.buffer.total.bytes"))
            }
            // What a producer has counted stays when it is gone; its memory does not.
            let after = client.metrics
            #expect(after.sum("kafka.producer.topic.record.send.total") == 10)
            #expect(after.samples("kafka.producer.buffer.total.bytes").isEmpty)
            #expect(after.sum("kafka.producer.connection.close.total") >= 1)
            #expect(after.sum("kafka.client.event.total", with: ("event", "connected")) >= 2)
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
            #expect(metrics.sum("kafka.producer.topic.record.retry.total", with: ("topic", "a")) >= 1)
            #expect(metrics.sum("kafka.producer.topic.record.send.total", with: ("topic", "a")) == 1)
            #expect(metrics.sum("messaging.client.sent.messages", with: ("error.type", "INVALID_RECORD")) == 1)
            #expect(metrics.sum("kafka.client.event.total", with: ("event", "throttled")) == 1)
            guard case .durations(let pauses)? = metrics.samples("kafka.producer.produce.throttle.time").first?.value
            else {
                Issue.record("no histogram of pauses")
                return
            }
            #expect(pauses.count == 1 && pauses.sum == 0.02)
        }
    }

    @Test func connectionsThatCannotBeOpenedAreCounted() async throws {
        try await withFixture { fixture in
            let nobody = Endpoint(host: "127.0.0.1", port: 1)
            let cluster = try Cluster(
                bootstrap: [nobody], on: fixture.loop, .fast(fixture.connection, attempts: 2))
            await #expect(throws: KafkaClientError.self) { _ = try await cluster.refresh([]) }
            #expect(cluster.metrics.sum("kafka.producer.connection.failure.total") >= 1)
            #expect(cluster.metrics.sum("kafka.producer.connection.creation.total") == 0)
            await cluster.close()
        }
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
        #expect(histogram.sumNs == DurationMeter.boundsNs.reduce(0) { $0 + 2 * $1 + 1 })
        #expect(meter.takeLongestNs() == DurationMeter.boundsNs.last! + 1)
        #expect(meter.takeLongestNs() == 0)
        #expect(histogram.counts.count == MetricsSnapshot.DurationHistogram.bounds.count + 1)
    }

    @Test func metricsHaveNamesOfTheirOwnAndSayWhatTheyMean() {
        #expect(Set(Metric.all.map(\.name)).count == Metric.all.count)
        #expect(Set(Metric.all.map(\.prometheusName)).count == Metric.all.count)
        for metric in Metric.all {
            #expect(metric.name.hasPrefix("kafka.") || metric.name.hasPrefix("messaging."))
            #expect(metric.help.hasSuffix(".") && !metric.unit.isEmpty)
        }
    }

    @Test func prometheusTextIsAsItsFormatSays() {
        let duration = DurationMeter()
        duration.add(40_000)
        duration.add(3_000_000)
        let odd = Metric("kafka.odd-one", .gauge, "By", "A \\ and\na new line.")
        var snapshot = MetricsSnapshot(time: .distantPast, since: .distantPast)
        snapshot.samples = [
            .init(odd, [.init("a.b", "x\"y\\z\n")], .level(1.5)),
            .init(.sentMessages, [.init("topic", "t")], .count(7)),
            .init(.sentMessages, [.init("topic", "u")], .count(8)),
            .init(.recordQueueTime, [], .durations(duration.histogram)),
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
