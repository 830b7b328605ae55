import KafkaProtocol

/// What a partition remembers of its idempotent producers, and what that makes of their next batch.
///
/// Source: KIP-98; `ProducerStateManager` and `ProducerAppendInfo` of Apache Kafka.
struct ProducerSequences {
    enum Verdict: Equatable {
        /// Next in sequence: to be appended.
        case next
        /// One of the last five batches again, which lies at this offset.
        case duplicate(baseOffset: Int64)
        case refused(KafkaErrorCode)
    }

    /// Producers remembered; the one that came first is forgotten first.
    static let producerCountMax = 4096

    private struct Run {
        var firstSequence: Int32 = -1
        var lastSequence: Int32 = -1
        var baseOffset: Int64 = -1
    }

    private struct Entry {
        var epoch: Int16
        var runs = InlineArray<5, Run>(repeating: Run())
        var runCount = 0

        var last: Run { runs[(runCount - 1) % 5] }

        mutating func append(_ run: Run) {
            runs[runCount % 5] = run
            runCount += 1
        }
    }

    private var entries: [Int64: Entry] = [:]
    private var arrivals: [Int64] = []
    private var oldest = 0

    func check(_ header: RecordBatchHeader) -> Verdict {
        guard header.producerID >= 0, let entry = entries[header.producerID] else { return .next }
        if header.producerEpoch < entry.epoch { return .refused(.invalidProducerEpoch) }
        if header.producerEpoch > entry.epoch {
            return header.baseSequence == 0 ? .next : .refused(.outOfOrderSequenceNumber)
        }
        let lastSequence = Self.advance(header.baseSequence, by: header.lastOffsetDelta)
        for index in 0..<min(entry.runCount, 5) {
            let run = entry.runs[index]
            if run.firstSequence == header.baseSequence, run.lastSequence == lastSequence {
                return .duplicate(baseOffset: run.baseOffset)
            }
        }
        let expected = Self.advance(entry.last.lastSequence, by: 1)
        return header.baseSequence == expected ? .next : .refused(.outOfOrderSequenceNumber)
    }

    /// Notes a batch for which `check` said `.next`.
    mutating func append(_ header: RecordBatchHeader, at baseOffset: Int64) {
        guard header.producerID >= 0 else { return }
        let run = Run(
            firstSequence: header.baseSequence,
            lastSequence: Self.advance(header.baseSequence, by: header.lastOffsetDelta), baseOffset: baseOffset)
        if entries[header.producerID]?.epoch == header.producerEpoch {
            entries[header.producerID]?.append(run)
            return
        }
        var entry = Entry(epoch: header.producerEpoch)
        entry.append(run)
        if entries.updateValue(entry, forKey: header.producerID) == nil { remember(header.producerID) }
    }

    private mutating func remember(_ producerID: Int64) {
        if arrivals.count < Self.producerCountMax {
            arrivals.append(producerID)
        } else {
            entries[arrivals[oldest]] = nil
            arrivals[oldest] = producerID
            oldest = (oldest + 1) % Self.producerCountMax
        }
    }

    /// Sequence numbers go on with 0 after `Int32.max`.
    ///
    /// - Precondition: neither is negative.
    static func advance(_ sequence: Int32, by count: Int32) -> Int32 {
        let (sum, overflow) = sequence.addingReportingOverflow(count)
        return overflow ? sum & Int32.max : sum
    }
}
