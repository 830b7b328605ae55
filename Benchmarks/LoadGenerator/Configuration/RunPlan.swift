import KafkaTransport

/// All that one command does: the runs, in order, and what surrounds them.
package struct RunPlan: Sendable, Equatable {
    /// A run with its number.
    package struct ScheduledRun: Sendable, Equatable {
        /// 1, 2, …: the `run` of all files.
        package let number: Int
        /// 1 … `runs`: how often this configuration has had its turn.
        package let repetition: Int
        /// Index into `configurations`.
        package let configurationIndex: Int
        package let configuration: RunConfiguration
    }

    package var target = TargetSettings()
    package var output = OutputSettings()
    /// The cross product of everything swept, at least one; the option named last in the table varies fastest.
    package var configurations: [RunConfiguration]
    /// How often each configuration runs, at least once.
    package var runs: Int = OptionTable.standard(\.runs)
    /// What its figures are judged by.
    package var expectations = Expectations()
    /// When it is measured what the generator can do.
    package var calibration: CalibrationChoice = OptionTable.standard(\.calibrate)
    /// The configurations are the stages of one pipeline, or of several.
    package var isLadder = false
    /// Print the plan and stop.
    package var isDryRun = false
    /// The interrupted sweep to go on with; nil for a new one.
    package var resumption: Resumption?

    /// - Precondition: `configurations` is not empty.
    package init(configurations: [RunConfiguration]) {
        precondition(!configurations.isEmpty)
        self.configurations = configurations
    }

    /// How many runs there are.
    package var runCount: Int { configurations.count * runs }

    /// Every run in order: the first of every configuration, then the second of every one, so that what drifts on
    /// the machine drifts for all of them.
    package var schedule: [ScheduledRun] {
        (0..<runs).flatMap { repetition in
            configurations.indices.map { index in
                ScheduledRun(
                    number: repetition * configurations.count + index + 1, repetition: repetition + 1,
                    configurationIndex: index, configuration: configurations[index])
            }
        }
    }

    /// The options whose values differ between configurations. Linear in the number of configurations.
    package var sweptOptionNames: Set<String> {
        var names: Set<String> = []
        let first = configurations[0].settings
        let firstTexts = Dictionary(uniqueKeysWithValues: first.map { ($0.option, $0.text) })
        for configuration in configurations.dropFirst() {
            var missing = Set(firstTexts.keys)
            for setting in configuration.settings {
                missing.remove(setting.option)
                if firstTexts[setting.option] != setting.text { names.insert(setting.option) }
            }
            names.formUnion(missing)
        }
        return names
    }

    /// What tells `configuration` from the others: `codec=zstd:3 cores=2`; empty when nothing is swept.
    ///
    /// - Parameter swept: `sweptOptionNames`, worked out once for all labels.
    package func label(of configuration: RunConfiguration, swept: Set<String>) -> String {
        configuration.settings.filter { swept.contains($0.option) }
            .map { "\($0.option)=\($0.text.filter { $0 != " " })" }.joined(separator: " ")
    }

    /// Payload bytes of all runs; nil when durations decide.
    package var payloadBytes: Int64? {
        var total: Int64 = 0
        for configuration in configurations {
            guard let bytes = configuration.payloadBytes else { return nil }
            let (product, overflow) = bytes.multipliedReportingOverflow(by: Int64(runs))
            let (sum, overflowAgain) = total.addingReportingOverflow(product)
            guard !overflow, !overflowAgain else { return nil }
            total = sum
        }
        return total
    }
}

/// Where the records go.
package struct TargetSettings: Sendable, Equatable {
    /// Nil: an embedded broker is started for the command.
    package var bootstrapServers: [BootstrapServer]?
    package var topic: String = OptionTable.standard(\.topic)
    /// Whether a topic that this command created stays.
    package var keepTopic = false
    /// Of the topic, when it is created: 1 … 32767.
    package var replicationFactor: Int16 = OptionTable.standard(\.replicationFactor)
    /// A file of Java properties.
    package var commandConfigPath: String?
    /// Java properties of the command line, in its order.
    package var commandProperties: [Property] = []
    /// Whether that file holds secrets and others may read it.
    package var areSecretsReadable = false
    /// What file and command line set, the command line last.
    package var clientSettings = ClientSettings()

    /// A property of a Java client.
    package struct Property: Sendable, Equatable {
        package let name: String
        package let value: String

        /// What is written instead of a secret.
        package static let redacted = "***"

        /// The value, unless it is a secret.
        package var redactedValue: String { isSecret ? Self.redacted : value }

        /// Whether it is a secret, by its name.
        package var isSecret: Bool {
            let name = name.lowercased()
            // Where a token comes from is no secret.
            if name.hasSuffix(".url") || name.hasSuffix(".file") { return false }
            return ["password", "secret", "jaas", "token", "credential", "keystore.key", "key.pem"]
                .contains(where: name.contains)
        }

        /// Whether a secret itself is in the value, and not only where it is to be found.
        package var holdsSecret: Bool {
            isSecret && !value.isEmpty && !["${env:", "${file:", "${directory:"].contains(where: value.contains)
                && name != "sasl.oauthbearer.token.command"
        }
    }

    package init() {}

    /// The `target` of `runs.csv`: `none` where no broker takes part, `embedded`, or the bootstrap servers.
    package func name(stage: PipelineStage) -> String {
        guard stage == .broker else { return "none" }
        return bootstrapServers.map { $0.map(\.description).joined(separator: ",") } ?? "embedded"
    }
}

/// What is written where.
package struct OutputSettings: Sendable, Equatable {
    /// Nil: `results/<time>`.
    package var directory: String?
    package var format: OutputFormat = OptionTable.standard(\.format)
    package var isQuiet = false
    /// How often the timeline gets a row, in ns.
    package var intervalNs: Int64 = OptionTable.standard(\.interval)
    /// Where spans are written; nil for nowhere.
    package var trace: String?
    /// The batches a second of which spans are written.
    package var traceRate: Int = OptionTable.standard(\.traceRate)
    /// Where reports are written.
    package var reports = ReportFiles()
    /// Where metrics are served while runs last; nil for nowhere.
    package var metrics: ListenAddress?

    package init() {}
}
