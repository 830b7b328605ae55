import KafkaClient

/// Takes batches and acknowledges them at once, without a network: the end of a pipeline that stops before the broker.
final class AcknowledgingSink: BatchSink {
    private let deliveries: any DeliverySink

    init(deliveriesTo deliveries: any DeliverySink) { self.deliveries = deliveries }

    func accept(_ batches: [RecordBatch]) {
        let now = MonotonicClock.nowNs()
        deliveries.accept(batches.map { Delivery(acknowledging: $0, nowNs: now) })
    }

    func finish() {}
}
