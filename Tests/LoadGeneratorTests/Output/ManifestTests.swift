import Foundation
import KafkaTransport
import Testing

@testable import LoadGenerator

@Suite struct ManifestTests {
    @Test func holdsThePlanTheSystemAndNoSecrets() throws {
        var plan = try CommandLineParserTests.plan("-b a:1 --codec none,lz4 --runs 2")
        plan.target.commandProperties = ["sasl.password", "ssl.key.password"].map { .init(name: $0, value: "hunter2") }
        let arguments = ["-X", "sasl.password=hunter2", "--command-property=ssl.key.password=hunter2"]
        let startedAt = Timestamp(epochMs: 0)
        var manifest = Manifest(
            version: "1.0", arguments: arguments, plan: plan, system: .current(), startedAt: startedAt)
        manifest.cpuTimeBefore = CPUTime(procStat: "cpu  10 0 0 80 0 0 0 10 0 0\n")
        manifest.cpuTimeAfter = CPUTime(procStat: "cpu  60 0 0 120 0 0 0 20 7 0\n")
        manifest.libraryVersions = [.init(name: "libzstd", version: "1.5.7")]
        let folder = try TemporaryFolder()
        try manifest.write(to: OutputFile(path: folder.path + "/manifest.json"))
        let text = try folder.text("manifest.json")
        #expect(!text.contains("hunter2"))
        let object = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        #expect((object["configurations"] as? [Any])?.count == 2)
        #expect(object["planned_runs"] as? Int == 4)
        #expect(object["seed"] as? Int == 99)
        #expect(object["steal_share"] as? Double == 0.1)
        #expect(object["ended_at"] is NSNull)
        let configuration = try #require((object["configurations"] as? [[String: Any]])?.first)
        #expect(configuration["batch_size_bytes"] as? Int == 16_384)
        #expect(configuration["linger_ns"] as? Int == 5_000_000)
        #expect((object["system"] as? [String: Any])?["online_cores"] as? Int == EventLoop.availableCoreCount)
    }
}
