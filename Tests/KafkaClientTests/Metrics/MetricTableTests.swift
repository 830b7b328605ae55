import Foundation
import Testing

@testable import KafkaClient

/// The table of metrics in their article.
@Suite struct MetricTableTests {
    private static let begin = "<!-- metrics: begin; scripts/tables writes what follows -->"
    private static let end = "<!-- metrics: end -->"

    private static var table: String {
        let rows = Metric.all.map { metric in
            let attributes = (Metric.ofNodes.contains(metric) ? "`node_id`" : nil) ?? topicAttributes(metric)
            return "| `\(metric.name)` | \(metric.kind) | `\(metric.unit)` | \(attributes) | \(metric.help) |\n"
        }
        return "| metric | kind | unit | of each | what it means |\n|---|---|---|---|---|\n" + rows.joined()
    }

    private static func topicAttributes(_ metric: Metric) -> String {
        if metric == .eventTotal { return "`event`" }
        if !Metric.ofTopics.contains(metric) { return "" }
        return metric.name.hasPrefix("messaging.")
            ? "`messaging.destination.name`" + (metric == .sentMessages ? ", `error.type`" : "") : "`topic`"
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

    @Test func theAttributesAreThoseThatTheTableTells() async throws {
        try await withFixture { fixture in
            try fixture.broker.createTopic("t")
            let sink = DeliveryCollector()
            let lane = try fixture.makeLane(.fast(), to: sink)
            lane.accept(try await fixture.makeBatches(["a"]))
            try await lane.drain()
            for sample in fixture.cluster.metrics.samples {
                let names = Set(sample.attributes.map(\.name)).subtracting(["client_id"])
                let told = Set(
                    (Metric.ofNodes.contains(sample.metric) ? "`node_id`" : Self.topicAttributes(sample.metric))
                        .split(separator: ", ").map { $0.filter { $0 != "`" } })
                #expect(names.isSuperset(of: told.subtracting(["error.type"])), "\(sample.metric.name)")
            }
            await lane.close()
        }
    }
}
