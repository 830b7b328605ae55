import KafkaTransport

@testable import KafkaClient

/// An answer of a simulated coordinator to a request that a client has sent.
struct SimulatedReply {
    let client: Int
    let number: Int
    let answer: GroupAnswer
}

/// A coordinator of one group, simple enough to be believed.
protocol SimulatedCoordinator {
    /// Takes a request; it may answer this one, others that have waited, or none yet.
    mutating func receive(
        _ request: GroupRequest, client: Int, number: Int, now: MonotonicInstant
    ) -> [SimulatedReply]

    /// Lets time pass: sessions end, rebalances are over.
    mutating func elapse(now: MonotonicInstant) -> [SimulatedReply]

    /// When time is to pass next.
    var nextDeadline: MonotonicInstant { get }

    /// Another broker takes over, with what was stored. Requests that have waited are not answered any more.
    mutating func failOver(now: MonotonicInstant)

    /// Whether the coordinator takes the member for one of the group, in this generation.
    func knows(_ identity: MemberIdentity) -> Bool

    /// What the strategies and the coordinator are told of topics.
    var topics: [String: GroupTopic] { get set }

    var rebalanceCount: Int { get }
}
