import KafkaClient
import KafkaTransport

/// Whether more and more records wait in the course of a schedule: what came of those of its first half, of its end, and of those
/// between.
///
/// A rate that can't be kept makes each record wait longer than those before it, wherever it is that they wait. A schedule that was
/// late for a while and caught up ends as it began.
struct Backlog: Equatable {
    /// Latencies of batches, by their records.
    struct Latencies: Equatable {
        var sumNs = 0.0
        var count = 0.0

        var meanNs: Double? { count > 0 ? sumNs / count : nil }
    }

    private var firstHalf = Latencies()
    private var between = Latencies()
    private var end = Latencies()
    /// So much of what the end has more those between have at least. Otherwise it is a pause that happens to be at the end.
    private static let shareBetween = 0.2

    mutating func add(_ delivery: Delivery, _ found: DueTimes.Found, _ dueTimes: DueTimes) {
        guard let earliest = found.earliest, let latest = found.latest else { return }
        add(from: earliest, to: latest, until: delivery.ended, count: delivery.batch.recordCount, dueTimes)
    }

    /// Adds records that were due from one time to another. A batch that waits long may be so long that it belongs to all parts.
    mutating func add(
        from earliest: MonotonicInstant, to latest: MonotonicInstant, until end: MonotonicInstant, count: Int,
        _ dueTimes: DueTimes
    ) {
        if earliest < dueTimes.half { firstHalf.add(end.nanoseconds(since: earliest), count) }
        if latest >= dueTimes.half, earliest < dueTimes.tail {
            between.add(end.nanoseconds(since: max(earliest, dueTimes.half)), count)
        }
        if latest >= dueTimes.tail { self.end.add(end.nanoseconds(since: latest), count) }
    }

    mutating func add(_ other: Backlog) {
        firstHalf.add(other.firstHalf)
        between.add(other.between)
        end.add(other.end)
    }

    /// By how much later on average records of the end were acknowledged than those of the first half, in ns; 0 where they were not,
    /// or not ever more.
    var growthNs: Double {
        guard let before = firstHalf.meanNs, let after = end.meanNs else { return 0 }
        let growth = max(0, after - before)
        // Where the end is the whole second half there is nothing between.
        guard let meanwhile = between.meanNs else { return growth }
        return meanwhile - before >= Self.shareBetween * growth ? growth : 0
    }
}

extension Backlog.Latencies {
    fileprivate mutating func add(_ latencyNs: Int64, _ recordCount: Int) {
        sumNs += Double(latencyNs) * Double(recordCount)
        count += Double(recordCount)
    }

    fileprivate mutating func add(_ other: Self) {
        sumNs += other.sumNs
        count += other.count
    }
}
