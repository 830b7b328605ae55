import Foundation
import FuzzTargets
import Testing

@Suite("What a fuzzer tries")
struct ReplayTests {
    /// What scripts/fuzz found, one file each, in a folder for each target.
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Cases")

    @Test("holds for the seeds and what is left of them when they are cut short", arguments: FuzzTarget.allCases)
    func seeds(target: FuzzTarget) throws {
        #expect(!target.seeds.isEmpty)
        for (index, seed) in target.seeds.enumerated() {
            #expect(try target.run(seed), "seed \(index) is not understood")
            for byteCount in Set(stride(from: 0, through: seed.count, by: 1 + seed.count / 40)).union([seed.count]) {
                try target.run(Array(seed.prefix(byteCount)))
            }
        }
    }

    @Test("lies in folders that are named after the targets")
    func folders() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
        #expect(names.contains("README.md"))
        for name in names where name != "README.md" {
            #expect(FuzzTarget(rawValue: name) != nil, "Cases/\(name) is not replayed")
        }
    }

    @Test("holds for every case that was found before", arguments: FuzzTarget.allCases)
    func cases(target: FuzzTarget) throws {
        let cases = Self.folder.appending(path: target.rawValue)
        // A target without findings has no folder.
        guard FileManager.default.fileExists(atPath: cases.path) else { return }
        for name in try FileManager.default.contentsOfDirectory(atPath: cases.path).sorted() {
            let bytes = [UInt8](try Data(contentsOf: cases.appending(path: name)))
            #expect(throws: Never.self, "\(target)/\(name)") { try target.run(bytes) }
        }
    }
}
