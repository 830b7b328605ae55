import KafkaClient
import KafkaTransport
import Testing

@testable import LoadGenerator

/// Which deliveries are traced.
@Suite struct TraceSamplerTests {
    /// Takes the deliveries of a second that has so many of one batch each, evenly.
    private static func take(_ countPerSecond: Int, seconds: Int, perSecond: Double) async throws -> Int {
        let samples = TraceSamples()
        var sampler = TraceSampler(to: samples, perSecond: perSecond)
        let batch = try await OneBatch.make()
        var taken = 0
        for index in 0..<countPerSecond * seconds {
            let now = MonotonicInstant(nanoseconds: Int64(index) * 1_000_000_000 / Int64(countPerSecond))
            sampler.take([Delivery(acknowledging: batch, now: now)])
            taken += samples.takeAll().count
        }
        return taken
    }

    @Test func asManyAreTakenAsAreWanted() async throws {
        let taken = try await Self.take(10_000, seconds: 20, perSecond: 50)
        #expect((900...1100).contains(taken))
    }

    @Test func allAreTakenWhereThereAreFewer() async throws {
        let taken = try await Self.take(10, seconds: 20, perSecond: 100)
        #expect(taken == 200)
    }

    @Test func whatIsNotWrittenIsBounded() async throws {
        let samples = TraceSamples()
        let batch = try await OneBatch.make()
        for _ in 0..<20_000 { samples.add(Delivery(acknowledging: batch, now: .now)) }
        #expect(samples.takeAll().count == 10_000 && samples.takeAll().isEmpty)
    }
}

/// A batch that a builder has made.
private enum OneBatch {
    static func make() async throws -> RecordBatch {
        try await EventLoopGroup.withLoops(count: 1) { loops in
            let (builder, batches) = try ShardedBuilder.withSequence(
                BuilderConfiguration(linger: .zero), on: [loops[0]], topics: FixedTopics(["t": 1]))
            var chunk = RecordChunk()
            try chunk.append(value: "v")
            try await builder.append(chunk, to: "t")
            await builder.finish()
            var made: RecordBatch?
            for await batch in batches { made = batch }
            return made!
        }
    }
}
