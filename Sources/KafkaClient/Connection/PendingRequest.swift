import KafkaProtocol

/// A request on its way: what its bytes belong to until they are written, and who waits for the answer.
final class PendingRequest {
    /// The answer's frame without its size, valid during the call; or why there is none.
    typealias Completion = (Result<UnsafeRawBufferPointer, KafkaClientError>) -> Void

    var writer = WireWriter(capacity: 512)
    /// What the request's external bytes belong to, in the order of the writer's splices.
    var batches: [RecordBatch] = []
    var correlationID: Int32 = 0
    var apiKey: ApiKey = .apiVersions
    /// When it was handed to the system, on the monotonic clock.
    var writtenNs: Int64 = 0
    var deadlineNs: Int64 = .max
    var completion: Completion?

    var isCompleted: Bool { completion == nil }

    func complete(_ result: Result<UnsafeRawBufferPointer, KafkaClientError>) {
        let completion = completion
        self.completion = nil
        completion?(result)
    }
}
