/// A generator whose sequence is a function of its seed (SplitMix64), so that failures can be had again.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

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
