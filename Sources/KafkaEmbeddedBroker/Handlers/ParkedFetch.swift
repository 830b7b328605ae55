import KafkaProtocol

/// A fetch that waits for more bytes, or for its time to be over.
struct ParkedFetch {
    let request: FetchRequest
    let header: RequestHeader
    let plan: FaultPlan
    let throttleMs: Int32
    /// On `MonotonicClock`.
    let deadlineNs: Int64
    var waiter: FetchWaiter
}
