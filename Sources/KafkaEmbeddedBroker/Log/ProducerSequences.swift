import KafkaProtocol

/// What a partition remembers of its idempotent producers, and its verdict on their next batch.
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

    /// The sequence numbers of one batch, and its offset.
    private struct SequenceSpan {
        var firstSequence: Int32 = -1
        var lastSequence: Int32 = -1
        var baseOffset: Int64 = -1
    }

    private struct Entry {
        var epoch: Int16
        var spans = InlineArray<5, SequenceSpan>(repeating: SequenceSpan())
        var spanCount = 0

        var last: SequenceSpan { spans[(spanCount - 1) % 5] }

        mutating func append(_ span: SequenceSpan) {
            spans[spanCount % 5] = span
            spanCount += 1
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
        for index in 0..<min(entry.spanCount, 5) {
            let span = entry.spans[index]
            if span.firstSequence == header.baseSequence, span.lastSequence == lastSequence {
                return .duplicate(baseOffset: span.baseOffset)
            }
        }
        let expected = Self.advance(entry.last.lastSequence, by: 1)
        return header.baseSequence == expected ? .next : .refused(.outOfOrderSequenceNumber)
    }

    /// Notes a batch for which `check` said `.next`.
    mutating func append(_ header: RecordBatchHeader, at baseOffset: Int64) {
        guard header.producerID >= 0 else { return }
        let span = SequenceSpan(
            firstSequence: header.baseSequence,
            lastSequence: Self.advance(header.baseSequence, by: header.lastOffsetDelta), baseOffset: baseOffset)
        if entries[header.producerID]?.epoch == header.producerEpoch {
            entries[header.producerID]?.append(span)
            return
        }
        var entry = Entry(epoch: header.producerEpoch)
        entry.append(span)
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
