import KafkaCompression
import KafkaProtocol
import KafkaTransport

/// Metrics as brokers get them: OpenTelemetry's `MetricsData`, version 1, as protobuf, with the names of Kafka's own clients.
///
/// Beside each histogram the average and the longest of the time since the last push are told in milliseconds, as Kafka's clients
/// do, which have no histograms.
///
/// Source: KIP-714; `opentelemetry/proto/metrics/v1/metrics.proto`.
struct TelemetryPayload {
    /// What is told.
    let snapshot: MetricsSnapshot
    /// When it was taken, in nanoseconds since 1970.
    let timeNs: UInt64
    /// What was told last; nil for nothing.
    let previous: PushedMetrics?
    /// Since when the client counts, in nanoseconds since 1970: the same with every push.
    let sinceNs: UInt64
    /// The longest durations since then.
    let longest: LongestDurations
    let subscription: TelemetrySubscription

    /// How much is told: less where all would be more than brokers take.
    enum Scope: CaseIterable {
        case all, withoutTopics, clientOnly

        fileprivate func has(_ metric: Metric) -> Bool {
            switch self {
            case .all: true
            case .withoutTopics: !Metric.ofTopics.contains(metric)
            case .clientOnly: !Metric.ofTopics.contains(metric) && !Metric.ofNodes.contains(metric)
            }
        }
    }

    /// The request that brings it.
    ///
    /// - Parameter isLast: whether the client ends.
    func request(isLast: Bool = false) -> PushTelemetryRequest {
        let compressed = compressed()
        var request = PushTelemetryRequest()
        request.clientInstanceID = subscription.clientInstanceID
        request.subscriptionID = subscription.id
        request.terminating = isLast
        request.metrics = compressed?.bytes ?? []
        request.compressionType = Int8((compressed?.type ?? .none).rawValue)
        return request
    }

    /// As much as brokers take, compressed as they take it.
    ///
    /// - Returns: nil when that is nothing.
    func compressed() -> (bytes: [UInt8], type: CompressionType)? {
        for scope in Scope.allCases {
            let metrics = metrics(scope)
            if metrics.isEmpty { continue }
            let bytes = Self.encoded(metrics)
            let compressed = Self.compress(bytes, subscription.compression)
            let isSmaller = compressed.map { $0.count < bytes.count } ?? false
            let result = isSmaller ? compressed! : bytes
            if result.count <= subscription.byteCountMax {
                return (result, isSmaller ? subscription.compression : .none)
            }
        }
        return nil
    }

    private static func compress(_ bytes: [UInt8], _ type: CompressionType) -> [UInt8]? {
        guard type != .none, let compressor = try? CodecTable()[type].makeCompressor() else { return nil }
        let capacity = compressor.maxCompressedByteCount(for: bytes.count)
        return try? [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
            let room = UnsafeMutableRawBufferPointer(buffer)
            var output = OutputRawSpan(buffer: room, initializedCount: 0)
            try bytes.withUnsafeBytes { try compressor.compress($0.bytes, into: &output) }
            count = output.finalize(for: room)
        }
    }

    // MARK: What is told

    /// A metric as it is pushed.
    struct PushedMetric {
        enum Data {
            case gauge, sum, histogram
        }

        var name: String
        var unit: String
        var data: Data
        var isDelta = false
        var points: [Point] = []
    }

    struct Point {
        var attributes: [MetricsSnapshot.Attribute]
        var sinceNs: UInt64
        var timeNs: UInt64
        var value: MetricsSnapshot.Value
    }

    func metrics(_ scope: Scope) -> [PushedMetric] {
        var list: [PushedMetric] = []
        var indices: [String: Int] = [:]
        var wanted: [String: Bool] = [:]
        let isDelta = subscription.isDelta
        // One window begins where the last one ended.
        let beginNs = isDelta ? previous?.timeNs ?? sinceNs : sinceNs
        var before: [MetricsSnapshot.Sample.Identity: MetricsSnapshot.Value] = [:]
        for sample in previous?.snapshot.samples ?? [] { before[sample.identity] = sample.value }

        func add(
            _ name: String, _ unit: String, _ data: PushedMetric.Data, _ sample: MetricsSnapshot.Sample,
            _ value: MetricsSnapshot.Value
        ) {
            // There may be many prefixes, and many topics.
            let isWanted = wanted[name] ?? subscription.wants(name)
            wanted[name] = isWanted
            guard isWanted else { return }
            let index = indices[name] ?? list.count
            if index == list.count {
                indices[name] = index
                list.append(PushedMetric(name: name, unit: unit, data: data, isDelta: data != .gauge && isDelta))
            }
            // Brokers know the client's id from the request.
            let attributes = sample.attributes.filter { $0.name != "client_id" && $0.name != "messaging.client.id" }
            list[index].points.append(
                Point(attributes: attributes, sinceNs: beginNs, timeNs: timeNs, value: value))
        }

        for sample in snapshot.samples where scope.has(sample.metric) {
            // Of most events there are none, and transactions have few producers; brokers need not be told.
            if sample.isNothing { continue }
            let name = sample.metric.telemetryName
            let value = sample.value
            let change = value.change(since: before[sample.identity])
            switch (value, change) {
            case (.level, _): add(name, sample.metric.unit, .gauge, sample, value)
            case (.count, _): add(name, sample.metric.unit, .sum, sample, isDelta ? change : value)
            case (.histogram, .histogram(let recent)):
                add(name, sample.metric.unit, .histogram, sample, isDelta ? change : value)
                // Of nothing there is no average.
                guard let average = recent.average else { break }
                add("\(name).avg", "ms", .gauge, sample, .level(average * 1000))
                if let longestNs = longest.ns(of: sample) {
                    add("\(name).max", "ms", .gauge, sample, .level(Double(longestNs) / 1e6))
                }
            default: break
            }
            if sample.metric == .connectionCreationTotal, case .count(let opened) = change {
                let begin = previous?.snapshot.time ?? snapshot.since
                let elapsed = Double(snapshot.time.nanoseconds(since: begin)) / 1e9
                let rate = elapsed > 0 ? Double(opened) / elapsed : 0
                let name = Metric.telemetryPrefix + "producer.connection.creation.rate"
                add(name, "{connection}/s", .gauge, sample, .level(rate))
            }
        }
        return list
    }

