import Foundation

/// A folder of its own for a test, gone afterwards.
final class TemporaryFolder {
    let path = NSTemporaryDirectory() + "kbench-" + UUID().uuidString

    init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Writes a file into it, and gives its path.
    func write(_ bytes: some Sequence<UInt8>, _ name: String) throws -> String {
        let path = path + "/" + name
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        return path
    }

    func text(_ name: String) throws -> String { try String(contentsOfFile: path + "/" + name, encoding: .utf8) }
}
