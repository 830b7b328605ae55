// Ranks are put together in segments: the first ranks have one each, the later ones share segments that grow with the rank, so
// that all ranks of a segment are nearly as frequent as its first one.
//
//      slots      2048, each with the segment of its own number and another one (Walker's alias method)
//                   │
//      segments   1 │ 2 │ 3 │ … │ 1024…1030 │ 1031…1038 │ …        a rank of the segment, each as likely as the others
//                   │
//      accepted   if a number below 1 is below (rank / first)^-exponent; otherwise all of it is drawn anew
//
// What is drawn is a segment by its number of ranks × the frequency of its first one, which no rank exceeds, so no sums over
// ranks are needed, and ranks come exactly as often as the law says. About one record in a hundred needs a power or a logarithm.

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Ranks 0 … `count` - 1, rank n as often as 1 / (n + 1)^`exponent`. Its tables have 48 KiB and are made in
/// a tenth of a millisecond, however many ranks there are.
///
/// A segment's share is kept to 2^-43. Sources: Walker, "An efficient method for generating discrete random variables with
/// general distributions", 1977; Vose, "A linear algorithm for generating random numbers with a given distribution", 1991.
struct ZipfDistribution: Sendable {
    /// A slot's own segment is drawn when 32 random bits are below `threshold`, and otherwise the segment `alias`.
    private struct Slot: BitwiseCopyable {
        var threshold: UInt32 = 0
        var alias: UInt32 = 0
    }

    private struct Segment: BitwiseCopyable {
        var first: UInt64 = 0
        /// How many ranks it has; 0 for one that is never drawn.
        var count: UInt64 = 0
    }

    private var slots: [Slot]
    private var segments: [Segment]
    private let exponent: Double
    /// Below this, of 2^21, ranks are accepted whichever they are.
    private let certain: UInt64

    private static let slotBits: UInt64 = 11
    private static let slotCount = 1 << Int(slotBits)
    /// So many ranks have a segment of their own.
    private static let aloneCount = slotCount / 2
    private static let acceptanceBits: UInt64 = 21
    private static let acceptanceMask: UInt64 = 1 << 21 - 1

    /// - Parameters:
    ///   - count: at least 1.
    ///   - exponent: at least 0, at most 10.
    init(count: Int64, exponent: Double) {
        precondition(count >= 1 && exponent >= 0 && exponent <= 10)
        self.exponent = exponent
        segments = Self.segments(of: UInt64(count))
        slots = []
        var least = 1.0
        var weights: [Double] = []
        for segment in segments where segment.count > 0 {
            let first = Double(segment.first) + 1
            weights.append(Double(segment.count) * exp(-exponent * log(first)))
            least = min(least, exp(-exponent * log((first + Double(segment.count - 1)) / first)))
        }
        let scale = Double(1 << Self.acceptanceBits)
        // One less, for what the logarithms were rounded by.
        certain = least == 1 ? UInt64(scale) : UInt64(max(0, least * scale - 1))
        slots = Self.slots(of: weights)
    }

    /// Draws a rank for each of `count` places, and hands it to `take` with its place.
    ///
    /// - Parameter randomness: of a place.
    @inline(__always)
    func draw(_ count: Int, _ randomness: (Int) -> SplitMix64, _ take: (Int, UInt64) -> Void) {
        slots.withUnsafeBufferPointer { slots in
            segments.withUnsafeBufferPointer { segments in
                for index in 0..<count {
                    var chance = randomness(index)
                    let random = chance.next()
                    let candidate = Candidate(random, slots, segments)
                    let isCertain = random & Self.acceptanceMask < certain
                    take(index, isCertain ? candidate.rank : decide(candidate, chance, slots, segments))
                }
            }
        }
    }

    /// A rank that may be accepted.
    private struct Candidate {
        let first: UInt64
        let place: UInt64
        var rank: UInt64 { first + place }

