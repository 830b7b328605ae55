package import KafkaJSON

/// `manifest.json`: everything needed to repeat a command.
package struct Manifest: Sendable, Equatable {
    package var version: String
    /// The words of the command line, without the program's name.
    package var arguments: [String]
    package var plan: RunPlan
    package var system: SystemInfo
    package var startedAt: Timestamp
    /// Nil until the command ends.
    package var endedAt: Timestamp?
    package var wasInterrupted = false
    /// How many runs are in `runs.csv`.
    package var completedRuns = 0
    /// What is said of runs besides their figures, by their numbers.
    package var remarks: [Int: RunRemarks] = [:]
    /// The CPUs' time before the first run and after the last one.
    package var cpuTimeBefore: CPUTime?
    package var cpuTimeAfter: CPUTime?
    /// Names with versions: libraries, and brokers.
    package var libraryVersions: [Version] = []
    package var brokerVersions: [Version] = []

    /// What has which version.
    package struct Version: Sendable, Equatable {
        package let name: String
        package let version: String

        package init(name: String, version: String) {
            self.name = name
            self.version = version
        }
    }

    package init(version: String, arguments: [String], plan: RunPlan, system: SystemInfo, startedAt: Timestamp) {
        self.version = version
        self.arguments = arguments
        self.plan = plan
        self.system = system
        self.startedAt = startedAt
    }

    /// Writes the whole file; readers see the old one or the new one.
    package func write(to file: OutputFile) throws(OutputError) {
        try file.replace(with: json.prettyText)
    }

    package var json: JSONValue {
        .object([
            ("kbench_version", .string(version)), ("arguments", .array(redactedArguments.map { .string($0) })),
            ("started_at", .string(plan.resumption?.startedAt ?? startedAt.iso8601)),
            ("resumed_at", .array(resumedAt.map { .string($0) })), ("ended_at", .optional(endedAt?.iso8601)),
            ("interrupted", .bool(wasInterrupted)), ("completed_runs", .integer(Int64(completedRuns))),
            ("planned_runs", .integer(Int64(plan.runCount))), ("runs_per_configuration", .integer(Int64(plan.runs))),
            ("seed", .unsigned(plan.configurations[0].seed)), ("target", targetJSON),
            ("configurations", .array(plan.configurations.map(\.json))), ("system", system.json),
            ("steal_share", .optional(stealShare)), ("library_versions", Self.json(libraryVersions)),
            ("broker_versions", Self.json(brokerVersions)), ("remarks", .array(remarksJSON)),
        ])
    }

    /// When an interrupted sweep was gone on with, each time.
    private var resumedAt: [String] { plan.resumption.map { $0.resumedAt + [startedAt.iso8601] } ?? [] }

    /// The share of the CPUs' time, 0 … 1, that the hypervisor gave to others meanwhile.
    package var stealShare: Double? {
        guard let cpuTimeBefore, let cpuTimeAfter else { return nil }
        return cpuTimeAfter.stealShare(since: cpuTimeBefore)
    }

    private var remarksJSON: [JSONValue] {
        remarks.sorted { $0.key < $1.key }.filter { !$0.value.isEmpty }.map { $0.value.json(run: $0.key) }
    }

    private var targetJSON: JSONValue {
        let target = plan.target
        let properties = target.commandProperties.map { ($0.name, JSONValue.string($0.redactedValue)) }
        return .object([
            ("bootstrap_servers", target.bootstrapServers.map { .array($0.map { .string($0.description) }) } ?? .null),
            ("topic", .string(target.topic)), ("keep_topic", .bool(target.keepTopic)),
            ("replication_factor", .integer(Int64(target.replicationFactor))),
            ("security", .string(target.clientSettings.security.words)),
            ("command_config", .optional(target.commandConfigPath)), ("command_properties", .object(properties)),
        ])
    }

    /// Secrets given as properties do not belong into a file that people pass on.
    private var redactedArguments: [String] {
        let secrets = plan.target.commandProperties.filter { $0.redactedValue != $0.value && !$0.value.isEmpty }
        // Of a sweep that is resumed, those that began it, in which nothing has to be hidden any more.
        if let resumption = plan.resumption { return resumption.arguments }
        return arguments.map { argument in
            guard let secret = secrets.first(where: { argument.hasSuffix("\($0.name)=\($0.value)") }) else {
                return argument
            }
            return argument.dropLast(secret.value.count) + "***"
        }
    }

    private static func json(_ versions: [Version]) -> JSONValue {
        .object(versions.map { ($0.name, .string($0.version)) })
    }
}
