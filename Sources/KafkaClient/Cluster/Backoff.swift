/// Pauses that double up to a bound, each with up to a fifth of chance so that clients don't come back together.
///
/// Source: KIP-580.
struct Backoff: Sendable {
    private let initialNs: Int64
    private let maxNs: Int64

    init(_ initial: Duration, max: Duration) {
        initialNs = initial.nanoseconds
        maxNs = max.nanoseconds
    }

    /// The pause before a retry, in nanoseconds.
    ///
    /// - Parameters:
    ///   - attempt: how many have failed, from 1 on.
    ///   - chance: from -1 to 1.
    func delayNs(attempt: Int, chance: Double) -> Int64 {
        let doubled = Double(initialNs) * Double(sign: .plus, exponent: min(max(0, attempt - 1), 40), significand: 1)
        return Int64(min(doubled, Double(maxNs)) * (1 + 0.2 * chance))
    }
}
