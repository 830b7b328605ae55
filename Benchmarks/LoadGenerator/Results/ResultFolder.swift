internal import KafkaJSON

/// What is in a folder of results, as far as it is whole: rows of `runs.csv`, and what its manifest says of the machine. A
/// folder of such folders is read as one, in the order of their names.
package struct ResultFolder: Sendable {
    package let path: String
    package private(set) var rows: [RunRow]
    /// What to tell people of it.
    package let warnings: [String]
    let origin: ResultOrigin?

    /// - Throws: `UsageError` when there is nothing that can be read, or it is damaged.
    package init(reading path: String) throws(UsageError) {
        self.path = path
        var rows: [RunRow] = []
        var warnings: [String] = []
        var origin: ResultOrigin?
        guard TextFile.exists(path) else { throw UsageError("\(path): there is no such folder") }
        let folders = TextFile.exists(path + "/runs.csv") ? [""] : Self.subfolders(of: path)
        guard !folders.isEmpty else {
            throw UsageError("\(path): it has no runs.csv; give a folder that kbench run has written")
        }
        for folder in folders {
            let whole = folder.isEmpty ? path : "\(path)/\(folder)"
            let manifest = CommandManifest.json(in: whole)
            // A run of a comparison that was interrupted is repeated.
            if !folder.isEmpty, !Self.isComplete(manifest) { continue }
            rows += try Self.rows(whole, folder: folder, &warnings)
            origin = origin ?? manifest.map(ResultOrigin.init)
        }
        if origin == nil {
            let isThere = folders.contains { TextFile.exists("\(path)/\($0)/manifest.json") }
            warnings.append(
                "\(path): \(isThere ? "its manifest.json can't be read" : "it has no manifest.json"), so nothing is known of its machine"
            )
        }
        (self.rows, self.warnings, self.origin) = (rows, warnings, origin)
    }

    /// Forgets rows of other folders than these.
    mutating func keep(_ folders: Set<String>) { rows.removeAll { !folders.contains($0.folder) } }

    /// Whether a folder has all that was to be measured.
    static func isComplete(_ path: String) -> Bool { isComplete(CommandManifest.json(in: path)) }

    private static func isComplete(_ manifest: JSONValue?) -> Bool {
        manifest?["ended_at"]?.string != nil && manifest?["interrupted"] == .bool(false)
            && manifest?["completed_runs"] == manifest?["planned_runs"]
    }

    private static func subfolders(of path: String) -> [String] {
        TextFile.names(in: path).filter { TextFile.exists("\(path)/\($0)/runs.csv") }.sorted()
    }

    private static func rows(_ path: String, folder: String, _ warnings: inout [String]) throws(UsageError)
        -> [RunRow]
    {
        let file = path + "/runs.csv"
        guard let text = TextFile.text(file, byteCountMax: .max, isResult: true) else {
            throw UsageError("\(file): it can't be read")
        }
        var lines: [[String]]
        do throws(ValueError) {
            lines = try CSV.rows(text)
        } catch {
            throw UsageError("\(file): \(error.description)")
        }
        guard let header = lines.first, Set(header).count == header.count,
            ["run", "stage", "throughput_rps", "verdict"].allSatisfy(header.contains)
        else { throw UsageError("\(file): its first line is not a header of kbench's results") }
        lines.removeFirst()
        // A write that was cut off, when the command was killed.
        if !text.hasSuffix("\n"), let last = lines.last, last.count != header.count {
            lines.removeLast()
            warnings.append("\(file): its last row is not whole, and is left out")
        }
        var rows: [RunRow] = []
        var numbers: Set<Int> = []
        for (index, cells) in lines.enumerated() {
            guard cells.count == header.count else {
                throw UsageError("\(file): row \(index + 2) has \(cells.count) cells, and the header \(header.count)")
            }
            guard let row = RunRow(header, cells, folder: folder) else {
                throw UsageError(
                    "\(file): row \(index + 2) begins with '\(cells[0])', which is not the number of a run")
            }
            guard numbers.insert(row.run).inserted else {
                throw UsageError("\(file): run \(row.run) is there more than once, so it is not one command's results")
            }
            for metric in MetricColumn.all {
                if let text = row[metric.name], row.number(metric.name) == nil {
                    throw UsageError("\(file): row \(index + 2) has '\(text)' for \(metric.name), which is no number")
                }
            }
            rows.append(row)
        }
        return rows
    }
}

/// Where results come from: what has to be the same for their figures to be compared.
struct ResultOrigin: Sendable {
    /// What it is of, with its value; in the order in which people are told.
    private let facts: [(name: String, value: String)]

    init(_ manifest: JSONValue) {
        let system = manifest["system"]
        let names = [
            ("CPU", "cpu_model"), ("CPUs", "online_cores"), ("memory", "memory_bytes"),
            ("architecture", "architecture"),
            ("kernel", "kernel"), ("operating system", "operating_system"), ("clock", "clock_source"),
            ("build", "build_mode"), ("compiler", "compiler"),
        ]
        facts =
            names.compactMap { name, key in Self.text(system?[key]).map { (name, $0) } }
            + (Self.text(manifest["kbench_version"]).map { [("kbench", $0)] } ?? [])
    }

    private static func text(_ value: JSONValue?) -> String? {
        guard let value, value != .null else { return nil }
        return value.string ?? value.compactText
    }

    /// `CPU AMD EPYC and Intel Xeon`, for each fact that both know and that differs.
    func differences(from other: ResultOrigin) -> [String] {
        facts.compactMap { fact in
            guard let value = other.facts.first(where: { $0.name == fact.name })?.value, value != fact.value else {
                return nil
            }
            return "\(fact.name) \(fact.value) and \(value)"
        }
    }
}
