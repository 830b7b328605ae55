/// A regular expression that names of topics match as a whole (`SubscribedTopicRegex`, KIP-848).
///
/// Of RE2J's syntax it knows what names of topics need: characters, `.`, classes `[a-z]` and `[^a-z]`, `\d \w \s \D \W \S`,
/// escaped punctuation, groups `( )` and `(?: )`, `|`, `* + ? {m} {m,} {m,n}` (also with `?` behind them), `^` and `$`.
/// Matching takes time linear in the name's length times the pattern's.
package struct TopicPattern: Sendable, Equatable {
    /// The longest pattern, in bytes.
    package static let byteCountMax = 512
    /// The most instructions, once repetitions are written out.
    static let instructionCountMax = 1000

    enum Instruction: Sendable, Equatable {
        case character(CharacterSet)
        /// Goes on at both places.
        case split(Int, Int)
        case jump(Int)
        case atStart
        case atEnd
        case match
    }

    /// ASCII characters, as names of topics have no others.
    struct CharacterSet: Sendable, Equatable {
        var bits: UInt128 = 0

        mutating func insert(_ range: ClosedRange<UInt8>) {
            for byte in range where byte < 128 { bits |= 1 << UInt128(byte) }
        }
        func contains(_ byte: UInt8) -> Bool { byte < 128 && bits >> UInt128(byte) & 1 == 1 }
        var inverted: CharacterSet { CharacterSet(bits: ~bits) }
    }

    private let program: [Instruction]

    /// Nil for a text that is no regular expression, that says what is not known here, or that is too long.
    package init?(_ text: String) {
        guard text.utf8.count <= Self.byteCountMax, text.utf8.allSatisfy({ $0 < 128 }) else { return nil }
        var parser = TopicPatternParser(text)
        guard let program = parser.parse() else { return nil }
        self.program = program
    }

    /// About the bytes that it takes.
    package var byteCount: Int { program.count * MemoryLayout<Instruction>.stride }

    /// Whether a name matches as a whole.
    package func matches(_ name: String) -> Bool {
        let count = name.utf8.count
        var current: [Int] = []
        var marks = [Int](repeating: -1, count: program.count)
        add(0, to: &current, &marks, position: 0, count: count)
        for (position, byte) in name.utf8.enumerated() {
            var next: [Int] = []
            for place in current {
                if case .character(let set) = program[place], set.contains(byte) {
                    add(place + 1, to: &next, &marks, position: position + 1, count: count)
                }
            }
            if next.isEmpty { return false }
            current = next
        }
        return current.contains { program[$0] == .match }
    }

    /// Adds the places that are reached from one without a character, each once for a position.
    private func add(_ first: Int, to places: inout [Int], _ marks: inout [Int], position: Int, count: Int) {
        var open = [first]
        while let place = open.popLast() {
            if marks[place] == position { continue }
            marks[place] = position
            switch program[place] {
            case .jump(let target): open.append(target)
            case .split(let one, let other): open += [one, other]
            case .atStart: if position == 0 { open.append(place + 1) }
            case .atEnd: if position == count { open.append(place + 1) }
            case .character, .match: places.append(place)
            }
        }
    }
}
