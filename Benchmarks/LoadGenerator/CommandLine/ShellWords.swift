/// Words as a shell splits them, of an argument that holds a part of a command line: separated by white space, kept together by
/// quotes or a backslash. Nothing is expanded.
enum ShellWords {
    /// - Throws: `ValueError` for a quote that is not closed, or a backslash with nothing behind it.
    static func split(_ text: String) throws(ValueError) -> [String] {
        var words: [String] = []
        var word: String?
        var quote: Character?
        var rest = text[...]
        while let character = rest.popFirst() {
            switch character {
            case quote: quote = nil
            case "'" where quote == nil, "\"" where quote == nil:
                quote = character
                word = word ?? ""
            case "\\" where quote != "'":
                guard let next = rest.popFirst() else { throw ValueError("'\(text)' ends with a backslash") }
                word = (word ?? "") + String(next)
            case _ where quote == nil && character.isWhitespace:
                if let complete = word { words.append(complete) }
                word = nil
            default: word = (word ?? "") + String(character)
            }
        }
        if let quote { throw ValueError("'\(text)' has a \(quote) that is not closed") }
        return words + (word.map { [$0] } ?? [])
    }
}
