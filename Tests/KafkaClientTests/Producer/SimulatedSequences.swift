import KafkaProtocol

@testable import KafkaClient

/// What a partition's leader knows of idempotent producers, and its verdict on a batch, as Kafka's.
///
/// Source: `ProducerAppendInfo.checkSequence` and `ProducerStateEntry` in Apache Kafka.
struct SimulatedSequences {
    private struct ProducerState {
        var epoch: Int16
        /// The last five batches: first and last number.
        var spans: [ClosedRange<Int32>] = []
    }

    private var producers: [Int64: ProducerState] = [:]

    enum Verdict {
        case next
        case duplicate
        case refused(KafkaErrorCode)
    }

    /// Takes a batch of so many records, if it is the next.
    mutating func take(_ stamp: ProducerStamp?, recordCount: Int) -> Verdict {
        guard let stamp else { return .next }
        let span = stamp.baseSequence...stamp.advanced(by: recordCount - 1).baseSequence
        var state = producers[stamp.producerID]
        if let known = state {
            if stamp.producerEpoch < known.epoch { return .refused(.invalidProducerEpoch) }
            if stamp.producerEpoch == known.epoch, known.spans.contains(span) { return .duplicate }
            let expected = stamp.producerEpoch > known.epoch ? 0 : known.spans.last.map { $0.upperBound + 1 }
            if let expected, stamp.baseSequence != expected { return .refused(.outOfOrderSequenceNumber) }
        }
        if state?.epoch != stamp.producerEpoch { state = ProducerState(epoch: stamp.producerEpoch) }
        state!.spans = state!.spans.suffix(4) + [span]
        producers[stamp.producerID] = state
        return .next
    }

    /// Another producer has been here with the same id, as after a restored backup.
    mutating func outdate(_ id: Int64) { producers[id] = ProducerState(epoch: .max) }
}
