/// Makes a program of a regular expression, by recursive descent. Every method gives nil for what is not understood.
struct TopicPatternParser {
    private typealias Instruction = TopicPattern.Instruction
    private typealias CharacterSet = TopicPattern.CharacterSet

    private let text: [UInt8]
    private var position = 0
    private var depth = 0

    /// Groups in groups.
    private static let depthMax = 50
    private static let repetitionCountMax = 1000

    init(_ text: String) { self.text = Array(text.utf8) }

    mutating func parse() -> [TopicPattern.Instruction]? {
        guard let program = alternatives(), position == text.count else { return nil }
        return program + [.match]
    }

    private var next: UInt8? { position < text.count ? text[position] : nil }

    private mutating func take(_ character: Character) -> Bool {
        guard next == character.asciiValue else { return false }
        position += 1
        return true
    }

    private mutating func alternatives() -> [Instruction]? {
        guard var program = sequence() else { return nil }
        while take("|") {
            guard let other = sequence() else { return nil }
            program =
                [.split(1, program.count + 2)] + moved(program, by: 1) + [.jump(program.count + other.count + 2)]
                + moved(other, by: program.count + 2)
            if program.count > TopicPattern.instructionCountMax { return nil }
        }
        return program
    }

    private mutating func sequence() -> [Instruction]? {
        var program: [Instruction] = []
        while let byte = next, byte != UInt8(ascii: "|"), byte != UInt8(ascii: ")") {
            guard let atom = atom(), let repeated = repetition(of: atom) else { return nil }
            program += moved(repeated, by: program.count)
            if program.count > TopicPattern.instructionCountMax { return nil }
        }
        return program
    }

    private mutating func atom() -> [Instruction]? {
        guard let byte = next else { return nil }
        position += 1
        switch byte {
        case UInt8(ascii: "("): return group()
        case UInt8(ascii: "["): return characterClass().map { [.character($0)] }
        case UInt8(ascii: "\\"): return escape().map { [.character($0)] }
        case UInt8(ascii: "."): return [.character(CharacterSet().inverted)]
        case UInt8(ascii: "^"): return [.atStart]
        case UInt8(ascii: "$"): return [.atEnd]
        case UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "?"), UInt8(ascii: "{"): return nil
        default: return [.character(Self.one(byte))]
        }
    }

    private mutating func group() -> [Instruction]? {
        depth += 1
        defer { depth -= 1 }
        if depth > Self.depthMax { return nil }
        if take("?"), !take(":") { return nil }
        guard let program = alternatives(), take(")") else { return nil }
        return program
    }

    // MARK: Characters

    private mutating func characterClass() -> CharacterSet? {
        let isInverted = take("^")
        var set = CharacterSet()
        var isFirst = true
        while let byte = next, byte != UInt8(ascii: "]") || isFirst {
            isFirst = false
            position += 1
            // Classes in classes, as [:alpha:], are not known here.
            if byte == UInt8(ascii: "[") { return nil }
            guard let low = byte == UInt8(ascii: "\\") ? escape() : Self.one(byte) else { return nil }
            let isRange =
                next == UInt8(ascii: "-") && position + 1 < text.count && text[position + 1] != UInt8(ascii: "]")
            guard isRange else {
                set.bits |= low.bits
                continue
            }
            position += 1
            guard let end = next, byte != UInt8(ascii: "\\"), end != UInt8(ascii: "\\"), byte <= end else { return nil }
            position += 1
            set.insert(byte...end)
        }
        guard take("]") else { return nil }
        return isInverted ? set.inverted : set
    }

    private mutating func escape() -> CharacterSet? {
        guard let byte = next else { return nil }
        position += 1
        var set = CharacterSet()
        switch byte {
        case UInt8(ascii: "d"), UInt8(ascii: "D"): set.insert(UInt8(ascii: "0")...UInt8(ascii: "9"))
        case UInt8(ascii: "w"), UInt8(ascii: "W"):
            set.insert(UInt8(ascii: "0")...UInt8(ascii: "9"))
            set.insert(UInt8(ascii: "a")...UInt8(ascii: "z"))
            set.insert(UInt8(ascii: "A")...UInt8(ascii: "Z"))
            set.insert(UInt8(ascii: "_")...UInt8(ascii: "_"))
        case UInt8(ascii: "s"), UInt8(ascii: "S"):
            set.insert(9...10)
            set.insert(12...13)
            set.insert(32...32)
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"):
            return nil
        default: return Self.one(byte)
        }
        return byte < UInt8(ascii: "a") ? set.inverted : set
    }

    private static func one(_ byte: UInt8) -> CharacterSet {
        var set = CharacterSet()
        set.insert(byte...byte)
        return set
    }

    // MARK: Repetitions

    private mutating func repetition(of atom: [Instruction]) -> [Instruction]? {
        var least = 1
        var most: Int? = 1
        if take("*") {
            (least, most) = (0, nil)
        } else if take("+") {
            most = nil
        } else if take("?") {
            least = 0
        } else if take("{") {
            guard let low = number() else { return nil }
            (least, most) = (low, low)
            if take(",") { most = next == UInt8(ascii: "}") ? nil : number() ?? -1 }
            guard take("}"), most ?? least >= least, max(least, most ?? 0) <= Self.repetitionCountMax else {
                return nil
            }
        } else {
            return atom
        }
        // Whether as much or as little as can be is taken makes no difference to whether the whole matches.
        _ = take("?")
        if let byte = next, byte == UInt8(ascii: "*") || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "?") {
            return nil
        }
        return write(atom, least: least, most: most)
    }

    private func write(_ atom: [Instruction], least: Int, most: Int?) -> [Instruction]? {
        guard (max(least, most ?? 1) + 1) * (atom.count + 2) <= TopicPattern.instructionCountMax else { return nil }
        var program: [Instruction] = []
        for _ in 0..<least { program += moved(atom, by: program.count) }
        guard let most else {
            let begin = program.count
            program.append(.split(begin + 1, begin + atom.count + 2))
            program += moved(atom, by: begin + 1)
            program.append(.jump(begin))
            return program
        }
        let end = program.count + (most - least) * (atom.count + 1)
        for _ in least..<most {
            program.append(.split(program.count + 1, end))
            program += moved(atom, by: program.count)
        }
        return program
    }

    private mutating func number() -> Int? {
        var value: Int?
        while let byte = next, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
            position += 1
            value = (value ?? 0) * 10 + Int(byte - UInt8(ascii: "0"))
            if value! > Self.repetitionCountMax { return nil }
        }
        return value
    }

    private func moved(_ program: [Instruction], by distance: Int) -> [Instruction] {
        program.map { instruction in
            switch instruction {
            case .split(let one, let other): .split(one + distance, other + distance)
            case .jump(let target): .jump(target + distance)
            case .character, .atStart, .atEnd, .match: instruction
            }
        }
    }
}
