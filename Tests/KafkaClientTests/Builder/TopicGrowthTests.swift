import Synchronization
import Testing

@testable import KafkaClient

/// Topics gain partitions while a builder runs.
@Suite(.timeLimit(.minutes(1))) struct TopicGrowthTests {
    private final class GrowingTopic: TopicDirectory {
        let count = Mutex(2)
        func partitionCount(of topic: String) -> Int { count.withLock { $0 } }
    }

    private static let configuration = BuilderConfiguration(
        linger: .seconds(60), partitioner: CustomPartitioner { _, count in Int32(count - 1) })

    @Test(arguments: BuilderStrategy.allCases)
    func `records for a new partition are taken, those beyond it refused`(strategy: BuilderStrategy) async throws {
        let topic = GrowingTopic()
        try await BuilderBench.with(strategy, Self.configuration, topics: topic) { bench in
            let builder = bench.builder
            for partition: Int32 in 0..<2 { try await builder.append(.numbered(0..<3), to: "t", partition: partition) }
            let error = try await clientError { try await builder.append(.numbered(0..<3), to: "t", partition: 4) }
            #expect(error.code == .unknownPartition)
            topic.count.withLock { $0 = 5 }
            for partition: Int32 in 0..<5 { try await builder.append(.numbered(3..<9), to: "t", partition: partition) }
            let later = try await clientError { try await builder.append(.numbered(0..<3), to: "t", partition: 5) }
            #expect(later.code == .unknownPartition)
            await builder.flush()
            let records = bench.sink.recordsByPartition.mapValues { $0.map { $0.value!.number } }
            #expect(
                records == [
                    0: [0, 1, 2] + [3, 4, 5, 6, 7, 8], 1: Array(0..<9), 2: Array(3..<9), 3: Array(3..<9),
                    4: Array(3..<9),
                ])
            #expect(bench.sink.failures == [])
        }
    }

    @Test func `lanes take what the builder has assigned to new partitions`() async throws {
        let topic = GrowingTopic()
        try await BuilderBench.with(.shardedByThree, Self.configuration, topics: topic) { bench in
            for count in 2..<9 {
                topic.count.withLock { $0 = count }
                try await bench.builder.append(.numbered(0..<3), to: "t")
            }
            await bench.builder.flush()
            #expect(
                bench.sink.recordsByPartition.mapValues(\.count)
                    == Dictionary(uniqueKeysWithValues: (1..<8).map { ($0, 3) }))
        }
    }
}
