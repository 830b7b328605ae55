public import KafkaTransport

/// What a client has measured, at a moment.
public struct MetricsSnapshot: Sendable {
    /// When it was taken.
    public let time: MonotonicInstant
    /// Since when counters and histograms count.
    public let since: MonotonicInstant
    /// The values: all of a metric one after the other, in the order of ``Metric/all``.
    public package(set) var samples: [Sample] = []

    /// A value of a metric, for one broker or topic where the metric has several.
    public struct Sample: Sendable, Hashable {
        /// What was measured.
        public let metric: Metric
        /// What of: `client_id`, and `node_id` of brokers, `topic` (or OpenTelemetry's `messaging.destination.name`).
        public let attributes: [Attribute]
        /// The value.
        public let value: Value

        /// Describes a value, also one of a program's own.
        package init(_ metric: Metric, _ attributes: [Attribute], _ value: Value) {
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

    /// What a value is of.
    public struct Attribute: Sendable, Hashable {
        /// The name, such as `topic`.
        public let name: String
        /// The value.
        public let value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// A value.
    public enum Value: Sendable, Hashable {
        /// Of a counter.
        case count(Int64)
        /// Of a gauge.
        case level(Double)
        /// Of a histogram.
        case durations(DurationHistogram)

        /// What has come since an earlier value of the same metric; nil for all. A gauge is what it is.
        public func change(since earlier: Value?) -> Value {
            switch (self, earlier) {
            case (.count(let now), .count(let before)): .count(now - before)
            case (.durations(let now), .durations(let before)): .durations(now - before)
            default: self
            }
        }
    }

    package init(time: MonotonicInstant, since: MonotonicInstant, samples: [Sample] = []) {
        self.time = time
        self.since = since
        self.samples = samples
    }

    /// The values of a metric.
    ///
    /// - Parameters:
    ///   - name: the metric's name.
    ///   - attribute: the attribute that must be there, such as `("topic", "events")`; nil for all values.
    public func samples(_ name: String, with attribute: (name: String, value: String)? = nil) -> [Sample] {
        samples.filter { sample in
            sample.metric.name == name && (attribute.map { sample[$0.name] == $0.value } ?? true)
        }
    }

    /// The sum of a counter or a gauge; zero when there is no value.
    ///
    /// - Parameters:
    ///   - name: the metric's name.
    ///   - attribute: the attribute that must be there, such as `("topic", "events")`; nil for the sum of all values.
    public func sum(_ name: String, with attribute: (name: String, value: String)? = nil) -> Double {
        samples(name, with: attribute).reduce(0) { sum, sample in
            switch sample.value {
            case .count(let count): sum + Double(count)
            case .level(let level): sum + level
            case .durations: sum
            }
        }
    }

    /// How durations are distributed.
    public struct DurationHistogram: Sendable, Hashable {
        /// The upper bounds of the buckets, in seconds, the same for all: a bucket has what is above the bound before and not
        /// above its own. Behind the last bound there is one bucket more.
        public static let bounds: [Double] = DurationMeter.boundsNs.map { Double($0) / 1e9 }
        /// The number of durations in each bucket: one more than there are bounds.
        public internal(set) var counts = [Int64](repeating: 0, count: DurationMeter.boundsNs.count + 1)
        /// The sum of all durations, in seconds.
        public var sum: Double { Double(sumNs) / 1e9 }
        /// The number of all durations.
        public var count: Int64 { counts.reduce(0, +) }
        var sumNs: Int64 = 0

        init() {}

        static func += (left: inout DurationHistogram, right: DurationHistogram) {
            for index in left.counts.indices { left.counts[index] += right.counts[index] }
            left.sumNs += right.sumNs
        }

        static func - (left: DurationHistogram, right: DurationHistogram) -> DurationHistogram {
            var difference = left
            for index in left.counts.indices { difference.counts[index] -= right.counts[index] }
            difference.sumNs -= right.sumNs
            return difference
        }
    }
}
