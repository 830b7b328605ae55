/// What `--dry-run` says.
extension RunPlan {
    /// The resolved plan and its cost, for people: what is the same for all runs, then each run with what it has of its
    /// own. Ends with a newline.
    package var dryRunText: String {
        let swept = sweptOptionNames
        let common = configurations[0].settings.filter { !swept.contains($0.option) }
        let width = 20
        var lines = ["target"]
        lines += targetLines.map { "  " + $0.0.padded(to: width) + $0.1 }
        lines += ["", "settings of all runs"]
        lines += common.map { "  " + $0.option.padded(to: width) + $0.text }
        lines += ["", configurations.count == 1 ? "1 configuration" : "\(configurations.count) configurations"]
        lines += configurations.enumerated().map { index, configuration in
            let label = label(of: configuration, swept: swept)
            let own = label.isEmpty ? "" : label + ": "
            return "  \(index + 1)  \(own)\(Self.cost(of: configuration))"
        }
        let times = runs == 1 ? "once" : "\(runs) times, in turn"
        lines += ["", "\(runCount == 1 ? "1 run" : "\(runCount) runs"): each configuration \(times)"]
        lines.append("in total: \(totalCost)")
        lines += expectationLines
        if let resumption { lines.append("done before: \(resumption.completedRuns.count) of them") }
        if !warnings.isEmpty { lines += [""] + warnings.map { "warning: \($0)" } }
        return lines.joined(separator: "\n") + "\n"
    }

    private var expectationLines: [String] {
        guard !expectations.all.isEmpty else { return [] }
        return ["", "expected\(expectations.scope.isEmpty ? " of every run" : expectations.scope)"]
            + expectations.all.map { "  " + $0.spaced }
    }

    private var targetLines: [(String, String)] {
        let stages = configurations.map(\.stage)
        guard stages.contains(.broker) else { return [("broker", "none")] }
        var lines = [
            ("broker", target.bootstrapServers == nil ? "embedded, in its own process" : target.name(stage: .broker))
        ]
        lines.append(("topic", target.topic + (target.keepTopic ? ", kept" : ", deleted afterwards if created here")))
        lines.append(("replication-factor", String(target.replicationFactor)))
        if let path = target.commandConfigPath { lines.append(("command-config", path)) }
        let security = target.clientSettings.security
        if security != .none { lines.append(("security", security.words)) }
        lines += target.commandProperties.map { ("command-property", "\($0.name)=\($0.redactedValue)") }
        return lines
    }

    private var totalCost: String {
        guard let bytes = payloadBytes else {
            var ns: Int64 = 0
            for case .durationNs(let duration) in configurations.map(\.amount) {
                ns =
                    ns.addingReportingOverflow(duration.multipliedReportingOverflow(by: Int64(runs)).partialValue)
                    .partialValue
            }
            return ns > 0 ? "\(Quantity.formatDuration(ns: ns)) of sending" : "more bytes than can be counted"
        }
        return "\(Self.exactAndRounded(bytes)) of payload"
    }

    private static func cost(of configuration: RunConfiguration) -> String {
        switch configuration.amount {
        case .durationNs(let ns): "as much as fits in \(Quantity.formatDuration(ns: ns))"
        case .records(let count):
            "\(Quantity.formatCount(count)) records, \(configuration.payloadBytes.map(exactAndRounded) ?? "?") of payload"
        }
    }

    private static func exactAndRounded(_ bytes: Int64) -> String {
        bytes < 1024 ? "\(bytes) B" : "\(bytes) B (\(Quantity.approximateBytes(Double(bytes))))"
    }
}

extension String {
    /// Spaces behind, up to `width` characters.
    func padded(to width: Int) -> String { self + String(repeating: " ", count: Swift.max(width - count, 1)) }
}
