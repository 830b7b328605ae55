import KafkaProtocol
import Synchronization

/// Which lane reads which partition: a partition always goes to the same lane.
final class LaneAssignment: PartitionReader {
    private let lanes: [ConsumerLane]
    private let shares = Mutex<[TopicPartition: Int]>([:])

    init(_ lanes: [ConsumerLane]) { self.lanes = lanes }

    /// The index of a partition's lane.
    func lane(of partition: TopicPartition) -> Int {
        shares.withLock { shares in
            if let lane = shares[partition] { return lane }
            let lane = shares.count % lanes.count
            shares[partition] = lane
            return lane
        }
    }

    func byLane(_ partitions: some Sequence<TopicPartition>) -> [(ConsumerLane, [TopicPartition])] {
        Dictionary(grouping: partitions, by: lane).map { (lanes[$0.key], $0.value) }
    }

    func add(_ partitions: [TopicPartition: StartOffset]) async {
        var perLane = [[(TopicPartition, StartOffset)]](repeating: [], count: lanes.count)
        for (partition, start) in partitions.sorted(by: { $0.key < $1.key }) {
            perLane[lane(of: partition)].append((partition, start))
        }
        for (lane, partitions) in zip(lanes, perLane) where !partitions.isEmpty { await lane.add(partitions) }
    }

    func stop(_ partitions: Set<TopicPartition>) async {
        for (lane, partitions) in byLane(partitions) { await lane.stop(partitions) }
    }

    func remove(_ partitions: Set<TopicPartition>) async {
        for (lane, partitions) in byLane(partitions) { await lane.remove(partitions) }
    }

    func fail(_ error: KafkaClientError) async { for lane in lanes { await lane.fail(error) } }
}
