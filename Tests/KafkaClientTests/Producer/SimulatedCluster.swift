import KafkaProtocol

@testable import KafkaClient

/// Brokers as the produce queue meets them: they lead partitions, store batches, and fail in every way that leaves a client
/// unsure. They know the truth of what is stored, and check the sequence numbers of idempotent producers as Kafka does.
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
    private var sequences: [Partition: SimulatedSequences] = [:]
    /// How often each batch is stored, whatever the partition.
    private(set) var storedCounts: [Int: Int] = [:]
    /// How often a batch was refused for its number, or known by it.
    private(set) var outOfOrderCount = 0
    private(set) var duplicateCount = 0

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
        _ number: Int, _ stamp: ProducerStamp?, for partition: Partition, at broker: Int32,
        using random: inout some RandomNumberGenerator
    ) -> AttemptOutcome {
        guard leaders[partition.topic]![Int(partition.index)] == broker else { return .moved }
        let chance = Int.random(in: 0..<20, using: &random)
        switch chance {
        case 0: return .refused(.notEnoughReplicas, nil)
        case 1: return .refused(.messageTooLarge, "too large")
        case 2: return .refused(.kafkaStorageError, nil)
        default: break
        }
        if let stamp, stamp.producerEpoch < .max, Int.random(in: 0..<400, using: &random) == 0 {
            sequences[partition, default: SimulatedSequences()].outdate(stamp.producerID)
        }
        if let refusal = append(number, stamp, in: partition) { return refusal }
        switch chance {
        case 3: return .refused(.notEnoughReplicasAfterAppend, nil)
        case 4: return .refused(.requestTimedOut, nil)
        // The leader appended, then lost its leadership while it waited for replicas.
        case 5: return .moved
        default: return .acknowledged(baseOffset: endOffsets[partition]! - 1, logAppendTimeMs: -1)
        }
    }

    /// Stores a batch, unless it is there.
    ///
    /// - Returns: why it is not stored; nil when it is.
    private mutating func append(_ number: Int, _ stamp: ProducerStamp?, in partition: Partition) -> AttemptOutcome? {
        switch sequences[partition, default: SimulatedSequences()].take(stamp, recordCount: number) {
        case .next: break
        case .duplicate:
            duplicateCount += 1
            return nil
        case .refused(let code):
            if code == .outOfOrderSequenceNumber { outOfOrderCount += 1 }
            return .refused(code, nil)
        }
        stored.append((partition, number))
        endOffsets[partition, default: 0] += 1
        storedCounts[number, default: 0] += 1
        return nil
    }

    /// What was stored since this was called last.
    mutating func takeStored() -> [(Partition, Int)] {
        defer { stored.removeAll(keepingCapacity: true) }
        return stored
    }
}
