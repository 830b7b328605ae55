#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Random numbers that are a function of their seed (SplitMix64), so that a failure can be repeated.
package struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    /// A generator with the seed of this process, `TestSeed.value`. A test says the seed where it fails.
    package init() { self.init(seed: TestSeed.value) }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    package mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) } }
}

/// The seed that all tests of a process use that want other numbers each time.
package enum TestSeed {
    /// KAFKA_TEST_SEED from the environment, or a new one. It is printed when it is first used.
    package static let value: UInt64 = {
        let given = getenv("KAFKA_TEST_SEED").flatMap { UInt64(String(cString: $0)) }
        let seed = given ?? UInt64.random(in: 0...UInt64(UInt32.max))
        print(description(seed))
        return seed
    }()

    /// What repeats a failure, for its message.
    package static var hint: String { description(value) }

    private static func description(_ seed: UInt64) -> String { "KAFKA_TEST_SEED=\(seed)" }
}
