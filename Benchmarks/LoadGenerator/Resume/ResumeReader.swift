// To resume a sweep, the command line that began it is read again. It has to make the plan that the manifest holds, and the
// rows that are there have to be rows of that plan. So results of different plans are never mixed.

import KafkaClient
internal import KafkaJSON

/// Reads the folder of an interrupted sweep, and what is left to do.
struct ResumeReader {
    let directory: String
    /// The command line with `--resume`.
    let given: ParsedOptions
    let environment: CommandLineEnvironment

    /// What `--resume` can be combined with: how results are shown, and secrets, which no manifest holds.
    private static let ownOptions: Set<String> = {
        let table = OptionTable.shared
        let rows = [table.resume.row, table.quiet.row, table.format.row, table.dryRun.row, table.commandProperty.row]
        return Set(rows.map(\.name))
    }()
    private static let manifestByteCountMax = 64 << 20

    func plan() throws(UsageError) -> RunPlan {
        var problems = Problems()
        for other in given.rows where !Self.ownOptions.contains(other.name) {
            problems.add("--resume goes on with what \(directory) was begun with; leave \(other.flag) out")
        }
        try problems.refuse()
        let manifest = try manifest()
        var plan = try plannedAgain(manifest)
        try compare(plan, manifest)
        let completed = try CompletedRuns(directory: directory, plan: plan).numbers()
        plan.resumption = Resumption(
            directory: directory, arguments: manifest["arguments"]?.array?.compactMap(\.string) ?? [],
            startedAt: manifest["started_at"]?.string ?? "",
            resumedAt: manifest["resumed_at"]?.array?.compactMap(\.string) ?? [],
            completedRuns: completed, remarks: RunRemarks.all(in: manifest).filter { completed.contains($0.key) })
        return plan
    }

    private func refuse(_ why: String) -> UsageError { UsageError("--resume \(directory): \(why)") }

    private func refuse(_ error: UsageError) -> UsageError {
        UsageError(error.problems.map { "--resume \(directory): \($0)" })
    }

    private func manifest() throws(UsageError) -> JSONValue {
        let path = OutputDirectory(path: directory).manifest.path
        guard let text = TextFile.text(path, byteCountMax: Self.manifestByteCountMax, isResult: true) else {
            throw refuse("it has no manifest.json that can be read; give the output folder of an interrupted kbench")
        }
        let manifest: JSONValue
        do throws(JSONError) {
            manifest = try JSONValue(parsing: text)
        } catch {
            throw refuse("manifest.json is damaged: \(error.description)")
        }
        guard let version = manifest["kbench_version"]?.string, manifest["arguments"]?.array != nil,
            manifest["configurations"]?.array != nil, manifest["seed"]?.unsignedInteger != nil
        else { throw refuse("manifest.json is not one of kbench's") }
        guard version == KafkaClientVersion.current else {
            throw refuse(
                "it was begun by kbench \(version), this is \(KafkaClientVersion.current); begin it anew, "
                    + "so that all its figures are of one version")
        }
        return manifest
    }

    /// The plan of the first command line, with the seed that it had.
    private func plannedAgain(_ manifest: JSONValue) throws(UsageError) -> RunPlan {
        var words = (manifest["arguments"]?.array ?? []).compactMap(\.string)[...]
        var begun = Subcommand.run
        if let named = words.first.flatMap(Subcommand.init(rawValue:)) {
            begun = named
            words.removeFirst()
        }
        guard begun == given.subcommand else {
            throw refuse(
                "it was begun by kbench \(begun.rawValue); give kbench \(begun.rawValue) --resume \(directory)")
        }
        do throws(UsageError) {
            var options = try ParsedOptions(words, subcommand: begun)
            options.replace(\.output, by: nil)
            options.replace(\.quiet, by: given.texts(of: \.quiet))
            options.replace(\.format, by: given.texts(of: \.format))
            options.replace(\.dryRun, by: given.texts(of: \.dryRun))
            options.replace(\.commandProperty, by: try properties(options))
            let first = CommandLineEnvironment(
                onlineCores: environment.onlineCores, randomSeed: manifest["seed"]?.unsignedInteger ?? 0)
            return begun == .ladder
                ? try LadderPlanReader(options: options, environment: first).plan()
                : try RunPlanReader(options: options, environment: first).plan()
        } catch {
            throw refuse(error)
        }
    }

    /// Those of the first command line; secrets, which the manifest does not tell, from this one.
    private func properties(_ first: ParsedOptions) throws(UsageError) -> [String]? {
        var others = given.texts(of: \.commandProperty) ?? []
        var all: [String] = []
        for text in first.texts(of: \.commandProperty) ?? [] {
            guard text.hasSuffix("=\(TargetSettings.Property.redacted)") else {
                all.append(text)
                continue
            }
            let name = text.dropLast(TargetSettings.Property.redacted.count)
            guard let index = others.firstIndex(where: { $0.hasPrefix(name) }) else {
                throw UsageError("give -X \(name)… again: a secret is not kept")
            }
            all.append(others.remove(at: index))
        }
        if let other = others.first { throw UsageError("it was not begun with -X \(other)") }
        return all.isEmpty ? nil : all
    }

    /// Refuses a plan that is not the one of then: defaults depend on the machine, payloads on their file.
    private func compare(_ plan: RunPlan, _ manifest: JSONValue) throws(UsageError) {
        let before = manifest["configurations"]?.array ?? []
        guard before.count == plan.configurations.count,
            manifest["runs_per_configuration"] == .integer(Int64(plan.runs))
        else { throw refuse("manifest.json says another number of runs than its command line makes") }
        for (index, configuration) in plan.configurations.enumerated() {
            guard case .object(let now) = configuration.json else { continue }
            for (name, value) in now where value.compactText != before[index][name]?.compactText {
                throw refuse(
                    "configuration \(index + 1) had \(name) \(before[index][name]?.compactText ?? "not set"), here it "
                        + "has \(value.compactText); go on where it was begun, with the same files")
            }
        }
    }
}
