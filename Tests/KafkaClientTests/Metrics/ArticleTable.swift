import Foundation
import Testing

/// A table of the article on looking into a client, which stands between two marks.
struct ArticleTable {
    private let begin: String
    private let end: String

    init(_ name: String) {
        begin = "<!-- \(name): begin; scripts/tables writes what follows -->"
        end = "<!-- \(name): end -->"
    }

    /// Expects that the article has the table as it is, or writes it there.
    func check(_ table: String) throws {
        let root = URL(fileURLWithPath: #filePath).pathComponents.dropLast(4).joined(separator: "/").dropFirst()
        let path = root + "/Sources/KafkaClient/KafkaClient.docc/Observing.md"
        let article = try String(contentsOfFile: String(path), encoding: .utf8)
        let parts = article.split(separator: begin, omittingEmptySubsequences: false)
        try #require(parts.count == 2, "the article has no \(begin)")
        let rest = parts[1].split(separator: end, omittingEmptySubsequences: false)
        try #require(rest.count == 2, "the article has no \(end)")
        if ProcessInfo.processInfo.environment["KAFKACLIENT_WRITE_TABLES"] != nil {
            let text = parts[0] + begin + "\n\n" + table + "\n" + end + rest[1]
            try text.write(toFile: String(path), atomically: true, encoding: .utf8)
        } else {
            #expect(rest[0] == "\n\n\(table)\n", "run scripts/tables")
        }
    }
}
