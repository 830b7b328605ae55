import KafkaProtocol
import KafkaTransport
import Testing

@testable import KafkaEmbeddedBroker

@Suite struct TopicPatternTests {
    @Test(
        arguments: [
            ("orders", ["orders"], ["order", "orders2", "xorders"]),
            ("orders.*", ["orders", "orders-eu"], ["order"]),
            ("^a|b$", ["a", "b"], ["ab"]),
            ("(?:eu|us)-(orders|pay)", ["eu-orders", "us-pay"], ["eu-", "orders"]),
            ("[a-c_]+[^0-9]", ["abc_x", "aa"], ["a", "ab1", "d"]),
            ("x{2}y{0,2}z{1,}", ["xxz", "xxyyzzz"], ["xz", "xxyyyz", "xxyy"]),
            ("\\d+\\.\\w*?", ["12.", "1.abc_"], ["12", "a.b"]),
            ("[]a]+", ["]a]"], ["b"]), ("[\\w.-]+", ["a.b-c"], [""]), ("a||b", ["a", "", "b"], ["ab"]),
            ("(a*)*b?", ["", "aab"], ["c"]),
        ] as [(String, [String], [String])])
    func `names match as a whole`(pattern: String, good: [String], bad: [String]) throws {
        let pattern = try #require(TopicPattern(pattern))
        for name in good { #expect(pattern.matches(name), "\(name)") }
        for name in bad { #expect(!pattern.matches(name), "\(name)") }
    }

    @Test(arguments: [
        "(a", "a)", "[a", "*a", "a**", "a{2", "a{2,1}", "a{9999}", "\\p{L}", "(?i)a", "(?=a)", "\\1", "[[:alpha:]]",
        "[z-a]",
        "größe", "\\", "a{1000}{1000}", "(((a{50}){50}){50})", String(repeating: "(", count: 200),
        String(repeating: "a", count: 600),
        "{2}", "a{,3}",
    ])
    func `what is not understood is refused`(pattern: String) { #expect(TopicPattern(pattern) == nil) }

    @Test func `patterns that would take others for ever take no time`() throws {
        let pattern = try #require(TopicPattern("(a+)+(a*)*(a|a)*x"))
        let begin = MonotonicInstant.now
        #expect(!pattern.matches(String(repeating: "a", count: 249)))
        #expect(MonotonicInstant.now - begin < .seconds(5))
    }
}
