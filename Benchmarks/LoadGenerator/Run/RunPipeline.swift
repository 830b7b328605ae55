// The pipeline of one run, built of the library's parts:
//
//   sharded      lane 1…N: generator ─▶ BuilderLane ─▶ ProducerLane ─▶ LaneRecorder, all on the lane's loop
//   sequential   generator ─▶ SequentialBuilder (collector, N workers) ─▶ router ─▶ ProducerLane 1…N ─▶ LaneRecorder
//
// Nothing of it is special to benchmarks but the generator and the recorder.

import KafkaClient
import Synchronization

/// The parts of one run, from the generator to the recorder.
struct RunPipeline {
    let builders: [any BatchBuilder & Actor]
    /// Where each builder lives, in the same order.
    let generatorLoops: [EventLoop]
    let producers: [ProducerLane]
    let recorders: [LaneRecorder]

    /// - Parameters:
    ///   - loops: one for each core; for the sequential builder one more, where the collector and the generator live.
    ///   - cluster: nil where the pipeline stops before the broker.
    init(
        _ configuration: RunConfiguration, topic: String, loops: [EventLoop], cluster: Cluster?,
        connection: ConnectionConfiguration, concurrency: Int, settings: ClientSettings = ClientSettings()
    ) throws {
        let cores = configuration.cores
        let limit = concurrency < cores ? try InFlightLimit(concurrency) : nil
        recorders = (0..<cores).map { _ in LaneRecorder() }
        if configuration.rate != nil {
            // The one generator of a sequential builder feeds all lanes.
            let shared = configuration.builder == .sequential ? IntendedTimes() : nil
            for recorder in recorders { recorder.intendedTimes = shared ?? IntendedTimes() }
        }
        var sinks: [any BatchSink] = []
        var producers: [ProducerLane] = []
        for (lane, recorder) in recorders.enumerated() {
            guard let cluster else {
                sinks.append(AcknowledgingSink(deliveriesTo: recorder))
                continue
            }
            let producer = try ProducerLane(
                configuration.producerConfiguration(lane: lane, of: cores, concurrency: concurrency, settings),
                on: loops[lane],
                cluster: cluster, connection: connection, inFlightLimit: limit, deliveriesTo: recorder)
            producers.append(producer)
            sinks.append(producer)
        }
        self.producers = producers
        let topics: any TopicDirectory = cluster ?? FixedTopics([topic: configuration.partitions])
        switch configuration.builder {
        case .sharded:
            builders = try (0..<cores).map { lane in
                try BuilderLane(
                    configuration.builderConfiguration(lane: lane, of: cores, concurrency: concurrency),
                    on: loops[lane],
                    topics: topics, to: sinks[lane])
            }
            generatorLoops = Array(loops.prefix(cores))
        case .sequential:
            let collector = loops[cores]
            let router = PartitionRouter(to: sinks)
            let builder = try SequentialBuilder(
                configuration.builderConfiguration(lane: 0, of: 1, concurrency: concurrency), on: collector,
                workersOn: Array(loops.prefix(cores)), topics: topics, to: router)
            builders = [builder]
            generatorLoops = [collector]
        }
    }

    /// Of all lanes together.
    var histograms: LatencyHistograms {
        recorders.reduce(into: LatencyHistograms()) { $0.add($1.histograms) }
    }

    /// Loops that a configuration needs.
    static func loopCount(_ configuration: RunConfiguration) -> Int {
        configuration.cores + (configuration.builder == .sequential ? 1 : 0)
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
