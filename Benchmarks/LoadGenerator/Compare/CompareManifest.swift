import KafkaClient
internal import KafkaJSON

/// `manifest.json` of a comparison that runs its sides: what is needed to go on with it.
struct CompareManifest: Sendable, Equatable {
    var version = KafkaClientVersion.current
    /// The words behind `kbench compare`.
    var arguments: [String]
    /// Of the payloads, and of the resampling.
    var seed: UInt64
    var startedAt: String
    var endedAt: String?
    var isInterrupted = false
    var completedPairs = 0
    /// What each side runs: the binary, and its words.
    var sides: [CompareSide] = []

    func write(to file: OutputFile) throws(OutputError) {
        let sides = sides.map { side in
            (
                side.name,
                JSONValue.object([
                    ("binary", .optional(side.binary)), ("arguments", .array(side.words.map { .string($0) })),
                ])
            )
        }
        try file.replace(
            with: JSONValue.object(
                [
                    ("kbench_version", .string(version)), ("subcommand", .string(Subcommand.compare.rawValue)),
                    ("arguments", .array(arguments.map { .string($0) })), ("seed", .unsigned(seed)),
                    ("started_at", .string(startedAt)), ("ended_at", .optional(endedAt)),
                    ("interrupted", .bool(isInterrupted)), ("completed_pairs", .integer(Int64(completedPairs))),
                ] + sides + [("system", SystemInfo.current().json)]
            ).prettyText)
    }

    /// - Throws: `UsageError` when the folder has none that can be gone on with.
    static func read(_ directory: String) throws(UsageError) -> CompareManifest {
        guard let text = TextFile.text(directory + "/manifest.json", byteCountMax: 64 << 20),
            let json = try? JSONValue(parsing: text), json["subcommand"]?.string == Subcommand.compare.rawValue,
            let arguments = json["arguments"]?.array?.compactMap(\.string), let seed = json["seed"]?.unsignedInteger,
            let version = json["kbench_version"]?.string
        else {
            throw UsageError("--resume \(directory): it is not the folder of a comparison that kbench has begun to run")
        }
        guard version == KafkaClientVersion.current else {
            throw UsageError(
                "--resume \(directory): it was begun by kbench \(version), this is \(KafkaClientVersion.current); begin it anew"
            )
        }
        return CompareManifest(
            arguments: arguments, seed: seed, startedAt: json["started_at"]?.string ?? "")
    }
}

extension ResultFolder {
    /// Both sides of a comparison that kbench ran, with the runs that both have: one of each was measured next to the other.
    /// Nil for folders that were not.
    static func pairs(base: String, new: String) throws(UsageError) -> (base: ResultFolder, new: ResultFolder)? {
        let parents = [base, new].map { path in
            let parts = path.split(separator: "/", omittingEmptySubsequences: false).filter {
                !$0.isEmpty || path.hasPrefix("/")
            }
            return parts.dropLast().joined(separator: "/")
        }
        guard parents[0] == parents[1],
            let text = TextFile.text((parents[0].isEmpty ? "." : parents[0]) + "/manifest.json"),
            (try? JSONValue(parsing: text))?["subcommand"]?.string == Subcommand.compare.rawValue
        else { return nil }
        var (bases, news) = (try ResultFolder(reading: base), try ResultFolder(reading: new))
        let common = Set(bases.rows.map(\.folder)).intersection(news.rows.map(\.folder))
        bases.keep(common)
        news.keep(common)
        return (bases, news)
    }
}
