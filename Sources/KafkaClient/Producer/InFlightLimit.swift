import KafkaProtocol
import KafkaQueues

/// A limit on the produce requests in flight that several lanes share, to all brokers together.
///
/// A lane needs a permit for each request. A lane that gets none waits in line, and a permit that is given back goes to the
/// first in line. So the lane that gives a permit back does not take it again before the others, and no lane starves.
public final class InFlightLimit: Sendable {
    /// The number of requests that may be in flight at once.
    public let limit: Int
    let permits: Permits

    /// Creates a limit, to be given to each lane that shares it.
    ///
    /// - Parameter limit: the number of requests that may be in flight at once; at least one.
    /// - Throws: `KafkaClientError` with `.invalidArgument` when `limit` is zero or negative.
    public init(_ limit: Int) throws(KafkaClientError) {
        guard limit > 0 else {
            throw KafkaClientError(
                .invalidArgument, "a limit of \(limit) requests in flight lets none go; use 1 or more")
        }
        self.limit = limit
        permits = Permits(limit)
    }
}
