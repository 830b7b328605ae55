import Foundation
import Testing

@testable import LoadGenerator

@Suite struct OptionTableTests {
    @Test func `the table holds every row that it declares, under different names`() {
        #expect(OptionTable.options.count == Mirror(reflecting: OptionTable.shared).children.count)
        for invocation in Subcommand.allCases.flatMap(\.invocations) {
            let spellings = invocation.rows.flatMap(\.spellings)
            #expect(spellings.contains("--help"))
            #expect(Set(spellings).count == spellings.count)
        }
    }

    /// What an option needs beside it to have an effect.
    private static let bases = [
        "key-size": "--keys uniform:10", "header-size": "--headers 2", "payload-delimiter": "--payload-file FILE",
        "replication-factor": "-b a:1", "tasks": "--door record", "trace-rate": "--trace spans",
        "group-protocol": "--group mine", "transaction-duration": "--transactional-id mine",
    ]

    /// Command lines to which options of these can be added.
    private static let lines: [(subcommand: Subcommand, line: String)] = [
        (.run, "run"), (.broker, "broker"), (.consume, "consume"), (.endToEnd, "end-to-end"),
        (.compare, "compare --base="), (.find, "find --expect throughput_rps>=1"), (.ladder, "ladder"),
    ]

    @Test func `giving an option its default changes nothing`() throws {
        let folder = try TemporaryFolder()
        let values = try folder.write("one\ntwo\n".utf8, "values")
        var checked = 0
        for row in OptionTable.rows {
            guard case .value(let text) = row.standard else { continue }
            let base = (Self.bases[row.name] ?? "").replacing("FILE", with: values)
            let subcommand = try #require(Self.lines.first { row.subcommands.contains($0.subcommand) }).line
            let line = "\(subcommand) \(base)"
            let without = try CommandLineParserTests.parse(line)
            let with = try CommandLineParserTests.parse("\(line) \(row.flag) \(text)")
            #expect(with == without, "\(row.flag) \(text)")
            checked += 1
        }
        #expect(checked >= 20)
    }

    @Test func `what find can look over are the lists of a sweep, but for the rate`() {
        let lists = OptionTable.rowsOfAnyKind(of: .find).filter(\.isList).map(\.name)
        #expect(OverList.names == lists.filter { $0 != "rate" })
    }

    @Test func `the bounds that help tells are those that are held`() throws {
        var checked = 0
        for option in OptionTable.options {
            let bounds = option.row.accepted?.split(separator: " … ").map(String.init) ?? []
            guard bounds.count == 2, bounds[0].first?.isNumber == true else { continue }
            // Of a topic's name the numbers are those of its letters.
            guard option.row.name != "topic" else { continue }
            for bound in bounds { try option.check([bound]) }
            #expect(throws: UsageError.self) {
                try option.check([bounds[1].replacing(/^\d+/, with: { "9\($0.output)" })])
            }
            checked += 1
        }
        #expect(checked >= 18)
    }

    @Test func `README has the table of options as it is`() throws {
        let path =
            URL(fileURLWithPath: #filePath).pathComponents.dropLast(4).joined(separator: "/").dropFirst() + "/README.md"
        let readme = try String(contentsOfFile: String(path), encoding: .utf8)
        let parts = readme.split(separator: OptionsMarkdown.begin, omittingEmptySubsequences: false)
        try #require(parts.count == 2, "README.md has no begin of the table of options")
        let rest = parts[1].split(separator: OptionsMarkdown.end, omittingEmptySubsequences: false)
        try #require(rest.count == 2, "README.md has no end of the table of options")
        if ProcessInfo.processInfo.environment["KAFKACLIENT_WRITE_TABLES"] != nil {
            let text =
                parts[0] + OptionsMarkdown.begin + "\n\n" + OptionsMarkdown.text + "\n" + OptionsMarkdown.end + rest[1]
            try text.write(toFile: String(path), atomically: true, encoding: .utf8)
        } else {
            #expect(rest[0] == "\n\n\(OptionsMarkdown.text)\n", "run scripts/tables")
        }
    }
}
