import KafkaProtocol

/// Values that only `run` has.
extension RunPlanReader {
    func choice<Choice: NamedChoice>(_ name: OptionName, _: Choice.Type) throws(UsageError) -> Choice? {
        try options.value(name) { text throws(ValueError) in try Choice(parsing: text) }
    }

    func choices<Choice: NamedChoice>(_ name: OptionName, _: Choice.Type) throws(UsageError) -> [Choice]? {
        try options.sweep(name) { text throws(ValueError) in try Choice(parsing: text) }
    }

    func size(_ name: OptionName, in range: ClosedRange<Int64>) throws(UsageError) -> Int? {
        try options.value(name) { text throws(ValueError) in try ParsedOptions.byteCount(text, in: range) }
    }

    func path(_ name: OptionName) throws(UsageError) -> String? {
        try options.value(name) { text throws(ValueError) in
            guard !text.isEmpty, !text.utf8.contains(0) else { throw ValueError("a path is needed") }
            return text
        }
    }

    /// Decimal, or hexadecimal after `0x`.
    func seed() throws(UsageError) -> UInt64 {
        try options.value(.seed) { text throws(ValueError) in
            let seed = text.hasPrefix("0x") ? UInt64(text.dropFirst(2), radix: 16) : UInt64(text)
            guard let seed else { throw ValueError("'\(text)' is not a whole number 0 … \(UInt64.max)") }
            return seed
        } ?? environment.randomSeed
    }

    /// `\n`, `\r`, `\t`, `\0` and `\\` stand for what they do in C.
    func delimiter() throws(UsageError) -> String {
        try options.value(.payloadDelimiter) { text throws(ValueError) in
            var result = ""
            var rest = text[...]
            while let character = rest.popFirst() {
                guard character == "\\" else {
                    result.append(character)
                    continue
                }
                let escapes: [Character: Character] = ["n": "\n", "r": "\r", "t": "\t", "0": "\0", "\\": "\\"]
                guard let escaped = rest.popFirst(), let meant = escapes[escaped] else {
                    throw ValueError("'\(text)': accepted after a backslash is n, r, t, 0 or another backslash")
                }
                result.append(meant)
            }
            guard !result.isEmpty else { throw ValueError("a delimiter is at least one character") }
            return result
        } ?? "\n"
    }

    /// Reads a payload file for the first time, to refuse what can't be sent before anything starts.
    func sizeOfPieces(_ path: String, _ delimiter: String) throws(UsageError) -> RecordSize {
        let facts: PayloadFile.Facts
        do throws(ValueError) {
            facts = try PayloadFile(path, delimiter: delimiter, isText: !options.has(.payloadDelimiter)).facts
        } catch {
            throw UsageError("--payload-file: \(error.description)")
        }
        let limit = RunPlan.brokerBatchByteCountMax - RunConfiguration.overheadByteCount
        guard facts.longestByteCount <= limit || options.has(.batchSize) else {
            throw UsageError(
                """
                --payload-file: '\(path)' has a record of \(Quantity.formatBytes(Int64(facts.longestByteCount))), more than \
                brokers take by default; give --batch-size to send it all the same, or another --payload-delimiter
                """)
        }
        return .pieces(count: facts.pieceCount, mean: facts.meanByteCount, longest: facts.longestByteCount)
    }

    static func share(_ text: String) throws(ValueError) -> Double {
        guard let share = Double(text), (0...1).contains(share) else {
            throw ValueError("'\(text)' is not a share; accepted is 0 … 1")
        }
        return share
    }

    static func rate(_ text: String) throws(ValueError) -> Double {
        let rate = try Quantity.rate(text)
        guard rate > 0, rate <= 1e9 else {
            throw ValueError("'\(text)' is out of range; accepted is above 0, at most 1G")
        }
        return rate
    }

    static func topic(_ text: String) throws(ValueError) -> String {
        guard TopicName.isLegal(text) else {
            throw ValueError("'\(text)' is not a topic's name: 1 … 249 letters, digits, dots, dashes and underscores")
        }
        return text
    }
}
