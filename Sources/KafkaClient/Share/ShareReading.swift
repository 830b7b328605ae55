import KafkaProtocol
import KafkaTransport

/// Reads what one answer has acquired of one partition: its records, and the acquired offsets that have none.
struct ShareReading {
    /// Records in order, with how often each was delivered.
    private(set) var records: [(record: ConsumedRecord, deliveryCount: Int)] = []
    /// What is to be said of acquired offsets without a record.
    private(set) var others: [AcknowledgementBatch] = []
    /// Why some of them can't be read.
    private(set) var error: KafkaClientError?

    /// Ascending, and none overlaps another.
    let acquired: [ShareFetchResponse.AcquiredRecords]
    private var cursor = 0
    /// Acquired offsets from here on have no record yet.
    private var next = Int64.min

    private static let gap: Int8 = 0

    /// - Parameters:
    ///   - acquired: what the broker says to have acquired; what makes no sense of it is left out.
    ///   - range: where the partition's batches lie in the answer.
    init(
        _ acquired: [ShareFetchResponse.AcquiredRecords], _ range: Range<Int>, of answer: FetchedAnswer,
        _ source: FetchSource, _ reader: RecordReader
    ) {
        self.acquired = Self.ordered(acquired)
        next = self.acquired.first?.firstOffset ?? .max
        walk(range, answer, source, reader)
        // What the answer has no batches of was not delivered.
        skip(to: .max, Acknowledgement.release.rawValue)
    }

    /// - Parameter acquired: all that a broker says to have acquired, without sending records of it.
    init(unread acquired: [ShareFetchResponse.AcquiredRecords]) {
        self.acquired = Self.ordered(acquired)
        next = self.acquired.first?.firstOffset ?? .max
        skip(to: .max, Acknowledgement.release.rawValue)
    }

    private static func ordered(
        _ acquired: [ShareFetchResponse.AcquiredRecords]
    ) -> [ShareFetchResponse.AcquiredRecords] {
        var ordered: [ShareFetchResponse.AcquiredRecords] = []
        for part in acquired.sorted(by: { $0.firstOffset < $1.firstOffset }) {
            guard part.firstOffset >= 0, part.firstOffset <= part.lastOffset, part.lastOffset < .max,
                part.firstOffset > ordered.last?.lastOffset ?? -1
            else { continue }
            ordered.append(part)
        }
        return ordered
    }

    private mutating func walk(
        _ range: Range<Int>, _ answer: FetchedAnswer, _ source: FetchSource, _ reader: RecordReader
    ) {
        var at = range.lowerBound
        while at < range.upperBound, next != .max {
            let header: RecordBatchHeader
            switch Self.header(at..<range.upperBound, of: answer) {
            case .success(let found): header = found
            case .failure(let error):
                if error.kind != .truncated { note(error, source) }
                return
            }
            let batch = FetchedBatch(
                header: header, firstOffset: header.baseOffset, source: source, answer: answer, position: at)
            let end = at + header.batchByteCount
            at = end
            if header.nextOffset <= next { continue }
            skip(to: header.baseOffset, Self.gap)
            guard Self.isIntact(header, at: end - header.batchByteCount, of: answer) else {
                note(
                    RecordBatchError(
                        .checksumMismatch(stored: header.crc, computed: 0), at: 17,
                        "the checksum is not that of the batch"),
                    source)
                skip(to: header.nextOffset, Acknowledgement.release.rawValue)
                continue
            }
            if !header.attributes.isControl, !read(batch, reader) {
                skip(to: header.nextOffset, Acknowledgement.release.rawValue)
                continue
            }
            skip(to: header.nextOffset, Self.gap)
        }
    }

    // Swift 6.3.1's optimizer fails where these are inlined.
    @inline(never)
    private static func header(
        _ range: Range<Int>, of answer: FetchedAnswer
    ) -> Result<RecordBatchHeader, RecordBatchError> {
        let frame = answer.buffer.frame
        do throws(RecordBatchError) {
            return .success(try RecordBatchView(frame.bytes.extracting(range), verifyingChecksum: false).header)
        } catch {
            return .failure(error)
        }
    }

    @inline(never)
    private static func isIntact(_ header: RecordBatchHeader, at begin: Int, of answer: FetchedAnswer) -> Bool {
        let frame = answer.buffer.frame
        return header.matches(frame.bytes.extracting(begin..<begin + header.batchByteCount))
    }

    /// - Returns: whether it could be read to its end.
    private mutating func read(_ batch: FetchedBatch, _ reader: RecordReader) -> Bool {
        do {
            var place = RecordCursor.Place()
            let source = try reader.open(batch, &place)
            while let record = try reader.nextRecord(of: source, &place) {
                if record.offset < next { continue }
                skip(to: record.offset, Self.gap)
                guard next == record.offset else {
                    if next == .max { break }
                    continue
                }
                records.append((record, Int(max(1, acquired[cursor].deliveryCount))))
                step(to: record.offset + 1)
            }
            return true
        } catch {
            self.error = error as? KafkaClientError
            return false
        }
    }

    private mutating func note(_ error: RecordBatchError, _ source: FetchSource) {
        self.error = KafkaClientError(
            .corruptBatch, "a batch of partition \(source.partition) of topic '\(source.topic)' is damaged",
            underlying: error)
    }

    /// Says something of all acquired offsets before one.
    private mutating func skip(to offset: Int64, _ type: Int8) {
        while next < offset, cursor < acquired.count {
            let last = Swift.min(offset - 1, acquired[cursor].lastOffset)
            if let previous = others.last, previous.lastOffset + 1 == next, previous.acknowledgeTypes == [type] {
                others[others.count - 1].lastOffset = last
            } else {
                others.append(AcknowledgementBatch(firstOffset: next, lastOffset: last, acknowledgeTypes: [type]))
            }
            step(to: last + 1)
        }
    }

    /// Goes on to the first acquired offset from this one on.
    private mutating func step(to offset: Int64) {
        next = offset
        while cursor < acquired.count, acquired[cursor].lastOffset < next { cursor += 1 }
        next = cursor < acquired.count ? Swift.max(next, acquired[cursor].firstOffset) : .max
    }
}
