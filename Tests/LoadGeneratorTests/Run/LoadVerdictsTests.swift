import Testing

@testable import LoadGenerator

@Suite struct LoadVerdictsTests {
    private func lag(worstMs: Int64, finalMs: Int64, missed: Int64 = 0) -> RunExecution.ScheduleLag {
        .init(worstNs: worstMs * 1_000_000, finalNs: finalMs * 1_000_000, missedRecords: missed)
    }

    @Test func `a schedule that was made up for is kept`() {
        let verdict = Verdict.saturated(
            lag(worstMs: 2000, finalMs: 10), planned: 1_000_000, rate: 1e6, isInterrupted: false)
        #expect(verdict == nil)
    }

    @Test func `behind at the end by more than a hundredth is saturated`() {
        let verdict = Verdict.saturated(
            lag(worstMs: 250, finalMs: 240), planned: 10_000_000, rate: 1e6, isInterrupted: false)
        #expect(verdict?.kind == .saturated)
        #expect(
            verdict?.explanation
                == "240 ms behind the schedule of 1M records/s at its end (100 ms are allowed, the most was 250 ms)")
        #expect(
            Verdict.saturated(lag(worstMs: 99, finalMs: 99), planned: 10_000_000, rate: 1e6, isInterrupted: false)
                == nil)
    }

    @Test func `records that wait ever longer for the broker are behind as well`() {
        var late = lag(worstMs: 1, finalMs: 1)
        late.growthNs = 41_000_000
        #expect(
            Verdict.saturated(late, planned: 40_000, rate: 10_000, isInterrupted: false)?.explanation
                == """
                records due at its end were acknowledged 41 ms later than those of its first half (40 ms are allowed): \
                at 10k records/s ever more of them wait
                """)
        late.growthNs = 39_000_000
        #expect(Verdict.saturated(late, planned: 40_000, rate: 10_000, isInterrupted: false) == nil)
    }

    @Test func `records that were never made are counted, unless the user ended the run`() {
        let late = lag(worstMs: 0, finalMs: 0, missed: 7)
        let verdict = Verdict.saturated(late, planned: 100, rate: 10, isInterrupted: false)
        #expect(verdict?.explanation.hasSuffix("; 7 of 100 records were never made") == true)
        #expect(Verdict.saturated(late, planned: 100, rate: 10, isInterrupted: true) == nil)
    }

    @Test func `a generator is to blame when it takes more than half of the time`() {
        var measurement = RunExecution.Measurement()
        (measurement.generatorCpuNs, measurement.generatorElapsedNs) = (600_000_000, 1_000_000_000)
        #expect(Verdict.generatorBound(measurement, isBehind: true)?.kind == .generatorBound)
        #expect(Verdict.generatorBound(measurement, isBehind: true)?.explanation.contains("60 %") == true)
        #expect(Verdict.generatorBound(measurement, isBehind: false) == nil)
        measurement.generatorElapsedNs = 1_200_000_000
        #expect(Verdict.generatorBound(measurement, isBehind: true) == nil)
        (measurement.generatorCpuNs, measurement.generatorElapsedNs) = (600, 1000)
        #expect(Verdict.generatorBound(measurement, isBehind: true) == nil)
    }

    @Test func `stolen time and other processes make noise`() throws {
        let before = try #require(CPUTime(procStat: "cpu  100 0 100 800 0 0 0 0 0 0\n"))
        // Of 200 ticks: 150 busy, 6 stolen, 44 idle.
        let after = try #require(CPUTime(procStat: "cpu  200 0 150 844 0 0 0 6 0 0\ncpu0 1\ncpu1 1\nintr 2\n"))
        func verdict(own ownCpuNs: Int64?, durationNs: Int64 = 1_000_000_000) -> Verdict? {
            .noisy(from: before, to: after, durationNs: durationNs, ownCpuNs: ownCpuNs)
        }
        let stolen = "the hypervisor took 3 % of the CPUs' time (up to 2 % is fine)"
        #expect(verdict(own: 1_400_000_000)?.explanation == stolen)
        #expect(verdict(own: nil)?.explanation == stolen)
        #expect(
            verdict(own: 1_000_000_000)?.explanation
                == stolen + "; other processes used 25 % of the CPUs' time (up to 10 % is fine)")
        #expect(verdict(own: 0, durationNs: 499_999_999) == nil)
        #expect(Verdict.noisy(from: before, to: before, durationNs: 1 << 40, ownCpuNs: 0) == nil)
        #expect(Verdict.noisy(from: nil, to: after, durationNs: 1 << 40, ownCpuNs: 0) == nil)
    }
}
