import Foundation
import KafkaJSON
import Testing

@testable import LoadGenerator

@Suite struct ReportTests {
    private let report = Report(
        title: "kbench <\"a\" & 'b'>",
        checks: [
            Check(name: "p99<=5ms", group: "codec=none", outcome: .passed, message: "4 ms", seconds: 1.23456),
            Check(name: "p99<=5ms", group: "a|b_c", outcome: .missed, message: "6 ms\n\"far\"\u{1} above"),
            Check(name: "lost==0", group: "codec=none", outcome: .inconclusive, message: "not measured"),
            Check(name: "delivered", group: "codec=none", outcome: .failed, message: "no broker"),
            Check(name: "delivered", group: "codec=lz4", outcome: .passed),
        ],
        tables: [
            Report.Table(title: "Runs", header: ["what", "x"], rows: [["a|b", "1"], ["<c>", "2"]]),
            Report.Table(title: "Nothing", header: ["what"], rows: []),
        ])

    @Test func `JUnit has a failure, an error or a skip for what has not passed`() {
        #expect(
            report.junitText == """
                <?xml version="1.0" encoding="UTF-8"?>
                <testsuite name="kbench &lt;&quot;a&quot; &amp; 'b'&gt;" tests="5" failures="1" errors="1" skipped="1" time="1.235">
                  <testcase name="p99&lt;=5ms" classname="kbench.codec=none" time="1.235">
                    <system-out>4 ms</system-out>
                  </testcase>
                  <testcase name="p99&lt;=5ms" classname="kbench.a|b_c" time="0.000">
                    <failure type="missed" message="6 ms&#10;&quot;far&quot;\u{FFFD} above"/>
                  </testcase>
                  <testcase name="lost==0" classname="kbench.codec=none" time="0.000">
                    <skipped message="not measured"/>
                  </testcase>
                  <testcase name="delivered" classname="kbench.codec=none" time="0.000">
                    <error type="failed" message="no broker"/>
                  </testcase>
                  <testcase name="delivered" classname="kbench.codec=lz4" time="0.000"/>
                </testsuite>

                """)
    }

    @Test func `Markdown begins with what did not pass, and nothing of it means something to Markdown`() {
        #expect(
            report.markdownText == """
                ## kbench &lt;"a" &amp; 'b'&gt;: 1 failed, 1 missed, 1 inconclusive, 2 passed

                - 💥 `delivered`, codec=none: no broker

                - ❌ `p99<=5ms`, a\\|b\\_c: 6 ms "far"\u{1} above

                - ⚠️ inconclusive: `lost==0`, codec=none: not measured

                <details><summary>2 passed</summary>

                - ✅ `p99<=5ms`, codec=none: 4 ms
                - ✅ `delivered`, codec=lz4

                </details>

                ### Runs

                | what | x |
                | --- | --: |
                | a\\|b | 1 |
                | &lt;c&gt; | 2 |

                """)
    }

    @Test func `a summary of thousands of runs is not larger than GitHub takes`() {
        let checks = (1...4000).map {
            Check(
                name: String(repeating: "x", count: 50), group: "run \($0)", outcome: $0 % 2 == 0 ? .missed : .passed,
                message: String(repeating: "y", count: 100))
        }
        let rows = (1...4000).map { ["configuration \($0)", "1M (1M–2M)", "5 ms", "ok"] }
        let table = Report.Table(title: "Runs", header: ["a", "b", "c", "d"], rows: rows)
        let text = Report(title: "kbench", checks: checks, tables: [table]).markdownText
        #expect(text.utf8.count < 1 << 19)
        #expect(text.contains("- and 1700 more"))
        #expect(text.contains("3700 more rows"))
    }

    @Test func `a report without checks is its tables`() {
        #expect(Report(title: "kbench", checks: []).markdownText == "## kbench\n")
        #expect(Report(title: "kbench", checks: []).tally == "nothing was judged")
    }

    @Test func `a file for github-action-benchmark has the median of each configuration and its range`() throws {
        let plan = try CommandLineParserTests.plan("--codec none,lz4 --runs 3")
        var rows: [Int: RunRow] = [:]
        for (run, acked) in [(1, 10), (2, 7), (3, 30), (4, 9), (5, 20), (6, 8)] as [(Int, Int64)] {
            // One that failed does not count.
            let result =
                run == 4
                ? JudgementTests.result(run, acked: 1, Verdict(.failedRecords, ""))
                : JudgementTests.result(run, acked: acked, Verdict(run == 2 ? .noisy : .ok))
            rows[run] = RunRow(result)
        }
        let figures = RunFigures(rows, of: plan)
        let text = try GitHubBenchmark(parsing: "x.json").text(figures)
        let entries = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: Any]])
        #expect(entries.map { $0["name"] as? String } == ["throughput_rps codec=none", "throughput_rps codec=lz4"])
        #expect(entries.map { $0["value"] as? Double } == [20, 7.5])
        #expect(entries.map { $0["unit"] as? String } == ["records/s", "records/s"])
        #expect(entries.map { $0["range"] as? String } == ["10 … 30", "7 … 8"])
        #expect((entries[1]["extra"] as? String)?.hasPrefix("2 runs, verdict noisy, ok\n") == true)
        #expect(
            figures.table.rows == [
                ["codec=none", "20 (10–30)", "4.5 ms (4.5 ms–4.5 ms)", "ok"],
                ["codec=lz4", "7.5 (7–8)", "4.5 ms (4.5 ms–4.5 ms)", "failed-records, noisy"],
            ])
        // One run has no range, and what was not measured no entry.
        let one = RunFigures([1: rows[1]!], of: plan)
        #expect(try !GitHubBenchmark(parsing: "latency_total_p99_us=x").text(one).contains("range"))
        #expect(try GitHubBenchmark(parsing: "records_lost=x").text(one) == "[]\n")
    }

    @Test func `a file may be given a column, and a path with an equals sign its folder`() throws {
        func parsed(_ text: String) throws -> [String] {
            let file = try GitHubBenchmark(parsing: text)
            return [file.column, file.path]
        }
        #expect(try parsed("out.json") == ["throughput_rps", "out.json"])
        #expect(try parsed("latency_total_p99_us=a=b") == ["latency_total_p99_us", "a=b"])
        #expect(try parsed("./a=b") == ["throughput_rps", "./a=b"])
        for text in ["", "latency_p99=x", "codec=x", "cores=x", "verdict=x", "throughput_rps="] {
            #expect(throws: ValueError.self) { try GitHubBenchmark(parsing: text) }
        }
    }
}
