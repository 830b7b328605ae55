// The search for the highest rate that holds what is expected, as a value: it says which window to run next, and is told what
// came of it. It knows no clock and no broker, so that tests drive it over thousands of made-up ones.
//
//      ceiling    as fast as possible: from where to begin
//      bracket    a rate that holds and one that doesn't, no more than 10 % apart
//      measure    six times the same: from a bracket of its own, halved until it is as narrow as the resolution. Each gives an
//                 estimate; their middle is the result, and their extremes are its interval
//      check      rates that are well below and well above, four times each: a broker that is sometimes another is told by them
//      soak       the lower end of the interval for five times as long. What does not last is not held

/// Where a search stands.
package struct RateSearch: Sendable, Equatable {
    /// Why a window is run.
    package enum Phase: String, Sendable, Equatable, CaseIterable {
        case ceiling, bracket, measure, check, soak, curve
    }

    /// A run of the search.
    package struct Window: Sendable, Equatable {
        package let phase: Phase
        /// Records a second; nil for as fast as possible.
        package let rate: Double?
        /// How many records are sent; nil for as many as its time allows.
        package var records: Int64?
    }

    /// What came of a window.
    package enum Outcome: String, Sendable, Equatable {
        case held, missed
        /// Missed, because no more records could be made.
        case generatorBound = "generator-bound"
        /// Missed while others had the CPUs, which says nothing. A search is not told of it.
        case noisy
    }

    /// What was found.
    package enum Result: Sendable, Equatable {
        case found(Estimate)
        /// Not even the lowest rate that was tried holds.
        case nothingHolds(lowest: Double)
        /// All that could be made is held.
        case generatorBound(atLeast: Double)
        /// The highest rate that may be tried is held.
        case unbounded(atLeast: Double)
        /// Rates that are well apart are held one time and not the other, lower ones as well.
        case unstable(held: Double, missed: Double)
    }

    /// The highest rate that holds.
    package struct Estimate: Sendable, Equatable {
        /// The middle of what the repetitions say.
        package let rate: Double
        /// The least and the most that one of them says: the truth lies between with a probability of 97 %.
        package let interval: ClosedRange<Double>
        /// What was held for long; nil when nothing near was.
        package let sustained: Double?
        /// The later repetitions say less, or more, than the earlier ones: the last relative to the first, −0.1 for 10 % less.
        package let drift: Double?

        /// Whether windows hold what doesn't last.
        package var isDegrading: Bool { sustained.map { $0 < interval.lowerBound * 0.97 } ?? true }
    }

    package static let repetitionCount = 6
    /// Records to send as fast as possible, to know where to begin, at last as many as fit into a window. Of a slow broker few: what
    /// the producer takes in the time of a window it might not deliver in minutes.
    private static let probes: [Int64?] = [20, 500, 5_000, 50_000, nil]
    /// More are sent where these take no longer.
    private static let probeSeconds = 1.0
    /// Between a rate that holds and one that doesn't, within a repetition: the first by so much less than the second.
    package let resolution: Double
    package let lowest: Double
    package let highest: Double

    private enum State: Sendable, Equatable {
        case ceiling(probe: Int)
        case bracket(trial: Double)
        case measure(Bisection)
        case check(left: [Double])
        /// With the share by which the next one is slower, if this is missed.
        case soak(rate: Double, step: Double)
        case done(Result)
    }

    private var state: State
    private var low: Double?
    private var high: Double?
    private var isHighGenerators = false
    /// What each repetition says.
    private(set) var estimates: [Double] = []
    /// Rates that a check has held, or missed, against what was found.
    private var held: [Double] = []
    private var missed: [Double] = []
    private var isCheckedAgain = false

    /// - Parameters:
    ///   - resolution: 0.005 … 0.2.
    ///   - lowest: the lowest rate that is tried, above 0.
    ///   - highest: the highest.
    package init(resolution: Double, lowest: Double, highest: Double) {
        (self.resolution, self.lowest, self.highest) = (resolution, lowest, highest)
        state = .ceiling(probe: 0)
    }

    /// What was found; nil while more has to be known.
    package var result: Result? {
        if case .done(let result) = state { result } else { nil }
    }

    /// The next window to run; nil when all is known.
    package var next: Window? {
        switch state {
        case .ceiling(let probe): Window(phase: .ceiling, rate: nil, records: Self.probes[probe])
        case .bracket(let trial): Window(phase: .bracket, rate: trial)
        case .measure(let bisection): Window(phase: .measure, rate: bisection.trial)
        case .check(let left): Window(phase: .check, rate: left.first)
        case .soak(let rate, _): Window(phase: .soak, rate: rate)
        case .done: nil
        }
    }

    /// Takes what came of the window that `next` says.
    ///
    /// - Parameter throughput: records a second that were acknowledged.
    package mutating func add(_ outcome: Outcome, throughput: Double) {
        switch state {
        case .ceiling(let probe):
            if let count = Self.probes[probe], throughput * Self.probeSeconds >= Double(count) {
                return state = .ceiling(probe: probe + 1)
            }
            // What is sent as fast as possible waits in queues; half of it is a rate at which there may be none.
            state = .bracket(trial: min(max(throughput / 2, lowest), highest))
        case .bracket(let trial): addToBracket(outcome, trial)
        case .measure(let bisection): add(outcome, to: bisection)
        case .check(let left): add(outcome, toCheck: left)
        case .soak(let rate, let step): addSoak(outcome, rate, step)
        case .done: preconditionFailure("the search is over")
        }
    }

    // MARK: Bracket

    private mutating func addToBracket(_ outcome: Outcome, _ trial: Double) {
        if outcome == .held {
            low = max(low ?? 0, trial)
        } else {
            high = min(high ?? .infinity, trial)
            isHighGenerators = outcome == .generatorBound
        }
        guard let low else {
            if trial <= lowest { return state = .done(.nothingHolds(lowest: trial)) }
            return state = .bracket(trial: max(lowest, trial / 2))
        }
        guard let high else {
            if low >= highest { return state = .done(.unbounded(atLeast: low)) }
            return state = .bracket(trial: min(highest, low * 1.5))
        }
        if high > low * 1.1 { return state = .bracket(trial: (low * high).squareRoot()) }
        if isHighGenerators { return state = .done(.generatorBound(atLeast: low)) }
        state = .measure(bisection(0))
    }

    // MARK: Measure

    /// The bracket of a repetition, wider than what was found, and each a little elsewhere, so that not all try the same rates.
    private func bisection(_ repetition: Int) -> Bisection {
        let shift = 1 + resolution * (Double(repetition) / Double(Self.repetitionCount) - 0.5)
        // A bracket that noise has spoiled is not gone back to.
        let (low, high) = estimates.isEmpty ? (low, high) : (estimates.min(), estimates.max())
        return Bisection(
            low: min(highest, (low ?? lowest) * 0.95 * shift), high: min(highest, (high ?? highest) * 1.05 * shift),
            highest: highest, resolution: resolution)
    }

    private mutating func add(_ outcome: Outcome, to bisection: Bisection) {
        var bisection = bisection
        bisection.add(isHeld: outcome == .held)
        guard bisection.isOver else {
            guard bisection.low >= lowest / 2 else { return state = .done(.nothingHolds(lowest: lowest)) }
            return state = .measure(bisection)
        }
        estimates.append((bisection.low * bisection.high).squareRoot())
        guard estimates.count == Self.repetitionCount else { return state = .measure(self.bisection(estimates.count)) }
        state = .check(left: checks)
    }

    // MARK: Check

    /// Rates that are to be missed and to be held, in turn.
    private var checks: [Double] {
        let interval = interval
        let above = min(highest, interval.upperBound * 1.15)
        // Where the highest rate is as good as found, there is none above it to be missed.
        let rates = [interval.lowerBound * 0.85] + (above > interval.upperBound * 1.05 ? [above] : [])
        return (0..<4).flatMap { _ in rates }
    }

    private var interval: ClosedRange<Double> { (estimates.min() ?? lowest)...(estimates.max() ?? lowest) }

    private mutating func add(_ outcome: Outcome, toCheck left: [Double]) {
        guard let rate = left.first else { return }
        if outcome == .held, rate > interval.upperBound { held.append(rate) }
        if outcome != .held, rate < interval.lowerBound { missed.append(rate) }
        let surprises = held.count + missed.count
        if surprises >= 2 {
            return state = .done(
                .unstable(held: held.max() ?? interval.upperBound, missed: missed.min() ?? interval.lowerBound))
        }
        var left = Array(left.dropFirst())
        if left.isEmpty, surprises == 1, !isCheckedAgain {
            // One may have been the machine.
            isCheckedAgain = true
            left = checks
        }
        state =
            left.isEmpty
            ? .soak(rate: interval.lowerBound * (1 - resolution / 2), step: resolution) : .check(left: left)
    }

    // MARK: Soak

    private mutating func addSoak(_ outcome: Outcome, _ rate: Double, _ step: Double) {
        let interval = interval
        let next = rate * (1 - step)
        if outcome != .held, next >= max(lowest, interval.lowerBound * 0.5) {
            return state = .soak(rate: next, step: min(0.2, step * 2))
        }
        state = .done(
            .found(
                Estimate(
                    rate: Samples(estimates).median, interval: interval, sustained: outcome == .held ? rate : nil,
                    drift: drift)))
    }

    private var drift: Double? {
        guard let first = estimates.first, let last = estimates.last, abs(last / first - 1) > 0.05,
            SteadyState.trendProbability(estimates) < 0.02
        else { return nil }
        return last / first - 1
    }
}

