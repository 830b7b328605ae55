import KafkaProtocol

/// The open batches of one topic: one place per partition, and one (at -1) for records that may go to any.
final class OpenTopic {
    let name: String
    let assigner: any PartitionAssigner
    private(set) var partitionCount: Int
    /// The place of partition 0; places -1 to `partitionCount - 1` exist.
    private(set) var batches: UnsafeMutablePointer<OpenBatch>
    /// Bytes of the buffer at each place, -1 first.
    private var memoryByteCounts: [Int]

    init(_ name: String, partitionCount: Int, assigner: any PartitionAssigner) {
        self.name = name
        self.partitionCount = partitionCount
        self.assigner = assigner
        let places = UnsafeMutablePointer<OpenBatch>.allocate(capacity: partitionCount + 1)
        places.initialize(repeating: OpenBatch(), count: partitionCount + 1)
        batches = places + 1
        memoryByteCounts = Array(repeating: 0, count: partitionCount + 1)
    }

    deinit { (batches - 1).deallocate() }

    /// Topics only ever gain partitions.
    func grow(to count: Int) {
        if count <= partitionCount { return }
        let places = UnsafeMutablePointer<OpenBatch>.allocate(capacity: count + 1)
        places.initialize(repeating: OpenBatch(), count: count + 1)
        places.update(from: batches - 1, count: partitionCount + 1)
        (batches - 1).deallocate()
        batches = places + 1
        memoryByteCounts += Array(repeating: 0, count: count - partitionCount)
        partitionCount = count
    }

    /// - Parameter limit: bytes that the batch may have, of those in `memory`.
    func open(_ place: Int, in memory: UnsafeMutableRawBufferPointer, limit: Int, nowNs: Int64) {
        batches[place] = OpenBatch(in: UnsafeMutableRawBufferPointer(rebasing: memory[0..<limit]), nowNs: nowNs)
        memoryByteCounts[place + 1] = memory.count
    }

    func close(_ place: Int) { batches[place] = OpenBatch() }

    /// The whole buffer of the batch that is open at a place.
    func memory(_ place: Int) -> UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(start: batches[place].base, count: memoryByteCounts[place + 1])
    }

    func forEachOpen(_ body: (_ place: Int, _ batch: OpenBatch) -> Void) {
        for place in -1..<partitionCount where batches[place].isOpen { body(place, batches[place]) }
    }
}
