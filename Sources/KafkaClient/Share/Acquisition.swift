import KafkaProtocol
import KafkaTransport
import Synchronization

/// The records of one partition that one answer has acquired, shared by them and by the lane.
final class Acquisition: Sendable {
    let source: FetchSource
    /// The node id of the broker that has locked them.
    let broker: Int32
    /// For whom it has.
    let memberID: String
    private let records: Mutex<AcquiredRecords>

    init(_ source: FetchSource, broker: Int32, memberID: String, _ records: AcquiredRecords) {
        self.source = source
        self.broker = broker
        self.memberID = memberID
        self.records = Mutex(records)
    }

    func with<Result: Sendable>(_ body: (inout AcquiredRecords) -> Result) -> Result { records.withLock { body(&$0) } }

    /// - Returns: whether it is the first one that waits to be sent.
    func acknowledge(_ index: Int, _ type: Int8, now: MonotonicInstant) throws(AcquiredRecords.Refusal) -> Bool {
        try records.withLock { records throws(AcquiredRecords.Refusal) in
            let hadPending = records.hasPending
            try records.acknowledge(index, type, now: now)
            return !hadPending
        }
    }
}

extension ClosedRange<Int64> {
    /// Ascending offsets as ranges.
    static func ranges(of offsets: [Int64]) -> [ClosedRange<Int64>] {
        var ranges: [ClosedRange<Int64>] = []
        for offset in offsets {
            if let last = ranges.last, last.upperBound < .max, last.upperBound + 1 == offset {
                ranges[ranges.count - 1] = last.lowerBound...offset
            } else {
                ranges.append(offset...offset)
            }
        }
        return ranges
    }
}
