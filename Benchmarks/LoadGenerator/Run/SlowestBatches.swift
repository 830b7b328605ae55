import KafkaClient
import KafkaTransport

/// The slowest batches of a lane, without their bytes. A batch that is none of them costs a comparison.
struct SlowestBatches {
    /// Of a run.
    static let countMax = 20

    /// A batch with when its first record was due.
    struct Entry {
        let delivery: Delivery
        /// Of an open loop.
        let due: MonotonicInstant?
        /// From when its first record was due or appended until its outcome was known.
        let totalNs: Int64
    }

    /// In no order.
    private(set) var entries: [Entry] = []
    /// Of the entries, once there are enough.
    private var leastNs = Int64.min

    mutating func note(_ delivery: Delivery, due: MonotonicInstant?) {
        let totalNs = delivery.ended.nanoseconds(since: due ?? delivery.batch.times.firstAppend)
        if totalNs <= leastNs { return }
        add(Entry(delivery: delivery.withoutBytes, due: due, totalNs: totalNs))
    }

    /// Those of several lanes.
    mutating func add(_ other: SlowestBatches) {
        for entry in other.entries where entry.totalNs > leastNs { add(entry) }
    }

    mutating func reset() { self = SlowestBatches() }

    /// The slowest first.
    var sorted: [Entry] { entries.sorted { $0.totalNs > $1.totalNs } }

    @inline(never)
    private mutating func add(_ entry: Entry) {
        entries.append(entry)
        if entries.count > Self.countMax,
            let least = entries.indices.min(by: { entries[$0].totalNs < entries[$1].totalNs })
        {
            entries.swapAt(least, entries.count - 1)
            entries.removeLast()
        }
        if entries.count == Self.countMax { leastNs = entries.lazy.map(\.totalNs).min() ?? .min }
    }
}

extension SlowestBatches.Entry {
    /// Where the time of a batch went, in ns. The parts add up to the total.
    struct Parts: Equatable {
        /// Due → appended: of an open loop.
        var due: Int64?
        /// First record appended → sealed.
        var build: Int64
        /// The codec; nil where there is none.
        var compress: Int64?
        /// Ready → written for the first time, without `throttle`.
        var queue: Int64
        /// The part of the waiting for which the broker had asked.
        var throttle: Int64?
        /// Written for the first time → written for the last time.
        var retry: Int64?
        /// Written for the last time → outcome known, without `broker`; nil for a batch that was never written.
        var wire: Int64?
        /// For how long the broker had the last request, where it tells.
        var broker: Int64?
    }

    var parts: Parts {
        let (times, exchanges) = (delivery.batch.times, delivery.exchanges)
        let isCompressed = delivery.batch.compression != .none || times.compressed > times.sealed
        let ready = isCompressed ? times.compressed : times.sealed
        let first = exchanges.first?.began ?? delivery.ended
        let last = exchanges.last?.began ?? delivery.ended
        // A batch that was begun amid a chunk counts from the chunk's first record, which may have come before its own was due.
        let begun = max(times.firstAppend, due ?? times.firstAppend)
        let throttled = exchanges.reduce(0) { $0 + $1.throttled.nanoseconds }
        // A pause may have begun before there was anything to wait.
        let throttledNs = min(throttled, max(0, last.nanoseconds(since: ready)))
        let waitedNs = first.nanoseconds(since: ready)
        let queueThrottledNs = min(throttledNs, max(0, waitedNs))
        let retryNs = last.nanoseconds(since: first) - (throttledNs - queueThrottledNs)
        let servedNs = exchanges.last?.serviceNanoseconds
        let ackNs = delivery.ended.nanoseconds(since: last)
        return Parts(
            due: due.map { begun.nanoseconds(since: $0) }, build: times.sealed.nanoseconds(since: begun),
            compress: isCompressed ? times.compressed.nanoseconds(since: times.sealed) : nil,
            queue: waitedNs - queueThrottledNs, throttle: throttledNs > 0 ? throttledNs : nil,
            retry: exchanges.count > 1 ? retryNs : nil,
            wire: exchanges.isEmpty ? nil : ackNs - (servedNs ?? 0), broker: servedNs)
    }
}
