import Testing

@testable import KafkaProtocol

@Suite("A topic's name")
struct TopicNameTests {
    /// Both ends of each range of legal characters.
    private static let legalCharacters = "azAZ09._-"
    /// The neighbours of these ends in ASCII, other ASCII, and what takes several bytes.
    private static let illegalCharacters = "`{@[/:,^ \0\u{7f}é\u{2024}"

    @Test("is legal with 1 to 249 characters", arguments: [1, 2, 248, 249])
    func legalLengths(count: Int) {
        #expect(TopicName.objection(to: String(repeating: "x", count: count)) == nil)
    }

    @Test("is refused when it is empty or has 250 characters")
    func illegalLengths() {
        #expect(TopicName.objection(to: "") == "a topic name is empty")
        #expect(
            TopicName.objection(to: String(repeating: "x", count: 250))
                == "a topic name has 250 characters, at most 249 are allowed")
    }

    @Test("may have every character at the bounds of the ranges, anywhere", arguments: legalCharacters)
    func legal(character: Character) {
        for name in ["\(character)a", "a\(character)a", "a\(character)"] {
            #expect(TopicName.isLegal(name), "\(name)")
        }
    }

    @Test("may have none of the characters beside these bounds, anywhere", arguments: illegalCharacters)
    func illegal(character: Character) {
        for name in ["\(character)", "\(character)a", "a\(character)a", "a\(character)"] {
            #expect(
                TopicName.objection(to: name)
                    == "topic name \"\(name)\" has characters other than ASCII letters, digits, '.', '_' and '-'")
        }
    }

    @Test("cannot be one dot or two, but three", arguments: [(".", false), ("..", false), ("...", true)])
    func dots(name: String, isLegal: Bool) {
        #expect(TopicName.isLegal(name) == isLegal)
        #expect(isLegal || TopicName.objection(to: name) == "a topic name cannot be \"\(name)\"")
    }
}
