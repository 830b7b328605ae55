import Testing

@testable import LoadGenerator

@Suite struct FindWindowTests {
    private static func find(_ line: String) throws -> FindPlan {
        guard case .find(let plan) = try CommandLineParserTests.parse("find " + line) else {
            throw UsageError("not a search: \(line)")
        }
        return plan
    }

    private static let late = "end-to-end --expect latency_end_to_end_p99_us<=5ms"
    private static let window = RateSearch.Window(phase: .bracket, rate: 1000)

    /// A run that sends within 1 ms, with this time to the receipt, in ms.
    private static func row(_ find: FindPlan, _ p99Ms: Int64, notPositive: Int64 = 0, _ verdicts: [Verdict] = [])
        -> RunRow
    {
        var result = RunResult(
            run: 3, startedAt: Timestamp(epochMs: 0), target: "embedded",
            configuration: find.configuration(0, for: window))
        (result.durationNs, result.recordsAcked) = (1_000_000_000, 1000)
        func all(_ ms: Int64) -> LatencyFigures {
            LatencyFigures(
                p50Ns: ms * 1_000_000, p90Ns: ms * 1_000_000, p99Ns: ms * 1_000_000, p999Ns: ms * 1_000_000,
                maxNs: ms * 1_000_000)
        }
        result.latencies = [.total: all(1), .endToEnd: all(p99Ms)]
        result.received = RunResult.Received(read: 1000, lost: 0, duplicated: 0, notPositive: notPositive)
        result.verdicts = verdicts
        return RunRow(result)
    }

    private static func judge(_ p99Ms: Int64, _ verdicts: [Verdict] = [], failures: [String] = []) throws
        -> FindFiles.Window
    {
        let find = try find(late)
        return try find.judge(
            row(find, p99Ms, verdicts), RunRemarks(failures: failures, verdicts: verdicts), window, configuration: 1)
    }

    @Test func `a window is held by the time to the receipt, and not by that to the acknowledgement`() throws {
        #expect(try Self.judge(4).outcome == .held)
        let missed = try Self.judge(6)
        #expect(missed.outcome == .missed)
        #expect(missed.detail.hasPrefix("latency_end_to_end_p99_us 6 ms"))
        #expect((missed.run, missed.throughput) == (3, 1000))
    }

    @Test func `a window is missed where records are received ever later, however short the latency still is`() throws {
        let behind = Verdict(.saturated, "received 40 ms later")
        #expect(try Self.judge(1, [behind]).outcome == .missed)
        #expect(try Self.judge(1, [behind]).detail == "received 40 ms later")
        #expect(try Self.judge(1, [behind, Verdict(.generatorBound, "slow")]).outcome == .generatorBound)
    }

    @Test func `a window is missed where records are not received`() throws {
        #expect(try Self.judge(1, failures: ["3 of 1000 records were not received"]).outcome == .missed)
    }

    @Test func `what is expected has to be measured`() throws {
        let find = try Self.find(Self.late + " --expect latency_wire_p99_us<=1ms")
        #expect(throws: RunError.self) {
            try find.judge(Self.row(find, 1), RunRemarks(), Self.window, configuration: 1)
        }
    }

    @Test func `the curve is of the stage that the runs are about, and knows windows that fall behind`() throws {
        let find = try Self.find(Self.late)
        let done = try Self.judge(4)
        let point = LatencyCurve.Point(done, Self.row(find, 4))
        #expect(point.latencies == [4000, 4000, 4000, 4000, 4000])
        #expect(point.keepsUp)
        #expect(!LatencyCurve.Point(done, Self.row(find, 4, [Verdict(.saturated, "late")])).keepsUp)
    }

    @Test func `records that came before their time are told with what was found`() throws {
        let find = try Self.find(Self.late)
        #expect(Self.row(find, 4, notPositive: 2).hasEarlyRecords && !Self.row(find, 4).hasEarlyRecords)
        var result = FindResult(configuration: 0, found: .unbounded(atLeast: 1000), windowCount: 6)
        #expect(FindReport(find: find, results: [result]).text == "1k records/s or more: --max-rate is held\n")
        result.earlyWindowCount = 2
        #expect(
            FindReport(find: find, results: [result]).text.hasSuffix(
                "  in 2 windows records came before they were due, or just then, and count as 0: the clock is not one and the same\n"
            ))
    }

    @Test func `curve csv names the stage of its latencies`() throws {
        var result = FindResult(configuration: 0, found: .unbounded(atLeast: 1000), windowCount: 6)
        result.curve = LatencyCurve(points: [.init(rate: 5, throughput: 5, latencies: [1, 2, 3, 4, 5], isHeld: true)])
        func header(_ line: String) throws -> Substring? {
            FindReport(find: try Self.find(line), results: [result]).curveCSV?.split(separator: "\n").first
        }
        #expect(try header(Self.late)?.contains("latency_end_to_end_p99_us") == true)
        #expect(try header("--expect latency_total_p99_us<=1ms")?.contains("latency_total_p99_us") == true)
    }

    @Test func `a window that reads fills its topic with what it reads, and no more than memory has room for`() throws {
        let line = "consume --expect throughput_rps>=1 --duration 2s --record-size 100"
        let find = try Self.find(line)
        func amount(_ find: FindPlan, _ rate: Double, _ phase: RateSearch.Phase = .measure) -> RunConfiguration.Amount {
            find.configuration(0, for: .init(phase: phase, rate: rate)).amount
        }
        #expect(amount(find, 1000) == .records(2000))
        #expect(amount(find, 1000, .soak) == .records(10_000))
        #expect(amount(find, 1e9) == .records((1 << 30) / 100))
        #expect(amount(find, 0.1) == .records(1))
        #expect(amount(try Self.find(line + " -b a:1"), 1e9) == .records(2_000_000_000))
        #expect(find.configuration(0, for: .init(phase: .ceiling, rate: nil)).amount == .durationNs(2_000_000_000))
        #expect(amount(try Self.find(Self.late + " --duration 2s"), 1000) == .durationNs(2_000_000_000))
    }
}
