import KafkaProtocol
import KafkaTransport

/// A request on its way: its bytes, what they belong to until they are written, and who waits for the answer.
final class PendingRequest {
    /// The answer's frame without its size, valid during the call; or why there is none.
    typealias Completion = (Result<UnsafeRawBufferPointer, KafkaClientError>) -> Void

    var writer = WireWriter(capacity: 512)
    /// What the request's external bytes belong to, in the order of the writer's splices.
    var batches: [RecordBatch] = []
    var correlationID: Int32 = 0
    var apiKey: ApiKey = .apiVersions
    /// When it was handed to the system.
    var written = MonotonicInstant.distantPast
    var deadline = MonotonicInstant.distantFuture
    var completion: Completion?

    /// Gives the result, once.
    func complete(_ result: Result<UnsafeRawBufferPointer, KafkaClientError>) {
        let completion = completion
        self.completion = nil
        completion?(result)
    }

    /// The request's pieces in order: own bytes, batch, own bytes, …
    func withPieces(_ body: (UnsafeBufferPointer<UnsafeRawBufferPointer>) -> Void) {
        withUnsafeTemporaryAllocation(of: UnsafeRawBufferPointer.self, capacity: writer.splices.count * 2 + 1) {
            pieces in
            var count = 0
            func add(_ bytes: UnsafeRawBufferPointer) {
                if bytes.isEmpty { return }
                pieces.initializeElement(at: count, to: bytes)
                count += 1
            }
            writer.withUnsafeBytes { own in
                var position = 0
                for (splice, batch) in zip(writer.splices, batches) {
                    precondition(splice.byteCount == batch.byteCount, "a batch does not match the room left for it")
                    add(UnsafeRawBufferPointer(rebasing: own[position..<splice.position]))
                    add(batch.unsafeBytes)
                    position = splice.position
                }
                add(UnsafeRawBufferPointer(rebasing: own[position...]))
                body(UnsafeBufferPointer(rebasing: pieces[0..<count]))
            }
        }
    }
}
