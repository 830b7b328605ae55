/// Options as values, with the option's name in every error.
extension ParsedOptions {
    /// The value of `name` read by `parse`; nil when it was not given.
    func value<Value>(
        _ name: OptionName, _ parse: (String) throws(ValueError) -> Value
    ) throws(UsageError) -> Value? {
        guard let text = self[name] else { return nil }
        return try Self.read(text, of: name, parse)
    }

    /// Every entry of the comma list `name`, each once; nil when it was not given.
    func sweep<Value: Equatable>(
        _ name: OptionName, _ parse: (String) throws(ValueError) -> Value
    ) throws(UsageError) -> [Value]? {
        guard let text = self[name] else { return nil }
        var values: [Value] = []
        for entry in Self.entries(of: text) {
            guard !entry.isEmpty else { throw UsageError("\(name.flag): '\(text)' has an empty entry") }
            let value = try Self.read(entry, of: name, parse)
            guard !values.contains(value) else { throw UsageError("\(name.flag): '\(entry)' is in the list twice") }
            values.append(value)
        }
        return values
    }

    /// A whole number within `range`.
    func integer(_ name: OptionName, in range: ClosedRange<Int64>) throws(UsageError) -> Int64? {
        try value(name) { text throws(ValueError) in try Self.integer(text, in: range) }
    }

    /// A comma list of whole numbers within `range`.
    func integers(_ name: OptionName, in range: ClosedRange<Int64>) throws(UsageError) -> [Int64]? {
        try sweep(name) { text throws(ValueError) in try Self.integer(text, in: range) }
    }

    /// A duration within `range`, in ns.
    func durationNs(_ name: OptionName, in range: ClosedRange<Int64>) throws(UsageError) -> Int64? {
        try value(name) { text throws(ValueError) in try Self.durationNs(text, in: range) }
    }

    static func integer(_ text: String, in range: ClosedRange<Int64>) throws(ValueError) -> Int64 {
        let value = try Quantity.count(text)
        guard range.contains(value) else {
            throw ValueError("'\(text)' is out of range; accepted is \(range.lowerBound) … \(range.upperBound)")
        }
        return value
    }

    static func byteCount(_ text: String, in range: ClosedRange<Int64>) throws(ValueError) -> Int {
        let value = try Quantity.byteCount(text)
        guard range.contains(value) else {
            let bounds = [range.lowerBound, range.upperBound].map(Quantity.formatBytes)
            throw ValueError("'\(text)' is out of range; accepted is \(bounds[0]) … \(bounds[1])")
        }
        return Int(value)
    }

    static func durationNs(_ text: String, in range: ClosedRange<Int64>) throws(ValueError) -> Int64 {
        let value = try Quantity.durationNs(text)
        guard range.contains(value) else {
            let bounds = [range.lowerBound, range.upperBound].map { Quantity.formatDuration(ns: $0) }
            throw ValueError("'\(text)' is out of range; accepted is \(bounds[0]) … \(bounds[1])")
        }
        return value
    }

    private static func read<Value>(
        _ text: String, of name: OptionName, _ parse: (String) throws(ValueError) -> Value
    ) throws(UsageError) -> Value {
        do {
            return try parse(text)
        } catch {
            throw UsageError("\(name.flag): \(error)")
        }
    }

    /// The entries of a comma list; `list:100=9,1000=1` is one entry.
    private static func entries(of text: String) -> [String] {
        var entries: [String] = []
        for piece in text.split(separator: ",", omittingEmptySubsequences: false) {
            if let last = entries.last, last.hasPrefix("list:"), piece.contains("=") {
                entries[entries.count - 1] += "," + piece
            } else {
                entries.append(String(piece))
            }
        }
        return entries
    }
}
