import Testing

@testable import LoadGenerator

@Suite struct ComparisonTests {
    /// A row with these cells, and figures as kbench writes them.
    private static func rows(_ throughputs: [Double], _ cells: [String: String] = [:]) -> [[String: String]] {
        throughputs.enumerated().map { index, throughput in
            var row = [
                "run": "\(index + 1)", "stage": "broker", "codec": "none", "cores": "2", "verdict": "ok",
                "throughput_rps": "\(throughput)",
            ]
            row.merge(cells) { $1 }
            return row
        }
    }

    private static func write(_ rows: [[String: String]], to folder: String) throws {
        let names = Set(rows.flatMap(\.keys)).sorted()
        let directory = try OutputDirectory.prepare(folder, now: Timestamp(epochMs: 0))
        let text =
            CSV.row(names)
            + rows.enumerated().map { index, row in
                CSV.row(names.map { $0 == "run" ? String(index + 1) : row[$0] })
            }.joined()
        try OutputFile(path: directory.runs.path).replace(with: text)
    }

    private static func compare(
        _ base: [[String: String]], _ new: [[String: String]], isPaired: Bool = false,
        _ change: (inout ComparisonRule) -> Void = { _ in }
    ) throws -> Comparison {
        let folder = try TemporaryFolder()
        try write(base, to: folder.path + "/base")
        try write(new, to: folder.path + "/new")
        var rule = ComparisonRule()
        rule.metrics = ["throughput_rps"].compactMap(MetricColumn.init)
        change(&rule)
        return try Comparison(
            base: ResultFolder(reading: folder.path + "/base"), new: ResultFolder(reading: folder.path + "/new"),
            rule: rule, isPaired: isPaired)
    }

    private static let hundred = [100.0, 101, 99, 100.5, 99.5, 100.2, 99.8, 100.7]

    @Test func aDifferenceIsFoundAndItsDirectionNamed() throws {
        let slower = Self.hundred.map { $0 * 0.9 }
        let worse = try Self.compare(Self.rows(Self.hundred), Self.rows(slower))
        #expect(worse.metrics.map(\.finding) == [.worse])
        #expect(abs(worse.metrics[0].difference + 0.1) < 0.001)
        #expect(worse.metrics[0].interval?.contains(-0.1) == true)
        #expect(worse.metrics[0].contrast.effect == -1)
        let better = try Self.compare(Self.rows(slower), Self.rows(Self.hundred))
        #expect(better.metrics.map(\.finding) == [.better])
        #expect(better.status == .success)
    }

    @Test func noDifferenceIsSaidWhereItIsKnown() throws {
        let same = try Self.compare(Self.rows(Self.hundred), Self.rows(Self.hundred.reversed()))
        #expect(same.metrics.map(\.finding) == [.same])
        #expect(same.isAnswered)
    }

    @Test func whatIsNotKnownIsInconclusive() throws {
        let wild = [60.0, 140, 100, 120, 80, 130, 90, 110]
        let unknown = try Self.compare(Self.rows(wild), Self.rows(wild.map { $0 * 1.05 }.reversed()))
        guard case .inconclusive(let moreRuns) = unknown.metrics[0].finding else {
            Issue.record("\(unknown.metrics[0].finding)")
            return
        }
        #expect(moreRuns.map { $0 > 8 } == true)
        #expect(!unknown.isAnswered)
        // Two runs a side say nothing, however far apart they are.
        let few = try Self.compare(Self.rows([100, 101]), Self.rows([50, 51]))
        #expect(!few.isAnswered)
    }

    @Test func gatesDecideTheStatus() throws {
        let slower = Self.rows(Self.hundred.map { $0 * 0.9 })
        let gates = { (text: String) in { (rule: inout ComparisonRule) in rule.gates = (try? Gate.list(text)) ?? [] } }
        #expect(try Self.compare(Self.rows(Self.hundred), slower, gates("throughput_rps:-5%")).status == .missed)
        #expect(try Self.compare(Self.rows(Self.hundred), slower, gates("throughput_rps:-15%")).status == .success)
        #expect(try Self.compare(Self.rows(Self.hundred), slower, gates("throughput_rps:-10%")).status == .inconclusive)
    }

