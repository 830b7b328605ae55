import KafkaClient
import KafkaTransport

/// How long partitions had no acknowledgement while a batch waited for one, as one lane saw it. Touched once per batch.
///
/// A partition to which nothing is sent has no gap.
struct AckGaps {
    /// From the partition's last acknowledgement, or from when the batch came to the producer if that was later, until
    /// the end of the batch.
    struct Gap: Equatable, Sendable {
        let partition: Int32
        let begin: MonotonicInstant
        let end: MonotonicInstant
        /// Whether it begins with an acknowledgement.
        var beginsWithAck = false
        /// Whether it ends with one. Otherwise the batch failed then.
        var endsWithAck = true
        /// The records of the batch, if it was sent more than once.
        var retriedRecords: Int64 = 0

        var durationNs: Int64 { end.nanoseconds(since: begin) }
    }

    /// Of all gaps, also of those that are too short to be kept.
    private(set) var longest: Gap?
    /// Those that last `keptNs` and more, and those in which records were retried, in the order of their ends.
    private(set) var gaps: [Gap] = []
    /// Doubled when there are too many gaps. From then on those of retried records have to last as long as others.
    private(set) var keptNs = Self.keptNsMin
    private var longestNs: Int64 = -1
    /// By partition.
    private var lastAcks: [MonotonicInstant] = []
    private let countMax: Int

    static let keptNsMin: Int64 = 50_000_000

    /// - Parameter countMax: of gaps that are kept: 5 MiB at most, and room for one of each of 100,000 partitions.
    init(countMax: Int = 1 << 17) { self.countMax = countMax }

    /// Notes the end of a batch.
    mutating func note(_ delivery: Delivery) {
        note(
            partition: delivery.partition, queued: delivery.queued, ended: delivery.ended,
            isAcknowledged: delivery.isAcknowledged,
            retriedRecords: delivery.exchanges.count > 1 ? delivery.batch.recordCount : 0)
    }

    /// - Parameter queued: when the batch came to the producer.
    mutating func note(
        partition: Int32, queued: MonotonicInstant, ended: MonotonicInstant, isAcknowledged: Bool, retriedRecords: Int
    ) {
        let index = Int(partition)
        if index < 0 { return }
        if index >= lastAcks.count { makeRoom(for: index) }
        let lastAck = lastAcks[index]
        if isAcknowledged { lastAcks[index] = max(lastAck, ended) }
        let durationNs = ended.nanoseconds(since: max(lastAck, queued))
        if durationNs <= longestNs, durationNs < keptNs, retriedRecords == 0 { return }
        let gap = Gap(
            partition: partition, begin: max(lastAck, queued), end: ended, beginsWithAck: lastAck >= queued,
            endsWithAck: isAcknowledged, retriedRecords: Int64(retriedRecords))
        if durationNs > longestNs { (longest, longestNs) = (gap, durationNs) }
        keep(gap)
    }

    /// Forgets the gaps. What was acknowledged is still known.
    mutating func reset() {
        (longest, longestNs, gaps, keptNs) = (nil, -1, [], Self.keptNsMin)
    }

    private mutating func keep(_ gap: Gap) {
        while gaps.count >= countMax {
            keptNs *= 2
            gaps = gaps.filter(isKept)
        }
        if isKept(gap) { gaps.append(gap) }
    }

    private func isKept(_ gap: Gap) -> Bool {
        gap.durationNs >= keptNs || keptNs == Self.keptNsMin && gap.retriedRecords > 0
    }

    private mutating func makeRoom(for index: Int) {
        let missing = max(index + 1, 2 * lastAcks.count) - lastAcks.count
        lastAcks += Array(repeating: .distantPast, count: missing)
    }
}
