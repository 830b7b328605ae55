/// What a column of `runs.csv` counts. The unit is the last part of the column's name, so a new column needs no row here.
enum ColumnMeasure: Sendable, Hashable {
    /// Words, which are the same or not.
    case words
    /// Numbers without a unit.
    case numbers
    /// Records a second.
    case records
    case bytes
    case bytesPerSecond
    case durations(DurationUnit)

    /// A unit in which columns count time.
    enum DurationUnit: String, CaseIterable {
        case ns, us, ms, s

        var ns: Double {
            switch self {
            case .ns: 1
            case .us: 1e3
            case .ms: 1e6
            case .s: 1e9
            }
        }
    }

    init(of column: RunResult.Column) {
        guard column.isNumber else {
            self = .words
            return
        }
        self.init(numbersOf: column.name)
    }

    /// Of a column that has numbers.
    init(numbersOf name: String) {
        if name.hasSuffix("_bytes_per_s") {
            self = .bytesPerSecond
        } else if name.hasSuffix("_bytes") {
            self = .bytes
        } else if name.hasSuffix("_rps") {
            self = .records
        } else if name.hasSuffix("_ns_per_record") {
            self = .durations(.ns)
        } else if let unit = DurationUnit.allCases.first(where: { name.hasSuffix("_" + $0.rawValue) }) {
            self = .durations(unit)
        } else {
            self = .numbers
        }
    }

    /// Behind an exact number; empty for one without a unit.
    var unit: String {
        switch self {
        case .words, .numbers: ""
        case .records: "records/s"
        case .bytes: "B"
        case .bytesPerSecond: "B/s"
        case .durations(let unit): unit.rawValue
        }
    }

    /// Which values can be compared with a cell, in words.
    private var accepted: String {
        switch self {
        case .words: "a word"
        case .numbers: "a number, also with k, M or G, like 5000 or 1.5M"
        case .records: "a number a second, also with k, M or G, like 250k or 1.5M"
        case .bytes: "bytes, like 5000, 64KiB, 64MiB (powers of 1024), 64MB (powers of 1000)"
        case .bytesPerSecond: "bytes a second, like 5000, 64MiB (powers of 1024), 64MB (powers of 1000)"
        case .durations(let unit): "a duration, like 5ms or 0.5s, or a number of \(unit.rawValue)"
        }
    }

    /// A value that users give, in the column's unit. A number without a unit is in that unit already.
    ///
    /// - Throws: `ValueError` for a unit of something else.
    func number(_ text: String) throws(ValueError) -> Double {
        switch self {
        case .words: throw ValueError("'\(text)' is not a number")
        case .numbers:
            // The only numbers below zero are levels of codecs.
            if text.hasPrefix("-") {
                return -(try Quantity.number(String(text.dropFirst()), of: .things, accepted: accepted))
            }
            return try Quantity.number(text, of: .things, accepted: accepted)
        case .records: return try Quantity.number(withoutPerSecond(text), of: .things, accepted: accepted)
        case .bytes: return try Quantity.number(text, of: .bytes, accepted: accepted)
        case .bytesPerSecond: return try Quantity.number(withoutPerSecond(text), of: .bytes, accepted: accepted)
        case .durations(let unit):
            let ns = try Quantity.number(
                text, of: .nanoseconds(bareUnit: UInt128(unit.ns)), accepted: accepted)
            return ns / unit.ns
        }
    }

    private func withoutPerSecond(_ text: String) -> String {
        text.hasSuffix("/s") ? String(text.dropLast(2)) : text
    }

    /// A number in the column's unit with three digits and the unit that suits it: `18.2M`, `5.44 ms`, `64 MiB`.
    func approximate(_ value: Double) -> String {
        switch self {
        case .words, .numbers, .records: Quantity.approximate(value)
        case .bytes: Quantity.approximateBytes(value)
        case .bytesPerSecond: Quantity.approximateBytes(value) + "/s"
        case .durations(let unit):
            // A negative duration is what one is short of another.
            value < 0
                ? "-" + Quantity.approximateDuration(ns: -value * unit.ns)
                : Quantity.approximateDuration(ns: value * unit.ns)
        }
    }

    /// An exact number with its unit: `18234567.1 records/s`, `5442.113 us`.
    func exact(_ text: String) -> String { unit.isEmpty ? text : "\(text) \(unit)" }

    /// Both: `5.44 ms (5442.113 us)`; once where they are the same.
    func both(_ value: Double, _ text: String) -> String {
        let (short, long) = (approximate(value), exact(text))
        return short == long || short == text ? long : "\(short) (\(long))"
    }
}
