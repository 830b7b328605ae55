// CRC-32C is linear: a difference in the bytes makes a difference in the checksum that depends on nothing else, and bytes
// that follow it multiply that difference by a power of x. Polynomials of degree below 32 are kept as the checksum is: the
// highest bit is the constant term.

import CISAL

extension CRC32C {
    /// How the checksum of some bytes changes when bytes in their middle do.
    ///
    /// - Parameters:
    ///   - difference: the old bytes xor the new ones.
    ///   - byteCount: the number of bytes behind them, which stay as they are: 0 to 2 GiB - 1.
    /// - Returns: the old checksum xor the new one.
    package static func change(_ difference: UnsafeRawBufferPointer, followedBy byteCount: Int) -> UInt32 {
        guard let base = difference.baseAddress else { return 0 }
        // ISA-L takes a mutable pointer and writes nothing.
        let start = UnsafeMutablePointer(mutating: base.assumingMemoryBound(to: UInt8.self))
        return shift(crc32_iscsi(start, Int32(difference.count), 0), byteCount)
    }

    /// The remainder of a polynomial times x to the power of 8 · `byteCount`.
    private static func shift(_ polynomial: UInt32, _ byteCount: Int) -> UInt32 {
        precondition(byteCount >= 0 && byteCount < 1 << 31)
        let powers = powers
        var result = multiply(polynomial, powers[byteCount & 1023])
        let middle = byteCount >> 10 & 1023
        if middle > 0 { result = multiply(result, powers[1024 + middle]) }
        let high = byteCount >> 20
        if high > 0 { result = multiply(result, powers[2048 + high]) }
        return result
    }

    /// The remainders of x to the power of 8 · n, 8 · 1024 · n, and 8 · 1024² · n, for n up to 1023 or 2047.
    private static let powers: [UInt32] = {
        var powers: [UInt32] = []
        var step: UInt32 = 1 << 23  // x to the power of 8
        for count in [1024, 1024, 2048] {
            var power: UInt32 = 1 << 31  // 1
            for _ in 0..<count {
                powers.append(power)
                power = multiply(power, step)
            }
            // After 1024 steps.
            step = power
        }
        return powers
    }()

    /// The remainder of a product. Without branches: chance decides the bits.
    private static func multiply(_ left: UInt32, _ right: UInt32) -> UInt32 {
        var product: UInt32 = 0
        var left = left
        var right = right
        for _ in 0..<32 {
            product ^= right & (0 &- (left >> 31))
            left <<= 1
            right = (right >> 1) ^ (0x82F6_3B78 & (0 &- (right & 1)))
        }
        return product
    }
}
