// The gaps that lanes saw, put together: a partition had none while any lane got an acknowledgement.
//
//      lane 1      ├────────────────┤ack
//      lane 2            ├────────────────┤ack
//      partition   ├────────────────┤─────┤        cut at each acknowledgement that is known
//
// Lanes know of each other's acknowledgements only by gaps. While one lane waits and another one gets acknowledgements
// without a gap, the partition's gap is that of the lane that waits.

import KafkaTransport

/// How long each partition had no acknowledgement, of all lanes together.
struct PartitionGaps {
    typealias Gap = AckGaps.Gap

    /// The longest of any partition; nil when no batch came to its end.
    let longest: Gap?
    /// Gaps that are shorter may not be kept.
    let keptNs: Int64
    /// Disjoint, in order.
    private let byPartition: [Int32: [Gap]]

    init(_ lanes: [AckGaps]) {
        keptNs = lanes.map(\.keptNs).max() ?? AckGaps.keptNsMin
        byPartition = Dictionary(grouping: lanes.flatMap(\.gaps), by: \.partition).mapValues(Self.cut)
        let kept = byPartition.values.joined()
        // A lane's own may be cut; when it is too short to be kept it is as good as any.
        let all = kept + lanes.compactMap(\.longest).filter { $0.durationNs < AckGaps.keptNsMin }
        // Of equal ones always the same.
        longest = all.max { ($0.durationNs, $1.partition) < ($1.durationNs, $0.partition) }
    }

    /// The longest of a partition's gaps that touches a time; nil when all that do are too short to be kept.
    func longest(of partition: Int32, from begin: MonotonicInstant, to end: MonotonicInstant) -> Gap? {
        guard let gaps = byPartition[partition] else { return nil }
        var (low, high) = (0, gaps.count)
        while low < high {
            let middle = (low + high) / 2
            if gaps[middle].end < begin { low = middle + 1 } else { high = middle }
        }
        return gaps[low...].prefix { $0.begin <= end }.max { $0.durationNs < $1.durationNs }
    }

    /// What the gaps of a partition's lanes cover, cut at each acknowledgement. The retried records of a piece are those of
    /// the gaps that end in it.
    private static func cut(_ gaps: [Gap]) -> [Gap] {
        let acks = gaps.flatMap { gap in
            (gap.beginsWithAck ? [gap.begin] : []) + (gap.endsWithAck ? [gap.end] : [])
        }.sorted()
        let ends = gaps.sorted { $0.end < $1.end }
        var pieces: [Gap] = []
        var (ack, ended) = (0, 0)
        func add(from begin: MonotonicInstant, to end: MonotonicInstant) {
            var retried: Int64 = 0
            while ended < ends.count, ends[ended].end <= end {
                retried += ends[ended].retriedRecords
                ended += 1
            }
            let piece = Gap(partition: gaps[0].partition, begin: begin, end: end, retriedRecords: retried)
            if piece.durationNs >= AckGaps.keptNsMin || retried > 0 { pieces.append(piece) }
        }
        for cover in covers(gaps) {
            var begin = cover.lowerBound
            while ack < acks.count, acks[ack] < cover.upperBound {
                if acks[ack] > begin {
                    add(from: begin, to: acks[ack])
                    begin = acks[ack]
                }
                ack += 1
            }
            add(from: begin, to: cover.upperBound)
        }
        return pieces
    }

    /// The times that any of the gaps covers, disjoint and in order.
    private static func covers(_ gaps: [Gap]) -> [ClosedRange<MonotonicInstant>] {
        var covers: [ClosedRange<MonotonicInstant>] = []
        for gap in gaps.sorted(by: { $0.begin < $1.begin }) {
            if let last = covers.last, gap.begin <= last.upperBound {
                covers[covers.count - 1] = last.lowerBound...max(last.upperBound, gap.end)
            } else {
                covers.append(gap.begin...gap.end)
            }
        }
        return covers
    }
}
