import KafkaClient
import KafkaTransport
import Testing

@testable import LoadGenerator

/// Latencies of an open loop, through the library's own builders and producers.
@Suite(.timeLimit(.minutes(1))) struct ExactLatencyTests {
    /// A run without a broker. Records are due long before they are sent, so latencies tell by themselves which records were
    /// taken for which.
    private func latencies(_ builder: BuilderChoice, _ partitioner: PartitionerChoice, _ keys: KeyDistribution)
        async throws -> HdrHistogram
    {
        var configuration = RunConfiguration()
        configuration.stage = .null
        configuration.builder = builder
        configuration.partitioner = partitioner
        configuration.keys = keys
        configuration.keySize = 8
        configuration.partitions = 5
        configuration.cores = 2
        configuration.rate = 10
        let loops = try EventLoopGroup(count: RunPipeline.loopCount(configuration), name: "test")
        let pipeline = try RunPipeline(
            configuration, topic: "t", loops: loops.loops, cluster: nil,
            connection: ConnectionConfiguration(clientID: "test"))
        let pool = try PayloadPool(configuration)
        // Two thousand seconds of records, the last of them due a minute ago.
        let begin = MonotonicInstant.now.advanced(byNanoseconds: -2_060_000_000_000)
        let schedule = OpenLoopSchedule(rate: 10, total: 20_000, begin: begin)
        for recorder in pipeline.recorders { recorder.count(from: DueTimes(schedule)) }
        var maker = ChunkMaker(pool, nil, needsHeaders: false, numbersRecords: true)
        var turn = 0
        while let records = schedule.take(now: .now, most: 256) {
            try maker.make(first: records.lowerBound, count: records.count)
            try await pipeline.builders[turn % pipeline.builders.count].append(maker.chunk, to: "t", partition: nil)
            turn += 1
        }
        for builder in pipeline.builders { await builder.finish() }
        let histogram = pipeline.histograms.total
        await loops.shutDown()
        return histogram
    }

    @Test(
        arguments: [
            (BuilderChoice.sharded, PartitionerChoice.sticky, KeyDistribution.none), (.sharded, .roundRobin, .none),
            (.sharded, .none, .none), (.sharded, .murmur2, .uniform(count: 100)), (.sequential, .sticky, .none),
            (.sequential, .roundRobin, .none), (.sequential, .murmur2, .uniform(count: 100)),
        ])
    func `each record counts from when it was due, whatever batch it is in`(
        builder: BuilderChoice, partitioner: PartitionerChoice, keys: KeyDistribution
    ) async throws {
        let sending = MonotonicInstant.now
        let histogram = try await latencies(builder, partitioner, keys)
        let tookSeconds = Double(MonotonicInstant.now.nanoseconds(since: sending)) / 1e9
        #expect(histogram.totalCount == 20_000)
        // They were due evenly over 2000 s, so that the latencies are even too, but for the time that the sending took.
        let end = histogram.valueAtPercentile(0)
        for percentile in [10.0, 50, 90, 99] {
            let passed = Double(histogram.valueAtPercentile(percentile) - end) / 1e9
            #expect(abs(passed - percentile * 20) < 10 + tookSeconds, "p\(percentile): \(passed) s")
        }
    }
}
