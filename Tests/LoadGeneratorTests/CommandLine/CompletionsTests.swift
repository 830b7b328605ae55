import Testing

@testable import LoadGenerator

@Suite struct CompletionsTests {
    private static let texts = Shell.allCases.map(\.completions) + [ManualPage.text(version: "1.2.3")]

    @Test func `every subcommand and option is in every shell's completions and in the manual page`() {
        for text in Self.texts {
            // The manual page writes hyphens as \-, fish options without dashes.
            let plain = text.replacing("\\-", with: "-")
            for subcommand in Subcommand.allCases {
                #expect(plain.contains(subcommand.rawValue))
                for row in OptionTable.rows(of: subcommand) { #expect(plain.contains(row.name)) }
            }
        }
    }

    @Test func `shells offer the options of every kind of runs that find and compare carry out`() {
        let names = Subcommand.find.invocations.flatMap(\.rows).map(\.name)
        #expect(Set(OptionTable.rowsOfAnyKind(of: .find).map(\.name)) == Set(names))
        #expect(Shell.bash.completions.contains("find:--consumers)"))
        #expect(Shell.zsh.completions.contains("'::kind of runs:(run consume end-to-end)'"))
    }

    @Test func `every word that is offered is one that the parser takes`() throws {
        var wordCount = 0
        for row in OptionTable.rows(of: .run) {
            guard case .words(let words) = row.completion else { continue }
            for word in words where !word.hasSuffix(":") {
                let base = row.name == "partitioner" ? "--keys sequential:2 " : ""
                let message = CommandLineParserTests.refusal("\(base)\(row.flag) \(word)")
                #expect(message == "accepted", "\(row.flag) \(word): \(message)")
                wordCount += 1
            }
        }
        #expect(wordCount >= 20)
    }

    @Test func `the examples of help are command lines that work`() throws {
        for subcommand in Subcommand.allCases {
            #expect(!subcommand.examples.isEmpty)
            for example in subcommand.examples {
                let words = try ShellWords.split(example.line).prefix { $0 != ">" }.dropFirst()
                #expect(CommandLineParserTests.refusalOfWords(Array(words)) == "accepted", "\(example.line)")
            }
        }
    }

    @Test(arguments: [
        ("completions", "kbench completions needs the name of one shell: bash, zsh, fish"),
        ("completions csh", "kbench completions: 'csh' is not a shell; accepted is bash, zsh, fish; did you mean zsh?"),
        ("completions bash zsh", "kbench completions needs the name of one shell: bash, zsh, fish"),
        ("man --records", "kbench man takes no options, not --records"),
    ])
    func `what they can't be asked is refused`(line: String, expected: String) {
        #expect(CommandLineParserTests.refusal(line) == expected)
    }

    @Test func `no line of the manual page is mistaken for a request`() {
        let requests: Set<Substring> = [".TH", ".SH", ".SS", ".TP", ".PP", ".B", ".br"]
        for line in ManualPage.text(version: "1.2.3").split(separator: "\n") where line.hasPrefix(".") {
            #expect(requests.contains(line.split(separator: " ")[0]), "\(line)")
        }
        #expect(ManualPage.text(version: "1.2.3").utf8.allSatisfy { $0 < 128 })
    }
}
