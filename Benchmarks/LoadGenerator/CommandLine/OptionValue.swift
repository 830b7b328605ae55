/// How often an option takes values of which kind, and what applies when it is not given.
struct OptionValue<Value: Sendable>: Sendable {
    /// From an option's name with dashes and the texts that were given with it to its value.
    typealias Reading = @Sendable (_ flag: String, _ texts: [String]) throws(UsageError) -> Value

    let arity: OptionRow.Arity
    var placeholder = ""
    var accepted: String?
    var completion = Completion.nothing
    var mayBeginWithDash = false
    let standard: Value
    var standardText: OptionRow.Default?
    let reading: Reading
}

extension OptionValue where Value == Bool {
    /// Given or not.
    static var flag: Self {
        Self(arity: .flag, standard: false) { _, _ throws(UsageError) in true }
    }
}

extension OptionValue {
    /// A value that always is something.
    static func single(_ kind: ValueKind<Value>, default standard: Value) -> Self {
        Self(
            arity: .single, kind, standard: standard, .value(kind.text(standard)),
            { flag, texts throws(UsageError) in try kind.lastValue(of: texts, flag) })
    }

    /// A value that need not be there.
    ///
    /// - Parameter words: what applies without it.
    static func optional<Wrapped>(_ kind: ValueKind<Wrapped>, default words: String? = nil) -> Self
    where Value == Wrapped? {
        Self(
            arity: .single, kind, standard: nil, words.map { .words($0) },
            { flag, texts throws(UsageError) in try kind.lastValue(of: texts, flag) })
    }

    /// Any number of values.
    static func repeatable<Element>(_ kind: ValueKind<Element>) -> Self where Value == [Element] {
        Self(
            arity: .repeatable, kind, standard: [], nil,
            { flag, texts throws(UsageError) in try kind.values(of: texts, flag) })
    }

    /// A comma list of values that are run in turn.
    static func list<Element: Hashable>(_ kind: ValueKind<Element>, default standard: Element) -> Self
    where Value == Sweep<Element> {
        list(kind, .values([standard]), .value(kind.text(standard)))
    }

    /// A comma list of values that are run in turn.
    ///
    /// - Parameters:
    ///   - words: what `derive` does.
    ///   - derive: the value of a configuration whose options before this one in the table are settled.
    static func list<Element: Hashable>(
        _ kind: ValueKind<Element>, default words: String,
        _ derive: @escaping @Sendable (RunConfiguration, CommandLineEnvironment) -> Element
    ) -> Self where Value == Sweep<Element> {
        list(kind, .derived(derive), .words(words))
    }

    private static func list<Element: Hashable>(
        _ kind: ValueKind<Element>, _ standard: Value, _ standardText: OptionRow.Default
    ) -> Self where Value == Sweep<Element> {
        Self(
            arity: .list, kind, standard: standard, standardText,
            { flag, texts throws(UsageError) in .values(try kind.entries(of: texts.last ?? "", flag)) })
    }

    private init<Element>(
        arity: OptionRow.Arity, _ kind: ValueKind<Element>, standard: Value, _ standardText: OptionRow.Default?,
        _ reading: @escaping Reading
    ) {
        self.init(
            arity: arity, placeholder: kind.placeholder, accepted: kind.accepted, completion: kind.completion,
            mayBeginWithDash: kind.mayBeginWithDash, standard: standard, standardText: standardText, reading: reading)
    }
}

extension ValueKind {
    fileprivate func lastValue(of texts: [String], _ flag: String) throws(UsageError) -> Value {
        try read(texts.last ?? "", flag)
    }

    fileprivate func values(of texts: [String], _ flag: String) throws(UsageError) -> [Value] {
        var problems = Problems()
        let values = texts.compactMap { text in problems.collect { () throws(UsageError) in try read(text, flag) } }
        try problems.refuse()
        return values
    }

    private func read(_ text: String, _ flag: String) throws(UsageError) -> Value {
        do throws(ValueError) {
            return try parse(text)
        } catch {
            throw UsageError("\(flag): \(error)")
        }
    }
}

extension ValueKind where Value: Hashable {
    /// Every entry of a comma list, each once.
    fileprivate func entries(of text: String, _ flag: String) throws(UsageError) -> [Value] {
        var problems = Problems()
        var seen: Set<Value> = []
        var values: [Value] = []
        for entry in Self.split(text) {
            if entry.isEmpty {
                problems.add("\(flag): '\(text)' has an empty entry")
                continue
            }
            guard let value = problems.collect({ () throws(UsageError) in try read(entry, flag) }) else { continue }
            if seen.insert(value).inserted {
                values.append(value)
            } else {
                problems.add("\(flag): '\(entry)' is in the list twice")
            }
        }
        try problems.refuse()
        return values
    }

    /// The entries of a comma list; `list:100=9,1000=1` is one entry.
    private static func split(_ text: String) -> [String] {
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
