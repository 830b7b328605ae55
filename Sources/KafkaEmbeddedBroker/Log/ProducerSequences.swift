import KafkaProtocol

/// What a partition remembers of its idempotent producers, and its verdict on their next batch.
///
/// Source: KIP-98; `ProducerStateManager` and `ProducerAppendInfo` of Apache Kafka.
struct ProducerSequences {
    enum Verdict: Equatable {
        /// Next in sequence: to be appended.
        case next
        /// One of the last five batches again: where it lies, and its newest timestamp when it was appended.
        case duplicate(baseOffset: Int64, maxTimestampMs: Int64)
        case refused(KafkaErrorCode)
    }

    /// Producers remembered. When there are more, the quarter of them that has been silent longest is forgotten, as Kafka forgets
    /// those that are silent for `producer.id.expiration.ms`.
    static let producerCountMax = 4096

    /// The sequence numbers of one batch, its offset and its newest timestamp.
    private struct SequenceSpan {
        var firstSequence: Int32 = -1
        var lastSequence: Int32 = -1
        var baseOffset: Int64 = -1
        var maxTimestampMs: Int64 = -1
    }

    private struct Entry {
        var epoch: Int16
        var spans = InlineArray<5, SequenceSpan>(repeating: SequenceSpan())
        var spanCount = 0
        /// When the last batch came, in batches of all producers.
        var lastUse = 0

        var last: SequenceSpan { spans[(spanCount - 1) % 5] }

        mutating func append(_ span: SequenceSpan) {
            spans[spanCount % 5] = span
            spanCount += 1
        }
    }

    private var entries: [Int64: Entry] = [:]
    private var useCount = 0

    /// What Kafka has instead of the epoch of a producer that it does not know.
    private static let noEpoch: Int16 = -1

    func check(_ header: RecordBatchHeader) -> Verdict {
        guard header.producerID >= 0 else { return .next }
        guard let entry = entries[header.producerID] else {
            return header.producerEpoch < Self.noEpoch ? .refused(.invalidProducerEpoch) : .next
        }
        if header.producerEpoch < entry.epoch { return .refused(.invalidProducerEpoch) }
        if header.producerEpoch > entry.epoch {
            let mayBegin = header.baseSequence == 0 || entry.epoch == Self.noEpoch
            return mayBegin ? .next : .refused(.outOfOrderSequenceNumber)
        }
        let lastSequence = Self.advance(header.baseSequence, by: header.lastOffsetDelta)
        for index in 0..<min(entry.spanCount, 5) {
            let span = entry.spans[index]
            if span.firstSequence == header.baseSequence, span.lastSequence == lastSequence {
                return .duplicate(baseOffset: span.baseOffset, maxTimestampMs: span.maxTimestampMs)
            }
        }
        // As in Kafka: without an epoch nothing but a repetition is found out.
        if entry.epoch == Self.noEpoch { return .next }
        // After a marker, numbers begin anew.
        let expected = entry.spanCount == 0 ? 0 : Self.advance(entry.last.lastSequence, by: 1)
        return header.baseSequence == expected ? .next : .refused(.outOfOrderSequenceNumber)
    }

    /// Notes a batch for which `check` said `.next`.
    mutating func append(_ header: RecordBatchHeader, at baseOffset: Int64) {
        guard header.producerID >= 0 else { return }
        let span = SequenceSpan(
            firstSequence: header.baseSequence,
            lastSequence: Self.advance(header.baseSequence, by: header.lastOffsetDelta), baseOffset: baseOffset,
            maxTimestampMs: header.maxTimestampMs)
        var entry = entries[header.producerID] ?? Entry(epoch: header.producerEpoch)
        if entry.epoch != header.producerEpoch { entry = Entry(epoch: header.producerEpoch) }
        entry.append(span)
        useCount += 1
        entry.lastUse = useCount
        entries[header.producerID] = entry
        if entries.count > Self.producerCountMax { forgetSilent() }
    }

    /// Notes a marker: a later epoch in it refuses what comes under earlier ones.
    mutating func note(marker header: RecordBatchHeader) {
        var entry = entries[header.producerID] ?? Entry(epoch: header.producerEpoch)
        if entry.epoch < header.producerEpoch { entry = Entry(epoch: header.producerEpoch) }
        useCount += 1
        entry.lastUse = useCount
        entries[header.producerID] = entry
        if entries.count > Self.producerCountMax { forgetSilent() }
    }

    /// A producer as DescribeProducers tells of it.
    struct Described {
        let id: Int64
        let epoch: Int16
        let lastSequence: Int32
        let lastTimestampMs: Int64
    }

    var described: [Described] {
        entries.map { id, entry in
            let last = entry.spanCount == 0 ? SequenceSpan() : entry.last
            return Described(
                id: id, epoch: entry.epoch, lastSequence: last.lastSequence, lastTimestampMs: last.maxTimestampMs)
        }
    }

    /// Forgets all producers: each may go on with any sequence.
    mutating func forgetAll() { entries = [:] }

    private mutating func forgetSilent() {
        let uses = entries.values.map(\.lastUse).sorted()
        let oldest = uses[Self.producerCountMax / 4]
        entries = entries.filter { $0.value.lastUse >= oldest }
    }

    /// Sequence numbers go on with 0 after `Int32.max`.
    ///
    /// - Precondition: neither is negative.
    static func advance(_ sequence: Int32, by count: Int32) -> Int32 {
        let (sum, overflow) = sequence.addingReportingOverflow(count)
        return overflow ? sum & Int32.max : sum
    }
}
