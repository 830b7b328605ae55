// A producer that is looked into: its events go to swift-log, its metrics to swift-metrics and to Prometheus, and its slow
// batches become spans of OpenTelemetry.

import ExampleRun
import KafkaClient
import Logging
import Metrics

/// A program serves this text at /metrics.
func prometheusText(_ client: Client) -> String { client.metrics.prometheusText }

/// A program appends these lines to a file that OpenTelemetry's Collector reads, or sends them to its port 4318.
let tracer = DeliveryTracer(serviceName: "orders")
@Sendable func trace(_ delivery: Delivery) {
    let isSlow = delivery.ended - delivery.batch.times.firstAppend > .milliseconds(1)
    if isSlow || delivery.exchanges.count > 1 { print("span: \(tracer.jsonLine(of: [delivery]))") }
}

await Example.run(topic: "orders", storing: 1000) { server in
    let logger = Logger(label: "kafka")
    let configuration = ClusterConfiguration(onEvent: { logger.log($0) })
    try await Client.withConnection(to: [server], configuration) { client in
        let bridge = Task {
            var bridge = MetricsBridge()
            await bridge.run(client)
        }
        try await client.withProducer(.init(onDelivery: trace)) { producer in
            for index in 0..<1000 { try await producer.append(value: "order \(index)", to: "orders") }
        }
        // The last values are passed on when the task ends.
        bridge.cancel()
        await bridge.value
        for line in prometheusText(client).split(separator: "\n") where line.contains("record_send_total{") {
            print("prometheus: \(line)")
        }
        let sent = Recorded.value(
            "kafka.producer.topic.record.send.total", [("client_id", "kafkaclient"), ("topic", "orders")])
        try Example.expect(sent == 1000, "swift-metrics has \(sent ?? 0) records, expected 1000")
    }
}
