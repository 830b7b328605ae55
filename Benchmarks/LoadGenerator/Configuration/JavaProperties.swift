/// A file of Java properties, as `java.util.Properties` reads it: `name=value`, `name: value` or `name value`, lines that go on
/// behind a backslash, comments behind `#` or `!`.
enum JavaProperties {
    struct Line: Equatable {
        let name: String
        let value: String
        /// Where it begins, from 1 on.
        let number: Int
    }

    /// - Throws: `ValueError` naming the line that has no value's begin, or an escape that is none.
    static func parse(_ text: String) throws(ValueError) -> [Line] {
        var lines: [Line] = []
        var logical = ""
        var first = 0
        // A carriage return with a newline is one character, so that a line's number stays right.
        let natural = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        for (index, line) in natural.enumerated() {
            let line = line.drop { $0 == " " || $0 == "\t" || $0 == "\u{c}" }
            if logical.isEmpty {
                first = index + 1
                if line.isEmpty || line.first == "#" || line.first == "!" { continue }
            }
            let slashes = line.reversed().prefix { $0 == "\\" }.count
            if slashes % 2 == 1, index + 1 < natural.count {
                logical += line.dropLast()
                continue
            }
            logical += line
            if logical.isEmpty { continue }
            lines.append(try property(logical, first))
            logical = ""
        }
        return lines
    }

    private static func property(_ line: String, _ number: Int) throws(ValueError) -> Line {
        var index = line.startIndex
        var isEscaped = false
        while index < line.endIndex {
            let character = line[index]
            if !isEscaped, character == "=" || character == ":" || character == " " || character == "\t" { break }
            isEscaped = character == "\\" && !isEscaped
            index = line.index(after: index)
        }
        let name = line[..<index]
        var rest = line[index...].drop { $0 == " " || $0 == "\t" }
        guard !name.isEmpty, !rest.isEmpty else { throw ValueError("line \(number) is not NAME=VALUE") }
        if rest.first == "=" || rest.first == ":" { rest = rest.dropFirst().drop { $0 == " " || $0 == "\t" } }
        return Line(
            name: try unescape(name, number), value: try unescape(rest, number), number: number)
    }

    private static func unescape(_ text: Substring, _ number: Int) throws(ValueError) -> String {
        var units: [UInt16] = []
        var rest = text
        while let character = rest.popFirst() {
            guard character == "\\", let escaped = rest.popFirst() else {
                units += Array(String(character).utf16)
                continue
            }
            switch escaped {
            case "t": units.append(9)
            case "n": units.append(10)
            case "r": units.append(13)
            case "f": units.append(12)
            case "u":
                guard rest.count >= 4, let unit = UInt16(rest.prefix(4), radix: 16) else {
                    throw ValueError("line \(number): behind \\u come four hexadecimal digits")
                }
                units.append(unit)
                rest = rest.dropFirst(4)
            default: units += Array(String(escaped).utf16)
            }
        }
        return String(decoding: units, as: UTF16.self)
    }
}
