import Foundation
import KafkaEmbeddedBroker
import KafkaProtocol
import Testing

@testable import KafkaClient

/// The table of metrics in their article.
@Suite struct MetricTableTests {
    private static let begin = "<!-- metrics: begin; scripts/tables writes what follows -->"
    private static let end = "<!-- metrics: end -->"

    private static var table: String {
        let rows = Metric.all.map { metric in
            let attributes = metric.attributes.map { "`\($0)`" }.joined(separator: ", ")
            return "| `\(metric.name)` | \(metric.kind) | `\(metric.unit)` | \(attributes) | \(metric.help) |\n"
        }
        return "| metric | kind | unit | of each | what it means |\n|---|---|---|---|---|\n" + rows.joined()
    }

    @Test func theArticleHasEveryMetricAsItIs() throws {
        let root = URL(fileURLWithPath: #filePath).pathComponents.dropLast(4).joined(separator: "/").dropFirst()
        let path = root + "/Sources/KafkaClient/KafkaClient.docc/Observing.md"
        let article = try String(contentsOfFile: String(path), encoding: .utf8)
        let parts = article.split(separator: Self.begin, omittingEmptySubsequences: false)
        try #require(parts.count == 2, "the article has no begin of the table")
        let rest = parts[1].split(separator: Self.end, omittingEmptySubsequences: false)
        try #require(rest.count == 2, "the article has no end of the table")
        if ProcessInfo.processInfo.environment["KAFKACLIENT_WRITE_TABLES"] != nil {
            let text = parts[0] + Self.begin + "\n\n" + Self.table + "\n" + Self.end + rest[1]
            try text.write(toFile: String(path), atomically: true, encoding: .utf8)
        } else {
            #expect(rest[0] == "\n\n\(Self.table)\n", "run scripts/tables")
        }
    }

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
