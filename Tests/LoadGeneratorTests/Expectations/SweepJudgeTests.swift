import Foundation
import KafkaJSON
import KafkaTransport
import Testing

@testable import LoadGenerator

@Suite struct SweepJudgeTests {
    private static let line = "--codec none,lz4 --runs 2 --expect records_acked>=10M --expect records_lost==0"

    /// Results of the first runs of a plan.
    private func results(_ plan: RunPlan, acked: [Int64], _ verdicts: [Int: [Verdict]] = [:]) -> [RunResult] {
        zip(plan.schedule, acked).map { scheduled, acked in
            var result = JudgementTests.result(scheduled.number, acked: acked)
            result.configuration = scheduled.configuration
            result.verdicts = verdicts[scheduled.number] ?? []
            return result
        }
    }

    @Test func `every run is judged, also the one that was not carried out`() throws {
        let plan = try CommandLineParserTests.plan(Self.line)
        var judge = SweepJudge(plan, rows: [])
        for result in results(plan, acked: [10_000_000, 9_000_000]) { try judge.add(result, failures: []) }
        #expect(judge.status == .missed)
        #expect(judge.judgements.count == 8)
        #expect(
            judge.report.checks.map(\.outcome.rawValue) == [
                "passed", "passed", "inconclusive", "passed", "missed", "inconclusive", "inconclusive", "inconclusive",
                "inconclusive", "inconclusive", "inconclusive", "inconclusive",
            ])
        #expect(judge.report.checks[3].group == "codec=lz4, run 1 of 2")
        let pairs = judge.report.checks.map { "\($0.group) \($0.name)" }
        #expect(Set(pairs).count == pairs.count)
        judge.add(failed: 3, "no broker")
        #expect(judge.status == .failure)
        #expect(judge.report.checks[6].message == "no broker")
    }

    @Test func `rows of before are judged as those of now, and what was said of them is kept`() throws {
        let plan = try CommandLineParserTests.plan(Self.line)
        let all = results(
            plan, acked: [10_000_000, 9_000_000, 10_000_000, 10_000_000],
            [1: [Verdict(.unverified, "the broker has 3 records")], 3: [Verdict(.noisy, "5 % stolen")]])
        let folder = try TemporaryFolder()
        let directory = try OutputDirectory.prepare(folder.path + "/out", now: Timestamp(epochMs: 0))
        var whole = SweepJudge(plan, rows: [])
        for result in all {
            let failures = result.verdict == .unverified ? ["the broker has 3 records"] : []
            try whole.add(result, failures: failures)
            try directory.runs.append(result)
        }
        var manifest = Manifest(
            version: "1", arguments: [], plan: plan, system: .current(), startedAt: Timestamp(epochMs: 0))
        manifest.remarks = whole.remarks
        let remarks = RunRemarks.all(in: try JSONValue(parsing: manifest.json.prettyText))
        #expect(remarks == whole.remarks.filter { !$0.value.isEmpty })

        var resumed = plan
        resumed.resumption = Resumption(
            directory: directory.path, arguments: [], startedAt: "", resumedAt: [], completedRuns: [1, 2, 3],
            remarks: remarks)
        try directory.keepOnly([1, 2, 3])
        var judge = try SweepJudge(resumed, directory)
        #expect(judge.earlierFailures.map(\.description) == ["run 1: the broker has 3 records"])
        try judge.add(all[3], failures: [])
        #expect(judge.report == whole.report)
        #expect(judge.judgements == whole.judgements)
        #expect((judge.status, whole.status) == (.failure, .failure))
    }

    @Test func `only the runs that a filter names are judged`() throws {
        let plan = try CommandLineParserTests.plan("\(Self.line) --expect-where codec=lz4")
        var judge = SweepJudge(plan, rows: [])
        for result in results(plan, acked: [1, 10_000_000, 1, 10_000_000]) { try judge.add(result, failures: []) }
        #expect(judge.judgements.map(\.run) == [2, 2, 4, 4])
        #expect(judge.status == .inconclusive)
    }

    @Test func `a filter that turns out to name no run is inconclusive`() throws {
        let plan = try CommandLineParserTests.plan("--expect verdict==ok --expect-where verdict=noisy")
        var judge = SweepJudge(plan, rows: [])
        try judge.add(JudgementTests.result(1), failures: [])
        #expect(judge.status == .inconclusive)
        #expect(judge.report.checks.last?.message == "no run was judged where verdict=noisy")
        #expect(RunSummary.expectations([], plan: plan).contains("no run was judged where verdict=noisy"))
    }

    @Test func `reports are files as soon as a run ends, and as all of it when the command does`() throws {
        let folder = try TemporaryFolder()
        let line =
            "--codec none,lz4 --expect records_acked>=10M --junit \(folder.path)/j.xml --markdown \(folder.path)/m.md "
            + "--github-benchmark \(folder.path)/t.json --github-benchmark records_acked=\(folder.path)/a.json"
        let plan = try CommandLineParserTests.plan(line)
        try plan.output.reports.probe()
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
        var judge = SweepJudge(plan, rows: [])
        let begin = MonotonicInstant.now
        let all = results(plan, acked: [10_000_000, 9_000_000])
        try judge.add(all[0], failures: [], now: begin)
        #expect(try folder.text("j.xml").contains("skipped=\"2\""))
        try judge.add(all[1], failures: [], now: begin)
        #expect(try folder.text("j.xml").contains("skipped=\"2\""))
        try judge.write()
        #expect(try folder.text("j.xml").contains("tests=\"4\" failures=\"1\" errors=\"0\" skipped=\"0\""))
        #expect(
            try folder.text("m.md").hasPrefix("## kbench: 1 missed, 3 passed\n\n- ❌ `records_acked>=10M`, codec=lz4: "))
        let text = try folder.text("a.json")
        #expect(
            try JSONValue(parsing: text).array?.compactMap { $0["name"]?.string } == [
                "records_acked codec=none", "records_acked codec=lz4",
            ])
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 4)
    }

    @Test func `reports that can't be written are refused before anything starts`() throws {
        let folder = try TemporaryFolder()
        for path in [folder.path, "/dev/null", folder.path + "/none/x"] {
            var files = ReportFiles()
            files.markdown = path
            #expect(throws: OutputError.self) { try files.probe() }
        }
        let old = try folder.write("old".utf8, "old")
        var files = ReportFiles()
        files.junit = old
        try files.probe()
        #expect(try folder.text("old") == "old")
        let refusal = CommandLineParserTests.refusal("--junit \(old) --markdown \(old)")
        #expect(refusal == "--junit and --markdown name the same file, \(old)")
    }

    @Test func `JSON has each judgement with its numbers`() throws {
        let plan = try CommandLineParserTests.plan("--expect latency_total_p99_us<=5ms --expect verdict==noisy")
        var judge = SweepJudge(plan, rows: [])
        try judge.add(JudgementTests.result(1), failures: [])
        let json = try JSONValue(parsing: RunSummary.json([], judge.judgements))
        let first = try #require(json["expectations"]?.array?.first)
        #expect(first["expectation"] == .string("latency_total_p99_us<=5ms"))
        #expect(
            first["bound"] == .integer(5000) || first["bound"] == .unsigned(5000) || first["bound"] == .double(5000))
        #expect(first["outcome"] == .string("passed"))
        let second = try #require(json["expectations"]?.array?.last)
        #expect((second["figure"], second["distance"], second["outcome"]) == (.string("ok"), .null, .string("missed")))
    }
}