    @Test func pairsTakeOutWhatTheMachineDid() throws {
        let machine = [100.0, 60, 90, 70, 110, 65, 95, 75, 105, 80]
        let new = machine.enumerated().map { $1 * 0.94 + Double($0 % 3) * 0.1 }
        #expect(try Self.compare(Self.rows(machine), Self.rows(new), isPaired: true).metrics[0].finding == .worse)
        #expect(try !Self.compare(Self.rows(machine), Self.rows(new)).isAnswered)
    }

    @Test func configurationsMatchByTheirColumns() throws {
        let base =
            Self.rows(Self.hundred) + Self.rows(Self.hundred, ["codec": "lz4"])
            + Self.rows(Self.hundred, ["codec": "gzip"])
        let new = Self.rows(Self.hundred, ["codec": "lz4"]) + Self.rows(Self.hundred, ["cores": "2"])
        let comparison = try Self.compare(base, new)
        #expect(comparison.metrics.map(\.configuration) == ["codec=none", "codec=lz4"])
        #expect(comparison.notes.contains { $0.contains("only base has codec=gzip") })
    }

    @Test func whatDiffersAsAWholeIsWhatIsCompared() throws {
        let comparison = try Self.compare(
            Self.rows(Self.hundred, ["codec": "none"]), Self.rows(Self.hundred, ["codec": "lz4"]))
        #expect(comparison.notes.contains { $0.contains("codec none and lz4") })
        #expect(comparison.metrics.count == 1)
    }

    @Test func aColumnThatAnOlderVersionDidNotHaveIsWhatItAlwaysWas() throws {
        let comparison = try Self.compare(Self.rows(Self.hundred), Self.rows(Self.hundred, ["door": "lane"]))
        #expect(!comparison.notes.contains { $0.contains("door") })
    }

    @Test func `what is compared unless it is named is what the runs are about`() throws {
        func metrics(_ cells: [String: String]) throws -> [String] {
            let all = ["latency_total_p50_us", "latency_end_to_end_p50_us", "latency_end_to_end_p99_us"]
            let rows = Self.rows(Self.hundred, cells.merging(all.map { ($0, "5") }) { $1 })
            return try Self.compare(rows, rows) { $0.metrics = [] }.metrics.map(\.metric.name)
        }
        #expect(try metrics([:]) == ["throughput_rps", "latency_total_p50_us"])
        let endToEnd = ["throughput_rps", "latency_end_to_end_p50_us", "latency_end_to_end_p99_us"]
        #expect(try metrics(["mode": "end-to-end", "role": "both"]) == endToEnd)
        #expect(try metrics(["mode": "end-to-end", "role": "produce"]) == ["throughput_rps", "latency_total_p50_us"])
        #expect(try metrics(["mode": "consume"]) == ["throughput_rps"])
    }

    @Test func `records that came before they were due are named`() throws {
        let early = Self.rows(Self.hundred, ["latency_end_to_end_not_positive": "3"])
        let notes = try Self.compare(Self.rows(Self.hundred), early).notes
        #expect(notes.contains { $0.hasPrefix("new: in 8 of 8 runs records came before they were due") })
        #expect(!notes.contains { $0.hasPrefix("base: in") })
    }

    @Test func outliersAreNamedAndCounted() throws {
        var values = Self.hundred
        values[3] = 20
        let comparison = try Self.compare(Self.rows(values), Self.rows(Self.hundred))
        #expect(comparison.metrics[0].outliers == ["base run 4"])
        #expect(comparison.metrics[0].contrast.base.count == 8)
    }

