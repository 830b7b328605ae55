import KafkaClient
import KafkaTransport

/// What one lane has seen since the run began, but for the latencies of its records, which belong to intervals.
///
/// One value, because each access to a property of the recorder is checked for exclusivity, which costs as much as counting.
struct LaneTally {
    /// Without `total`.
    private(set) var stages = LatencyHistograms()
    private(set) var failedRecords: Int64 = 0
    private(set) var batches: Int64 = 0
    private(set) var wireBytes: Int64 = 0
    /// Of acknowledged batches, before and after their codec.
    private(set) var builtBytes: Int64 = 0
    private(set) var ackedBytes: Int64 = 0
    private(set) var possibleDuplicates: Int64 = 0
    private(set) var retriedRecords: Int64 = 0
    private(set) var gaps = AckGaps()
    private(set) var slowest = SlowestBatches()
    /// What each broker has acknowledged.
    private(set) var loads = BrokerLoads()
    private(set) var firstFailure: KafkaClientError?
    /// A batch was not acknowledged within the delivery timeout.
    private var hasTimedOut = false
    private(set) var lastAck = MonotonicInstant.distantPast
    /// What a consumer has read.
    private(set) var read = ReadTally()
    /// Of an open loop.
    private(set) var backlog = Backlog()
    /// Of an open loop: latencies count from when the records were due. Set before records are sent.
    var dueTimes: DueTimes?
    /// Takes what has to be known to compare it with what is stored. Set before the run.
    var ledger: DeliveryLedger?
    /// Of a run in transactions: where records of the current one were acknowledged.
    var partitions: Set<Int32>?

    /// Forgets the warm-up, and keeps the memory.
    mutating func reset() {
        stages.reset()
        (failedRecords, batches, wireBytes, builtBytes, ackedBytes) = (0, 0, 0, 0, 0)
        (possibleDuplicates, retriedRecords, lastAck, firstFailure) = (0, 0, .distantPast, nil)
        backlog = Backlog()
        read = ReadTally()
        gaps.reset()
        slowest.reset()
        loads.reset()
    }

    /// Counts what a consumer has read.
    mutating func add(_ more: ReadTally) {
        read.add(more)
        lastAck = .now
    }

    /// Counts batches; the latencies of their records go to `interval`.
    ///
    /// - Returns: how many records of them are acknowledged, and whether any batch was not within its timeout.
    mutating func count(
        _ deliveries: [Delivery], in interval: inout LaneRecorder.Interval
    ) -> (ackedRecords: Int64, hasTimedOut: Bool) {
        let before = interval.records
        for index in deliveries.indices { count(deliveries[index], in: &interval) }
        return (interval.records - before, hasTimedOut)
    }

    private mutating func count(_ delivery: Delivery, in interval: inout LaneRecorder.Interval) {
        let count = Int64(delivery.batch.recordCount)
        let byteCount = Int64(delivery.batch.byteCount)
        // By their index: a copy of an exchange would count a reference to its error.
        let exchangeCount = delivery.exchanges.count
        wireBytes += byteCount * Int64(exchangeCount)
        if delivery.mayBeDuplicated { possibleDuplicates += count }
        if exchangeCount > 1 { retriedRecords += count }
        gaps.note(delivery)
        ledger?.note(delivery)
        if partitions != nil, delivery.isAcknowledged { partitions?.insert(delivery.partition) }
        guard delivery.isAcknowledged else { return countFailed(delivery) }
        lastAck = max(lastAck, delivery.ended)
        interval.records += count
        interval.bytes += byteCount
        let due = countTotal(delivery, in: &interval.total)
        countBuilt(delivery.batch, due: due)
        // Where the pipeline stops before the broker nothing is written, and there is no such time.
        if exchangeCount > 0 { countAnswered(delivery, exchangeCount - 1) }
    }

    @inline(never)
    private mutating func countFailed(_ delivery: Delivery) {
        slowest.note(delivery, due: dueTimes?.find(delivery.batch).earliest)
        failedRecords += Int64(delivery.batch.recordCount)
        if delivery.error?.code == .deliveryTimedOut { hasTimedOut = true }
        firstFailure = firstFailure ?? delivery.error
    }

