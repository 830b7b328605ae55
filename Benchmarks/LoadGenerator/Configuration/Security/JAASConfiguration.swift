/// The value of `sasl.jaas.config`: `MODULE required name="value" …;`, as Java reads it.
struct JAASConfiguration: Equatable {
    /// The class of the login module.
    let module: String
    let options: [String: String]

    /// - Throws: `ValueError` that says what was expected. Values are not in it: they may be secrets.
    init(parsing text: String) throws(ValueError) {
        var reader = JAASReader(rest: Substring(text))
        guard let module = try reader.word() else { throw ValueError("it is empty; \(Self.example)") }
        guard let flag = try reader.word(),
            ["required", "requisite", "sufficient", "optional"].contains(flag.lowercased())
        else { throw ValueError("behind the class of the login module comes 'required'; \(Self.example)") }
        var options: [String: String] = [:]
        while let name = try reader.word() {
            guard reader.take("="), let value = try reader.word() else {
                throw ValueError("the option '\(name)' has no value; \(Self.example)")
            }
            options[name] = value
        }
        guard reader.take(";") else { throw ValueError("it does not end with a semicolon; \(Self.example)") }
        reader.skipSpace()
        guard reader.rest.isEmpty else {
            throw ValueError("one login module is accepted, and nothing behind its semicolon")
        }
        self.module = module
        self.options = options
    }

    /// The class without its package.
    var shortModule: String { String(module.split(separator: ".").last ?? "") }

    private static let example =
        "it is like: org.apache.kafka.common.security.plain.PlainLoginModule required username=\"alice\" password=\"…\";"
}

/// Words, quoted or not, and signs between them.
private struct JAASReader {
    var rest: Substring

    mutating func skipSpace() { rest = rest.drop(while: \.isWhitespace) }

    mutating func take(_ sign: Character) -> Bool {
        skipSpace()
        guard rest.first == sign else { return false }
        rest.removeFirst()
        return true
    }

    /// The next word; nil before a sign and at the end.
    mutating func word() throws(ValueError) -> String? {
        skipSpace()
        guard let first = rest.first, first != ";", first != "=" else { return nil }
        if first != "\"", first != "'" {
            let end = rest.firstIndex { $0.isWhitespace || $0 == ";" || $0 == "=" } ?? rest.endIndex
            defer { rest = rest[end...] }
            return String(rest[..<end])
        }
        rest.removeFirst()
        var word = ""
        while let character = rest.popFirst() {
            if character == first { return word }
            if character == "\\", let escaped = rest.popFirst() {
                word.append(escaped == "n" ? "\n" : escaped == "t" ? "\t" : escaped)
            } else {
                word.append(character)
            }
        }
        throw ValueError("a quotation mark is never closed")
    }
}
