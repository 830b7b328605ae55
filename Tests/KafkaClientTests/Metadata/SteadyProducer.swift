import KafkaProtocol
import KafkaTransport
import Synchronization
import Testing

@testable import KafkaClient

/// Appends records to topics all the time, and keeps what became of them: how long each partition had no acknowledgement,
/// and why records failed.
final class SteadyProducer: Sendable {
    let producer: Producer
    private let client: Client
    private let topics: [String]
    private let keyed: Bool
    private let facts: Mutex<Facts>
    private let isEnding = Atomic<Bool>(false)
    private let appending = Mutex<Task<Void, Never>?>(nil)

    struct Facts: Sendable {
        var appendedCount = 0
        var acknowledgedCount = 0
        var refusedCodes: [KafkaClientError.Code: Int] = [:]
        var failures: [KafkaClientError.Code: Int] = [:]
        var lastFailure: KafkaClientError?
        var lastAcknowledged: [String: MonotonicInstant] = [:]
        var longestGap: [String: Duration] = [:]
        var exchanges: [Exchange] = []
        var lastEvents: [ClientEvent.Kind] = []

        /// The longest time in which a partition of a topic had no acknowledgement.
        func gap(of topic: String) -> Duration {
            longestGap.filter { $0.key.hasPrefix(topic + "/") }.values.max() ?? .zero
        }

        func partitions(of topic: String) -> Set<Int> {
            Set(
                lastAcknowledged.keys.filter { $0.hasPrefix(topic + "/") }.compactMap {
                    Int($0.dropFirst(topic.count + 1))
                })
        }
    }

    init(
        to servers: [Endpoint], topics: [String], lanes: Int = 1, keyed: Bool = true,
        _ change: (inout ClusterConfiguration, inout Producer.Configuration) -> Void = { _, _ in }
    ) throws {
        self.topics = topics
        self.keyed = keyed
        facts = Mutex(Facts())
        var cluster = ClusterConfiguration()
        var configuration = Producer.Configuration(
            partitioner: keyed ? KeyPartitioner.murmur2 : StickyPartitioner(), linger: .milliseconds(2),
            strategy: .sharded(lanes: lanes))
        change(&cluster, &configuration)
        let box = FactsBox()
        configuration.onDelivery = { delivery in box.owner?.take(delivery) }
        let onEvent = cluster.onEvent
        cluster.onEvent = { event in
            onEvent?(event)
            box.owner?.facts.withLock { $0.lastEvents.append(event.kind) }
        }
        client = try Client(to: servers.map(\.description), cluster)
        producer = try client.makeProducer(configuration)
        box.owner = self
    }

    private final class FactsBox: @unchecked Sendable {
        // Unchecked: set before anything is appended.
        weak var owner: SteadyProducer?
    }

    private func take(_ delivery: Delivery) {
        let place = "\(delivery.batch.topic)/\(delivery.partition)"
        facts.withLock { facts in
            facts.exchanges += delivery.exchanges
            if let error = delivery.error {
                facts.failures[error.code, default: 0] += delivery.batch.recordCount
                facts.lastFailure = error
                return
            }
            facts.acknowledgedCount += delivery.batch.recordCount
            if let last = facts.lastAcknowledged[place] {
                facts.longestGap[place] = max(facts.longestGap[place] ?? .zero, delivery.ended - last)
            }
            facts.lastAcknowledged[place] = delivery.ended
        }
    }

    var now: Facts { facts.withLock { $0 } }

    /// Forgets the gaps until now.
    func forgetGaps() { facts.withLock { $0.longestGap = [:] } }

    /// Begins to append, 5,000 records a second to each topic.
    func start() {
        let task = Task {
            var number = 0
            while !isEnding.load(ordering: .relaxed) {
                for _ in 0..<10 {
                    for topic in topics {
                        do {
                            if keyed {
                                try await producer.append(value: "value \(number)", key: "key \(number)", to: topic)
                            } else {
                                try await producer.append(value: "value \(number)", to: topic)
                            }
                            facts.withLock { $0.appendedCount += 1 }
                        } catch let error as KafkaClientError {
                            facts.withLock { $0.refusedCodes[error.code, default: 0] += 1 }
                        } catch {}
                        number += 1
                    }
                }
                try? await Task.sleep(for: .milliseconds(2))
            }
        }
        appending.withLock { $0 = task }
    }

    func refresh() async throws { _ = try await client.cluster.refresh([]) }
    func describe(_ topic: String) async throws -> TopicDescription { try await client.cluster.describe(topic) }

    /// Stops appending, delivers everything, and ends.
    func finish() async -> Facts {
        isEnding.store(true, ordering: .relaxed)
        await appending.withLock { $0 }?.value
        _ = try? await producer.flushWithSummary()
        try? await producer.shutDown(within: .seconds(5))
        await client.shutDown()
        return now
    }
}

/// Runs `body` with a producer that appends all the time.
func withSteadyProducer(
    to servers: [Endpoint], topics: [String] = ["t"], lanes: Int = 1, keyed: Bool = true,
    _ change: (inout ClusterConfiguration, inout Producer.Configuration) -> Void = { _, _ in },
    _ body: (SteadyProducer) async throws -> Void
) async throws -> SteadyProducer.Facts {
    let steady = try SteadyProducer(to: servers, topics: topics, lanes: lanes, keyed: keyed, change)
    steady.start()
    do { try await body(steady) } catch {
        _ = await steady.finish()
        throw error
    }
    return await steady.finish()
}
