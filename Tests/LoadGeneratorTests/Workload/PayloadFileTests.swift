import Testing

@testable import LoadGenerator

@Suite struct PayloadFileTests {
    private static func withFile<R>(_ bytes: [UInt8], _ body: (String) throws -> R) throws -> R {
        let folder = try TemporaryFolder()
        return try body(try folder.write(bytes, "values"))
    }

    @Test(arguments: [
        ("a\nbb\n", "\n", ["a", "bb"]), ("a\nbb", "\n", ["a", "bb"]), ("\n", "\n", [""]),
        ("a\n\n\nb\n\n", "\n", ["a", "", "", "b", ""]), ("a\r\nb\rc\r\n", "\r\n", ["a", "b\rc"]),
        ("aXYXYXXYb", "XXY", ["aXYXY", "b"]), ("é|ü", "|", ["é", "ü"]),
    ])
    func `a file is cut at its delimiters and nowhere else`(text: String, delimiter: String, expected: [String]) throws
    {
        try Self.withFile(Array(text.utf8)) { path in
            let file = try PayloadFile(path, delimiter: delimiter, isText: true)
            #expect(file.pieces.map { String(decoding: file.bytes[$0], as: UTF8.self) } == expected)
            #expect(file.facts.pieceCount == expected.count)
            #expect(file.facts.longestByteCount == expected.map(\.utf8.count).max())
        }
    }

    private static func refusal(_ bytes: [UInt8], _ options: String = "") throws -> String {
        try withFile(bytes) { path in
            CommandLineParserTests.refusal("--payload-file \(path) \(options)").replacing(path, with: "F")
        }
    }

    @Test func `what can't be sent is refused, with what to do`() throws {
        #expect(try Self.refusal([]) == "--payload-file: 'F' is empty; there is nothing to send")
        #expect(try Self.refusal([97, 10, 0, 10]).contains("zero byte at offset 2"))
        #expect(try Self.refusal([97, 10, 0, 10], "--payload-delimiter \\n") == "accepted")
        #expect(try Self.refusal([97, 98]).contains("\"\\n\" does not occur in 'F'"))
        #expect(try Self.refusal([97, 10], "--payload-delimiter ab").contains("\"ab\" does not occur"))
        let line = [UInt8](repeating: 97, count: 2 << 20) + [10]
        #expect(try Self.refusal(line).contains("has a record of 2 MiB, more than brokers take by default"))
        #expect(try Self.refusal(line, "--batch-size 3MiB") == "accepted")
        #expect(
            CommandLineParserTests.refusal("--payload-file /nowhere/f")
                == "--payload-file: '/nowhere/f' cannot be read: No such file or directory")
        #expect(CommandLineParserTests.refusal("--payload-file /").contains("is a folder"))
    }

    @Test func `record i has piece i modulo their number, and few pieces are warned of`() throws {
        try Self.withFile(Array("one\ntwo\nthree\n".utf8)) { path in
            guard case .run(let plan) = try CommandLineParserTests.parse("--payload-file \(path)") else {
                throw UsageError("not a run")
            }
            #expect(plan.warnings.contains { $0.contains("and '\(path)' has 3: batches repeat themselves") })
            let pool = try PayloadPool(plan.configurations[0])
            #expect(pool.payloadCount == 3)
            #expect(pool.bytesPerRecord == 11.0 / 3)
            #expect(pool.positions(first: 3_000_000_001, count: 1).lowerBound == 1)
        }
    }
}
