import KafkaProtocol
import KafkaTransport
import Synchronization

/// An answer that a rule held back, by the broker's own clock.
package struct HeldAnswer: Sendable, Equatable {
    /// The node id of the broker.
    package let node: Int32
    package let apiKey: ApiKey
    /// The records of a produce request; 0 for other requests.
    package let recordCount: Int
    /// When the broker took the request in hand.
    package let arrived: MonotonicInstant
    /// When the answer was about to be handed to the system, which is what it says itself where it tells its time.
    package var left: MonotonicInstant
    /// When the system had it. On loopback the client may have it before that.
    package var answered: MonotonicInstant

    /// How long the answer was held back.
    package var heldNs: Int64 { answered.nanoseconds(since: arrived) }
}

/// The answers that rules have held back, the first million of them: what was delayed, and by how much, to compare with what a
/// client has measured.
final class HeldAnswers: Sendable {
    private let answers = Mutex<[HeldAnswer]>([])

    private static let countMax = 1 << 20

    var all: [HeldAnswer] { answers.withLock { $0 } }

    func add(_ answer: HeldAnswer) {
        answers.withLock { if $0.count < Self.countMax { $0.append(answer) } }
    }

    func removeAll() { answers.withLock { $0 = [] } }
}
