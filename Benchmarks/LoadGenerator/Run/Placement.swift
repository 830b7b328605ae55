import KafkaClient

/// How the load of a run lay on the brokers.
struct Placement: Sendable, Equatable {
    struct Broker: Sendable, Equatable {
        let id: Int32
        /// Partitions of the topic that it leads.
        var partitionsLed = 0
        /// Lanes that had something acknowledged by it: each has a connection of its own.
        var connections = 0
        var load = BrokerLoads.Load()
    }

    /// Those of the cluster and those that took something, by id.
    let brokers: [Broker]
    let partitionCount: Int

    /// - Parameters:
    ///   - leaders: of each partition; -1 for none.
    ///   - ids: of the cluster's brokers.
    ///   - loads: of each lane.
    init(leaders: [Int32], ids: some Sequence<Int32>, loads: [[Int32: BrokerLoads.Load]]) {
        var brokers: [Int32: Broker] = [:]
        for id in ids { brokers[id] = Broker(id: id) }
        for id in leaders where id >= 0 { brokers[id, default: Broker(id: id)].partitionsLed += 1 }
        for lane in loads {
            for (id, load) in lane where load.batches > 0 {
                brokers[id, default: Broker(id: id)].connections += 1
                brokers[id, default: Broker(id: id)].load.add(load)
            }
        }
        self.brokers = brokers.values.sorted { $0.id < $1.id }
        partitionCount = leaders.count
    }

    /// Records of all brokers.
    var records: Int64 { brokers.reduce(0) { $0 + $1.load.records } }

    /// Of partitions, that no broker has to exceed: 22 of 64 where there are three.
    var partitionsEven: Int { brokers.isEmpty ? 0 : (partitionCount + brokers.count - 1) / brokers.count }

    /// Of records, that no broker has to exceed when partitions get equally many: 0 … 1.
    var shareEven: Double {
        partitionCount == 0 || brokers.isEmpty
            ? 1 : max(1 / Double(brokers.count), Double(partitionsEven) / Double(partitionCount))
    }

    /// 0 … 1; nil when nothing was acknowledged.
    func share(of broker: Broker) -> Double? { records > 0 ? Double(broker.load.records) / Double(records) : nil }
}

extension Verdict {
    /// One broker had more to do than the others, so that it, and not the cluster, was measured.
    ///
    /// - Parameter laneCount: lanes that send.
    static func lopsided(_ placement: Placement, laneCount: Int) -> Verdict? {
        guard placement.brokers.count > 1, placement.records > 0 else { return nil }
        var reasons: [String] = []
        if let most = placement.brokers.max(by: { $0.partitionsLed < $1.partitionsLed }),
            Double(most.partitionsLed) > 1.25 * Double(placement.partitionsEven)
        {
            reasons.append(
                """
                broker \(most.id) leads \(most.partitionsLed) of \(placement.partitionCount) partitions, of which it would be \
                \(placement.partitionsEven) at most if all led equally many
                """)
        }
        if let most = placement.brokers.max(by: { $0.load.records < $1.load.records }),
            let share = placement.share(of: most), share > 1.25 * placement.shareEven
        {
            reasons.append(
                """
                broker \(most.id) took \(Percent.whole(share)) of the records, \(Percent.whole(placement.shareEven)) would be even \
                (up to a quarter more is fine)
                """)
        }
        let connected = placement.brokers.filter { $0.partitionsLed >= laneCount && $0.connections > 0 }
        if let fewest = connected.min(by: { $0.connections < $1.connections }),
            let most = connected.max(by: { $0.connections < $1.connections }),
            fewest.connections * 2 <= most.connections
        {
            reasons.append(
                """
                broker \(fewest.id) had \(Quantity.counted(Int64(fewest.connections), "connection")) that took something, broker \
                \(most.id) \(most.connections)
                """)
        }
        return reasons.isEmpty ? nil : Verdict(.lopsided, reasons.joined(separator: "; "))
    }
}
