import KafkaEmbeddedBroker
import KafkaProtocol
import Testing

@testable import KafkaClient

/// The table of metrics in their article.
@Suite struct MetricTableTests {
    private static var table: String {
        let rows = Metric.all.map { metric in
            let attributes = metric.attributes.map { "`\($0)`" }.joined(separator: ", ")
            return "| `\(metric.name)` | \(metric.kind) | `\(metric.unit)` | \(attributes) | \(metric.help) |\n"
        }
        return "| metric | kind | unit | of each | what it means |\n|---|---|---|---|---|\n" + rows.joined()
    }

    @Test func theArticleHasEveryMetricAsItIs() throws { try ArticleTable("metrics").check(Self.table) }

    @Test func valuesHaveTheAttributesOfTheirMetrics() async throws {
        try await withFixture { fixture in
            try fixture.broker.createTopic("t")
            fixture.broker.inject(FaultRule(.produce, skip: 1, effect: .error(.invalidRecord)))
            let sink = DeliveryCollector()
            let lane = try fixture.makeLane(.fast(), to: sink)
            for value in ["a", "b"] {
                lane.accept(try await fixture.makeBatches([value]))
                try await lane.drain()
            }
            var seen: [Metric: Set<String>] = [:]
            for sample in fixture.cluster.metrics.samples {
                #expect(sample["client_id"] ?? sample["messaging.client.id"] == "kafkaclient")
                let own = sample.attributes.map(\.name).filter { $0 != "client_id" && $0 != "messaging.client.id" }
                #expect(own == sample.metric.attributes.filter(own.contains), "\(sample.metric.name)")
                seen[sample.metric, default: []].formUnion(own)
            }
            for (metric, attributes) in seen { #expect(attributes == Set(metric.attributes), "\(metric.name)") }
            // All but those that need a producer.
            #expect(
                Set(Metric.all).subtracting(seen.keys).map(\.name).allSatisfy {
                    $0.contains("buffer") || $0.contains("waiting")
                })
            await lane.close()
        }
    }
}
