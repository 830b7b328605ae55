import KafkaClient
import KafkaTransport

/// Takes batches and acknowledges them at once, without a network: the end of a pipeline that stops before the broker.
final class AcknowledgingSink: BatchSink {
    private let deliveries: any DeliverySink

    init(deliveriesTo deliveries: any DeliverySink) { self.deliveries = deliveries }

    func accept(_ batches: [RecordBatch]) {
        let now = MonotonicInstant.now
        deliveries.accept(batches.map { Delivery(acknowledging: $0, now: now) })
    }

    func finish() {}
}
