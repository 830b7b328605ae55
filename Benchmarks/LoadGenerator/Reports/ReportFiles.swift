#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Where reports are written besides the results.
package struct ReportFiles: Sendable, Equatable {
    /// Nil for nowhere.
    package var junit: String?
    package var markdown: String?
    package var githubBenchmarks: [GitHubBenchmark] = []

    package init() {}

    /// Options with the files that they name.
    var named: [(option: String, path: String)] {
        [("--junit", junit), ("--markdown", markdown)].compactMap { option, path in path.map { (option, $0) } }
            + githubBenchmarks.map { ("--github-benchmark", $0.path) }
    }

    package var isEmpty: Bool { named.isEmpty }

    /// Proves that all of them can be written, and leaves them as they were.
    ///
    /// - Throws: `OutputError` for the first that can't.
    package func probe() throws(OutputError) {
        for (option, path) in named {
            var status = stat()
            let isThere = stat(path, &status) == 0
            guard !Self.isOfResults(path) else {
                throw OutputError(
                    path: path, action: "write the report of \(option) to",
                    reason: "a file of that name has results in it; give another name")
            }
            guard !isThere || status.st_mode & S_IFMT == S_IFREG else {
                throw OutputError(
                    path: path, action: "write the report of \(option) to",
                    reason: "it is not a file that can be replaced; give a file")
            }
            try OutputFile(path: path).append("")
            if !isThere { unlink(path) }
            // The file is written beside the old one and takes its place.
            let beside = OutputFile(path: path + ".tmp")
            try beside.append("")
            unlink(beside.path)
        }
    }

    private static func isOfResults(_ path: String) -> Bool {
        let name = path.split(separator: "/").last.map(String.init) ?? ""
        let known = [
            "runs", "latency", "timeline", "events", "slowest", "brokers", "verify", "comparison", "ladder", "windows",
            "find", "curve",
        ]
        return name == "manifest.json" || name.hasSuffix(".hlog") || known.contains { name == $0 + ".csv" }
    }

    /// Writes the reports whose form every command has.
    package func write(_ report: Report) throws(OutputError) {
        if let junit { try OutputFile(path: junit).replace(with: report.junitText) }
        if let markdown { try OutputFile(path: markdown).replace(with: report.markdownText) }
    }

    func write(_ figures: RunFigures) throws(OutputError) {
        for benchmark in githubBenchmarks {
            try OutputFile(path: benchmark.path).replace(with: benchmark.text(figures))
        }
    }
}
