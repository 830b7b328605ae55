import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Random numbers that a seed repeats: set KAFKA_TEST_SEED to the seed that a failure prints.
struct SplitMix64: RandomNumberGenerator {
    static let seed: UInt64 = {
        let given = getenv("KAFKA_TEST_SEED").flatMap { UInt64(String(cString: $0)) }
        let seed = given ?? UInt64.random(in: 0...UInt64(UInt32.max))
        print("KAFKA_TEST_SEED=\(seed)")
        return seed
    }()

    static var ofThisRun: SplitMix64 { SplitMix64(state: seed) }

    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
