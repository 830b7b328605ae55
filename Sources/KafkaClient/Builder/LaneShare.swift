/// The partitions that belong to one of several lanes: partition *p* to lane *p* mod the number of lanes.
///
/// Records for any partition are built by each lane in turn. So that they keep their order in the partitions that they come
/// to, a lane chooses among its own only.
struct LaneShare: Sendable {
    let lane: Int
    let laneCount: Int

    /// All partitions.
    static let all = LaneShare(lane: 0, laneCount: 1)

    func contains(_ partition: Int32) -> Bool { Int(partition) % laneCount == lane }

    /// Asks for a partition until one belongs to the lane.
    ///
    /// A partitioner that goes on naming partitions of other lanes gets its will after a while.
    ///
    /// - Returns: the partition; -1 when `choose` leaves the choice to the producer.
    func choose(of partitionCount: Int, _ choose: (_ partitionCount: Int) -> Int32) -> Int32 {
        var partition = choose(partitionCount)
        if laneCount == 1 || lane >= partitionCount { return partition }
        var attemptCount = 0
        while partition >= 0, !contains(partition), attemptCount < Self.attemptCountMax * laneCount {
            partition = choose(partitionCount)
            attemptCount += 1
        }
        return partition
    }

    private static let attemptCountMax = 16
}
