import Testing

@testable import LoadGenerator

@Suite struct CanaryJudgeTests {
    /// Intervals of which each second one is disturbed.
    private func intervals(
        _ count: Int = 16, throughput: (Bool) -> Double, p99Ns: (Bool) -> Int64 = { _ in 1_000_000 },
        _ change: (inout CanarySample, Bool) -> Void
    ) -> [CanaryJudge.Interval] {
        (0..<count).map { index in
            let isDisturbed = !index.isMultiple(of: 2)
            var sample = CanarySample()
            // A little noise, so that no two are equal.
            sample.cpuLoopNs = 50_000 + Int64(index) * 10
            sample.timerLatenessNs = 60_000 + Int64(index)
            sample.memoryBytesPerSecond = 1e10 - Double(index)
            sample.stealShare = 0.001 * Double(index % 3)
            change(&sample, isDisturbed)
            return CanaryJudge.Interval(
                throughputRps: throughput(isDisturbed) - Double(index), p99Ns: p99Ns(isDisturbed) + Int64(index),
                sample: sample)
        }
    }

    private let falls: (Bool) -> Double = { $0 ? 800_000 : 1_000_000 }

    @Test func `a result that moves with the machine is told, with what moved`() throws {
        let judge = CanaryJudge(isPaced: false)
        let loop = try #require(judge.words(intervals(throughput: falls) { if $1 { $0.cpuLoopNs! += 12_000 } }))
        #expect(loop.hasPrefix("throughput was 20 % lower while a loop of arithmetic took 62"), "\(loop)")
        let steal = try #require(judge.words(intervals(throughput: falls) { if $1 { $0.stealShare! += 0.2 } }))
        #expect(steal.contains("the hypervisor took 20") && !steal.contains("arithmetic"), "\(steal)")
        let memory = try #require(judge.words(intervals(throughput: falls) { if $1 { $0.memoryBytesPerSecond! /= 2 } }))
        #expect(memory.contains("copying memory went at 5G B/s, not 10G B/s"), "\(memory)")
        let late = try #require(
            CanaryJudge(isPaced: true).words(
                intervals(throughput: { _ in 1000 }, p99Ns: { $0 ? 5_000_000 : 1_000_000 }) {
                    if $1 { $0.timerLatenessNs! += 3_000_000 }
                }))
        #expect(late.hasPrefix("p99 was 400 % longer while a sleep was late by 3"), "\(late)")
    }

    @Test func `what does not move together, or not enough, or the other way, is not told`() {
        let judge = CanaryJudge(isPaced: false)
        // The machine is as it was.
        #expect(judge.words(intervals(throughput: falls) { _, _ in }) == nil)
        // The result is.
        #expect(judge.words(intervals(throughput: { _ in 1_000_000 }) { if $1 { $0.cpuLoopNs! += 12_000 } }) == nil)
        // The machine differs by less than it does by itself.
        #expect(judge.words(intervals(throughput: falls) { if $1 { $0.cpuLoopNs! += 3_000 } }) == nil)
        // It is slower where the run is faster: that is the run's own work.
        #expect(judge.words(intervals(throughput: falls) { if !$1 { $0.cpuLoopNs! += 12_000 } }) == nil)
        // Too little to say anything.
        #expect(judge.words(intervals(7, throughput: falls) { if $1 { $0.cpuLoopNs! += 12_000 } }) == nil)
        #expect(judge.words([]) == nil)
        // Of a schedule the throughput is what was asked for.
        #expect(
            CanaryJudge(isPaced: true).words(intervals(throughput: falls) { if $1 { $0.cpuLoopNs! += 12_000 } }) == nil)
    }

    @Test func `a run that is slower on a slower machine than the runs before it says so`() async {
        let history = CanaryHistory()
        let configuration = RunConfiguration()
        func sample(_ loopNs: Int64) -> CanarySample {
            var sample = CanarySample()
            sample.cpuLoopNs = loopNs
            return sample
        }
        #expect(await history.add(sample(50_000), throughputRps: 1000, of: configuration) == nil)
        #expect(await history.add(sample(51_000), throughputRps: 800, of: configuration) == nil)
        #expect(await history.add(sample(70_000), throughputRps: 1000, of: configuration) == nil)
        let words = await history.add(sample(70_000), throughputRps: 700, of: configuration)
        #expect(words?.contains("a loop of arithmetic took 70 us before it, not 50 us") == true, "\(words ?? "")")
        var other = configuration
        other.cores = 7
        #expect(await history.add(sample(70_000), throughputRps: 700, of: other) == nil)
    }
}

@Suite struct CanariesTests {
    @Test func `a sample has figures that can be, and costs little`() throws {
        let canaries = Canaries()
        let before = canaries.sampleBefore()
        #expect(try #require(before.cpuLoopNs) > 1000 && before.timerLatenessNs ?? -1 >= 0)
        #expect(try #require(before.loopbackRttNs) > 500 && before.loopbackRttNs ?? 0 < 50_000_000)
        #expect(try #require(before.memoryBytesPerSecond) > 1e7)
        #expect(before.stealShare == nil && before.othersShare == nil)
        canaries.begin(ownCpuNs: 0)
        let during = canaries.sampleDuring(latenessNs: 5, ownCpuNs: 0)
        #expect(during.timerLatenessNs == 5 && during.cpuLoopNs != nil && during.loopbackRttNs != nil)
        #expect((during.othersShare ?? 0) >= 0 && (during.othersShare ?? 0) <= 1)
    }

    @Test func `the columns are those of the timeline's end, and what was not measured is empty`() {
        #expect(TimelineFile.columnNames.suffix(6) == CanarySample.columnNames[...])
        var sample = CanarySample()
        #expect(sample.cells == [nil, nil, nil, nil, nil, nil])
        (sample.cpuLoopNs, sample.stealShare) = (50_123, 0.25)
        #expect(sample.cells == ["50.123", nil, nil, nil, "0.25", nil])
    }
}
