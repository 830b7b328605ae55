/// `--help`, from the table of options.
package enum HelpText {
    /// The help of a subcommand, at most 100 columns wide, ending with a newline.
    package static func text(for invocation: Invocation) -> String {
        let subcommand = invocation.subcommand
        var text =
            subcommand == .run
            ? overview : "usage: kbench \(invocation.usage)\n\n"
        if subcommand != .run { text += subcommand.summary.asSentence + "\n" }
        if subcommand.takesKind { text += wrapped(invocation.aboutKinds, width: 99).map { $0 + "\n" }.joined() }
        let rows = invocation.rows.filter { !subcommand.shares($0) }
        for group in OptionRow.Group.allCases {
            let members = rows.filter { $0.group == group }
            guard !members.isEmpty else { continue }
            text += "\n\(group.rawValue):\n" + members.map(entry).joined()
        }
        text += subcommand.sharedOptions.map { "\nOf kbench run, whose help explains them:\n" + list($0) } ?? ""
        if !subcommand.examples.isEmpty {
            text += "\nExamples:\n" + subcommand.examples.map { "  \($0.line)\n      \($0.purpose)\n" }.joined()
        }
        return text + "\n" + closing
    }

    private static var overview: String {
        let commands = Subcommand.allCases.map { subcommand in
            "  " + subcommand.rawValue.padded(to: 12) + subcommand.summary + "\n"
        }
        return "usage: kbench [run] [options]\n       kbench SUBCOMMAND --help\n\nSubcommands:\n" + commands.joined()
    }

    private static var closing: String {
        let statuses = ExitStatus.allCases.map { "\($0.rawValue) \($0.meaning)" }.joined(separator: "; ")
        return (units + ["Exit status: \(statuses)."]).map { wrapped($0, width: 99).joined(separator: "\n") + "\n" }
            .joined()
    }

    static let units = [
        "Counts and rates: k, M, G are powers of 1000.",
        "Sizes: KiB, MiB, GiB of 1024; kB, MB, GB of 1000; a bare K, M or G counts in 1024. Durations: ms, s, m, h.",
        "Options marked * take a comma list, every entry of which is run.",
    ]

    private static func entry(_ option: OptionRow) -> String {
        let short = option.shortName.map { "-\($0), " } ?? "    "
        let value = option.placeholder.isEmpty ? "" : " " + option.placeholder
        let heading = "  \(short)\(option.flag)\(value)\(option.isList ? " *" : "")"
        var sentences = option.sentences
        if !option.aliases.isEmpty {
            sentences.append("also \(option.aliases.map { "--" + $0 }.joined(separator: ", "))")
        }
        let lines = wrapped(sentences.joined(separator: "; "), width: 64)
        let indent = String(repeating: " ", count: 36)
        let start = heading.count < 35 ? heading.padded(to: 36) : heading + "\n" + indent
        return start + lines.joined(separator: "\n" + indent) + "\n"
    }

    private static func list(_ rows: [OptionRow]) -> String {
        wrapped(rows.map(\.flag).joined(separator: " "), width: 95).map { "  \($0)\n" }.joined()
    }

    private static func wrapped(_ text: String, width: Int) -> [String] {
        var lines = [""]
        for word in text.split(separator: " ") {
            let line = lines[lines.count - 1]
            if line.isEmpty {
                lines[lines.count - 1] = String(word)
            } else if line.count + 1 + word.count <= width {
                lines[lines.count - 1] += " " + word
            } else {
                lines.append(String(word))
            }
        }
        return lines
    }
}

extension Invocation {
    /// With what may follow.
    fileprivate var usage: String {
        let operands = isKindNamed ? nil : subcommand.operands
        return [title, operands, subcommand.takesOptions ? "[options]" : nil].compactMap(\.self).joined(separator: " ")
    }

    /// What its runs are, and where the options of others are told.
    fileprivate var aboutKinds: String {
        let others = subcommand.invocations.filter { $0.kind != kind }.map { "kbench \($0.title) --help" }
        return """
            Its runs are those of kbench \(kind.rawValue); of other kinds of runs \(others.asAlternatives.replacing(" or ", with: " and ")) \
            have the options.
            """
    }
}

extension Subcommand {

    /// Whether an option is one of `run` that this one has as well.
    func shares(_ row: OptionRow) -> Bool {
        self != .run && row.subcommands.isSuperset(of: Self.running)
            && ![.general, .output, .safety].contains(row.group)
    }

    /// Those that `shares` says yes to; nil when there are none.
    var sharedOptions: [OptionRow]? {
        let rows = OptionTable.rows(of: self).filter(shares)
        return rows.isEmpty ? nil : rows
    }
}

extension String {
    /// With a capital and a full stop.
    var asSentence: String { prefix(1).uppercased() + dropFirst() + "." }
}
