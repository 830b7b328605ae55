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
        for seed in target.seeds {
            for byteCount in Set(stride(from: 0, through: seed.count, by: 1 + seed.count / 40)).union([seed.count]) {
                try target.run(Array(seed.prefix(byteCount)))
            }
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
