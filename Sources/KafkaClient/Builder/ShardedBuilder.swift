public import KafkaProtocol
public import KafkaTransport
import Synchronization

/// The per-core builder: lanes that share nothing.
///
/// Callers that bring their own parallelism append to `lanes` directly. `append` on the builder itself gives each
/// partition to one lane, so that the order within it holds whoever calls.
public final class ShardedBuilder: BatchBuilder {
    /// One for each loop. A chunk appended to a lane stays with it.
    public let lanes: [BuilderLane]
    private let partitioner: any Partitioner
    private let directory: any TopicDirectory
    private let routing = Mutex(Routing())

    private struct Routing: @unchecked Sendable {
        // Unchecked: assigners are touched under the lock only.
        var assigners: [String: any PartitionAssigner] = [:]
        var nextLane = 0
    }

    /// - Parameters:
    ///   - configuration: how batches are built.
    ///   - loops: one lane for each; at least one. They outlive the builder.
    ///   - directory: what knows how many partitions topics have.
    ///   - sinks: where each lane's batches go; one for each loop.
    /// - Throws: `KafkaClientError`: `.invalidConfiguration`, `.invalidArgument` when loops and sinks don't match, or why the
    ///   codec makes no compressor.
    public init(
        _ configuration: BuilderConfiguration = BuilderConfiguration(), on loops: [EventLoop],
        topics directory: any TopicDirectory, to sinks: [any BatchSink]
    ) throws(KafkaClientError) {
        try configuration.validate(for: "a sharded builder")
        guard !loops.isEmpty, loops.count == sinks.count else {
            throw KafkaClientError(
                .invalidArgument, "a lane needs a loop and a sink, but there are \(loops.count) and \(sinks.count)")
        }
        self.directory = directory
        partitioner = configuration.partitioner
        var lanes: [BuilderLane] = []
        for (loop, sink) in zip(loops, sinks) {
            lanes.append(try BuilderLane(configuration, on: loop, topics: directory, to: sink))
        }
        self.lanes = lanes
    }

    /// A builder whose batches are read as a sequence.
    ///
    /// - Parameters:
    ///   - configuration: how batches are built.
    ///   - loops: one lane for each; at least one. They outlive the builder.
    ///   - directory: what knows how many partitions topics have.
    /// - Throws: `KafkaClientError`, as the initialiser.
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
        let partitionCount = try await directory.partitionCount(of: topic)
        let partitions = assign(chunk, topic, partitionCount)
        // Here and not only in the lanes, one of which would have taken its share before another refuses.
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

    /// Splits a chunk so that every partition stays with its lane. Refused records are told of once all were tried.
    private func append(_ chunk: RecordChunk, to topic: String, _ partitions: [Int32]) async throws {
        var indices = [[Int]](repeating: [], count: lanes.count)
        let anyLane = takeLane()
        for (index, partition) in partitions.enumerated() {
            indices[partition < 0 ? anyLane : Int(partition) % lanes.count].append(index)
        }
        var takenCount = 0
        var refusals: [KafkaClientError] = []
        for (lane, indices) in zip(lanes, indices) where !indices.isEmpty {
            do {
                try await lane.append(chunk.selecting(indices), to: topic, partitions: indices.map { partitions[$0] })
                takenCount += indices.count
            } catch let error as KafkaClientError {
                takenCount += error.takenRecordCount
                guard error.code == .recordTooLarge else { throw error.taking(takenCount) }
                refusals.append(error)
            }
        }
        if refusals.isEmpty { return }
        let refusedCount = chunk.count - takenCount
        throw KafkaClientError(
            .recordTooLarge, "\(refusedCount) of \(chunk.count) records were refused, the others were taken",
            causes: refusals
        ).taking(takenCount)
    }
}
