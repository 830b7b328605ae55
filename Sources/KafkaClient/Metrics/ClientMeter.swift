import KafkaProtocol
import KafkaTransport
import Synchronization

/// All meters of a client, and what else there is to measure. From any thread.
///
/// A lane takes the lock of the meters when it begins and ends, and no other of a snapshot's.
final class ClientMeter: Sendable {
    private struct Lanes {
        var meters: [ObjectIdentifier: LaneMeter] = [:]
        /// What lanes have counted that are no more.
        var former = MeterTotals()
        var formerLongest = LongestDurations()
    }

    /// Reads a producer's memory; nil when the producer is no more.
    typealias MemoryReading = @Sendable () -> ProducerMemory?

    private let lanes = Mutex(Lanes())
    private let memories = Mutex<[Int: MemoryReading]>([:])
    private let events = Mutex<[String: Int64]>([:])
    /// Of records that failed before they were in a batch.
    private let unbuilt = Mutex<[String: TopicTotals]>([:])
    private let transactions = Mutex(TransactionTotals())
    private let exhaustedCount = Atomic<Int64>(0)
    private let nextMemory = Atomic<Int>(0)
    private let learned = Atomic<Int64>(0)
    private let clientID: String
    /// When counting began.
    private let since = MonotonicInstant.now
    /// The same in nanoseconds since 1970, as the clock stood then.
    let sinceUnixNs: UInt64

    init(clientID: String) {
        self.clientID = clientID
        sinceUnixNs = WallClock().unixNanoseconds(of: since)
    }

    // MARK: Meters

    /// Adds a lane's meter. It must be removed when nothing writes to it any more.
    func add(_ lane: LaneMeter) { lanes.withLock { $0.meters[ObjectIdentifier(lane)] = lane } }

    /// Keeps what a lane has counted, without the lane.
    func remove(_ lane: LaneMeter) {
        lanes.withLock { lanes in
            guard lanes.meters.removeValue(forKey: ObjectIdentifier(lane)) != nil else { return }
            lanes.former.add(lane, isOver: true)
            lanes.formerLongest.add(lane.takeLongest())
        }
    }

    /// Has a producer's memory looked at with every snapshot.
    ///
    /// - Returns: what to remove it by.
    func add(memory: @escaping MemoryReading) -> Int {
        let id = nextMemory.wrappingAdd(1, ordering: .relaxed).newValue
        memories.withLock { $0[id] = memory }
        return id
    }

    func remove(memory id: Int) { _ = memories.withLock { $0.removeValue(forKey: id) } }

    // MARK: What is counted here

    func count(event name: String) { events.withLock { $0[name, default: 0] += 1 } }

    /// Counts records that failed before they were in a batch.
    func countUnbuilt(_ recordCount: Int, of topic: String, _ error: KafkaClientError) {
        unbuilt.withLock { $0[topic, default: TopicTotals()].add(unbuilt: recordCount, error) }
    }

    /// Counts a transaction that has ended.
    func count(
        _ outcome: TransactionOutcome, began: MonotonicInstant, asked: MonotonicInstant, ended: MonotonicInstant
    ) {
        transactions.withLock { $0.add(outcome, began: began, asked: asked, ended: ended) }
    }

    /// Counts an append that got no memory.
    func countExhausted() { exhaustedCount.add(1, ordering: .relaxed) }

    /// Notes that a broker has told what the cluster is like.
    func didLearn(at moment: MonotonicInstant) { learned.store(moment.nanoseconds, ordering: .relaxed) }

    // MARK: The longest

    /// What has been measured up to now, and the longest durations since this was last called: at least those of what is in
    /// this snapshot and was not in the one before.
    func snapshotWithLongest() -> (MetricsSnapshot, LongestDurations) {
        var longest = takeLongest()
        let snapshot = snapshot()
        // What ended while the snapshot was taken may be in it or in the next one, and is told with both.
        let meanwhile = takeLongest()
        longest.add(meanwhile)
        giveBack(meanwhile)
        return (snapshot, longest)
    }

    private func takeLongest() -> LongestDurations {
        lanes.withLock { lanes in
            var longest = lanes.formerLongest
            lanes.formerLongest = LongestDurations()
            for lane in lanes.meters.values { longest.add(lane.takeLongest()) }
            return longest
        }
    }

    /// Takes back what could not be told of.
    func giveBack(_ longest: LongestDurations) { lanes.withLock { $0.formerLongest.add(longest) } }

    // MARK: Snapshots

    /// What has been measured up to now.
    func snapshot() -> MetricsSnapshot {
        let now = MonotonicInstant.now
        // Under the lock, so that a lane that ends meanwhile is counted once.
        var totals = lanes.withLock { lanes in
            var totals = lanes.former
            for lane in lanes.meters.values { totals.add(lane) }
            return totals
        }
        for (name, topic) in unbuilt.withLock({ $0 }) { totals.topics[name, default: TopicTotals()].add(topic) }
        var samples = MetricSamples(clientID: clientID)
        samples.addClient(totals)
        // A reading may hold the last reference to a producer, whose end takes locks of this object.
        let readings = memories.withLock { Array($0.values) }
        samples.add(readings.compactMap { $0() })
        samples.add(.bufferExhaustedTotal, count: exhaustedCount.load(ordering: .relaxed))
        let learned = learned.load(ordering: .relaxed)
        if learned > 0 { samples.add(.metadataAge, level: Double(now.nanoseconds - learned) / 1e9) }
        samples.add(transactions.withLock { $0 })
        let events = events.withLock { $0 }
        for name in ClientEvent.Kind.names {
            samples.add(.eventTotal, [.init("event", name)], count: events[name] ?? 0)
        }
        samples.addNodes(totals.brokers)
        samples.addTopics(totals.topics)
        return MetricsSnapshot(time: now, since: since, samples: samples.inOrder)
    }
}

/// Memory that a producer has for records.
struct ProducerMemory: Sendable {
    var totalByteCount = 0
    var takenByteCount = 0
    var waitingAppends = 0
}
