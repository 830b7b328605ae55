public import KafkaTransport

/// What a client has measured, at a moment.
///
/// ```swift
/// let before = client.metrics
/// // … some time later
/// let recent = client.metrics.change(since: before)
/// let latency = recent.histogram("kafka.producer.request.latency")
/// print(latency?.average ?? 0, latency?.quantile(0.99) ?? 0)
/// ```
public struct MetricsSnapshot: Sendable {
    /// When it was taken.
    public let time: MonotonicInstant
    /// The same, by the clock that has a date.
    public let wallTime: WallTime
    /// Since when counters and histograms count.
    public let since: MonotonicInstant
    /// The values: all of a metric one after the other, in the order of ``Metric/all``. A program may add some of its own.
    public var samples: [Sample] = []

    /// A value of a metric, for one broker or topic where the metric has several.
    public struct Sample: Sendable, Hashable {
        /// What was measured.
        public let metric: Metric
        /// What of: `client_id`, or OpenTelemetry's `messaging.client.id`, and the metric's own (``Metric/attributes``).
        public let attributes: [Attribute]
        /// The value.
        public let value: Value

        /// Describes a value.
        public init(_ metric: Metric, _ attributes: [Attribute], _ value: Value) {
            self.metric = metric
            self.attributes = attributes
            self.value = value
        }

        /// What a value is of: the same in later snapshots.
        public struct Identity: Sendable, Hashable {
            let metric: Metric
            let attributes: [Attribute]
        }

        /// What the value is of.
        public var identity: Identity { Identity(metric: metric, attributes: attributes) }

        /// The value of an attribute; nil where there is none of that name.
        public subscript(_ attribute: String) -> String? { attributes.first { $0.name == attribute }?.value }
    }

    /// A part of what a value is of.
    public struct Attribute: Sendable, Hashable {
        /// The name, such as `topic`.
        public let name: String
        /// The value.
        public let value: String

        /// Describes an attribute.
        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// A value. Later versions may add cases: a `switch` that names only some of them, with a `default`, goes on compiling.
    public enum Value: Sendable, Hashable {
        /// Of a counter.
        case count(Int64)
        /// Of a gauge.
        case level(Double)
        /// Of a histogram.
        case histogram(MetricHistogram)

        /// What has come since an earlier value of the same metric; nil for all. A gauge is what it is.
        public func change(since earlier: Value?) -> Value {
            switch (self, earlier) {
            case (.count(let now), .count(let before)): .count(now - before)
            case (.histogram(let now), .histogram(let before)): .histogram(now - before)
            default: self
            }
        }
    }

    init(time: MonotonicInstant, since: MonotonicInstant, samples: [Sample] = []) {
        self.time = time
        self.since = since
        self.samples = samples
        wallTime = WallTime(millisecondsSince1970: Int64(WallClock().unixNanoseconds(of: time) / 1_000_000))
    }

    /// A snapshot without values, taken now, for those of a program's own.
    public init() { self.init(time: .now, since: .now) }

    // MARK: Reading

    /// The values of a metric.
    ///
    /// - Parameters:
    ///   - name: the metric's name.
    ///   - attributes: those that must be there, such as `["topic": "events"]`.
    public func samples(_ name: String, with attributes: [String: String] = [:]) -> [Sample] {
        samples.filter { sample in
            sample.metric.name == name && attributes.allSatisfy { sample[$0.key] == $0.value }
        }
    }

    /// The sum of the values of a counter or a gauge; nil where there are none.
    ///
    /// - Parameters:
    ///   - name: the metric's name.
    ///   - attributes: those that must be there, such as `["topic": "events"]`.
    public func sum(_ name: String, with attributes: [String: String] = [:]) -> Double? {
        let numbers = samples(name, with: attributes).compactMap { sample in
            switch sample.value {
            case .count(let count): Double(count)
            case .level(let level): level
            case .histogram: nil
            }
        }
        return numbers.isEmpty ? nil : numbers.reduce(0, +)
    }

    /// A histogram of the values of all brokers or topics together; nil where there are none.
    ///
    /// - Parameters:
    ///   - name: the metric's name.
    ///   - attributes: those that must be there, such as `["node_id": "1"]`.
    public func histogram(_ name: String, with attributes: [String: String] = [:]) -> MetricHistogram? {
        var all: MetricHistogram?
        for case .histogram(let histogram) in samples(name, with: attributes).map(\.value) {
            if all == nil { all = histogram } else { all! += histogram }
        }
        return all
    }

    /// What has come since an earlier snapshot of the same client. Gauges are what they are.
    public func change(since earlier: MetricsSnapshot) -> MetricsSnapshot {
        var before: [Sample.Identity: Value] = [:]
        for sample in earlier.samples { before[sample.identity] = sample.value }
        return MetricsSnapshot(
            time: time, since: earlier.time,
            samples: samples.map {
                Sample($0.metric, $0.attributes, $0.value.change(since: before[$0.identity]))
            })
    }
}
