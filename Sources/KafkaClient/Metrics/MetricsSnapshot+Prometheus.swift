extension MetricsSnapshot {
    /// The snapshot in Prometheus' text format, version 0.0.4 (`text/plain; version=0.0.4; charset=utf-8`).
    ///
    /// Names have underscores for dots; those of durations end with `_seconds`, and those of counters with `_total`. A program
    /// gives it to whoever asks its `/metrics`.
    public var prometheusText: String {
        var text = ""
        var last: Metric?
        for sample in samples {
            let name = sample.metric.prometheusName
            if sample.metric != last {
                last = sample.metric
                text += "# HELP \(name) \(Self.escaped(sample.metric.help, quotes: false))\n"
                text += "# TYPE \(name) \(sample.metric.prometheusType)\n"
            }
            sample.write(name, to: &text)
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
}

extension Metric {
    fileprivate var prometheusType: String {
        switch kind {
        case .counter: "counter"
        case .gauge: "gauge"
        case .histogram: "histogram"
        }
    }

    /// The name as Prometheus has it.
    var prometheusName: String {
        var name = String(
            String.UnicodeScalarView(self.name.unicodeScalars.map { $0 == "." || $0 == "-" ? "_" : $0 }))
        if kind == .counter, !name.hasSuffix("_total") { name += "_total" }
        if unit == "s" { name += "_seconds" }
        return name
    }
}

extension MetricsSnapshot.Sample {
    fileprivate func write(_ name: String, to text: inout String) {
        switch value {
        case .count(let count): text += "\(name)\(labels()) \(count)\n"
        case .level(let level): text += "\(name)\(labels()) \(Self.text(level))\n"
        case .durations(let histogram):
            var count: Int64 = 0
            for (index, bound) in MetricsSnapshot.DurationHistogram.bounds.enumerated() {
                count += histogram.counts[index]
                text += "\(name)_bucket\(labels(bound: Self.text(bound))) \(count)\n"
            }
            count += histogram.counts.last ?? 0
            text += "\(name)_bucket\(labels(bound: "+Inf")) \(count)\n"
            text += "\(name)_sum\(labels()) \(histogram.sum)\n"
            text += "\(name)_count\(labels()) \(count)\n"
        }
    }

    private static func text(_ number: Double) -> String {
        number == number.rounded() && abs(number) < 1e15 ? "\(Int64(number))" : "\(number)"
    }

    private func labels(bound: String? = nil) -> String {
        var labels = attributes.map { attribute in
            let name = String(attribute.name.map { $0 == "." ? "_" : $0 })
            return "\(name)=\"\(MetricsSnapshot.escaped(attribute.value, quotes: true))\""
        }
        if let bound { labels.append("le=\"\(bound)\"") }
        return labels.isEmpty ? "" : "{\(labels.joined(separator: ","))}"
    }
}