    /// Counts what the builder did, also where no producer follows.
    ///
    /// - Parameter due: no record was appended before.
    private mutating func countBuilt(_ batch: RecordBatch, due: MonotonicInstant?) {
        batches += 1
        builtBytes += Int64(batch.uncompressedByteCount)
        ackedBytes += Int64(batch.byteCount)
        let weight = UInt64(batch.recordCount)
        let times = batch.times
        let begun = due.map { max($0, times.firstAppend) } ?? times.firstAppend
        stages.build.record(times.sealed.nanoseconds(since: begun), count: weight)
        if batch.compression != .none || times.compressed > times.sealed {
            stages.compress.record(times.compressed.nanoseconds(since: times.sealed), count: weight)
        }
    }

    private mutating func countAnswered(_ delivery: Delivery, _ last: Int) {
        let weight = UInt64(delivery.batch.recordCount)
        let written = delivery.exchanges[last].began
        let ackNs = delivery.ended.nanoseconds(since: written)
        stages.queue.record(written.nanoseconds(since: delivery.batch.times.sealed), count: weight)
        stages.ack.record(ackNs, count: weight)
        if let servedNs = delivery.exchanges[last].serviceNanoseconds {
            stages.broker.record(servedNs, count: weight)
            stages.wire.record(ackNs - servedNs, count: weight)
        }
        loads.add(
            records: Int64(delivery.batch.recordCount), bytes: Int64(delivery.batch.byteCount),
            by: delivery.exchanges[last].broker)
    }

    /// The stage `total`.
    ///
    /// - Returns: when the first of its records was due; nil in a closed loop.
    private mutating func countTotal(
        _ delivery: Delivery, in total: inout HdrHistogram
    ) -> MonotonicInstant? {
        let found = dueTimes?.count(delivery.batch, until: delivery.ended, in: &total)
        if let dueTimes, let found { backlog.add(delivery, found, dueTimes) }
        // In a closed loop all records of a batch count from its first one: the bound that no record exceeds.
        let latencyNs = delivery.ended.nanoseconds(since: delivery.batch.times.firstAppend)
        total.record(latencyNs, count: UInt64(found?.undatedCount ?? delivery.batch.recordCount))
        slowest.note(delivery, due: found?.earliest)
        return found?.earliest
    }
}

/// A histogram for each stage of a record's time.
struct LatencyHistograms {
    var build = HdrHistogram.latencyNs()
    var compress = HdrHistogram.latencyNs()
    var queue = HdrHistogram.latencyNs()
    var ack = HdrHistogram.latencyNs()
    var wire = HdrHistogram.latencyNs()
    var broker = HdrHistogram.latencyNs()
    var total = HdrHistogram.latencyNs()
    /// Of `kbench end-to-end`.
    var endToEnd = HdrHistogram.latencyNs()
    /// Of transactions.
    var commit = HdrHistogram.latencyNs()

    mutating func add(_ other: LatencyHistograms) {
        build.add(other.build)
        compress.add(other.compress)
        queue.add(other.queue)
        ack.add(other.ack)
        wire.add(other.wire)
        broker.add(other.broker)
        total.add(other.total)
        endToEnd.add(other.endToEnd)
        commit.add(other.commit)
    }

    mutating func reset() {
        build.reset()
        compress.reset()
        queue.reset()
        ack.reset()
        wire.reset()
        broker.reset()
        total.reset()
        endToEnd.reset()
        commit.reset()
    }

    /// Those in which something was recorded.
    var byStage: [LatencyStage: HdrHistogram] {
        let all: [LatencyStage: HdrHistogram] = [
            .build: build, .compress: compress, .queue: queue, .ack: ack, .wire: wire, .broker: broker, .total: total,
            .endToEnd: endToEnd, .commit: commit,
        ]
        return all.filter { $1.totalCount > 0 }
    }
}
