// The pipeline of one run, built of the library's parts:
//
//   sharded      lane 1…N: generator ─▶ BuilderLane ─▶ ProducerLane ─▶ LaneRecorder, all on the lane's loop
//   sequential   generator ─▶ SequentialBuilder (collector, N workers) ─▶ router ─▶ ProducerLane 1…N ─▶ LaneRecorder
//   other doors  generator tasks ─▶ Producer (by a door) ─▶ LaneRecorder of each of its lanes
//
// Nothing of it is special to benchmarks but the generator and the recorder.

import KafkaClient
import Synchronization

/// The parts of one run, from the generator to the recorder.
struct RunPipeline {
    let builders: [any BatchBuilder & Actor]
    /// Where each builder lives, in the same order.
    let generatorLoops: [EventLoop]
    /// What the doors other than lane belong to.
    let producer: Producer?
    let lanes: [ProducerLane]
    let recorders: [LaneRecorder]
    /// Nil where records are not sent in transactions.
    let transactions: RunTransactions?

    /// - Parameters:
    ///   - loops: as many as `loopCount` says.
    ///   - cluster: nil where the pipeline stops before the broker.
    init(
        _ configuration: RunConfiguration, topic: String, loops: [EventLoop], cluster: Cluster?,
        connection: ConnectionConfiguration, settings: ClientSettings = ClientSettings()
    ) throws {
        guard configuration.door != .lane, let cluster else {
            self = try Self.lanes(
                configuration, topic: topic, loops: loops, cluster: cluster, connection: connection, settings: settings)
            return
        }
        let producerConfiguration = try configuration.producerConfiguration(forDoors: settings)
        // One more for records that fail before a lane has them.
        recorders = (0...producerConfiguration.laneCount).map { _ in LaneRecorder() }
        let producerLoops = Array(loops.prefix(producerConfiguration.loopCount))
        let producer = try Producer(
            producerConfiguration, cluster: cluster, connection: connection, on: producerLoops,
            observing: recorders)
        self.producer = producer
        transactions = configuration.transactionalID.map { [recorders] id in
            RunTransactions(of: producer, id: id, durationNs: configuration.transactionDurationNs, recorders)
        }
        lanes = producer.lanes
        builders = []
        generatorLoops = [loops[producerLoops.count]]
    }

    private init(
        builders: [any BatchBuilder & Actor], generatorLoops: [EventLoop], lanes: [ProducerLane],
        recorders: [LaneRecorder]
    ) {
        self.builders = builders
        self.generatorLoops = generatorLoops
        self.lanes = lanes
        self.recorders = recorders
        producer = nil
        transactions = nil
    }

    private static func lanes(
        _ configuration: RunConfiguration, topic: String, loops: [EventLoop], cluster: Cluster?,
        connection: ConnectionConfiguration, settings: ClientSettings
    ) throws -> RunPipeline {
        let cores = configuration.cores
        let recorders = (0..<cores).map { _ in LaneRecorder() }
        var sinks: [any BatchSink] = []
        var producers: [ProducerLane] = []
        for (lane, recorder) in recorders.enumerated() {
            guard let cluster else {
                sinks.append(AcknowledgingSink(deliveriesTo: recorder))
                continue
            }
            let producer = try ProducerLane(
                configuration.producerConfiguration(settings), on: loops[lane], cluster: cluster,
                connection: connection, deliveriesTo: recorder)
            producers.append(producer)
            sinks.append(producer)
        }
        let topics: any TopicDirectory = cluster ?? FixedTopics([topic: configuration.partitions])
        let builders: [any BatchBuilder & Actor]
        let generatorLoops: [EventLoop]
        switch configuration.builder {
        case .sharded:
            builders = try (0..<cores).map { lane in
                try BuilderLane(
                    configuration.builderConfiguration(lane: lane, of: cores), on: loops[lane], topics: topics,
                    to: sinks[lane])
            }
            generatorLoops = Array(loops.prefix(cores))
        case .sequential:
            let collector = loops[cores]
            let router = PartitionRouter(to: sinks)
            let builder = try SequentialBuilder(
                configuration.builderConfiguration(lane: 0, of: 1), on: collector,
                workersOn: Array(loops.prefix(cores)), topics: topics, to: router)
            builders = [builder]
            generatorLoops = [collector]
        }
        return RunPipeline(
            builders: builders, generatorLoops: generatorLoops, lanes: producers, recorders: recorders)
    }

    /// Waits until the fate of all records is known.
    func drain() async {
        if let producer {
            _ = try? await producer.flushWithSummary()
            return
        }
        await withTaskGroup(of: Void.self) { group in
            for lane in lanes { group.addTask { try? await lane.drain() } }
        }
    }

    /// Closes the connections. What is not delivered yet fails.
    func close() async {
        if let producer { return await producer.close() }
        for lane in lanes { await lane.close() }
    }

    /// Of all lanes together.
    var histograms: LatencyHistograms {
        recorders.reduce(into: LatencyHistograms()) { $0.add($1.histograms) }
    }

    /// Loops that a configuration needs.
    static func loopCount(_ configuration: RunConfiguration) -> Int {
        let collector = configuration.builder == .sequential ? 1 : 0
        // Where the generators of an open loop sleep that have no lane.
        let clock = configuration.door == .lane ? 0 : 1
        return configuration.cores + collector + clock
    }
}

/// Gives every partition to one lane, so that its order holds.
private final class PartitionRouter: BatchSink {
    private let sinks: [any BatchSink]
    private let next = Atomic<Int>(0)

    init(to sinks: [any BatchSink]) { self.sinks = sinks }

    func accept(_ batches: [RecordBatch]) {
        if sinks.count == 1 { return sinks[0].accept(batches) }
        var shares = [[RecordBatch]](repeating: [], count: sinks.count)
        for batch in batches {
            let lane = batch.partition >= 0 ? Int(batch.partition) : next.wrappingAdd(1, ordering: .relaxed).newValue
            shares[lane % sinks.count].append(batch)
        }
        for (sink, share) in zip(sinks, shares) where !share.isEmpty { sink.accept(share) }
    }

    func finish() { for sink in sinks { sink.finish() } }
}
