internal import KafkaJSON

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Figures of this machine and this build that are worth keeping from one command to the next:
/// `kbench/generators.json` in `$XDG_CACHE_HOME`, or else in `~/.cache`.
///
/// It saves time and nothing else: what can't be read is not there, and what can't be written is left.
struct HostCache: Sendable {
    /// Nil where there is no place for it.
    private let directory: String?
    private var path: String? { directory.map { $0 + "/generators.json" } }
    /// What the figures are of. A file of another machine or build is not read.
    private let host: String

    /// Figures are no older, in seconds.
    private static let ageMaxS: Int64 = 24 * 3600
    private static let entriesMax = 1000

    /// - Parameter directory: nil for the user's.
    init(directory: String? = nil, host: String = Self.thisHost) {
        self.host = host
        let base = directory ?? Self.variable("XDG_CACHE_HOME") ?? Self.variable("HOME").map { $0 + "/.cache" }
        self.directory = base.map { $0 + "/kbench" }
    }

    /// The figure that is kept for `key`; nil when there is none, or it is old.
    subscript(key: String) -> Double? {
        guard let entry = entries.first(where: { $0.key == key }) else { return nil }
        let age = now - entry.measuredAt
        return (0...Self.ageMaxS).contains(age) ? entry.rate : nil
    }

    /// Keeps a figure.
    func keep(_ rate: Double, for key: String) {
        guard let directory, let path, rate >= 1, rate < 1e15 else { return }
        var kept = entries.filter { $0.key != key && (0...Self.ageMaxS).contains(now - $0.measuredAt) }
        kept.append((key, rate, now))
        let json = JSONValue.object([
            ("host", .string(host)),
            (
                "generators",
                .array(
                    kept.suffix(Self.entriesMax).map { entry in
                        .object([
                            ("workload", .string(entry.key)), ("records_per_s", .integer(Int64(entry.rate.rounded()))),
                            ("measured_at_s", .integer(entry.measuredAt)),
                        ])
                    })
            ),
        ])
        try? OutputDirectory.createFolders(directory)
        try? OutputFile(path: path).replace(with: json.prettyText)
    }

    private var entries: [(key: String, rate: Double, measuredAt: Int64)] {
        guard let path, let text = TextFile.text(path, isResult: true), let json = try? JSONValue(parsing: text),
            json["host"]?.string == host
        else { return [] }
        return (json["generators"]?.array ?? []).compactMap { entry in
            guard let key = entry["workload"]?.string, let rate = entry["records_per_s"]?.unsignedInteger, rate > 0,
                let measuredAt = entry["measured_at_s"]?.unsignedInteger
            else { return nil }
            return (key, Double(rate), Int64(clamping: measuredAt))
        }
    }

    private var now: Int64 { Timestamp(.now).epochMs / 1000 }

    private static var thisHost: String { SystemInfo.current().json.compactText }

    private static func variable(_ name: String) -> String? {
        guard let value = getenv(name).map({ String(cString: $0) }), !value.isEmpty else { return nil }
        return value
    }
}
