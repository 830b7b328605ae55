/// The table of options as README has it.
package enum OptionsMarkdown {
    /// What stands around it in README.
    package static let begin = "<!-- options: begin; scripts/tables writes what follows -->"
    package static let end = "<!-- options: end -->"

    /// A heading and a table for each subcommand that has options of its own, ending with a newline.
    package static var text: String {
        let tables = [Subcommand.run, .compare, .find, .ladder, .consume, .endToEnd, .broker].map { subcommand in
            let rows = OptionTable.rows(of: subcommand).filter { $0.group != .general && !subcommand.shares($0) }
            return
                "### kbench \(subcommand.rawValue)\n\n| option | value | default | what it is for |\n|---|---|---|---|\n"
                + rows.map(line).joined()
        }
        return tables.joined(separator: "\n")
    }

    private static func line(_ row: OptionRow) -> String {
        let spellings = row.spellings.map { code($0) }.joined(separator: " ")
        let value = row.takesValue ? code(row.placeholder) + (row.isList ? " *" : "") : ""
        let standard =
            switch row.standard {
            case .value(let text): code(text)
            case .words(let text): escaped(text)
            case nil: ""
            }
        return "| \(spellings) | \(value) | \(standard) | \(escaped(row.meaning)) |\n"
    }

    private static func code(_ text: String) -> String { "`\(text.replacing("|", with: "\\|"))`" }

    /// Angle brackets would be tags, and a star would begin emphasis.
    private static func escaped(_ text: String) -> String {
        text.reduce(into: "") { result, character in
            if "|<>*\\_".contains(character) { result.append("\\") }
            result.append(character)
        }
    }
}
