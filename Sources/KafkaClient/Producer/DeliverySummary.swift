public import KafkaProtocol
import Synchronization

/// How many records of a producer were delivered, and how many failed, since its last ``Producer/flush()``.
public struct DeliverySummary: Sendable {
    /// The number of records that are stored, as far as the producer's ``Acks`` tell.
    public internal(set) var acknowledgedRecords = 0
    /// The number of records that failed: those of failed batches, and those that the builder did not take.
    public internal(set) var failedRecords = 0
    /// Why records failed: the first error of each code, in the order in which the errors came.
    public internal(set) var failures: [KafkaClientError] = []

    init() {}

    /// Why the first of the failed records failed; nil when none did.
    public var firstFailure: KafkaClientError? { failures.first }

    /// Throws when records failed; otherwise does nothing.
    ///
    /// - Throws: `KafkaClientError` with the code of the first failure, and all of `failures` as its causes.
    public func throwIfFailed() throws(KafkaClientError) {
        guard let firstFailure else { return }
        throw KafkaClientError(
            firstFailure.code, "\(failedRecords) records were not delivered", brokerError: firstFailure.brokerError,
            causes: failures)
    }

    mutating func count(failed recordCount: Int, _ error: KafkaClientError) {
        failedRecords += recordCount
        if !failures.contains(where: { $0.code == error.code }) { failures.append(error) }
    }
}

/// Counts deliveries and passes them on.
final class ProducerDeliveries: DeliverySink {
    private let onDelivery: (@Sendable (Delivery) -> Void)?
    private let summary = Mutex(DeliverySummary())

    init(_ onDelivery: (@Sendable (Delivery) -> Void)?) { self.onDelivery = onDelivery }

    func accept(_ deliveries: [Delivery]) {
        summary.withLock { summary in
            for delivery in deliveries {
                if let error = delivery.error {
                    summary.count(failed: delivery.batch.recordCount, error)
                } else {
                    summary.acknowledgedRecords += delivery.batch.recordCount
                }
            }
        }
        if let onDelivery { for delivery in deliveries { onDelivery(delivery) } }
    }

    func finish() {}

    /// Counts records that never became a batch.
    func fail(_ recordCount: Int, _ error: KafkaClientError) {
        summary.withLock { $0.count(failed: recordCount, error) }
    }

    func takeSummary() -> DeliverySummary {
        summary.withLock { summary in
            defer { summary = DeliverySummary() }
            return summary
        }
    }
}
