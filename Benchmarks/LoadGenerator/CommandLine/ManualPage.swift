/// The manual page, from the table of options, in man(7)'s macros.
package enum ManualPage {
    package static func text(version: String) -> String {
        var text = ".TH KBENCH 1 \"\" \"kbench \(roff(version))\" \"User Commands\"\n"
        text += ".SH NAME\nkbench \\- load generator and benchmark harness for Apache Kafka\n"
        text += ".SH SYNOPSIS\n.B kbench\n[\\fBrun\\fR] [\\fIoptions\\fR]\n"
        for subcommand in Subcommand.allCases where subcommand != .run {
            text += ".br\n.B kbench \(subcommand.rawValue)\n"
            if let operands = subcommand.operands { text += "\\fI\(roff(operands))\\fR\n" }
            if subcommand.takesOptions { text += "[\\fIoptions\\fR]\n" }
        }
        text += ".SH DESCRIPTION\n"
        for paragraph in description { text += ".PP\n\(line(paragraph))" }
        for subcommand in Subcommand.allCases {
            text += section(of: subcommand)
        }
        text += ".SH UNITS\n" + HelpText.units.map { ".PP\n\(line($0))" }.joined()
        text += ".SH EXIT STATUS\n"
        for status in ExitStatus.allCases { text += ".TP\n.B \(status.rawValue)\n\(line(status.meaning))" }
        text += ".SH EXAMPLES\n"
        for subcommand in Subcommand.allCases {
            for example in subcommand.examples {
                text += ".TP\n.B \(roff(example.line))\n\(line(example.purpose))"
            }
        }
        return text
    }

    private static let description = [
        """
        kbench sends records to Kafka as fast as it can, or at a fixed rate, and records throughput, CPU time, memory and \
        latency. Without a cluster it starts an embedded broker in a process of its own. Every comma list is swept: all \
        combinations are run in turn.
        """,
        """
        It leaves runs.csv, latency.csv, timeline.csv, events.csv, a histogram log for each run and manifest.json in a folder \
        of results, and verifies by the broker's own offsets that what was acknowledged is stored.
        """,
    ]

    private static func section(of subcommand: Subcommand) -> String {
        let rows = OptionTable.rows(of: subcommand).filter { !subcommand.shares($0) }
        var text = ".SH \"KBENCH \(subcommand.rawValue.uppercased())\"\n\(line(subcommand.summary.asSentence))"
        for group in OptionRow.Group.allCases {
            let members = rows.filter { $0.group == group }
            if members.isEmpty { continue }
            text += ".SS \"\(group.rawValue)\"\n"
            for option in members {
                let value = option.takesValue ? " \\fI\(roff(option.placeholder))\\fR" : ""
                let names = option.spellings.map { "\\fB\(roff($0))\\fR\(value)" }.joined(separator: ", ")
                text += ".TP\n\(names)\n"
                let sentences = option.sentences + (option.isList ? ["may be a comma list"] : [])
                text += line(sentences.joined(separator: "; "))
            }
        }
        if let shared = subcommand.sharedOptions {
            text += ".SS \"Of kbench run\"\n" + line(shared.map(\.flag).joined(separator: " "))
        }
        return text
    }

    /// A line of text that is no request, whatever it begins with.
    private static func line(_ text: String) -> String {
        let escaped = roff(text)
        return (escaped.hasPrefix(".") || escaped.hasPrefix("'") ? "\\&" : "") + escaped + "\n"
    }

    private static func roff(_ text: String) -> String {
        text.unicodeScalars.reduce(into: "") { escaped, scalar in
            switch scalar {
            case "\\": escaped += "\\(rs"
            case "-": escaped += "\\-"
            case "\"": escaped += "\\(dq"
            case "~": escaped += "\\(ti"
            case "^": escaped += "\\(ha"
            case "'": escaped += "\\(aq"
            case _ where scalar.isASCII: escaped.unicodeScalars.append(scalar)
            default:
                let code = String(scalar.value, radix: 16, uppercase: true)
                escaped += "\\[u\(String(repeating: "0", count: max(0, 4 - code.count)))\(code)]"
            }
        }
    }
}
