import KafkaClient
import Synchronization

/// What deliveries say of each partition. The recorders of all lanes share it, and touch it once per batch.
final class DeliveryLedger: Sendable {
    /// What was acknowledged in one partition.
    struct Partition {
        var acked: Int64 = 0
        /// The offsets that acknowledgements named; none with acks 0.
        var offsets = OffsetRanges()
        /// Those of them that more than one acknowledgement named, of which at most one told the truth.
        var doubledOffsets = OffsetRanges()
    }

    /// A record that was sent and not acknowledged. It may be stored or not.
    struct Unsettled {
        let stamp: RecordStamp
        let partition: Int32
    }

    fileprivate struct State {
        var partitions: [Partition] = []
        var unsettled: [Unsettled] = []
        var hasAllUnsettled = true
    }

    private let stamps: StampReader
    private let state = Mutex(State())
    private let acked = Atomic<Int64>(0)

    /// 16 MiB of records that failed; more can't be told from lost ones.
    static let unsettledMax = 1 << 20

    init(_ stamps: StampReader) { self.stamps = stamps }

    /// All records that are acknowledged. May be read at any time.
    var ackedRecords: Int64 { acked.load(ordering: .relaxed) }

    var partitions: [Partition] { state.withLock { $0.partitions } }

    /// Nil when they were more than can be kept.
    var unsettled: [Unsettled]? { state.withLock { $0.hasAllUnsettled ? $0.unsettled : nil } }

    func note(_ delivery: Delivery) {
        guard case .acknowledged(let baseOffset, _) = delivery.outcome else { return noteFailure(delivery) }
        acknowledge(Int64(delivery.batch.recordCount), at: baseOffset, in: Int(delivery.partition))
    }

    /// Notes records that were acknowledged.
    ///
    /// - Parameter baseOffset: the offset of the first one; -1 when it was not told.
    func acknowledge(_ count: Int64, at baseOffset: Int64, in partition: Int) {
        acked.add(count, ordering: .relaxed)
        state.withLock { $0.acknowledge(count, at: baseOffset, in: partition) }
    }

    /// Looks at each record, which is seldom needed.
    private func noteFailure(_ delivery: Delivery) {
        if delivery.exchanges.isEmpty || delivery.batch.byteCount == 0 { return }
        var records: [Unsettled] = []
        do {
            let batches = RecordReader()
            _ = try batches.forEachRecord(in: delivery.batch.bytes, from: .min) { record, _ in
                if case .intact(let stamp) = stamps.read(record) {
                    records.append(Unsettled(stamp: stamp, partition: delivery.partition))
                }
            }
        } catch {
            return state.withLock { $0.hasAllUnsettled = false }
        }
        state.withLock { [records] state in
            if state.unsettled.count + records.count > Self.unsettledMax { state.hasAllUnsettled = false }
            if state.hasAllUnsettled { state.unsettled += records }
        }
    }
}

extension DeliveryLedger.State {
    fileprivate mutating func acknowledge(_ count: Int64, at baseOffset: Int64, in partition: Int) {
        // The client never acknowledges without a partition.
        guard partition >= 0 else { return }
        while partitions.count <= partition { partitions.append(DeliveryLedger.Partition()) }
        partitions[partition].acked += count
        guard baseOffset >= 0 else { return }
        for range in partitions[partition].offsets.add(baseOffset..<baseOffset + count) {
            partitions[partition].doubledOffsets.add(range)
        }
    }
}