    @Test func interruptedRunsAreLeftOutAndDoubtfulOnesNamed() throws {
        let base = Self.rows(Self.hundred) + Self.rows([5], ["verdict": "interrupted"])
        let comparison = try Self.compare(base, Self.rows(Self.hundred, ["verdict": "noisy"]))
        #expect(comparison.metrics[0].contrast.base.count == 8)
        #expect(comparison.notes.contains { $0.contains("1 run of 9 is interrupted, and left out") })
        #expect(comparison.notes.contains { $0.contains("8 runs of 8 are noisy") })
    }

    @Test func nothingInCommonAndSingleRunsAreRefused() {
        #expect {
            _ = try Self.compare(
                Self.rows([1, 2], ["codec": "gzip"]) + Self.rows([1, 2], ["codec": "lz4"]),
                Self.rows([1, 2], ["codec": "zstd"]) + Self.rows([1, 2], ["codec": "snappy"]))
        } throws: { "\($0)".contains("no configuration in common") }
        #expect { _ = try Self.compare(Self.rows([1]), Self.rows([1, 2])) } throws: { "\($0)".contains("one run") }
    }

    @Test func zerosAreComparedInTheirUnit() throws {
        let rule = { (rule: inout ComparisonRule) in
            rule.metrics = ["records_failed"].compactMap(MetricColumn.init)
            rule.gates = (try? Gate.list("records_failed:+5%")) ?? []
        }
        let none = Self.rows(Self.hundred, ["records_failed": "0"])
        let same = try Self.compare(none, none, rule)
        #expect(same.metrics[0].finding == .same && same.status == .success)
        // Of 0 any number is more than 5 % more.
        var some = none
        for index in some.indices { some[index]["records_failed"] = "\(index)" }
        #expect(try Self.compare(none, some, rule).status == .missed)
        #expect(try Self.compare(some, none, rule).status == .success)
        // One run in eight is not what they are like.
        var one = none
        one[3]["records_failed"] = "7"
        #expect(try Self.compare(none, one, rule).status == .inconclusive)
        // Two runs could not have told.
        let few = try Self.compare(Array(none.prefix(2)), Array(none.prefix(2)), rule)
        #expect(few.metrics[0].finding == .inconclusive(moreRuns: 2) && few.status == .inconclusive)
    }

    @Test func aThroughputThatFallsToNothingIsARegression() throws {
        let throughputs = [0.0] + (0..<9).map { 1_000_000 + Double($0) }
        let comparison = try Self.compare(Self.rows(throughputs), Self.rows([Double](repeating: 0, count: 10))) {
            $0.gates = (try? Gate.list("throughput_rps:-5%")) ?? []
        }
        #expect(comparison.metrics[0].finding == .worse && comparison.status == .missed)
    }

    @Test func aGateOnWhatIsMissingIsOpen() throws {
        let rule = { (rule: inout ComparisonRule) in
            rule.gates = (try? Gate.list("throughput_rps:-5%")) ?? []
        }
        let base = Self.rows(Self.hundred) + Self.rows(Self.hundred, ["codec": "lz4"])
        #expect(try Self.compare(base, base, rule).status == .success)
        // A configuration that the new side no longer has.
        let gone = try Self.compare(base, Self.rows(Self.hundred), rule)
        #expect(gone.status == .inconclusive && gone.openGates.map(\.configuration) == ["codec=lz4"])
        let checks = ComparisonReport(comparison: gone, pairCount: nil).report.checks
        #expect(checks.map(\.outcome) == [.passed, .inconclusive])
        #expect(ComparisonReport(comparison: gone, pairCount: nil).text.contains("inconclusive, only base has it"))
        // One that it has besides is no reason.
        #expect(try Self.compare(Self.rows(Self.hundred), base, rule).status == .success)
        // A run without a figure: the others may be bad enough, but not good enough.
        var holed = base
        holed[12]["throughput_rps"] = nil
        let missing = try Self.compare(base, holed, rule)
        #expect(missing.status == .inconclusive && missing.metrics.map(\.contrast.new.count) == [8, 7])
        #expect(missing.metrics.map(\.gateOutcome) == [.held, .inconclusive])
        var slow = holed
        for index in slow.indices { slow[index]["throughput_rps"] = slow[index]["throughput_rps"].map { _ in "50" } }
        for index in slow.indices where index % 2 == 0 && slow[index]["throughput_rps"] != nil {
            slow[index]["throughput_rps"] = "51"
        }
        let slower = try Self.compare(base, slow, rule)
        #expect(slower.status == .missed && slower.openGates.isEmpty)
        let paired = try Self.compare(base, holed, isPaired: true, rule)
        #expect(paired.metrics.map(\.contrast.base.count) == [8, 7] && paired.status == .inconclusive)
    }

    @Test func fewRunsHaveWideIntervalsOrNone() throws {
        // Of three a side the rank test can't exclude anything with 95 %; of four it can all that lies outside of both.
        let three = try Self.compare(Self.rows([100, 101, 102]), Self.rows([50, 51, 52]))
        #expect(three.metrics[0].interval == nil && three.metrics[0].finding == .inconclusive(moreRuns: 1))
        #expect(ComparisonReport(comparison: three, pairCount: nil).text.contains("too few runs"))
        #expect(ComparisonReport(comparison: three, pairCount: nil).csv.contains(",relative,-0.49505,,,0.95,"))
        let four = try Self.compare(Self.rows([100, 101, 102, 103]), Self.rows([50, 51, 52, 53]))
        let interval = try #require(four.metrics[0].interval)
        #expect(
            abs(interval.lowerBound - (50.0 / 103 - 1)) < 1e-9 && abs(interval.upperBound - (53.0 / 100 - 1)) < 1e-9)
        #expect(four.metrics[0].finding == .worse)
    }
}

