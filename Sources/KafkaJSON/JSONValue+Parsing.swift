extension JSONValue {
    /// The value that `text` is, RFC 8259; nothing but white space may stand around it.
    ///
    /// - Throws: `JSONError` that says where it stops being JSON.
    package init(parsing text: String) throws(JSONError) {
        var parser = JSONParser(bytes: Array(text.utf8))
        self = try parser.document()
    }

    /// A member of an object, the first of its name; nil when there is none or this is no object.
    package subscript(name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.0 == name }?.1
    }

    package var string: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    package var array: [JSONValue]? {
        guard case .array(let elements) = self else { return nil }
        return elements
    }

    /// A whole number that is not negative.
    package var unsignedInteger: UInt64? {
        switch self {
        case .integer(let value): UInt64(exactly: value)
        case .unsigned(let value): value
        default: nil
        }
    }
}

/// Walks the bytes of a text; what is not ASCII can only stand in strings.
private struct JSONParser {
    /// Deeper than any file of ours, and not so deep that the stack ends.
    private static let depthMax = 100

    let bytes: [UInt8]
    var position = 0

    mutating func document() throws(JSONError) -> JSONValue {
        let value = try value(depth: 0)
        skipSpace()
        guard position == bytes.count else { throw unexpected("the end") }
        return value
    }

    private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
        guard depth < Self.depthMax else { throw unexpected("fewer than \(Self.depthMax) levels") }
        skipSpace()
        switch peek {
        case UInt8(ascii: "{"): return .object(try members(depth: depth))
        case UInt8(ascii: "["):
            return .array(
                try list(until: "]") { parser throws(JSONError) in try parser.value(depth: depth + 1) })
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return try number()
        }
    }

    private mutating func members(depth: Int) throws(JSONError) -> [(String, JSONValue)] {
        try list(until: "}") { parser throws(JSONError) in
            parser.skipSpace()
            guard parser.peek == UInt8(ascii: "\"") else { throw parser.unexpected("a name in quotes") }
            let name = try parser.string()
            parser.skipSpace()
            try parser.expect(":")
            return (name, try parser.value(depth: depth + 1))
        }
    }

    /// Elements with commas between them, from the opening bracket to the closing one.
    private mutating func list<Element>(
        until closing: Unicode.Scalar, _ element: (inout JSONParser) throws(JSONError) -> Element
    ) throws(JSONError) -> [Element] {
        position += 1
        var elements: [Element] = []
        skipSpace()
        if take(closing) { return elements }
        while true {
            elements.append(try element(&self))
            skipSpace()
            if take(closing) { return elements }
            try expect(",")
        }
    }

    private mutating func string() throws(JSONError) -> String {
        position += 1
        var text: [UInt8] = []
        while let byte = peek {
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let string = String(validating: text, as: UTF8.self) else { throw unexpected("UTF-8") }
                return string
            case UInt8(ascii: "\\"): text += try escape().utf8
            case 0..<0x20: throw unexpected("no control character in a string")
            default: text.append(byte)
            }
        }
        throw unexpected("the end of a string")
    }

    private mutating func escape() throws(JSONError) -> String {
        guard let byte = peek else { throw unexpected("the end of a string") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return String(Unicode.Scalar(byte))
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{c}"
        case UInt8(ascii: "u"): return try unicodeEscape()
        default: throw unexpected("an escape of JSON")
        }
    }

    /// Four digits, or twice four for what UTF-16 says with two units.
    private mutating func unicodeEscape() throws(JSONError) -> String {
        var units = [try fourDigits()]
        if UTF16.isLeadSurrogate(units[0]) {
            try expect("\\")
            try expect("u")
            units.append(try fourDigits())
        }
        guard let text = String(validating: units, as: UTF16.self) else { throw unexpected("a character") }
        return text
    }

    private mutating func fourDigits() throws(JSONError) -> UInt16 {
        guard position + 4 <= bytes.count,
            bytes[position..<position + 4].allSatisfy({ Unicode.Scalar($0).properties.isASCIIHexDigit }),
            let unit = UInt16(String(decoding: bytes[position..<position + 4], as: UTF8.self), radix: 16)
        else { throw unexpected("four hexadecimal digits") }
        position += 4
        return unit
    }

    private mutating func number() throws(JSONError) -> JSONValue {
        let start = position
        while let byte = peek, "+-.0123456789eE".utf8.contains(byte) { position += 1 }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if let value = Int64(text) { return .integer(value) }
        if let value = UInt64(text) { return .unsigned(value) }
        guard let value = Double(text), value.isFinite else {
            position = start
            throw unexpected("a value")
        }
        return .double(value)
    }

    private mutating func word(_ word: String, _ value: JSONValue) throws(JSONError) -> JSONValue {
        guard bytes[position...].starts(with: word.utf8) else { throw unexpected(word) }
        position += word.utf8.count
        return value
    }

    private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard peek == UInt8(ascii: scalar) else { return false }
        position += 1
        return true
    }

    private mutating func expect(_ scalar: Unicode.Scalar) throws(JSONError) {
        guard take(scalar) else { throw unexpected("'\(scalar)'") }
    }

    private mutating func skipSpace() {
        while let byte = peek, [0x20, 0x0a, 0x0d, 0x09].contains(byte) { position += 1 }
    }

    private func unexpected(_ expected: String) -> JSONError {
        let line = bytes[..<position].count { $0 == 0x0a } + 1
        return JSONError("line \(line) is not JSON: expected \(expected)")
    }
}
