import KafkaClient
import Metrics

/// Passes a client's metrics on to the backend of swift-metrics.
struct MetricsBridge {
    private var last: [MetricsSnapshot.Sample.Identity: MetricsSnapshot.Value] = [:]

    /// Passes on what has changed since the last call. Of a histogram these are the number and the sum of the durations.
    mutating func record(_ snapshot: MetricsSnapshot) {
        for sample in snapshot.samples {
            let label = sample.metric.name
            let dimensions = sample.attributes.map { ($0.name, $0.value) }
            switch sample.value.change(since: last[sample.identity]) {
            case .count(let count): Counter(label: label, dimensions: dimensions).increment(by: count)
            case .level(let level): Gauge(label: label, dimensions: dimensions).record(level)
            case .histogram(let recent):
                Counter(label: label + ".count", dimensions: dimensions).increment(by: recent.count)
                FloatingPointCounter(label: label + ".sum", dimensions: dimensions).increment(by: recent.sum)
            @unknown default: break
            }
            last[sample.identity] = sample.value
        }
    }

    /// Passes them on until the task is cancelled.
    mutating func run(_ client: Client, every interval: Duration = .seconds(10)) async {
        while !Task.isCancelled {
            try? await Task.sleep(for: interval)
            record(client.metrics)
        }
        // What has come since.
        record(client.metrics)
    }
}
