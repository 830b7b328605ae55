internal import KafkaJSON

extension ResultFolder {
    /// Both sides of a comparison that kbench ran, with the runs that both have: one of each was measured next to the other.
    /// Nil for folders that were not.
    static func pairs(base: String, new: String) throws(UsageError) -> (base: ResultFolder, new: ResultFolder)? {
        let parents = [base, new].map(parent(of:))
        guard parents[0] == parents[1],
            CommandManifest.json(in: parents[0])?["subcommand"]?.string == Subcommand.compare.rawValue
        else { return nil }
        var (bases, news) = (try ResultFolder(reading: base), try ResultFolder(reading: new))
        let common = Set(bases.rows.map(\.folder)).intersection(news.rows.map(\.folder))
        bases.keep(common)
        news.keep(common)
        return (bases, news)
    }

    /// The folder that a folder is in.
    private static func parent(of path: String) -> String {
        var parts = path.split(separator: "/", omittingEmptySubsequences: true)
        if !parts.isEmpty { parts.removeLast() }
        return (path.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
    }
}
