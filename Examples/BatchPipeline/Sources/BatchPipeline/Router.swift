import KafkaClient

/// What a program of one's own puts between building and producing: here it spreads batches over lanes, and counts them.
struct Router {
    let lanes: [ProducerLane]
    private(set) var batchCounts: [Int]

    init(to lanes: [ProducerLane]) {
        self.lanes = lanes
        batchCounts = Array(repeating: 0, count: lanes.count)
    }

    /// A partition stays with one lane, so that its batches keep their order.
    mutating func route(_ batch: RecordBatch) {
        let lane = Int(max(batch.partition, 0)) % lanes.count
        batchCounts[lane] += 1
        lanes[lane].produce(batch)
    }
}
