import KafkaTransport

/// How much is worth having in flight to one broker: twice what it takes in the time of a round trip, so that it always has
/// something to do. More would only wait there, and leave the core's own cache.
///
///      bytes in flight ≤ 2 × rate × round trip        and the same of requests
///
/// A near broker has the least window. A far one gets twice as much with each round trip, until the rate grows no more or the
/// bounds of the configuration are met.
///
/// A value: times are arguments.
struct FlowWindow {
    /// The shortest time between a request and its answer, in ns.
    private var roundTripNs: Int64 = .max
    /// The shortest one of late.
    private var lateRoundTripNs: Int64 = .max
    private var lateBegan = MonotonicInstant.distantPast
    /// Whether the way may have become longer: every answer of late has taken longer than any used to. Either requests wait for
    /// each other, or it has. The next one that is alone on its way tells.
    private(set) var mustMeasure = false
    /// The highest rates of late, in a second.
    private var byteRate = 0.0
    private var requestRate = 0.0
    private var sampleBegan = MonotonicInstant.distantPast
    private var sampleByteCount = 0
    private var sampleRequestCount = 0

    private static let latePeriodNs: Int64 = 5_000_000_000
    private static let gain = 2.0
    /// A rate of long ago counts less: by an eighth for each sample.
    private static let decay = 0.875
    private static let sampleNsMin: Int64 = 1_000_000
    /// Of a round trip so much is the broker's work on a large request, and not the way.
    private static let nearNs: Int64 = 500_000
    /// One request on its way while the broker works on the other.
    private static let requestCountMin = 2

    /// The bytes that may be in flight.
    ///
    /// - Parameter least: what they are at least.
    func byteCount(atLeast least: Int) -> Int { max(least, Int(perRoundTrip(byteRate))) }

    /// The requests that may be in flight.
    var requestCount: Int { max(Self.requestCountMin, Int(perRoundTrip(requestRate).rounded(.up))) }

    private func perRoundTrip(_ rate: Double) -> Double {
        roundTripNs == .max ? 0 : Self.gain * rate * Double(max(0, roundTripNs - Self.nearNs)) / 1e9
    }

    /// Whether the way is known: something was answered.
    var isMeasured: Bool { roundTripNs != .max }

    /// After how long without an answer to anything a broker is silent, in ns: more than twice a round trip. Until one is known,
    /// it may be far away.
    var silenceNs: Int64 { isMeasured ? Self.silenceNsMin + 2 * roundTripNs : Self.beginNsMax }

    private static let silenceNsMin: Int64 = 50_000_000
    /// How long it takes at most until a broker that is far away, and well, has answered for the first time.
    static let beginNsMax: Int64 = 500_000_000

    /// The time between small requests that spreads so many over a round trip: then a batch that comes at any time has not
    /// long to wait for the next one. Loops' timers fire at the next whole millisecond, so it is half of one less than a whole
    /// number.
    func interval(_ requestCount: Int) -> Duration {
        if roundTripNs == .max { return .zero }
        let ms = roundTripNs / Int64(requestCount) / 1_000_000
        return .nanoseconds(min(ms * 1_000_000 - 500_000, Self.intervalNsMax))
    }

    private static let intervalNsMax: Int64 = 100_000_000

    private mutating func measure(_ ns: Int64, wasAlone: Bool, now: MonotonicInstant) {
        if mustMeasure, wasAlone {
            mustMeasure = false
            if ns > Self.muchLonger(roundTripNs) { roundTripNs = ns }
        }
        roundTripNs = min(roundTripNs, ns)
        lateRoundTripNs = min(lateRoundTripNs, ns)
        if now.nanoseconds(since: lateBegan) < Self.latePeriodNs { return }
        if lateRoundTripNs > Self.muchLonger(roundTripNs) { mustMeasure = true }
        lateRoundTripNs = .max
        lateBegan = now
    }

    private static func muchLonger(_ ns: Int64) -> Int64 { 2 * ns + 1_000_000 }

    /// Takes an answer to a request that carried so many bytes of batches.
    ///
    /// - Parameter wasAlone: nothing else was in flight when it was written.
    mutating func didAnswer(_ byteCount: Int, began: MonotonicInstant, ended: MonotonicInstant, wasAlone: Bool) {
        measure(max(1, ended.nanoseconds(since: began)), wasAlone: wasAlone, now: ended)
        // The first one after a pause: the time before it says nothing.
        if sampleRequestCount == 0, sampleBegan < began { sampleBegan = began }
        sampleByteCount += byteCount
        sampleRequestCount += 1
        let elapsedNs = ended.nanoseconds(since: sampleBegan)
        // Over a round trip at least: answers come in groups.
        if elapsedNs < max(roundTripNs, Self.sampleNsMin) { return }
        let perSecond = 1e9 / Double(elapsedNs)
        byteRate = max(Double(sampleByteCount) * perSecond, byteRate * Self.decay)
        requestRate = max(Double(sampleRequestCount) * perSecond, requestRate * Self.decay)
        sampleBegan = ended
        sampleByteCount = 0
        sampleRequestCount = 0
    }
}
