import KafkaClient
import KafkaTransport
import Testing

@testable import LoadGenerator

@Suite struct LaneRecorderTests {
    @Test func stagesThatNothingReachedHaveNoFigures() async throws {
        var configuration = RunConfiguration()
        configuration.stage = .null
        let loops = try EventLoopGroup(count: 1, name: "test")
        let pipeline = try RunPipeline(
            configuration, topic: "t", loops: loops.loops, cluster: nil,
            connection: ConnectionConfiguration(clientID: "test"))
        var chunk = RecordChunk()
        for _ in 0..<100 { try chunk.append(value: [1, 2, 3]) }
        try await pipeline.builders[0].append(chunk, to: "t", partition: nil)
        await pipeline.builders[0].finish()
        #expect(pipeline.recorders[0].ackedRecords == 100)
        #expect(Set(pipeline.histograms.byStage.keys) == [.total, .build])
        await loops.shutDown()
    }
}
