/// Which records of a schedule are waited for together. To wake a thread costs more than to make ten records, on a virtual machine
/// often 13 µs of CPU time; so a look gathers several records where they lie close together.
///
///     interval      up to 65 µs            to 125 µs                  longer
///     looks for     ● ● ● ● ● ● ┃ ● ● …    ● ● ┃ ● ● ┃ ● ┃ ● ● …      ● ┃ ● ┃ ● …
///     late by       0 … 65 µs              0, or one interval         0
///
/// Each look is when its last record is due. At least half of the records are no later than 33 µs, besides what waking takes.
struct Gathering: Sendable {
    /// Records of one look; those of the middle column have two or one.
    let recordsPerLook: Int64
    private let isMixed: Bool

    /// The longest time for which records are gathered.
    static let spanNs: Double = 65_000
    private static let mixedIntervalNsMax: Double = 125_000

    /// - Parameter intervalNs: between two records, above 0.
    init(intervalNs: Double) {
        isMixed = intervalNs > Self.spanNs && intervalNs <= Self.mixedIntervalNsMax
        recordsPerLook = isMixed ? 2 : 1 + Int64(Self.spanNs / intervalNs)
    }

    /// The record at whose time a look is worth while when `first` is the first one that is not taken yet.
    func last(from first: Int64) -> Int64 {
        guard isMixed else { return first + recordsPerLook - 1 }
        // Two, two and one: two of five records are late.
        let position = first % 5
        return position == 0 || position == 2 ? first + 1 : first
    }
}
