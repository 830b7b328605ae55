/// Pauses that double up to a bound. Each is up to a fifth shorter or longer by chance, so that clients don't retry all at
/// the same time.
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
    ///   - attempt: the number of attempts that have failed, from 1 on.
    ///   - chance: a random number from -1 to 1.
    func delayNs(attempt: Int, chance: Double) -> Int64 {
        let doubled = Double(initialNs) * Double(sign: .plus, exponent: min(max(0, attempt - 1), 40), significand: 1)
        return Int64(min(doubled, Double(maxNs)) * (1 + 0.2 * chance))
    }
}
