import Foundation
import Testing

@testable import KafkaProtocol

@Suite("KafkaErrorCode")
struct KafkaErrorCodeTests {
    @Test("tells what Kafka's table tells of codes everyone meets")
    func wellKnown() {
        #expect(KafkaErrorCode.notLeaderOrFollower.rawValue == 6)
        #expect(KafkaErrorCode.notLeaderOrFollower.name == "NOT_LEADER_OR_FOLLOWER")
        #expect(
            KafkaErrorCode.notLeaderOrFollower.isRetriable && KafkaErrorCode.notLeaderOrFollower.needsMetadataRefresh)
        #expect(KafkaErrorCode.requestTimedOut.isRetriable && !KafkaErrorCode.requestTimedOut.needsMetadataRefresh)
        #expect(!KafkaErrorCode.messageTooLarge.isRetriable && !KafkaErrorCode.none.isRetriable)
        #expect(KafkaErrorCode.unknownServerError.rawValue == -1 && !KafkaErrorCode.unknownServerError.isRetriable)
        #expect(KafkaErrorCode.duplicateSequenceNumber.description == "DUPLICATE_SEQUENCE_NUMBER (46)")
    }

    @Test("keeps a code that it does not know", arguments: [-2, 999, .min, .max] as [Int16])
    func unknown(code: Int16) {
        let error = KafkaErrorCode(rawValue: code)
        #expect(!error.isKnown && !error.isRetriable && !error.needsMetadataRefresh && error.name == "ERROR_\(code)")
    }

    @Test(
        "is the same table as that of an installed Kafka (skipped without KAFKA_HOME or ../shared/kafka/4.3.1, or java)",
        .enabled(if: InstalledKafka.libraries != nil))
    func sameAsKafka() throws {
        let lines = try #require(try InstalledKafka.errorLines())
        let ours = KafkaErrorCode.known.map { code in
            "\(code.rawValue)\t\(code.name)\t\(code.isRetriable)\t\(code.needsMetadataRefresh)\t"
                + (code == .none ? "NONE" : code.message)
        }
        #expect(lines.count == ours.count && lines.count > 100)
        for (line, our) in zip(lines, ours) {
            #expect(line == our)
        }
    }
}

/// A Kafka with its jars on this machine.
private enum InstalledKafka {
    static let libraries: String? = {
        let package = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let homes: [String?] = [
            ProcessInfo.processInfo.environment["KAFKA_HOME"], package.appending(path: "../shared/kafka/4.3.1").path,
        ]
        let files = FileManager.default
        return homes.compactMap { $0 }.map { $0 + "/libs" }.first { path in
            let jars = (try? files.contentsOfDirectory(atPath: path)) ?? []
            return jars.contains("kafka-clients-4.3.1.jar") && java != nil
        }
    }()

    private static let java = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        .map { "\($0)/java" }.first { FileManager.default.isExecutableFile(atPath: $0) }

    /// Kafka's table: code, name, retriable, stale metadata, message, in ascending order.
    static func errorLines() throws -> [String]? {
        guard let libraries, let java else { return nil }
        let folder = FileManager.default.temporaryDirectory.appending(path: "kafka-errors-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let source = folder.appending(path: "ErrorTable.java")
        try """
        import org.apache.kafka.common.errors.*;
        import org.apache.kafka.common.protocol.Errors;

        public class ErrorTable {
            public static void main(String[] arguments) {
                for (Errors e : Errors.values())
                    System.out.println(e.code() + "\\t" + e.name() + "\\t" + (e.exception() instanceof RetriableException)
                        + "\\t" + (e.exception() instanceof InvalidMetadataException) + "\\t" + e.message());
            }
        }
        """.write(to: source, atomically: true, encoding: .utf8)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: java)
        process.arguments = ["-cp", libraries + "/*", source.path]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        func code(_ line: Substring) -> Int { Int(line.prefix { $0 != "\t" }) ?? .min }
        return text.split(separator: "\n").sorted { code($0) < code($1) }.map(String.init)
    }
}
