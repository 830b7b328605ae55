extension MetricsSnapshot {
    /// The snapshot in Prometheus' text format, version 0.0.4 (`text/plain; version=0.0.4; charset=utf-8`). A program gives it to
    /// whoever asks its `/metrics`.
    ///
    /// Names have underscores for dots. Those of durations end with `_seconds`, those of counters with `_total`, and where a
    /// counter has bytes with `_bytes_total`; a gauge `….count` is called by its plural.
    public var prometheusText: String { Self.prometheusText(of: [self]) }

    /// Several snapshots as one text.
    ///
    /// - Parameters:
    ///   - snapshots: those of clients with different ids, and of a program's own.
    ///   - labels: are added to each value.
    public static func prometheusText(of snapshots: [MetricsSnapshot], labels: [Attribute] = []) -> String {
        var metrics: [Metric] = []
        var samples: [Metric: [Sample]] = [:]
        for sample in snapshots.flatMap(\.samples) {
            if samples[sample.metric] == nil { metrics.append(sample.metric) }
            samples[sample.metric, default: []].append(sample)
        }
        var text = ""
        for metric in metrics {
            let name = metric.prometheusName
            text += "# HELP \(name) \(escaped(metric.help, quotes: false))\n"
            text += "# TYPE \(name) \(metric.kind)\n"
            for sample in samples[metric] ?? [] { sample.write(name, labels, to: &text) }
        }
        return text
    }

    fileprivate static func escaped(_ text: String, quotes: Bool) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case "\"" where quotes: escaped += "\\\""
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    /// A name with only what Prometheus allows in one.
    fileprivate static func prometheusName(_ name: String) -> String {
        let scalars = name.unicodeScalars.map { scalar in
            scalar.isASCII && scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) ? scalar : "_"
        }
        return String(String.UnicodeScalarView(scalars))
    }
}

extension Metric {
    /// The name as Prometheus has it.
    var prometheusName: String {
        var name = MetricsSnapshot.prometheusName(name)
        switch kind {
        case .counter:
            if name.hasSuffix("_total") { name.removeLast("_total".count) }
            if unit == "By", name.hasSuffix("_byte") { name += "s" }
            if unit == "s" { name += "_seconds" }
            return name + "_total"
        case .gauge, .histogram:
            if name.hasSuffix("_count") { name = name.dropLast("_count".count) + "s" }
            return unit == "s" ? name + "_seconds" : name
        }
    }
}

extension MetricsSnapshot.Sample {
    fileprivate func write(_ name: String, _ labels: [MetricsSnapshot.Attribute], to text: inout String) {
        let labels = (attributes + labels).map {
            "\(MetricsSnapshot.prometheusName($0.name))=\"\(MetricsSnapshot.escaped($0.value, quotes: true))\""
        }.joined(separator: ",")
        let all = labels.isEmpty ? "" : "{\(labels)}"
        switch value {
        case .count(let count): text += "\(name)\(all) \(count)\n"
        case .level(let level): text += "\(name)\(all) \(Self.text(level))\n"
        case .histogram(let histogram):
            let open = labels.isEmpty ? "{" : "{\(labels),"
            var count: Int64 = 0
            for (index, bound) in histogram.bounds.enumerated() {
                count += histogram.counts[index]
                text += "\(name)_bucket\(open)le=\"\(Self.text(bound))\"} \(count)\n"
            }
            count += histogram.counts.last ?? 0
            text += "\(name)_bucket\(open)le=\"+Inf\"} \(count)\n"
            text += "\(name)_sum\(all) \(Self.text(histogram.sum))\n"
            text += "\(name)_count\(all) \(count)\n"
        }
    }

    private static func text(_ number: Double) -> String {
        if number.isNaN { return "NaN" }
        if number.isInfinite { return number < 0 ? "-Inf" : "+Inf" }
        return number == number.rounded() && abs(number) < 1e15 ? "\(Int64(number))" : "\(number)"
    }
}
