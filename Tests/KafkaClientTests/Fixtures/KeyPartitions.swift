import TestSupport

/// The partitions that other programs' producers choose for ten thousand keys, of 1, 3, 64 and 1000 partitions.
struct KeyPartitions: Sendable {
    /// For each key; nil where the producer leaves it to chance.
    private let choices: [Choice?]

    private struct Choice {
        let ofThree: Int32
        let ofSixtyFour: Int32
        let ofThousand: Int32
    }

    /// - Parameter text: for each key three digits of base 64: two bits, six bits and ten bits; `///` is chance.
    init(_ text: String) {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var values = [Int32](repeating: -1, count: 256)
        for (value, digit) in alphabet.enumerated() { values[Int(digit)] = Int32(value) }
        let digits = text.utf8.map { values[Int($0)] }.filter { $0 >= 0 }
        choices = stride(from: 0, to: digits.count, by: 3).map {
            let bits = digits[$0] << 12 | digits[$0 + 1] << 6 | digits[$0 + 2]
            return bits == 0x3FFFF
                ? nil : Choice(ofThree: bits >> 16, ofSixtyFour: bits >> 10 & 63, ofThousand: bits & 1023)
        }
    }

    /// The partition of each key, -1 where it is left to chance.
    func chosen(of count: Int) -> [Int32] {
        choices.map { choice in
            guard let choice else { return -1 }
            switch count {
            case 1: return 0
            case 3: return choice.ofThree
            case 64: return choice.ofSixtyFour
            case 1000: return choice.ofThousand
            default: preconditionFailure("no fixture for \(count) partitions")
            }
        }
    }

    static let counts = [1, 3, 64, 1000]

    /// Nulls, empty keys, every single byte, then in turn ASCII, UTF-8, and two of 1 to 300 random bytes.
    ///
    /// Tests/Interop/key_partitions.py makes the same ones.
    static let keys: [[UInt8]?] = (0..<10_000).map { index in
        if index % 1000 == 0 { return nil }
        if index % 1000 == 1 { return [] }
        if index < 258 { return [UInt8(index - 2)] }
        switch index % 4 {
        case 0: return Array("user-\(index)".utf8)
        case 1: return Array("größe-\(index)".utf8)
        default:
            var random = SeededGenerator(seed: UInt64(index))
            return random.bytes(1 + index / 4 % 300)
        }
    }
}
