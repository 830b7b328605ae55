internal import KafkaJSON

extension ResultFolder {
    /// Both sides of a comparison that kbench ran.
    struct Pairs: Sendable {
        /// With the runs that both have: one of each was measured next to the other.
        var base: ResultFolder
        var new: ResultFolder
        /// How often it might have been looked at, so that whoever looks again is no less strict.
        let lookCount: Int
    }

    /// - Returns: nil for folders that are not of one comparison.
    static func pairs(base: String, new: String) throws(UsageError) -> Pairs? {
        let parents = [base, new].map(parent(of:))
        guard parents[0] == parents[1], let manifest = CommandManifest.json(in: parents[0]),
            manifest["subcommand"]?.string == Subcommand.compare.rawValue
        else { return nil }
        var (bases, news) = (try ResultFolder(reading: base), try ResultFolder(reading: new))
        let common = Set(bases.rows.map(\.folder)).intersection(news.rows.map(\.folder))
        bases.keep(common)
        news.keep(common)
        let lookCount = manifest[lookCountFact]?.unsignedInteger.map(Int.init(clamping:)) ?? 1
        return Pairs(base: bases, new: news, lookCount: max(1, lookCount))
    }

    /// What the manifest of a comparison calls the number of its looks.
    static let lookCountFact = "look_count"

    /// The folder that a folder is in.
    private static func parent(of path: String) -> String {
        var parts = path.split(separator: "/", omittingEmptySubsequences: true)
        if !parts.isEmpty { parts.removeLast() }
        return (path.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
    }
}