    // MARK: As protobuf

    private static func encoded(_ metrics: [PushedMetric]) -> [UInt8] {
        var data = ProtobufWriter()
        data.message(1) { resourceMetrics in
            resourceMetrics.message(1) { _ in }  // the resource
            resourceMetrics.message(2) { scopeMetrics in
                scopeMetrics.message(1) { scope in
                    scope.string(1, "kafkaclient-swift")
                    scope.string(2, KafkaClientVersion.current)
                }
                for metric in metrics { scopeMetrics.message(2) { write(metric, to: &$0) } }
            }
        }
        return data.bytes
    }

    private static func write(_ metric: PushedMetric, to writer: inout ProtobufWriter) {
        writer.string(1, metric.name)
        writer.string(3, metric.unit)
        let temporality: UInt64 = metric.isDelta ? 1 : 2
        switch metric.data {
        case .gauge:
            writer.message(5) { gauge in for point in metric.points { gauge.message(1) { write(point, to: &$0) } } }
        case .sum:
            writer.message(7) { sum in
                for point in metric.points { sum.message(1) { write(point, to: &$0) } }
                sum.integer(2, temporality)
                sum.bool(3, true)
            }
        case .histogram:
            writer.message(9) { histogram in
                for point in metric.points { histogram.message(1) { write(point, to: &$0) } }
                histogram.integer(2, temporality)
            }
        }
    }

    /// A `NumberDataPoint` or a `HistogramDataPoint`: their fields have the same numbers as far as both have them, but for the
    /// attributes.
    private static func write(_ point: Point, to writer: inout ProtobufWriter) {
        func writeAttributes(_ field: Int, _ writer: inout ProtobufWriter) {
            for attribute in point.attributes {
                writer.message(field) { pair in
                    pair.string(1, attribute.name)
                    pair.message(2) { $0.string(1, attribute.value) }
                }
            }
        }
        switch point.value {
        case .level(let level):
            writer.fixed64(3, point.timeNs)
            writer.double(4, level)
            writeAttributes(7, &writer)
        case .count(let count):
            writer.fixed64(2, point.sinceNs)
            writer.fixed64(3, point.timeNs)
            // As Kafka's own clients, which brokers' exporters were made for, not as an integer.
            writer.double(4, Double(count))
            writeAttributes(7, &writer)
        case .histogram(let histogram):
            writer.fixed64(2, point.sinceNs)
            writer.fixed64(3, point.timeNs)
            writer.fixed64(4, UInt64(clamping: histogram.count))
            writer.double(5, histogram.sum)
            writer.packedFixed64(6, histogram.counts.map { UInt64(clamping: $0) })
            writer.packedFixed64(7, histogram.bounds.map(\.bitPattern))
            writeAttributes(9, &writer)
        }
    }
}

/// What was told, and when.
struct PushedMetrics {
    let snapshot: MetricsSnapshot
    /// In nanoseconds since 1970.
    let timeNs: UInt64
}

extension Metric {
    static let telemetryPrefix = "org.apache.kafka."

    /// The name by which brokers know it: that of Kafka's own clients, where they have it.
    var telemetryName: String {
        name.hasPrefix("kafka.") ? Self.telemetryPrefix + name.dropFirst("kafka.".count) : name
    }
}

extension MetricsSnapshot.Sample {
    /// Whether it says that something which is rare has never happened.
    fileprivate var isNothing: Bool {
        switch (metric, value) {
        case (.eventTotal, .count(let count)): count == 0
        case (.transactionDuration, .histogram(let histogram)), (.transactionCommitTime, .histogram(let histogram)):
            histogram.count == 0
        default: false
        }
    }
}

extension LongestDurations {
    /// That of a metric's value, in ns; nil where it is not known.
    fileprivate func ns(of sample: MetricsSnapshot.Sample) -> Int64? {
        switch sample.metric {
        case .requestLatency: latenciesNs.values.max()
        case .recordQueueTime: queueTimeNs
        case .throttleTime: throttleNs
        case .nodeRequestLatency: sample["node_id"].flatMap { Int32($0) }.flatMap { latenciesNs[$0] }
        case .operationDuration where sample["error.type"] == nil:
            sample["messaging.destination.name"].flatMap { topicsNs[$0] }
        default: nil
        }
    }
}
