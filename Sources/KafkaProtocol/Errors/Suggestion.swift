/// The word that was probably meant, for messages that refuse another one.
package enum Suggestion {
    /// `; did you mean WORD?` for the end of a message; nil when no candidate is similar enough.
    package static func words(for word: String, among candidates: [String]) -> String? {
        nearest(to: word, among: candidates).map { "; did you mean \($0)?" }
    }

    /// The candidate that is most similar to `word`; nil when none is similar enough. At most a third of the letters, or two
    /// in a short word, may have to change, and not all of them.
    package static func nearest(to word: String, among candidates: [String]) -> String? {
        let scored = candidates.map { ($0, distance(word, $0)) }
        guard let best = scored.min(by: { $0.1 < $1.1 }), best.1 <= max(2, word.count / 3),
            best.1 < max(word.count, best.0.count)
        else { return nil }
        return best.0
    }

    /// Insertions, deletions, replacements and swaps of neighbours between two words; O(n · m).
    static func distance(_ first: String, _ second: String) -> Int {
        let (a, b) = (Array(first.utf8.prefix(64)), Array(second.utf8.prefix(64)))
        var beforeLast: [Int] = []
        var last = Array(0...b.count)
        for i in a.indices {
            var row = [i + 1]
            for j in b.indices {
                var cost = min(last[j] + (a[i] == b[j] ? 0 : 1), last[j + 1] + 1, row[j] + 1)
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, beforeLast[j - 1] + 1) }
                row.append(cost)
            }
            beforeLast = last
            last = row
        }
        return last[b.count]
    }
}
