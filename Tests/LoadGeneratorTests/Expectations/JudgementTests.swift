import KafkaTransport
import Testing

@testable import LoadGenerator

@Suite struct JudgementTests {
    static func result(_ run: Int = 1, acked: Int64 = 10_000_000, _ verdicts: Verdict...) -> RunResult {
        var result = RunResult(
            run: run, startedAt: Timestamp(epochMs: 0), target: "embedded", configuration: RunConfiguration())
        result.durationNs = 1_000_000_000
        result.recordsAcked = acked
        result.recordsFailed = 0
        result.latencies[.total] = LatencyFigures(p50Ns: 1, p90Ns: 1, p99Ns: 4_500_000, p999Ns: 1, maxNs: 1)
        result.verdicts = verdicts
        return result
    }

    private func judge(_ text: String, _ result: RunResult = result()) throws -> Judgement {
        try ColumnExpectation(parsing: text).judge(RunRow(result), run: 1)
    }

    @Test func `a figure is told with its distance in the unit of its column, for people, and in percent`() throws {
        let met = try judge("latency_total_p99_us<=5ms")
        #expect(met.outcome == .passed)
        #expect((met.distance, met.distancePercent) == (-500, -10))
        #expect(met.words == "4.5 ms (4500 us); 500 us (10 %) below 5ms")
        let missed = try judge("throughput_rps>=20M")
        #expect(missed.outcome == .missed)
        #expect(missed.words == "10M (10000000 records/s); 10M (10000000 records/s, 50 %) below 20M")
        #expect(try judge("throughput_rps==10M").words == "10M (10000000 records/s); exactly 10M")
        #expect(try judge("records_failed==0").words == "0; exactly 0")
        #expect(try judge("records_failed<=-1").words == "0; 1 (100 %) above -1")
        #expect(try judge("records_acked>0").words == "10M (10000000); 10M (10000000) above 0")
        #expect(try judge("verdict==noisy").words == "ok")
        #expect(try judge("verdict==noisy").outcome == .missed)
    }

    @Test func `what was not measured is inconclusive`() throws {
        let judgement = try judge("records_lost==0")
        #expect(judgement.outcome == .inconclusive)
        #expect(judgement.words == "not measured")
        #expect(try judge("codec_level!=3").outcome == .inconclusive)
        let missing = try ColumnExpectation(parsing: "batches>0").judge(nil, run: 3)
        #expect((missing.outcome, missing.words) == (.inconclusive, "the run was not carried out"))
        var sized = Self.result()
        sized.configuration.recordSize = try RecordSize(parsing: "uniform:10:500")
        #expect(try judge("record_size_bytes>=10", sized).outcome == .inconclusive)
        #expect(try judge("record_size_bytes==uniform:10:500", sized).outcome == .passed)
    }

    /// What a verdict leaves of figures: of one that is met, and of one that is missed.
    @Test(arguments: Verdict.Kind.allCases)
    func `a verdict decides whether figures count`(_ kind: Verdict.Kind) throws {
        let result = Self.result(1, Verdict(kind, "because"))
        let met = try judge("throughput_rps>=1", result).outcome
        let missed = try judge("throughput_rps>=20M", result).outcome
        switch kind {
        case .ok, .lopsided: #expect((met, missed) == (.passed, .missed))
        case .noisy, .drifting, .debugBuild: #expect((met, missed) == (.passed, .inconclusive))
        default: #expect((met, missed) == (.inconclusive, .inconclusive))
        }
        // Noise makes slower: that what wants a slow run is met may be its doing.
        switch kind {
        case .ok, .lopsided: #expect(try judge("throughput_rps<=20M", result).outcome == .passed)
        default: #expect(try judge("throughput_rps<=20M", result).outcome == .inconclusive)
        }
        // What became of records, and what was asked for, are facts.
        #expect(try judge("records_failed==0", result).outcome == .passed)
        #expect(try judge("records_acked>=20M", result).outcome == .missed)
        #expect(try judge("partitions==64", result).outcome == .passed)
        #expect(try judge("linger_ms==5ms", result).outcome == .passed)
        #expect(try judge("verdict==\(kind.rawValue)", result).outcome == .passed)
    }

    @Test func `the gravest outcome decides the status`() {
        #expect(ExitStatus(of: []) == .success)
        #expect(ExitStatus(of: [.passed]) == .success)
        #expect(ExitStatus(of: [.passed, .inconclusive]) == .inconclusive)
        #expect(ExitStatus(of: [.inconclusive, .missed]) == .missed)
        #expect(ExitStatus(of: [.missed, .failed, .inconclusive]) == .failure)
        #expect((ExitStatus.missed.rawValue, ExitStatus.inconclusive.rawValue) == (2, 3))
    }
}
