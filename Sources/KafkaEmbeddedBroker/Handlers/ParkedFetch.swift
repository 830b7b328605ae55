import KafkaProtocol
import KafkaTransport

/// A fetch that waits for more bytes, or for its time to be over.
struct ParkedFetch {
    let request: FetchRequest
    let session: ServedFetchSession.Answer
    let header: RequestHeader
    let plan: FaultPlan
    let throttleMs: Int32
    let deadline: MonotonicInstant
    var waiter: FetchWaiter
}