/// One repetition: a rate that holds and one that doesn't come ever closer. An end that was never tried here is tried before it
/// is believed.
private struct Bisection: Sendable, Equatable {
    private(set) var low: Double
    private(set) var high: Double
    private let resolution: Double
    /// Nothing above it is tried.
    private let highest: Double
    /// The next step beyond an end, as a share of it; a bracket that is far off is left ever faster.
    private var step = 0.1
    private var isLowTried = false
    private var isHighTried = false

    init(low: Double, high: Double, highest: Double, resolution: Double) {
        (self.low, self.high, self.highest, self.resolution) = (low, high, highest, resolution)
    }

    private var isNarrow: Bool { high <= low * (1 + resolution) }

    var isOver: Bool { isNarrow && isLowTried && isHighTried }

    /// The rate to try.
    var trial: Double {
        guard isNarrow else { return (low * high).squareRoot() }
        return isLowTried ? high : low
    }

    mutating func add(isHeld: Bool) {
        let tried = trial
        if isHeld {
            // What held at the upper end says nothing of where it ends: on from here.
            if tried == high {
                (high, isHighTried) = (min(highest, tried * (1 + step)), tried >= highest)
                step = min(1, step * 2)
            }
            (low, isLowTried) = (tried, true)
        } else {
            if tried == low {
                (low, isLowTried) = (tried / (1 + step), false)
                step = min(1, step * 2)
            }
            (high, isHighTried) = (tried, true)
        }
    }
}
