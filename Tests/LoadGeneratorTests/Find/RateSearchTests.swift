import Testing

@testable import LoadGenerator

@Suite struct RateSearchTests {
    /// What a window at a rate comes to; the ceiling is told by its throughput.
    private typealias Broker = (_ rate: Double, _ phase: RateSearch.Phase, _ random: inout SplitMix64) ->
        RateSearch.Outcome

    private static func search(
        seed: UInt64, ceiling: Double, lowest: Double = 1, highest: Double = 1e9, resolution: Double = 0.02,
        _ broker: Broker
    ) -> (result: RateSearch.Result, windows: Int) {
        var search = RateSearch(resolution: resolution, lowest: lowest, highest: highest)
        var random = SplitMix64(seed: seed)
        var windows = 0
        while let window = search.next {
            windows += 1
            #expect(windows < 500, "a search ends")
            if windows == 500 { break }
            let outcome = window.rate.map { broker($0, window.phase, &random) } ?? .held
            search.add(outcome, throughput: window.rate ?? ceiling)
        }
        return (search.result ?? .unstable(held: 0, missed: 0), windows)
    }

    /// One that serves `capacity` records a second, give or take a share that is chance.
    private static func broker(_ capacity: Double, noise: Double = 0.005) -> Broker {
        { rate, _, random in
            rate <= capacity * (1 + Double.random(in: -noise...noise, using: &random)) ? .held : .missed
        }
    }

    @Test(arguments: [40.0, 2_000, 123_456, 7_000_000])
    func aCapacityIsFoundWithinThreePercent(capacity: Double) {
        for seed in UInt64(0)..<100 {
            // As fast as possible, queues hold anything from a little less to far more than comes through.
            let (result, windows) = Self.search(
                seed: seed, ceiling: capacity * (0.8 + Double(seed) / 25), Self.broker(capacity))
            guard case .found(let estimate) = result else {
                Issue.record("\(result)")
                continue
            }
            #expect(abs(estimate.rate / capacity - 1) < 0.03)
            #expect(estimate.interval.lowerBound < capacity * 1.01 && estimate.interval.upperBound > capacity * 0.99)
            #expect(estimate.sustained.map { $0 > capacity * 0.95 } == true)
            #expect(!estimate.isDegrading && windows < 60)
        }
    }

    @Test func theIntervalHoldsTheTruthAsOftenAsItSays() {
        // Chance moves the capacity of each window by up to 4 %, so that estimates differ.
        let missed = (UInt64(0)..<400).count { seed in
            guard
                case .found(let estimate) = Self.search(seed: seed, ceiling: 90_000, Self.broker(50_000, noise: 0.04))
                    .result
            else { return true }
            return !estimate.interval.contains(50_000)
        }
        #expect(missed <= 40)
    }

    @Test func whatDoesNotLastIsNotHeld() {
        let (result, _) = Self.search(seed: 1, ceiling: 100_000) { rate, phase, random in
            // Whatever piles up takes a long window to be seen.
            Self.broker(phase == .soak ? 40_000 : 50_000)(rate, phase, &random)
        }
        guard case .found(let estimate) = result else {
            Issue.record("\(result)")
            return
        }
        #expect(estimate.isDegrading)
        #expect(estimate.sustained.map { $0 <= 40_300 && $0 > 32_000 } == true)
        #expect(result.rate == estimate.sustained && result.word == "degrading")
    }

    @Test func aCapacityThatShrinksFromWindowToWindowIsTold() {
        var windows = 0
        let (result, _) = Self.search(seed: 1, ceiling: 100_000) { rate, phase, random in
            windows += 1
            return Self.broker(60_000 * (1 - 0.004 * Double(windows)))(rate, phase, &random)
        }
        guard case .found(let estimate) = result else {
            Issue.record("\(result)")
            return
        }
        #expect(estimate.drift.map { $0 < -0.05 } == true)
        #expect(result.explanation.contains("less than the first"))
    }

    @Test func aBrokerThatIsSometimesAnotherIsUnstable() {
        let unstable = (UInt64(0)..<50).count { seed in
            let (result, _) = Self.search(seed: seed, ceiling: 100_000) { rate, phase, random in
                let isWell = Double.random(in: 0...1, using: &random) < 0.6
                return Self.broker(isWell ? 50_000 : 30_000)(rate, phase, &random)
            }
            if case .unstable = result { return true }
            return false
        }
        #expect(unstable >= 35)
    }

    @Test func oneThatCannotDoTheLowestRateHoldsNothing() {
        #expect(Self.search(seed: 1, ceiling: 900, lowest: 100, Self.broker(50)).result == .nothingHolds(lowest: 100))
        #expect(Self.search(seed: 1, ceiling: 900) { _, _, _ in .missed }.result == .nothingHolds(lowest: 1))
    }

