import KafkaProtocol
import KafkaQueues
import KafkaTransport
import Synchronization

/// Counts deliveries, tells those who wait for their records, and passes the deliveries on.
final class ProducerDeliveries: DeliverySink {
    private let onDelivery: (@Sendable (Delivery) throws -> Void)?
    private let summary = Mutex(DeliverySummary())
    /// The number of records whose fate is known, since the beginning.
    let recordCount = Atomic<Int>(0)
    /// Told of records that failed before a lane had them; by one thread at a time.
    private let unbuilt: Mutex<(any DeliverySink)?>
    /// Told why such records failed, before anybody else is.
    private let onRefusal = Callback<KafkaClientError>()

    private let meter: ClientMeter?

    init(
        _ onDelivery: (@Sendable (Delivery) throws -> Void)?, unbuilt: (any DeliverySink)? = nil,
        meter: ClientMeter? = nil
    ) {
        self.meter = meter
        self.onDelivery = onDelivery
        self.unbuilt = Mutex(unbuilt)
    }

    func setOnRefusal(_ body: @escaping @Sendable (KafkaClientError) -> Void) { onRefusal.set(body) }

    func accept(_ deliveries: [Delivery]) {
        var acknowledgedCount = 0
        for delivery in deliveries {
            let toldCount = tellWaiting(delivery)
            if let error = delivery.error {
                summary.withLock { $0.count(failed: delivery.batch.recordCount - toldCount, error) }
            } else {
                acknowledgedCount += delivery.batch.recordCount
            }
            recordCount.add(delivery.batch.recordCount, ordering: .relaxed)
        }
        if acknowledgedCount > 0 { summary.withLock { $0.acknowledgedRecords += acknowledgedCount } }
        guard let onDelivery else { return }
        for delivery in deliveries {
            do { try onDelivery(delivery) } catch {
                summary.withLock { $0.handlerError = $0.handlerError ?? error }
            }
        }
    }

    /// Tells those who wait for single records.
    ///
    /// - Returns: how many of them were still waiting.
    private func tellWaiting(_ delivery: Delivery) -> Int {
        var count = 0
        for run in delivery.batch.marks {
            if let ticket = run.mark.ticket as? SendTicket, ticket.end(delivery, at: run.first) { count += 1 }
        }
        return count
    }

    func finish() {}

    /// Tells of records that never became a batch.
    func refuse(_ refused: RefusedChunk) {
        if refused.recordCount == 0 { return }
        onRefusal.call(refused.error)
        meter?.countUnbuilt(refused.recordCount, of: refused.topic, refused.error)
        let now = MonotonicInstant.now
        let batch = RecordBatch(
            unbuiltRecords: refused.recordCount, topic: refused.topic, marks: refused.marks, at: now)
        let delivery = Delivery(
            batch: batch, partition: -1, outcome: .failed(refused.error), exchanges: [], queued: now, ended: now)
        accept([delivery])
        unbuilt.withLock { $0?.accept([delivery]) }
    }

    /// Keeps what the delivery handler has thrown for the next summary.
    func keep(handlerError: (any Error)?) {
        guard let handlerError else { return }
        summary.withLock { $0.handlerError = $0.handlerError ?? handlerError }
    }

    func takeSummary() -> DeliverySummary {
        summary.withLock { summary in
            defer { summary = DeliverySummary() }
            return summary
        }
    }
}

/// Passes the deliveries of one lane to the producer's and to an observer.
final class ObservedDeliveries: DeliverySink {
    private let deliveries: ProducerDeliveries
    private let observer: any DeliverySink

    init(_ deliveries: ProducerDeliveries, _ observer: any DeliverySink) {
        self.deliveries = deliveries
        self.observer = observer
    }

    func accept(_ deliveries: [Delivery]) {
        self.deliveries.accept(deliveries)
        observer.accept(deliveries)
    }

    func finish() {}
}
