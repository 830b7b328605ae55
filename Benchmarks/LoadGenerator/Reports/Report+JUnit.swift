// JUnit's XML has no owner. What is written here is what both the schema of Maven's surefire and that of Jenkins' xUnit plugin
// accept: one `testsuite` as the root, and of a test case its name, class and time.

extension Report {
    /// As JUnit's XML, ending with a newline. What is missed is a failure, what went wrong an error, and what is
    /// inconclusive is skipped.
    package var junitText: String {
        let seconds = Self.seconds(checks.reduce(0) { $0 + $1.seconds })
        let counts = "tests=\"\(checks.count)\" failures=\"\(count(.missed))\" errors=\"\(count(.failed))\""
        return """
            <?xml version="1.0" encoding="UTF-8"?>
            <testsuite name=\(XML.attribute(title)) \(counts) skipped="\(count(.inconclusive))" time="\(seconds)">
            \(checks.map(\.junitText).joined())</testsuite>

            """
    }

    fileprivate static func seconds(_ value: Double) -> String { Decimal.text(value, decimals: 3) ?? "0" }
}

extension Check {
    fileprivate var junitText: String {
        // Jenkins takes what comes before the last dot for a package.
        let place = XML.attribute("kbench." + group)
        let head = "  <testcase name=\(XML.attribute(name)) classname=\(place) time=\"\(Report.seconds(seconds))\""
        let said = XML.attribute(message)
        let what =
            switch outcome {
            case .passed: message.isEmpty ? "" : "<system-out>\(XML.text(message))</system-out>"
            case .missed: "<failure type=\"missed\" message=\(said)/>"
            case .inconclusive: "<skipped message=\(said)/>"
            case .failed: "<error type=\"failed\" message=\(said)/>"
            }
        return what.isEmpty ? head + "/>\n" : head + ">\n    \(what)\n  </testcase>\n"
    }
}

/// Text within XML.
enum XML {
    /// Between tags.
    static func text(_ text: String) -> String { escaped(text, isAttribute: false) }

    /// With the quotes around it.
    static func attribute(_ text: String) -> String { "\"\(escaped(text, isAttribute: true))\"" }

    private static func escaped(_ text: String, isAttribute: Bool) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;".unicodeScalars
            case "<": result += "&lt;".unicodeScalars
            case ">": result += "&gt;".unicodeScalars
            case "\"" where isAttribute: result += "&quot;".unicodeScalars
            // Readers make spaces of these in an attribute.
            case "\n" where isAttribute, "\t" where isAttribute: result += "&#\(scalar.value);".unicodeScalars
            case "\r": result += "&#13;".unicodeScalars
            case "\n", "\t": result.append(scalar)
            // XML 1.0 has no way to write them.
            case "\0"..."\u{1F}", "\u{FFFE}", "\u{FFFF}": result.append("\u{FFFD}")
            default: result.append(scalar)
            }
        }
        return String(result)
    }
}
