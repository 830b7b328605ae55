/// Which keys the records have.
package enum KeyDistribution: Sendable, Hashable, CustomStringConvertible {
    /// Records without keys.
    case none
    /// `count` keys in turn.
    case sequential(count: Int64)
    /// `count` keys, each as likely as any other.
    case uniform(count: Int64)
    /// `count` keys, the n-th as often as 1 / n^`exponent`.
    case zipf(count: Int64, exponent: Double)

    static let accepted = "none, sequential:N, uniform:N or zipf:N:EXP"

    /// Reads what `accepted` says.
    package init(parsing text: String) throws(ValueError) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        switch (parts[0], parts.count) {
        case ("none", 1): self = .none
        case ("sequential", 2): self = .sequential(count: try Self.keyCount(parts[1]))
        case ("uniform", 2): self = .uniform(count: try Self.keyCount(parts[1]))
        case ("zipf", 3):
            guard let exponent = Double(parts[2]), exponent.isFinite, exponent > 0, exponent <= 10 else {
                throw ValueError("'\(text)': the exponent is a number above 0, at most 10")
            }
            self = .zipf(count: try Self.keyCount(parts[1]), exponent: exponent)
        default:
            throw ValueError("'\(text)' is not understood; accepted is \(Self.accepted)")
        }
    }

    /// How many different keys there are; 0 without keys.
    package var keyCount: Int64 {
        switch self {
        case .none: 0
        case .sequential(let count), .uniform(let count), .zipf(let count, _): count
        }
    }

    package var description: String {
        switch self {
        case .none: "none"
        case .sequential(let count): "sequential:\(count)"
        case .uniform(let count): "uniform:\(count)"
        case .zipf(let count, let exponent): "zipf:\(count):\(exponent)"
        }
    }

    private static func keyCount(_ text: String) throws(ValueError) -> Int64 {
        let count = try Quantity.count(text)
        guard count >= 1 else { throw ValueError("'\(text)': there is at least one key") }
        return count
    }
}
