import KafkaClient
import KafkaTransport
import Synchronization

/// Takes a sample of one lane's deliveries: so many in a second, and as many besides of those that failed or were sent more than
/// once. Touched on the lane's thread only, once for each answer.
struct TraceSampler {
    private let samples: TraceSamples
    private let intervalNs: Int64
    private var nextUsual = MonotonicInstant.distantPast
    private var nextUnusual = MonotonicInstant.distantPast

    /// - Parameter perSecond: how many deliveries of the lane are taken in a second, of each kind.
    init(to samples: TraceSamples, perSecond: Double) {
        self.samples = samples
        intervalNs = Int64(1e9 / perSecond)
    }

    mutating func take(_ deliveries: [Delivery]) {
        guard let ended = deliveries.last?.ended else { return }
        if ended >= nextUnusual, let unusual = deliveries.first(where: \.isUnusual) {
            nextUnusual = next(after: ended)
            samples.add(unusual)
        }
        // By chance: the first one of an answer would always be of the same partition.
        guard ended >= nextUsual, let usual = deliveries.randomElement(), !usual.isUnusual else { return }
        nextUsual = next(after: ended)
        samples.add(usual)
    }

    /// Not at a fixed pace, which could be that of something that is to be seen.
    private func next(after moment: MonotonicInstant) -> MonotonicInstant {
        moment.advanced(byNanoseconds: .random(in: intervalNs / 2...intervalNs * 3 / 2))
    }
}

extension Delivery {
    /// Whether it failed, or was sent more than once.
    fileprivate var isUnusual: Bool { exchanges.count > 1 || !isAcknowledged }
}

/// Deliveries that were taken and are not written yet.
final class TraceSamples: Sendable {
    private static let countMax = 10_000

    private let deliveries = Mutex<[Delivery]>([])
    private let dropped = Atomic<Int>(0)

    /// Those that were not kept, because the writer could not keep up.
    var droppedCount: Int { dropped.load(ordering: .relaxed) }

    func add(_ delivery: Delivery) {
        deliveries.withLock { deliveries in
            if deliveries.count < Self.countMax {
                deliveries.append(delivery.withoutBytes)
            } else {
                dropped.add(1, ordering: .relaxed)
            }
        }
    }

    func takeAll() -> [Delivery] {
        deliveries.withLock { deliveries in
            defer { deliveries = [] }
            return deliveries
        }
    }
}