    @Test func oneThatIsFasterThanTheGeneratorIsNotMeasured() {
        let (result, _) = Self.search(seed: 1, ceiling: 1_000_000) { rate, _, _ in
            rate > 800_000 ? .generatorBound : .held
        }
        guard case .generatorBound(let least) = result else {
            Issue.record("\(result)")
            return
        }
        #expect(least > 700_000 && least <= 800_000)
    }

    @Test func theHighestRateThatMayBeTriedEndsTheSearch() {
        let result = Self.search(seed: 1, ceiling: 1_000_000, highest: 300_000, Self.broker(500_000)).result
        #expect(result == .unbounded(atLeast: 300_000))
    }

    @Test func aSlowBrokerGetsNoMoreThanItCanTakeInAFewSeconds() {
        for capacity in [2.0, 300, 4_000, 30_000, 1e6] {
            var search = RateSearch(resolution: 0.02, lowest: 1, highest: 1e9)
            var seconds: [Double] = []
            while let window = search.next, window.phase == .ceiling {
                if let records = window.records { seconds.append(Double(records) / capacity) }
                search.add(.held, throughput: capacity)
            }
            #expect(seconds.allSatisfy { $0 <= 12.5 } && seconds.dropLast().allSatisfy { $0 <= 1 }, "\(seconds)")
            #expect(search.next?.rate == capacity / 2)
        }
    }

    @Test func aBracketThatNoiseHasSpoiledIsLeftQuickly() {
        var first = true
        let (result, windows) = Self.search(seed: 2, ceiling: 10_000) { rate, phase, random in
            // Nothing above a half holds while the bracket is looked for.
            if phase == .bracket { return rate < 10_000 ? .held : .missed }
            first = false
            return Self.broker(20_000)(rate, phase, &random)
        }
        guard case .found(let estimate) = result, !first else {
            Issue.record("\(result)")
            return
        }
        #expect(abs(estimate.rate / 20_000 - 1) < 0.03 && windows < 65)
    }

    @Test func nothingAboveTheHighestRateIsTried() {
        for (capacity, seed) in [(19_000.0, 1), (19_900, 2), (20_000, 3), (20_100, 4), (21_000, 5), (40_000, 6)] {
            let (result, windows) = Self.search(seed: UInt64(seed), ceiling: 30_000, highest: 20_000) {
                rate, phase, random in
                #expect(rate <= 20_000)
                return Self.broker(capacity, noise: 0.02)(rate, phase, &random)
            }
            switch result {
            case .unbounded(let least): #expect(least == 20_000 && capacity > 19_800)
            case .found(let estimate): #expect(abs(estimate.rate / min(capacity, 20_000) - 1) < 0.04, "\(capacity)")
            default: Issue.record("\(capacity): \(result)")
            }
            #expect(windows < 60)
        }
        // Missed once, and held ever after, with the widest resolution.
        var isFirst = true
        _ = Self.search(seed: 1, ceiling: 45_000, highest: 20_000, resolution: 0.2) { rate, _, _ in
            #expect(rate <= 20_000)
            defer { if rate == 20_000 { isFirst = false } }
            return rate == 20_000 && isFirst ? .missed : .held
        }
    }

    @Test func searchWindowsDoNotEnterTheResult() {
        // While it looks for a bracket the broker seems much slower than it is.
        let (result, _) = Self.search(seed: 3, ceiling: 100_000) { rate, phase, random in
            Self.broker(phase == .bracket ? 45_000 : 50_000)(rate, phase, &random)
        }
        guard case .found(let estimate) = result else {
            Issue.record("\(result)")
            return
        }
        #expect(abs(estimate.rate / 50_000 - 1) < 0.03)
    }
}

@Suite struct LatencyCurveTests {
    /// An M/D/1 queue's: latency rises with 1 / (1 − load).
    private static func curve(_ loads: [Double]) -> LatencyCurve {
        var curve = LatencyCurve()
        for load in loads {
            let latency = 100 + 50 * load / max(0.01, 1 - load)
            curve.points.append(
                .init(
                    rate: load * 1000, throughput: min(load, 1) * 1000,
                    latencies: [latency, latency, latency * 2, latency * 3, latency * 4], isHeld: load < 0.9))
        }
        return curve
    }

    @Test func theKneeLiesWhereLatencyBeginsToRise() {
        let curve = Self.curve([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 1.05, 1.1])
        #expect(curve.knee.map { (700...900).contains($0) } == true)
        #expect(curve.stable == 980)
    }

    @Test func aFlatCurveHasNone() {
        #expect(Self.curve([0.01, 0.02, 0.03, 0.04, 0.05]).knee == nil)
        #expect(LatencyCurve().knee == nil && LatencyCurve().stable == nil)
    }
}
