import TestSupport

/// What the contract tests compress.
enum Payload {
    /// Bytes that no codec makes smaller.
    static func incompressible(_ byteCount: Int, seed: UInt64 = 1) -> [UInt8] {
        var generator = SeededGenerator(seed: seed)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(byteCount + 8)
        while bytes.count < byteCount {
            withUnsafeBytes(of: generator.next()) { bytes.append(contentsOf: $0) }
        }
        bytes.removeLast(bytes.count - byteCount)
        return bytes
    }

    /// Lines such as logs have, about five times smaller when compressed.
    static func compressible(_ byteCount: Int, seed: UInt64 = 2) -> [UInt8] {
        var generator = SeededGenerator(seed: seed)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(byteCount + 80)
        while bytes.count < byteCount {
            let number = generator.next()
            bytes.append(contentsOf: "host=node-\(number % 16) level=info request=\(number >> 40) status=200\n".utf8)
        }
        bytes.removeLast(bytes.count - byteCount)
        return bytes
    }
}
