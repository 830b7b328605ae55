#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// The folder of a command's results.
package struct OutputDirectory: Sendable, Equatable {
    package let path: String

    package var runs: RunsFile { RunsFile(path: path + "/runs.csv") }
    package var latency: LatencyFile { LatencyFile(path: path + "/latency.csv") }
    package var timeline: TimelineFile { TimelineFile(path: path + "/timeline.csv") }
    package var events: EventsFile { EventsFile(path: path + "/events.csv") }
    var slowest: SlowestFile { SlowestFile(path: path + "/slowest.csv") }
    var brokers: BrokersFile { BrokersFile(path: path + "/brokers.csv") }
    var verify: VerifyFile { VerifyFile(path: path + "/verify.csv") }
    /// Of `kbench compare`.
    var comparison: OutputFile { OutputFile(path: path + "/comparison.csv") }
    /// Of `kbench ladder`.
    var ladder: OutputFile { OutputFile(path: path + "/ladder.csv") }
    package var manifest: OutputFile { OutputFile(path: path + "/manifest.json") }

    /// `<run>.hlog`.
    package func histogramLog(run: Int) -> OutputFile { OutputFile(path: "\(path)/\(run).hlog") }

    /// Creates the folder with its parents and proves that files can be written there.
    ///
    /// - Parameters:
    ///   - given: the folder asked for; nil for `results/<time>`, with a number behind it if there is one already.
    ///   - now: the time that names it.
    /// - Throws: `OutputError` when it cannot be created or written to, or when a folder asked for holds results.
    package static func prepare(_ given: String?, now: Timestamp) throws(OutputError) -> OutputDirectory {
        var path = given ?? "results/\(now.compact)"
        while given == nil, TextFile.exists(path) { path = nextFree(path, after: now) }
        try createFolders(path)
        let directory = OutputDirectory(path: path)
        guard !TextFile.exists(directory.runs.path) else {
            throw OutputError(
                path: path, action: "write results to",
                reason: "it holds results already (runs.csv); give another --output")
        }
        let probe = OutputFile(path: path + "/.kbench-probe")
        do {
            try probe.append("kbench\n")
        } catch {
            _ = unlink(probe.path)
            throw OutputError(path: path, action: "write to", errno: error.errno)
        }
        _ = unlink(probe.path)
        return directory
    }

    /// The folder of an interrupted sweep, with what is whole in it.
    package static func resume(_ resumption: Resumption) throws(OutputError) -> OutputDirectory {
        let directory = OutputDirectory(path: resumption.directory)
        try directory.keepOnly(resumption.completedRuns)
        return directory
    }

    /// Removes the folder of a run that was not measured to its end, and that is to be repeated. Only files that kbench writes are
    /// removed; nothing happens when there is no such folder.
    ///
    /// - Throws: `OutputError` when the folder stays, because something else is in it.
    static func removeRun(_ path: String) throws(OutputError) {
        guard TextFile.exists(path) else { return }
        for name in TextFile.names(in: path)
        where name.hasSuffix(".csv") || name.hasSuffix(".hlog") || name == "manifest.json" {
            _ = unlink("\(path)/\(name)")
        }
        guard rmdir(path) == 0 else { throw OutputError(path: path, action: "remove", errno: errno) }
    }

    /// `…-2`, `…-3`, and so on.
    private static func nextFree(_ path: String, after now: Timestamp) -> String {
        let base = "results/\(now.compact)"
        let number = Int(path.dropFirst(base.count + 1)) ?? 1
        return "\(base)-\(number + 1)"
    }

    /// Creates a folder and those that it is in, as far as they are missing.
    static func createFolders(_ path: String) throws(OutputError) {
        var current = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/") {
            current += current.isEmpty || current == "/" ? part : "/" + part
            if mkdir(current, 0o755) == 0 || errno == EISDIR { continue }
            let reason = errno
            var status = stat()
            let isFolder = stat(current, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
            guard reason != EEXIST || isFolder else {
                throw OutputError(path: current, action: "create folder", errno: ENOTDIR)
            }
            // A parent that exists may be on a read-only file system.
            guard isFolder else { throw OutputError(path: current, action: "create folder", errno: reason) }
        }
    }
}
