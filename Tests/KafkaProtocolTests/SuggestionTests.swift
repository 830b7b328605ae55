import Testing

@testable import KafkaProtocol

@Suite struct SuggestionTests {
    @Test(arguments: [
        ("records", "records", 0), ("recrods", "records", 1), ("record", "records", 1), ("", "abc", 3), ("abc", "", 3),
        ("kitten", "sitting", 3), ("ca", "abc", 3),
    ])
    func distanceCountsEditsAndSwaps(first: String, second: String, expected: Int) {
        #expect(Suggestion.distance(first, second) == expected)
    }

    @Test(arguments: [
        ("shraded", "sharded"), ("zstandard", nil), ("gzipp", "gzip"), ("sequentail", "sequential"), ("", nil),
        ("x", nil),
        ("lz5", "lz4"),
    ])
    func onlyAWordThatIsNearIsSuggested(word: String, expected: String?) {
        let words = ["sharded", "sequential", "gzip", "lz4", "0"]
        #expect(Suggestion.nearest(to: word, among: words) == expected)
        #expect(Suggestion.nearest(to: word, among: []) == nil)
    }
}
