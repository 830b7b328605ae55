/// For a step summary or a comment: what was judged comes first, and no table is wider than a phone.
extension Report {
    /// GitHub refuses a summary of more than 1 MiB; this many lines stay far below it.
    private static let linesMax = 300

    /// As GitHub's Markdown, ending with a newline.
    package var markdownText: String {
        let headline = checks.isEmpty ? title : "\(title): \(tally)"
        var parts = ["## \(Markdown.escaped(headline))"]
        let order: [Check.Outcome] = [.failed, .missed, .inconclusive]
        for outcome in order {
            let found = checks.filter { $0.outcome == outcome }
            if !found.isEmpty { parts.append(Self.capped(found).joined(separator: "\n")) }
        }
        let passed = checks.filter { $0.outcome == .passed }
        if !passed.isEmpty {
            let lines = Self.capped(passed).joined(separator: "\n")
            parts.append("<details><summary>\(passed.count) passed</summary>\n\n\(lines)\n\n</details>")
        }
        parts += tables.filter { !$0.rows.isEmpty }.map(Self.text)
        return parts.joined(separator: "\n\n") + "\n"
    }

    private static func text(_ table: Table) -> String {
        // The first column says what the others are about.
        let alignment = ["---"] + Array(repeating: "--:", count: max(table.header.count - 1, 0))
        let rows = table.rows.prefix(linesMax).map { line($0.map(Markdown.escaped)) }
        let head = [line(table.header.map(Markdown.escaped)), line(alignment)]
        let left = table.rows.count - rows.count
        let note = left > 0 ? "\n\n\(left) more rows are in the results." : ""
        return "### \(Markdown.escaped(table.title))\n\n" + (head + rows).joined(separator: "\n") + note
    }

    private static func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }

    private static func capped(_ checks: [Check]) -> [String] {
        let left = checks.count - linesMax
        return checks.prefix(linesMax).map(\.markdownLine) + (left > 0 ? ["- and \(left) more"] : [])
    }
}

extension Check {
    /// `- ❌ throughput_rps>=20M, codec=zstd: 18.2M …`
    fileprivate var markdownLine: String {
        let mark =
            switch outcome {
            case .passed: "✅"
            case .missed: "❌"
            case .inconclusive: "⚠️ inconclusive:"
            case .failed: "💥"
            }
        let what = message.isEmpty ? "" : ": " + Markdown.escaped(message)
        return "- \(mark) \(Markdown.code(name)), \(Markdown.escaped(group))\(what)"
    }
}

/// Text within Markdown.
enum Markdown {
    /// In one line, with nothing that means something to Markdown or HTML.
    static func escaped(_ text: String) -> String {
        text.reduce(into: "") { result, character in
            switch character {
            case "\\", "`", "*", "_", "|", "[", "]", "~", "#": result += "\\\(character)"
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\n", "\r", "\r\n", "\t": result += " "
            default: result.append(character)
            }
        }
    }

    /// As code, which has no backtick within.
    static func code(_ text: String) -> String {
        "`" + text.map { $0 == "`" ? "'" : $0.isNewline ? " " : String($0) }.joined() + "`"
    }
}
