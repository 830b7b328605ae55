public import KafkaProtocol
public import KafkaTransport
import Synchronization

/// A builder of several lanes, each with a thread of its own, that share nothing.
///
/// Programs that run several tasks themselves may append to `lanes` directly. `append` on the builder splits a chunk so that
/// each partition belongs to one lane: so records of one partition keep the order in which they were appended.
public final class ShardedBuilder: BatchBuilder {
    /// The lanes, one for each loop. All records of a chunk that is appended to a lane are built by that lane.
    public let lanes: [BuilderLane]
    private let batchByteCountMax: Int
    private let partitioner: any Partitioner
    private let topics: BuilderTopics
    private let routing = Mutex(Routing())

    private struct Routing: @unchecked Sendable {
        // Unchecked: assigners are used under the lock only.
        var assigners: [String: any PartitionAssigner] = [:]
        var nextLane = 0
    }

    /// Creates a builder.
    ///
    /// - Parameters:
    ///   - configuration: how batches are built. Its memory bound is for each lane.
    ///   - loops: run one lane each; at least one. Finish the builder before you shut them down.
    ///   - directory: knows how many partitions topics have.
    ///   - sinks: take the batches, one sink for each lane.
    /// - Throws: `KafkaClientError`: `.invalidConfiguration`; `.invalidArgument` without a loop, or when there are more or
    ///   fewer sinks than loops; or the reason why the codec makes no compressor.
    public init(
        _ configuration: BuilderConfiguration = BuilderConfiguration(), on loops: [EventLoop],
        topics directory: any TopicDirectory, to sinks: [any BatchSink]
    ) throws(KafkaClientError) {
        try configuration.validate(for: "a sharded builder")
        guard !loops.isEmpty, loops.count == sinks.count else {
            throw KafkaClientError(
                .invalidArgument, "a lane needs a loop and a sink, but there are \(loops.count) and \(sinks.count)")
        }
        let topics = BuilderTopics(directory)
        self.topics = topics
        batchByteCountMax = configuration.batchByteCountMax
        partitioner = configuration.partitioner
        var lanes: [BuilderLane] = []
        for (loop, sink) in zip(loops, sinks) {
            let share = LaneShare(lane: lanes.count, laneCount: loops.count)
            lanes.append(try BuilderLane(configuration, on: loop, topics: topics, to: sink, share: share))
        }
        self.lanes = lanes
    }

    /// Creates a builder whose batches are read from a sequence.
    ///
    /// - Parameters:
    ///   - configuration: how batches are built. Its memory bound is for each lane.
    ///   - loops: run one lane each; at least one. Finish the builder before you shut them down.
    ///   - directory: knows how many partitions topics have.
    /// - Returns: the builder, and the batches of all lanes. The sequence ends when the builder is finished.
    /// - Throws: the errors of ``init(_:on:topics:to:)``.
    public static func withSequence(
        _ configuration: BuilderConfiguration = BuilderConfiguration(), on loops: [EventLoop],
        topics directory: any TopicDirectory
    ) throws(KafkaClientError) -> (builder: ShardedBuilder, batches: BatchSequence) {
        let batches = BatchSequence(sources: loops.count)
        let sinks: [any BatchSink] = Array(repeating: batches, count: loops.count)
        return (try ShardedBuilder(configuration, on: loops, topics: directory, to: sinks), batches)
    }

    public func append(_ chunk: RecordChunk, to topic: String, partition: Int32?) async throws {
        if lanes.count == 1 { return try await lanes[0].append(chunk, to: topic, partition: partition) }
        if let partition {
            let lane = partition < 0 ? takeLane() : Int(partition) % lanes.count
            return try await lanes[lane].append(chunk, to: topic, partition: partition)
        }
        let partitionCount = try await topics.topic(topic).partitionCount
        let partitions = assign(chunk, topic, partitionCount)
        // Checked here and not only in the lanes: otherwise one lane would take its records before another refuses.
        try PartitionBounds.check(partitions, of: topic, partitionCount)
        guard partitions.contains(where: { $0 != -1 }) else {
            return try await lanes[takeLane()].append(chunk, to: topic, partition: -1)
        }
        try await append(chunk, to: topic, partitions)
    }

    public func flush(olderThan age: Duration) async {
        for lane in lanes { await lane.flush(olderThan: age) }
    }

    public func finish() async {
        for lane in lanes { await lane.finish() }
    }

    private func assign(_ chunk: RecordChunk, _ topic: String, _ partitionCount: Int) -> [Int32] {
        [Int32](unsafeUninitializedCapacity: chunk.count) { buffer, count in
            buffer.initialize(repeating: -1)
            count = chunk.count
            let part = UnsafeMutableBufferPointer(rebasing: buffer[0..<chunk.count])
            routing.withLock { routing in
                if routing.assigners[topic] == nil { routing.assigners[topic] = partitioner.makeAssigner() }
                routing.assigners[topic]?.assign(chunk, partitionCount: partitionCount, to: part)
            }
        }
    }

    private func takeLane() -> Int {
        routing.withLock { routing in
            defer { routing.nextLane = (routing.nextLane + 1) % lanes.count }
            return routing.nextLane
        }
    }

    /// Splits a chunk so that every partition stays with its lane. Throws for refused records when all lanes have tried.
    private func append(_ chunk: RecordChunk, to topic: String, _ partitions: [Int32]) async throws {
        var indices = [[Int]](repeating: [], count: lanes.count)
        let anyLane = takeLane()
        for (index, partition) in partitions.enumerated() {
            indices[partition < 0 ? anyLane : Int(partition) % lanes.count].append(index)
        }
        var refused = RefusedRecords()
        var triedCount = 0
        for (lane, indices) in zip(lanes, indices) where !indices.isEmpty {
            do {
                let part = try await lane.append(
                    chunk.selecting(indices), to: topic, partitions: indices.map { partitions[$0] })
                refused.add(part, ofPartAt: indices)
                triedCount += indices.count
            } catch let error as KafkaClientError {
                let takenCount = triedCount - refused.count + error.takenRecordCount
                if error.code == .closed { throw KafkaClientError.finished(taken: takenCount, of: chunk.count) }
                throw error.taking(takenCount)
            }
        }
        try refused.throwIfAny(of: chunk.count, byteCountMax: batchByteCountMax)
    }
}
