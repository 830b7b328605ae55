import KafkaClient
import Testing

@testable import LoadGenerator

/// Each verdict that a run's own figures give, provoked and absent. What the broker says of stored records is told by
/// `VerificationReportTests`, and in `Tests/Interop/load_model.py` each verdict is that of a whole run.
@Suite struct RunJudgeTests {
    /// What is wrong with a run in which nothing is, as changed.
    private func kinds(
        isInterrupted: Bool = false, _ change: (inout RunResult, inout RunExecution.Measurement) -> Void = { _, _ in }
    ) async -> [Verdict.Kind] {
        await judge(isInterrupted: isInterrupted, change).verdicts.map(\.kind)
    }

    private func judge(
        isInterrupted: Bool = false, placement: Placement? = nil,
        _ change: (inout RunResult, inout RunExecution.Measurement) -> Void
    ) async -> RunJudge.Judgement {
        var configuration = RunConfiguration()
        configuration.amount = .records(1000)
        var result = RunResult(
            run: 1, startedAt: Timestamp(epochMs: 0), target: "embedded", configuration: configuration)
        result.recordsAcked = 1000
        result.recordsFailed = 0
        var measurement = RunExecution.Measurement()
        measurement.durationNs = 1_000_000_000
        measurement.generatedRecords = 1000
        measurement.generatorElapsedNs = 1_000_000_000
        change(&result, &measurement)
        let judge = RunJudge(
            result: result, measurement: measurement, recorders: [], isBrokerOurs: true, isInterrupted: isInterrupted,
            verification: nil, placement: placement, disturbances: [])
        var judgement = await judge.judge(nil, storedBefore: 0)
        // These tests are built without optimisation, mostly.
        #expect(judgement.verdicts.contains { $0.kind == .debugBuild } == SystemInfo.isDebugBuild)
        judgement.verdicts.removeAll { $0.kind == .debugBuild }
        return judgement
    }

    @Test func `a run that is as it should be has no verdict but ok`() async {
        let judgement = await judge { _, _ in }
        #expect(judgement.verdicts.isEmpty && judgement.failures.isEmpty)
        #expect(Verdict.gravest(of: judgement.verdicts) == .ok)
    }

    @Test func `records that failed are counted, and make the run a failure`() async {
        let judgement = await judge { result, _ in (result.recordsAcked, result.recordsFailed) = (993, 7) }
        #expect(judgement.verdicts == [Verdict(.failedRecords, "7 of 1000 records failed")])
        #expect(judgement.failures == ["7 of 1000 records failed"])
    }

    @Test func `a generator's error makes the run a failure without a verdict`() async {
        let judgement = await judge { $1.failure = KafkaClientError(.closed, "no more") }
        #expect(judgement.verdicts.isEmpty)
        #expect(judgement.failures.count == 1)
    }

    @Test func `a run that comes near to what the generator can make is bound by it, and says so once`() async {
        func bound(capacityRps: Double?, generatorCpuNs: Int64 = 0) async -> [Verdict.Kind] {
            await kinds { result, measurement in
                (result.durationNs, result.generatorCapacityRps) = (1_000_000_000, capacityRps)
                measurement.generatorCpuNs = generatorCpuNs
            }
        }
        #expect(await bound(capacityRps: nil).isEmpty)
        #expect(await bound(capacityRps: 1250).isEmpty)
        #expect(await bound(capacityRps: 1249) == [.generatorBound])
        #expect(await bound(capacityRps: 1249, generatorCpuNs: 600_000_000) == [.generatorBound])
    }