@Suite struct ResultFolderTests {
    private func read(_ text: String) throws -> ResultFolder {
        let folder = try TemporaryFolder()
        try OutputFile(path: folder.path + "/runs.csv").replace(with: text)
        return try ResultFolder(reading: folder.path)
    }

    private let header = "run,stage,throughput_rps,verdict\n"

    @Test func rowsAreReadByTheNamesOfTheirColumns() throws {
        let folder = try read(header + "1,broker,5.5,ok\n2,broker,,noisy\n")
        #expect(folder.rows.map { $0.number("throughput_rps") } == [5.5, nil])
        #expect(folder.rows[1].verdict == .noisy)
    }

    @Test func aRowThatWasCutOffIsLeftOut() throws {
        let folder = try read(header + "1,broker,5.5,ok\n2,bro")
        #expect(folder.rows.count == 1)
        #expect(folder.warnings.contains { $0.contains("not whole") })
    }

    @Test(arguments: [
        ("", "not a header"), ("a,b\n", "not a header"), ("run,stage,throughput_rps,verdict\n1,x,ok\n", "3 cells"),
        ("run,stage,throughput_rps,verdict\n1,broker,fast,ok\n", "'fast'"),
        ("run,stage,throughput_rps,verdict\n1,\"broker,5,ok\n", "not closed"),
        ("run,stage,throughput_rps,verdict\nrun,stage,throughput_rps,verdict\n", "begins with 'run'"),
    ])
    func damageIsTold(text: String, reason: String) {
        #expect { _ = try read(text) } throws: { "\($0)".contains(reason) }
    }

    @Test func aFolderWithoutResultsIsRefused() throws {
        let folder = try TemporaryFolder()
        #expect { _ = try ResultFolder(reading: folder.path) } throws: { "\($0)".contains("no runs.csv") }
        #expect { _ = try ResultFolder(reading: folder.path + "/x") } throws: { "\($0)".contains("no such folder") }
    }
}
