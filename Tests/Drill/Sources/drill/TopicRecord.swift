import KafkaClient
import Synchronization

/// What deliveries tell of one topic: counts, gaps, and which records are acknowledged.
final class TopicRecord: Sendable {
    /// Times are nanoseconds of the system's monotonic clock; 0 for none.
    struct PartitionRecord {
        var first: Int64 = 0
        var last: Int64 = 0
        /// The longest time without an acknowledgement, and when it began.
        var longest: Int64 = 0
        var longestBegan: Int64 = 0

        mutating func acknowledge(at moment: Int64) {
            if first == 0 { first = moment } else { wait(until: moment) }
            last = max(last, moment)
        }

        mutating func wait(until moment: Int64) {
            guard first != 0, moment - last > longest else { return }
            (longest, longestBegan) = (moment - last, last)
        }
    }

    struct State {
        var partitions: [PartitionRecord] = []
        var appended = 0
        var acked = 0
        /// Acknowledged records that may be stored twice, because an attempt of theirs had no answer.
        var maybeTwice = 0
        /// By code: records that were taken and failed, that were not taken, and that were sent again.
        var failed: [String: Int] = [:]
        var refused: [String: Int] = [:]
        var retried: [String: Int] = [:]
        /// When appending ended; gaps don't count beyond.
        var ended: Int64?
        /// A bit for each running number.
        var bits: [UInt8] = []
    }

    let name: String
    let state = Mutex(State())
    private let reader = Mutex(RecordReader())

    init(_ name: String) { self.name = name }

    func accept(_ delivery: Delivery) throws {
        let batch = delivery.batch
        if let error = delivery.error {
            state.withLock { $0.failed["\(error.code)", default: 0] += batch.recordCount }
            return
        }
        let numbers = try numbers(in: batch)
        state.withLock { state in
            state.acked += batch.recordCount
            if delivery.mayBeDuplicated { state.maybeTwice += batch.recordCount }
            for number in numbers { state.note(number) }
            let partition = Int(delivery.partition)
            while state.partitions.count <= partition { state.partitions.append(PartitionRecord()) }
            if state.ended == nil { state.partitions[partition].acknowledge(at: delivery.ended.nanoseconds) }
        }
    }

    /// The running numbers that the records carry.
    private func numbers(in batch: RecordBatch) throws -> [Int] {
        var numbers: [Int] = []
        numbers.reserveCapacity(batch.recordCount)
        _ = try reader.withLock { reader in
            try reader.forEachRecord(in: batch.copiedBytes, from: 0) { record, _ in
                guard let value = record.valueBytes else { return }
                numbers.append(Int(value.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self).littleEndian }))
            }
        }
        return numbers
    }

    /// Gaps count from now on.
    func beginGaps() {
        state.withLock { state in
            for index in state.partitions.indices { state.partitions[index].longest = 0 }
        }
    }

    func forgetAcknowledged() { state.withLock { $0.bits = [] } }

    func endGaps(at moment: MonotonicInstant) {
        state.withLock { state in
            state.ended = moment.nanoseconds
            for index in state.partitions.indices { state.partitions[index].wait(until: moment.nanoseconds) }
        }
    }
}

extension TopicRecord.State {
    fileprivate mutating func note(_ number: Int) {
        let byte = number / 8
        if byte >= bits.count { bits.append(contentsOf: repeatElement(0, count: byte + 1 - bits.count + (1 << 16))) }
        bits[byte] |= 1 << UInt8(number % 8)
    }
}
