import KafkaProtocol

@testable import KafkaClient

/// Brokers as the produce queue meets them: they lead partitions, store batches, and fail in every way that leaves a client
/// unsure. They know the truth of what is stored.
struct SimulatedCluster {
    struct Partition: Hashable {
        let topic: String
        let index: Int32
    }

    /// Leaders as they are; what the client has learned may be older.
    private(set) var leaders: [String: [Int32]]
    /// What was stored since it was asked for last: partition and batch, in order.
    private var stored: [(Partition, Int)] = []
    private var endOffsets: [Partition: Int64] = [:]
    /// How often each batch is stored, whatever the partition.
    private(set) var storedCounts: [Int: Int] = [:]

    static let brokers: ClosedRange<Int32> = 0...2

    init(leaders: [String: [Int32]]) { self.leaders = leaders }

    mutating func moveLeader(using random: inout some RandomNumberGenerator) {
        let topic = leaders.keys.sorted()[Int.random(in: 0..<leaders.count, using: &random)]
        let partition = Int.random(in: 0..<leaders[topic]!.count, using: &random)
        // -1: nobody leads it for a while.
        leaders[topic]![partition] = .random(in: -1...Self.brokers.upperBound, using: &random)
    }

    mutating func settle() {
        for topic in leaders.keys { leaders[topic] = leaders[topic]!.map { $0 < 0 ? 1 : $0 } }
    }

    /// What a broker does with one batch of a request that reached it, and what it answers.
    mutating func receive(
        _ number: Int, for partition: Partition, at broker: Int32, using random: inout some RandomNumberGenerator
    ) -> AttemptOutcome {
        guard leaders[partition.topic]![Int(partition.index)] == broker else { return .moved }
        switch Int.random(in: 0..<20, using: &random) {
        case 0: return .refused(.notEnoughReplicas, nil)
        case 1: return .refused(.messageTooLarge, "too large")
        case 2: return .refused(.kafkaStorageError, nil)
        case 3:
            store(number, in: partition)
            return .refused(.notEnoughReplicasAfterAppend, nil)
        case 4:
            store(number, in: partition)
            return .refused(.requestTimedOut, nil)
        case 5:
            // The leader appended, then lost its leadership while it waited for replicas.
            store(number, in: partition)
            return .moved
        default:
            store(number, in: partition)
            return .acknowledged(baseOffset: endOffsets[partition]! - 1, logAppendTimeMs: -1)
        }
    }

    /// What was stored since this was called last.
    mutating func takeStored() -> [(Partition, Int)] {
        defer { stored.removeAll(keepingCapacity: true) }
        return stored
    }

    private mutating func store(_ number: Int, in partition: Partition) {
        stored.append((partition, number))
        endOffsets[partition, default: 0] += 1
        storedCounts[number, default: 0] += 1
    }
}
