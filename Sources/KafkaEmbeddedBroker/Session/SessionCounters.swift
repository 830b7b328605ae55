import KafkaProtocol
import Synchronization

/// What the connections of one loop count. Only that loop adds to it; any thread reads it.
final class SessionCounters: Sendable {
    let open = Atomic<Int>(0)
    let accepted = Atomic<Int>(0)
    let requests = Atomic<Int>(0)
    let malformed = Atomic<Int>(0)
    let failedHandshakes = Atomic<Int>(0)
    let failedAuthentications = Atomic<Int>(0)
    let checksumFailures = Atomic<Int>(0)
    let refusedBatches = Atomic<Int>(0)
    let earlyRequests = Atomic<Int>(0)
    /// The requests of the API with number n at index n. Others are in `requests` only.
    private let requestsByAPI = InlineArray<128, Atomic<Int>> { _ in Atomic(0) }

    func countRequest(_ apiKey: ApiKey) {
        requests.increment()
        let index = Int(apiKey.rawValue)
        if requestsByAPI.indices.contains(index) { requestsByAPI[index].increment() }
    }

    func add(to statistics: inout EmbeddedBrokerStatistics) {
        statistics.connectionCount += open.load(ordering: .relaxed)
        statistics.acceptedConnectionCount += accepted.load(ordering: .relaxed)
        statistics.requestCount += requests.load(ordering: .relaxed)
        statistics.malformedRequestCount += malformed.load(ordering: .relaxed)
        statistics.failedHandshakeCount += failedHandshakes.load(ordering: .relaxed)
        statistics.failedAuthenticationCount += failedAuthentications.load(ordering: .relaxed)
        statistics.checksumFailureCount += checksumFailures.load(ordering: .relaxed)
        statistics.refusedBatchCount += refusedBatches.load(ordering: .relaxed)
        statistics.requestsWhileThrottledCount += earlyRequests.load(ordering: .relaxed)
        for index in requestsByAPI.indices {
            let count = requestsByAPI[index].load(ordering: .relaxed)
            if count > 0 { statistics.requestCounts[ApiKey(rawValue: Int16(index)), default: 0] += count }
        }
    }
}

extension Atomic where Value == Int {
    /// Adds one, without ordering anything.
    func increment() { add(1) }
    func add(_ count: Int) { wrappingAdd(count, ordering: .relaxed) }
    func decrement() { wrappingSubtract(1, ordering: .relaxed) }
}
