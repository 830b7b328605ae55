/// Numbers as text, without a locale and without exponents.
enum Decimal {
    /// `12345` thousandths is `12.345`.
    static func text(thousandths: Int64) -> String {
        let magnitude = thousandths.magnitude
        let fraction = String(magnitude % 1000)
        let padding = String(repeating: "0", count: 3 - fraction.count)
        return "\(thousandths < 0 ? "-" : "")\(magnitude / 1000).\(padding)\(fraction)"
    }

    /// `value` rounded to `decimals` digits (0 … 9) after the point, all of them written; nil when `value` is not finite.
    static func text(_ value: Double, decimals: Int) -> String? {
        guard value.isFinite else { return nil }
        var scale = 1.0
        for _ in 0..<decimals { scale *= 10 }
        let scaled = (value * scale).rounded()
        // From 2^53 on a Double has no digits after the point worth writing.
        guard abs(scaled) < 9_007_199_254_740_992 else {
            return abs(value) < 9e18 ? String(Int64(value)) : "\(value)"
        }
        let digits = String(Int64(abs(scaled)))
        let padded = String(repeating: "0", count: max(decimals + 1 - digits.count, 0)) + digits
        let sign = scaled < 0 ? "-" : ""
        return decimals == 0 ? sign + padded : "\(sign)\(padded.dropLast(decimals)).\(padded.suffix(decimals))"
    }

    /// As `text(_:decimals:)`, without zeros at the end: `5`, `0.5`.
    static func shortText(_ value: Double, decimals: Int) -> String? {
        guard var digits = text(value, decimals: decimals), digits.contains(".") else {
            return text(value, decimals: decimals)
        }
        while digits.last == "0" { digits.removeLast() }
        if digits.last == "." { digits.removeLast() }
        return digits
    }
}
