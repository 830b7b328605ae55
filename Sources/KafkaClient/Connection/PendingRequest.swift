import KafkaProtocol
import KafkaTransport

/// A request on its way: its bytes, the batches that these lie in, and the completion that gets the answer.
final class PendingRequest {
    /// Gets the answer's frame without its size, which is valid during the call, or the reason why there is no answer.
    typealias Completion = (Result<UnsafeRawBufferPointer, KafkaClientError>) -> Void

    var writer = WireWriter(capacity: 512)
    /// The batches whose records are sent with the request, in the order of the writer's splices. Their headers are among the
    /// writer's bytes.
    var batches: [RecordBatch] = []
    var correlationID: Int32 = 0
    var apiKey: ApiKey = .apiVersions
    /// When the request was handed to the system.
    var written = MonotonicInstant.distantPast
    var deadline = MonotonicInstant.distantFuture
    var expectsAnswer = true
    var completion: Completion?
    /// Counts the request, once it was written.
    var meter: BrokerMeter?

    /// Calls the completion, once.
    func complete(_ result: Result<UnsafeRawBufferPointer, KafkaClientError>) {
        let completion = completion
        self.completion = nil
        if let meter {
            self.meter = nil
            if case .success = result {
                meter.didEnd(self, hasAnswer: true)
            } else {
                meter.didEnd(self, hasAnswer: false)
            }
        }
        if apiKey == .saslAuthenticate { writer.erase() }
        completion?(result)
    }

    /// Calls `body` with the pieces of the request in order: bytes of the writer, records of a batch, bytes of the writer, …
    func withPieces(_ body: (UnsafeBufferPointer<UnsafeRawBufferPointer>) -> Void) {
        withUnsafeTemporaryAllocation(of: UnsafeRawBufferPointer.self, capacity: writer.splices.count * 2 + 1) {
            pieces in
            var count = 0
            var batchIndex = 0
            func add(_ bytes: UnsafeRawBufferPointer) {
                pieces.initializeElement(at: count, to: bytes)
                count += 1
            }
            writer.forEachPiece(own: add) { byteCount in
                let batch = batches[batchIndex]
                batchIndex += 1
                let records = batch.unsafeRecords
                precondition(byteCount == records.count, "a batch does not match the room left for it")
                add(records)
            }
            body(UnsafeBufferPointer(rebasing: pieces[0..<count]))
        }
    }
}