        /// The first 11 bits of a random number choose the slot, the next 32 its segment, and the last 21 accept. Where the
        /// rank lies in the segment is chosen by both halves of a product, to which all of its bits contribute: a second
        /// random number would cost as much as all the rest.
        @inline(__always)
        init(_ random: UInt64, _ slots: UnsafeBufferPointer<Slot>, _ segments: UnsafeBufferPointer<Segment>) {
            let own = Int(truncatingIfNeeded: random >> (64 - ZipfDistribution.slotBits))
            // Both tables have a row for every number of 11 bits.
            let slot = slots.baseAddress.unsafelyUnwrapped[own]
            let isOwn = UInt32(truncatingIfNeeded: random >> ZipfDistribution.acceptanceBits) < slot.threshold
            let segment = segments.baseAddress.unsafelyUnwrapped[isOwn ? own : Int(slot.alias)]
            first = segment.first
            let (high, low) = random.multipliedFullWidth(by: 0xDA94_2042_E4DD_58B5)
            place = (high ^ low).multipliedFullWidth(by: segment.count).high
        }
    }

    /// The rank of a place whose first candidate is not certain.
    @inline(never)
    private func decide(
        _ first: Candidate, _ chance: SplitMix64, _ slots: UnsafeBufferPointer<Slot>,
        _ segments: UnsafeBufferPointer<Segment>
    ) -> UInt64 {
        var chance = chance
        var candidate = first
        while !isAccepted(candidate, &chance) {
            let random = chance.next()
            candidate = Candidate(random, slots, segments)
            if random & Self.acceptanceMask < certain { break }
        }
        return candidate.rank
    }

    /// Decides what is not certain.
    private func isAccepted(_ candidate: Candidate, _ chance: inout SplitMix64) -> Bool {
        if candidate.place == 0 { return true }
        let decided = Double(certain) * 0x1p-21
        let share = exp(-exponent * log1p(Double(candidate.place) / (Double(candidate.first) + 1)))
        return Double(chance.next() >> 11) * 0x1p-53 * (1 - decided) < share - decided
    }

    // MARK: Tables

    private static func segments(of count: UInt64) -> [Segment] {
        var segments: [Segment] = []
        segments.reserveCapacity(slotCount)
        for rank in 0..<min(count, UInt64(aloneCount)) { segments.append(Segment(first: rank, count: 1)) }
        let first = UInt64(aloneCount)
        if count > first {
            // Each segment is longer than the one before by the same factor, and the last one ends with the last rank.
            let shared = slotCount - aloneCount
            let step = log(Double(count) / Double(first)) / Double(shared)
            var begin = first
            for index in 1...shared where begin < count {
                let wanted = Double(first) * exp(step * Double(index))
                let end = index == shared || wanted >= Double(count) ? count : max(begin + 1, UInt64(wanted))
                segments.append(Segment(first: begin, count: end - begin))
                begin = end
            }
        }
        segments += Array(repeating: Segment(), count: slotCount - segments.count)
        return segments
    }

    /// The slots by which segments are drawn as often as their weights say.
    private static func slots(of weights: [Double]) -> [Slot] {
        let sum = weights.reduce(0, +)
        var shares = weights.map { $0 / sum * Double(slotCount) }
        shares += Array(repeating: 0, count: slotCount - shares.count)
        // What rounding leaves over at the end has its own slot alone.
        var slots = (0..<slotCount).map { Slot(threshold: .max, alias: UInt32($0)) }
        var small = shares.indices.filter { shares[$0] < 1 }
        var large = shares.indices.filter { shares[$0] >= 1 }
        while let less = small.last, let more = large.last {
            small.removeLast()
            slots[less] = Slot(threshold: UInt32(shares[less] * 0x1p32), alias: UInt32(more))
            shares[more] -= 1 - shares[less]
            if shares[more] < 1 {
                large.removeLast()
                small.append(more)
            }
        }
        // Rounding may leave a segment that does not exist, if it is the last one.
        for left in small where left >= weights.count { slots[left] = Slot(threshold: 0, alias: 0) }
        return slots
    }
}
