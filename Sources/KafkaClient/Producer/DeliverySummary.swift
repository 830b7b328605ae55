public import KafkaProtocol

/// How many records of a producer were delivered, and how many failed, since its last ``Producer/flush()``.
public struct DeliverySummary: Sendable {
    /// The number of records that are stored, as far as the producer's ``Acks`` tell.
    public internal(set) var acknowledgedRecords = 0
    /// The number of records that failed: those of failed batches, and those that the builder did not take.
    public internal(set) var failedRecords = 0
    /// Why records failed: the first error of each code, in the order in which the errors came.
    public internal(set) var failures: [KafkaClientError] = []

    /// What the delivery handler has thrown first; nil when it has thrown nothing.
    public internal(set) var handlerError: (any Error)?

    init() {}

    /// Why the first of the failed records failed; nil when none did.
    public var firstFailure: KafkaClientError? { failures.first }

    /// Throws when records failed, or the delivery handler has thrown; otherwise does nothing.
    ///
    /// - Throws: `KafkaClientError` with the code of the first failure, and as its causes all of `failures`, and after them
    ///   `.handlerFailed` when the handler has failed too; only `.handlerFailed` when no record failed.
    public func throwIfFailed() throws(KafkaClientError) {
        let handlerFailure = handlerError.map {
            KafkaClientError(.handlerFailed, "the delivery handler has thrown", underlying: $0)
        }
        if let firstFailure {
            throw KafkaClientError(
                firstFailure.code, "\(failedRecords) records were not delivered",
                brokerError: firstFailure.brokerError, causes: failures + [handlerFailure].compactMap(\.self))
        }
        if let handlerFailure { throw handlerFailure }
    }

    mutating func count(failed recordCount: Int, _ error: KafkaClientError) {
        if recordCount == 0 { return }
        failedRecords += recordCount
        if !failures.contains(where: { $0.code == error.code }) { failures.append(error) }
    }
}
