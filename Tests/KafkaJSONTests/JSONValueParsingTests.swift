import KafkaJSON
import Testing

@Suite struct JSONValueParsingTests {
    @Test func readsBackWhatItWrites() throws {
        let value = JSONValue.object([
            ("text", .string("a \"quoted\" \\ line\nend \u{1} ü 🙂")),
            ("numbers", .array([.integer(-3), .double(0.5)])),
            ("most", .unsigned(UInt64.max)), ("yes", .bool(true)), ("no", .bool(false)), ("nothing", .null),
            ("empty", .array([])), ("none", .object([])),
        ])
        #expect(try JSONValue(parsing: value.prettyText) == value)
        #expect(try JSONValue(parsing: value.compactText) == value)
    }

    @Test(arguments: [
        (#""\u00fc \ud83d\ude42 \/ \b""#, JSONValue.string("ü 🙂 / \u{8}")),
        (" [1 , 2.5e1 ] ", .array([.integer(1), .double(25)])),
        ("-0", .integer(0)), ("1e3", .double(1000)),
    ])
    func readsWhatOthersWrite(text: String, value: JSONValue) throws {
        #expect(try JSONValue(parsing: text) == value)
    }

    @Test(arguments: [
        "", "{", "[1,]", "{\"a\" 1}", "{a: 1}", "tru", "1 2", "\"open", "\"\\q\"", "\"\\ud83d\"", "1e999", "--1", "nan",
        "\"a\nb\"", "{\"a\":1}}", String(repeating: "[", count: 100_000),
    ])
    func refusesWhatIsNone(text: String) {
        #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
    }

    @Test func saysInWhichLine() {
        let error = #expect(throws: JSONError.self) { try JSONValue(parsing: "{\n\"a\": 1,\n}\n") }
        #expect(error?.description == "line 3 is not JSON: expected a name in quotes")
    }
}
