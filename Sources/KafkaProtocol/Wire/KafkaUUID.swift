/// An id of 128 bits, such as a topic's. As a text it has 22 characters of URL-safe Base64 without padding.
///
/// Source: `org.apache.kafka.common.Uuid`, KIP-516.
public struct KafkaUUID: Hashable, Sendable {
    /// The first 64 bits.
    public var high: UInt64
    /// The last 64 bits.
    public var low: UInt64

    /// The id of all zeros, which means that there is none.
    public static let zero = KafkaUUID(high: 0, low: 0)

    /// The id with these bits.
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }
}

extension KafkaUUID: CustomStringConvertible, LosslessStringConvertible {
    private static let alphabet = [UInt8]("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    /// The id that a text of 22 characters stands for; nil when the text is not an id.
    public init?(_ description: String) {
        guard description.utf8.count == 22 else { return nil }
        var value: UInt128 = 0
        for (index, character) in description.utf8.enumerated() {
            guard let digit = Self.alphabet.firstIndex(of: character) else { return nil }
            if index < 21 {
                value = value << 6 | UInt128(digit)
            } else {
                // The last character carries two bits, and four that are zero.
                guard digit & 0xf == 0 else { return nil }
                value = value << 2 | UInt128(digit >> 4)
            }
        }
        self.init(high: UInt64(truncatingIfNeeded: value >> 64), low: UInt64(truncatingIfNeeded: value))
    }

    /// The id as 22 characters of URL-safe Base64 without padding.
    public var description: String {
        let value = UInt128(high) << 64 | UInt128(low)
        return String(unsafeUninitializedCapacity: 22) { characters in
            for index in 0..<21 {
                characters[index] = Self.alphabet[Int(truncatingIfNeeded: value >> UInt128(122 - 6 * index) & 0x3f)]
            }
            characters[21] = Self.alphabet[Int(truncatingIfNeeded: value & 0x3) << 4]
            return 22
        }
    }
}

extension KafkaUUID {
    /// A new id.
    package static func random() -> KafkaUUID {
        KafkaUUID(high: .random(in: 1 ... .max), low: .random(in: 1 ... .max))
    }
}
