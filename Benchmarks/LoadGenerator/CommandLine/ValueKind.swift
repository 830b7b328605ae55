/// A kind of value: what stands for it in help, what is accepted, what a shell offers, and how it is read and written.
struct ValueKind<Value: Sendable>: Sendable {
    let placeholder: String
    /// Which values are accepted, in words; nil when the option's help says it.
    var accepted: String?
    var completion = Completion.nothing
    /// Whether a value may begin with a dash, as an option does.
    var mayBeginWithDash = false
    let parse: @Sendable (String) throws(ValueError) -> Value
    /// A value as it is written on the command line.
    let text: @Sendable (Value) -> String
}

extension ValueKind where Value: FixedWidthInteger {
    /// A whole number.
    static func count(in range: ClosedRange<Value>) -> Self {
        ranged(range, "N", text: Quantity.formatCount, bound: { String($0) }, parse: Quantity.count)
    }

    /// Bytes.
    static func bytes(in range: ClosedRange<Value>) -> Self {
        ranged(
            range, "SIZE", text: { $0 < 1024 ? String($0) : Quantity.formatBytes($0) }, bound: Quantity.formatBytes,
            parse: Quantity.byteCount)
    }

    /// Nanoseconds.
    static func duration(in range: ClosedRange<Value>) -> Self {
        ranged(
            range, "TIME", text: Quantity.formatDuration(ns:), bound: Quantity.formatDuration(ns:),
            parse: Quantity.durationNs)
    }

    private static func ranged(
        _ range: ClosedRange<Value>, _ placeholder: String, text: @escaping @Sendable (Int64) -> String,
        bound: (Int64) -> String, parse: @escaping @Sendable (String) throws(ValueError) -> Int64
    ) -> Self {
        let accepted = "\(bound(Int64(range.lowerBound))) … \(bound(Int64(range.upperBound)))"
        return Self(
            placeholder: placeholder, accepted: accepted,
            parse: { given throws(ValueError) in
                guard let value = Value(exactly: try parse(given)), range.contains(value) else {
                    throw ValueError("'\(given)' is out of range; accepted is \(accepted)")
                }
                return value
            }, text: { text(Int64($0)).filter { $0 != " " } })
    }
}

extension ValueKind where Value: NamedChoice {
    /// One of the words that the type has.
    static func choice(_ placeholder: String = "NAME") -> Self {
        let words = Value.allCases.map(\.rawValue)
        return Self(
            placeholder: placeholder, accepted: words.asAlternatives, completion: .words(words),
            parse: { text throws(ValueError) in try Value(parsing: text) }, text: \.rawValue)
    }
}

extension ValueKind where Value == Double {
    static var share: Self {
        Self(
            placeholder: "SHARE", accepted: "0 … 1",
            parse: { text throws(ValueError) in
                guard let share = Double(text), (0...1).contains(share) else {
                    throw ValueError("'\(text)' is not a share; accepted is 0 … 1")
                }
                return share
            }, text: { "\($0)" })
    }
}

extension ValueKind where Value == Double {
    /// Records a second.
    static var bound: Self {
        let rate = ValueKind<Double?>.rate
        return Self(
            placeholder: rate.placeholder, accepted: rate.accepted,
            parse: { text throws(ValueError) in try rate.parse(text) ?? 0 }, text: { rate.text($0) })
    }
}

extension ValueKind where Value == Double? {
    /// Things a second; nil without a bound.
    static var rate: Self {
        let accepted = "above 0, at most 1G"
        return Self(
            placeholder: "N", accepted: accepted,
            parse: { text throws(ValueError) in
                let rate = try Quantity.rate(text)
                guard rate > 0, rate <= 1e9 else {
                    throw ValueError("'\(text)' is out of range; accepted is \(accepted)")
                }
                return rate
            }, text: { $0.map(Quantity.formatRate) ?? "" })
    }
}

extension ValueKind where Value == UInt64 {
    /// Decimal, or hexadecimal after `0x`.
    static var seed: Self {
        let accepted = "0 … \(UInt64.max)"
        return Self(
            placeholder: "N", accepted: accepted,
            parse: { text throws(ValueError) in
                let seed = text.hasPrefix("0x") ? UInt64(text.dropFirst(2), radix: 16) : UInt64(text)
                guard let seed else { throw ValueError("'\(text)' is not a whole number \(accepted)") }
                return seed
            }, text: { String($0) })
    }
}

extension ValueKind where Value == String {
    /// A file, or a folder.
    static func path(_ completion: Completion) -> Self {
        Self(
            placeholder: completion == .folder ? "DIR" : "FILE", completion: completion,
            parse: { text throws(ValueError) in
                guard !text.isEmpty, !text.utf8.contains(0) else { throw ValueError("a path is needed") }
                return text
            }, text: { $0 })
    }

    /// Some characters, at least one. `\n`, `\r`, `\t`, `\0` and `\\` stand for what they do in C.
    static var delimiter: Self {
        Self(
            placeholder: "TEXT", accepted: "\\n, \\r, \\t, \\0 and \\\\ mean what they mean in C",
            parse: { text throws(ValueError) in try Delimiter.parse(text) }, text: Delimiter.text)
    }
}

/// How a delimiter is written on the command line.
private enum Delimiter {
    private static let escapes: [Character: Character] = ["n": "\n", "r": "\r", "t": "\t", "0": "\0", "\\": "\\"]

    static func parse(_ text: String) throws(ValueError) -> String {
        var result = ""
        var rest = text[...]
        while let character = rest.popFirst() {
            guard character == "\\" else {
                result.append(character)
                continue
            }
            guard let escaped = rest.popFirst(), let meant = escapes[escaped] else {
                throw ValueError("'\(text)': accepted after a backslash is n, r, t, 0 or another backslash")
            }
            result.append(meant)
        }
        guard !result.isEmpty else { throw ValueError("a delimiter is at least one character") }
        return result
    }

    @Sendable static func text(_ delimiter: String) -> String {
        delimiter.reduce(into: "") { text, character in
            let escape = escapes.first { $0.value == character }
            text += escape.map { "\\\($0.key)" } ?? String(character)
        }
    }
}

extension [String] {
    /// `a, b or c`.
    var asAlternatives: String {
        count < 2 ? joined() : dropLast().joined(separator: ", ") + " or " + self[count - 1]
    }
}
