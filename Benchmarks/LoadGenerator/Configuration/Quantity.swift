/// Numbers with units as people write them: `10M` records, `16KiB`, `5ms`.
///
/// All arithmetic is exact: `0.3k` is 300, and what does not come out whole is refused rather than rounded.
package enum Quantity {
    /// A number of things: a whole number once `k`, `M` and `G` (1000, 1000², 1000³) are applied. `0.5M` and `1e6` are
    /// fine.
    ///
    /// - Throws: `ValueError` for anything that is not such a number or does not fit `Int64`.
    package static func count(_ text: String) throws(ValueError) -> Int64 {
        let accepted = "a whole number, also with k, M or G, like 5000, 250k, 10M, 1e6"
        return try whole(text, units: decimalUnits, bareUnit: 1, accepted: accepted)
    }

    /// Bytes: `KiB MiB GiB` are powers of 1024, `kB MB GB` powers of 1000; a bare `K`, `M` or `G` counts in 1024.
    package static func byteCount(_ text: String) throws(ValueError) -> Int64 {
        let accepted = "bytes, like 100, 16KiB, 1MiB (powers of 1024), 16kB, 1MB (powers of 1000)"
        return try whole(text, units: byteUnits, bareUnit: 1, accepted: accepted)
    }

    /// Nanoseconds, from `ns us ms s m h`; only `0` goes without a unit.
    package static func durationNs(_ text: String) throws(ValueError) -> Int64 {
        let accepted = "a duration with its unit, like 5ms, 0.5s, 30s, 10m, 1h"
        return try whole(text, units: durationUnits, bareUnit: nil, accepted: accepted)
    }

    /// A number of things a second, which need not be whole: `500k`, `0.5`.
    package static func rate(_ text: String) throws(ValueError) -> Double {
        let accepted = "a number a second, also with k, M or G, like 0.5, 250k, 1.5M"
        return try number(text, of: .things, accepted: accepted)
    }

    /// What a number counts that need not be whole.
    enum Dimension {
        /// Things: `k`, `M` and `G` are powers of 1000.
        case things
        case bytes
        /// Time; a number without a unit counts in so many nanoseconds.
        case nanoseconds(bareUnit: UInt128)
    }

    /// A number that need not be whole, in things, bytes or nanoseconds: `1.5M`, `64MiB`, `0.5ns`.
    ///
    /// - Parameter accepted: what is accepted, in words, for the error.
    static func number(_ text: String, of dimension: Dimension, accepted: String) throws(ValueError) -> Double {
        let number =
            switch dimension {
            case .things: try scaled(text, units: decimalUnits, bareUnit: 1, accepted: accepted)
            case .bytes: try scaled(text, units: byteUnits, bareUnit: 1, accepted: accepted)
            case .nanoseconds(let bareUnit):
                try scaled(text, units: durationUnits, bareUnit: bareUnit, accepted: accepted)
            }
        return Double(number.numerator) / Double(number.denominator)
    }

    private static let decimalUnits: [(name: String, factor: UInt128)] = [
        ("k", 1000), ("K", 1000), ("M", 1_000_000), ("G", 1_000_000_000),
    ]

    private static let byteUnits: [(name: String, factor: UInt128)] = [
        ("B", 1), ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("kB", 1000), ("MB", 1_000_000),
        ("GB", 1_000_000_000), ("k", 1 << 10), ("K", 1 << 10), ("M", 1 << 20), ("G", 1 << 30),
    ]

    private static let durationUnits: [(name: String, factor: UInt128)] = [
        ("ns", 1), ("us", 1000), ("µs", 1000), ("ms", 1_000_000), ("s", 1_000_000_000), ("m", 60_000_000_000),
        ("h", 3_600_000_000_000),
    ]

    private static func whole(
        _ text: String, units: [(name: String, factor: UInt128)], bareUnit: UInt128?, accepted: String
    ) throws(ValueError) -> Int64 {
        let number = try scaled(text, units: units, bareUnit: bareUnit, accepted: accepted)
        guard number.numerator.isMultiple(of: number.denominator) else {
            throw ValueError("'\(text)' is not a whole number of its smallest unit; accepted is \(accepted)")
        }
        guard let value = Int64(exactly: number.numerator / number.denominator) else {
            throw ValueError("'\(text)' is too large; the most is \(Int64.max)")
        }
        return value
    }

    /// `text` as a fraction, its unit applied.
    private static func scaled(
        _ text: String, units: [(name: String, factor: UInt128)], bareUnit: UInt128?, accepted: String
    ) throws(ValueError) -> (numerator: UInt128, denominator: UInt128) {
        let refused = ValueError("'\(text)' is not understood; accepted is \(accepted)")
        if text.hasPrefix("-"), text.count > 1 { throw ValueError("'\(text)' is negative; accepted is \(accepted)") }
        var rest = Substring(text)
        guard let number = DecimalNumber(takingFrom: &rest) else { throw refused }
        if rest.first == " " { rest.removeFirst() }
        let factor: UInt128
        if let unit = units.first(where: { $0.name == rest }) {
            factor = unit.factor
        } else if rest.isEmpty, let bareUnit {
            factor = bareUnit
        } else if rest.isEmpty, number.digits == 0 {
            factor = 1
        } else if rest.isEmpty {
            throw ValueError("'\(text)' has no unit; accepted is \(accepted)")
        } else {
            throw refused
        }
        let (product, overflow) = UInt128(number.digits).multipliedReportingOverflow(by: factor)
        let (numerator, overflowAgain) = product.multipliedReportingOverflow(by: powerOfTen(max(number.exponent, 0)))
        guard !overflow, !overflowAgain else { throw ValueError("'\(text)' is too large; the most is \(Int64.max)") }
        return (numerator, powerOfTen(max(-number.exponent, 0)))
    }

    private static func powerOfTen(_ exponent: Int) -> UInt128 {
        (0..<exponent).reduce(UInt128(1)) { power, _ in power * 10 }
    }
}

/// `digits` × 10^`exponent`.
private struct DecimalNumber {
    var digits: UInt64 = 0
    var exponent = 0

    /// Takes `12`, `1.5`, `.5`, `1e6`, `2.5e+3` from the front of `text`. Nil if there is no number, or one of more
    /// than 19 digits or with an exponent beyond ±18.
    init?(takingFrom text: inout Substring) {
        var digitCount = 0
        var seenPoint = false
        while let character = text.first {
            if character == ".", !seenPoint {
                seenPoint = true
            } else if let digit = character.wholeNumberValue, character.isASCII {
                // 19 digits always fit.
                guard digitCount < 19 else { return nil }
                digits = digits * 10 + UInt64(digit)
                digitCount += 1
                if seenPoint { exponent -= 1 }
            } else {
                break
            }
            text.removeFirst()
        }
        guard digitCount > 0 else { return nil }
        guard text.first == "e" || text.first == "E" else { return }
        var rest = text.dropFirst()
        let isNegative = rest.first == "-"
        if rest.first == "-" || rest.first == "+" { rest.removeFirst() }
        let power = rest.prefix { $0.isASCII && $0.isNumber }
        guard let value = Int(power), value <= 18 else { return nil }
        exponent += isNegative ? -value : value
        text = rest.dropFirst(power.count)
    }
}