    @Test func `leaders and records that lie on one broker more than on others make a run lopsided`() async {
        func lying(_ led: [Int], _ records: [Int64], connections: [Int]? = nil) async -> [Verdict.Kind] {
            let leaders = led.enumerated().flatMap { [Int32](repeating: Int32($0 + 1), count: $1) }
            let lanes = (0..<4).map { lane in
                var loads: [Int32: BrokerLoads.Load] = [:]
                for (broker, count) in records.enumerated() where lane < connections?[broker] ?? 4 {
                    loads[Int32(broker + 1)] = BrokerLoads.Load(batches: 1, records: count, bytes: count)
                }
                return loads
            }
            let placement = Placement(leaders: leaders, ids: Array(1...Int32(led.count)), loads: lanes)
            return await judge(placement: placement) { _, _ in }.verdicts.map(\.kind)
        }
        #expect(await lying([22, 21, 21], [10, 10, 10]).isEmpty)
        #expect(await lying([27, 19, 18], [10, 10, 10]).isEmpty)
        #expect(await lying([28, 18, 18], [10, 10, 10]) == [.lopsided])
        #expect(await lying([32, 32, 0], [10, 10, 0]) == [.lopsided])
        #expect(await lying([22, 21, 21], [20, 10, 10]) == [.lopsided])
        // One broker alone, and fewer partitions than brokers, can't lie otherwise.
        #expect(await lying([64], [10]).isEmpty)
        #expect(await lying([1, 0, 0], [10, 0, 0]).isEmpty)
        #expect(await lying([22, 21, 21], [10, 10, 20], connections: [4, 4, 2]) == [.lopsided])
    }

    @Test func `an interrupt is told when records are missing, and not when all were there`() async {
        #expect(await kinds(isInterrupted: true) { result, _ in result.recordsAcked = 10 } == [.interrupted])
        #expect(await kinds(isInterrupted: true).isEmpty)
        #expect(await kinds { result, _ in result.recordsAcked = 10 }.isEmpty)
    }

    @Test func `an open loop is saturated when it is behind, and bound by its generator only then`() async {
        func lagging(finalNs: Int64, missed: Int64 = 0, cpuNs: Int64 = 0, isInterrupted: Bool = false) async
            -> [Verdict.Kind]
        {
            await kinds(isInterrupted: isInterrupted) { result, measurement in
                result.configuration.rate = 1000
                measurement.lag = .init(worstNs: finalNs, finalNs: finalNs, missedRecords: missed)
                measurement.generatorCpuNs = cpuNs
            }
        }
        #expect(await lagging(finalNs: 10_000_000).isEmpty)
        #expect(await lagging(finalNs: 10_000_001) == [.saturated])
        #expect(await lagging(finalNs: 0, missed: 1) == [.saturated])
        #expect(await lagging(finalNs: 10_000_001, cpuNs: 600_000_000) == [.saturated, .generatorBound])
        #expect(await lagging(finalNs: 0, cpuNs: 600_000_000).isEmpty)
        #expect(await lagging(finalNs: 1 << 40, missed: 9, isInterrupted: true).isEmpty)
    }

    @Test func `a closed loop is bound by its generator, except where only that is measured`() async {
        func busy(_ stage: PipelineStage, _ cpuNs: Int64) async -> [Verdict.Kind] {
            await kinds { result, measurement in
                result.configuration.stage = stage
                measurement.generatorCpuNs = cpuNs
            }
        }
        #expect(await busy(.broker, 510_000_000) == [.generatorBound])
        #expect(await busy(.broker, 500_000_000).isEmpty)
        #expect(await busy(.generate, 1_000_000_000).isEmpty)
    }

    @Test func `noise is what others use of the machine, of kbench's own broker not`() async throws {
        let before = try #require(CPUTime(procStat: "cpu  0 0 0 0 0 0 0 0 0 0\ncpu0 0\ncpu1 0\n"))
        let after = try #require(CPUTime(procStat: "cpu  100 0 0 100 0 0 0 0 0 0\ncpu0 1\ncpu1 1\n"))
        func using(own ownNs: Int64, broker brokerNs: Int64) async -> [Verdict.Kind] {
            await kinds { result, measurement in
                (measurement.cpuTimeBefore, measurement.cpuTimeAfter) = (before, after)
                measurement.processCpuNs = ownNs
                result.brokerCpuNs = brokerNs
            }
        }
        #expect(await using(own: 500_000_000, broker: 450_000_000).isEmpty)
        #expect(await using(own: 500_000_000, broker: 0) == [.noisy])
    }

    @Test func `the column has the gravest of several`() {
        let all = Verdict.Kind.allCases.map { Verdict($0) }
        for (place, kind) in Verdict.Kind.allCases.enumerated() {
            #expect(Verdict.gravest(of: all[place...].shuffled()) == kind)
        }
        #expect(Verdict.gravest(of: []) == .ok)
    }
}
