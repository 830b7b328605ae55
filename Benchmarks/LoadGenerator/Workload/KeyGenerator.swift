// The key of record i depends on the seed and on i alone, not on the lane that makes it or on what the lane made before.

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Makes the keys of a workload.
struct KeyGenerator: Sendable {
    /// Bytes of each key, at least 1: its number, big-endian, with zeros in front.
    let byteCount: Int
    private let distribution: KeyDistribution
    private let seed: UInt64
    private let zipf: ZipfDistribution

    /// - Returns: nil for records without keys.
    init?(_ distribution: KeyDistribution, byteCount: Int, seed: UInt64) {
        guard distribution != .none else { return nil }
        self.distribution = distribution
        self.byteCount = byteCount
        // Another stream than that of the payloads.
        var generator = SplitMix64(seed: seed ^ 0x6B65_7973)
        self.seed = generator.next()
        if case .zipf(let count, let exponent) = distribution {
            zipf = ZipfDistribution(count: count, exponent: exponent)
        } else {
            zipf = ZipfDistribution(count: 1, exponent: 1)
        }
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
            for index in 0..<count {
                var chance = randomness(of: first + Int64(index))
                store(UInt64(zipf.rank(&chance) - 1), at: index, in: memory)
            }
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

/// Ranks 1 … `count`, the n-th as often as 1 / n^`exponent`, in constant time and memory.
///
/// Source: Hörmann, Derflinger, "Rejection-inversion to generate variates from monotone discrete distributions", 1996.
struct ZipfDistribution: Sendable {
    private let count: Double
    private let exponent: Double
    private let areaLow: Double
    private let areaHigh: Double
    private let shortcut: Double

    init(count: Int64, exponent: Double) {
        self.count = Double(count)
        self.exponent = exponent
        areaLow = Self.area(1.5, exponent) - 1
        areaHigh = Self.area(Double(count) + 0.5, exponent)
        shortcut = 2 - Self.inverseArea(Self.area(2.5, exponent) - Self.density(2, exponent), exponent)
    }

    func rank(_ chance: inout SplitMix64) -> Int64 {
        while true {
            let share = Double(chance.next() >> 11) * 0x1p-53
            let area = areaHigh + share * (areaLow - areaHigh)
            let x = Self.inverseArea(area, exponent)
            let rank = min(max(x.rounded(), 1), count)
            if rank - x <= shortcut || area >= Self.area(rank + 0.5, exponent) - Self.density(rank, exponent) {
                return Int64(rank)
            }
        }
    }

    private static func density(_ x: Double, _ exponent: Double) -> Double { exp(-exponent * log(x)) }

    /// The integral of the density, without its constant.
    private static func area(_ x: Double, _ exponent: Double) -> Double {
        let logarithm = log(x)
        return shareOfExp((1 - exponent) * logarithm) * logarithm
    }

    private static func inverseArea(_ area: Double, _ exponent: Double) -> Double {
        let t = max(area * (1 - exponent), -1)
        return exp(shareOfLog(t) * area)
    }

    /// log(1 + x) / x, also near 0.
    private static func shareOfLog(_ x: Double) -> Double {
        abs(x) > 1e-8 ? log1p(x) / x : 1 - x * (0.5 - x * (1 / 3.0 - 0.25 * x))
    }

    /// (exp(x) - 1) / x, also near 0.
    private static func shareOfExp(_ x: Double) -> Double {
        abs(x) > 1e-8 ? expm1(x) / x : 1 + x * 0.5 * (1 + x * (1 / 3.0) * (1 + 0.25 * x))
    }
}
