/// What a lane had acknowledged by each broker.
struct BrokerLoads {
    struct Load: Equatable {
        var batches: Int64 = 0
        var records: Int64 = 0
        var bytes: Int64 = 0
    }

    private(set) var byBroker: [Int32: Load] = [:]
    /// The broker of the last batch, whose load is not in `byBroker` yet: batches of one answer come together.
    private var current: (broker: Int32, load: Load)?

    /// Adds a batch.
    mutating func add(records: Int64, bytes: Int64, by broker: Int32) {
        if current?.broker != broker { settle(next: broker) }
        current!.load.batches += 1
        current!.load.records += records
        current!.load.bytes += bytes
    }

    /// By node id.
    var all: [Int32: Load] {
        var copy = self
        copy.settle(next: -1)
        return copy.byBroker
    }

    mutating func reset() { self = BrokerLoads() }

    @inline(never)
    private mutating func settle(next: Int32) {
        if let current {
            byBroker[current.broker, default: Load()].add(current.load)
        }
        current = (next, Load())
    }
}

extension BrokerLoads.Load {
    mutating func add(_ other: Self) {
        batches += other.batches
        records += other.records
        bytes += other.bytes
    }
}
