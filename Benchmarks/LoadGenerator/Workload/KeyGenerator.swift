// The key of record i depends on the seed and on i alone, not on the lane that makes it or on what the lane made before.

/// Makes the keys of a workload.
struct KeyGenerator: Sendable {
    /// Bytes of each key, at least 1: its number, big-endian, with zeros in front.
    let byteCount: Int
    private let distribution: KeyDistribution
    private let seed: UInt64
    private let zipf: ZipfDistribution?

    /// - Returns: nil for records without keys.
    init?(_ distribution: KeyDistribution, byteCount: Int, seed: UInt64) {
        guard distribution != .none else { return nil }
        self.distribution = distribution
        self.byteCount = byteCount
        // Another stream than that of the payloads.
        var generator = SplitMix64(seed: seed ^ 0x6B65_7973)
        self.seed = generator.next()
        guard case .zipf(let count, let exponent) = distribution else {
            zipf = nil
            return
        }
        zipf = ZipfDistribution(count: count, exponent: exponent)
    }

    /// Writes the keys of records `first`, `first + 1`, … over all of `memory`.
    func write(first: Int64, to memory: UnsafeMutableRawBufferPointer) {
        let count = memory.count / byteCount
        switch distribution {
        case .none: break
        case .sequential(let keyCount):
            var number = UInt64(first % keyCount)
            for index in 0..<count {
                store(number, at: index, in: memory)
                number += 1
                if number == UInt64(keyCount) { number = 0 }
            }
        case .uniform(let keyCount):
            for index in 0..<count {
                var chance = randomness(of: first + Int64(index))
                store(chance.next().multipliedFullWidth(by: UInt64(keyCount)).high, at: index, in: memory)
            }
        case .zipf:
            zipf?.draw(count, { randomness(of: first + Int64($0)) }, { store($1, at: $0, in: memory) })
        }
    }

    private func randomness(of record: Int64) -> SplitMix64 {
        // A step that is not the generator's own, or neighbours would share numbers.
        SplitMix64(seed: seed &+ UInt64(bitPattern: record) &* 0xD1B5_4A32_D192_ED03)
    }

    @inline(__always)
    private func store(_ number: UInt64, at index: Int, in memory: UnsafeMutableRawBufferPointer) {
        guard let end = memory.baseAddress.map({ $0 + (index + 1) * byteCount }) else { return }
        if byteCount >= 8 {
            // The bytes before are zero from the beginning.
            (end - 8).storeBytes(of: number.bigEndian, as: UInt64.self)
            return
        }
        var rest = number
        for distance in 1...byteCount {
            (end - distance).storeBytes(of: UInt8(truncatingIfNeeded: rest), as: UInt8.self)
            rest >>= 8
        }
    }
}
