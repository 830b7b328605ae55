import KafkaClient
internal import KafkaJSON

/// `manifest.json` of a command that carries out runs until it knows enough, `compare` or `find`: what is needed to go on with
/// it.
struct CommandManifest: Sendable, Equatable {
    let subcommand: Subcommand
    /// The words behind the subcommand.
    var arguments: [String]
    /// Of all that is random.
    var seed: UInt64
    var startedAt: String
    var endedAt: String?
    var isInterrupted = false
    /// What else there is to know.
    var facts: [(name: String, value: JSONValue)] = []
    /// What is said of runs that have no folder, and so no manifest, of their own, by their numbers.
    var remarks: [Int: RunRemarks] = [:]
    private let system = SystemInfo.current()

    init(_ subcommand: Subcommand, arguments: [String], seed: UInt64, startedAt: String) {
        (self.subcommand, self.arguments, self.seed, self.startedAt) = (subcommand, arguments, seed, startedAt)
    }

    static func == (first: CommandManifest, second: CommandManifest) -> Bool { first.json == second.json }

    private var json: JSONValue {
        .object(
            [
                ("kbench_version", .string(KafkaClientVersion.current)), ("subcommand", .string(subcommand.rawValue)),
                ("arguments", .array(arguments.map { .string($0) })), ("seed", .unsigned(seed)),
                ("started_at", .string(startedAt)), ("ended_at", .optional(endedAt)),
                ("interrupted", .bool(isInterrupted)),
            ] + facts.map { ($0.name, $0.value) } + [
                ("system", system.json),
                ("remarks", .array(remarks.sorted { $0.key < $1.key }.map { $0.value.json(run: $0.key) })),
            ])
    }

    func write(to file: OutputFile) throws(OutputError) { try file.replace(with: json.prettyText) }

    /// - Throws: `UsageError` when the folder has none that can be gone on with.
    static func read(_ directory: String, of subcommand: Subcommand) throws(UsageError) -> CommandManifest {
        guard let json = json(in: directory), json["subcommand"]?.string == subcommand.rawValue,
            let arguments = json["arguments"]?.array?.compactMap(\.string), let seed = json["seed"]?.unsignedInteger,
            let version = json["kbench_version"]?.string
        else {
            throw UsageError(
                "--resume \(directory): it is not the folder of a kbench \(subcommand.rawValue) that carries out runs")
        }
        guard version == KafkaClientVersion.current else {
            throw UsageError(
                "--resume \(directory): it was begun by kbench \(version), this is \(KafkaClientVersion.current); begin it anew"
            )
        }
        var manifest = CommandManifest(
            subcommand, arguments: arguments, seed: seed, startedAt: json["started_at"]?.string ?? "")
        manifest.remarks = RunRemarks.all(in: json)
        return manifest
    }

    /// The manifest in a folder; nil when there is none that can be read.
    static func json(in directory: String) -> JSONValue? {
        let path = (directory.isEmpty ? "." : directory) + "/manifest.json"
        return TextFile.text(path, byteCountMax: 64 << 20, isResult: true).flatMap { text in
            try? JSONValue(parsing: text)
        }
    }
}

extension OutputDirectory {
    /// The folder of a command that writes more than one table, whatever it is called.
    static func prepareEmpty(_ given: String?) throws(OutputError) -> OutputDirectory {
        let directory = try prepare(given, now: Timestamp(.now))
        guard !TextFile.exists(directory.manifest.path) else {
            throw OutputError(
                path: directory.path, action: "write results to",
                reason:
                    "it holds results already (manifest.json); give another --output, or --resume to go on with them")
        }
        return directory
    }
}
