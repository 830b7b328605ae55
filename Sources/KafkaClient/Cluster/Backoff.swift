/// Pauses that double up to a bound, each with up to a fifth of chance so that clients don't come back together.
///
/// Source: KIP-580.
struct Backoff: Sendable {
    private let initialNs: Int64
    private let maxNs: Int64
    private var attempts = 0

    init(_ initial: Duration, max: Duration) {
        initialNs = initial.nanoseconds
        maxNs = max.nanoseconds
    }

    mutating func next() -> Duration {
        attempts += 1
        return .nanoseconds(delayNs(attempt: attempts, chance: Double.random(in: -1...1)))
    }

    /// The pause before the given retry (1 is the first), where `chance` lies between -1 and 1.
    func delayNs(attempt: Int, chance: Double) -> Int64 {
        let doubled = Double(initialNs) * Double(sign: .plus, exponent: min(max(0, attempt - 1), 40), significand: 1)
        return Int64(min(doubled, Double(maxNs)) * (1 + 0.2 * chance))
    }
}
