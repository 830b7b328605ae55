import KafkaEmbeddedBroker
import KafkaProtocol
import KafkaTransport
import Synchronization
import TestSupport
import Testing

@testable import KafkaClient

/// What a producer has is enough at some time, and then no more is built. That must not hold anything up.
@Suite(.serialized, .timeLimit(.minutes(1))) struct FlowTests {
    private func chunk(_ byteCount: Int, count: Int = 1) throws -> RecordChunk {
        var chunk = RecordChunk()
        for _ in 0..<count { try chunk.append(value: [UInt8](repeating: 65, count: byteCount)) }
        return chunk
    }

    /// Waits until something is so, or for a time: the test says then what is wrong.
    private func wait(_ most: Duration, until isSo: () -> Bool) async throws {
        let end = ContinuousClock.now + most
        while !isSo(), ContinuousClock.now < end { try await Task.sleep(for: .milliseconds(10)) }
    }

    @Test func `a broker that takes short batches refuses few`() async throws {
        try await withFixture {
            $0.messageByteCountMax = 20_000
        } _: { fixture in
            try fixture.broker.createTopic("t", partitions: 1)
            let sink = CountingSink()
            let lane = try fixture.makeLane(.fast(), to: sink)
            let builder = try BuilderLane(
                BuilderConfiguration(linger: .milliseconds(5)), on: fixture.loop, topics: fixture.cluster, to: lane)
            let records = try chunk(1000, count: 60)
            // It is found out which size is refused, and how much of it is not.
            for _ in 0..<5 {
                try await builder.append(records, to: "t", partition: 0)
                await builder.flush()
                try await lane.drain()
            }
            let refused = fixture.broker.statistics.refusedBatchCount
            #expect(refused > 0)
            for _ in 0..<50 { try await builder.append(records, to: "t", partition: 0) }
            await builder.finish()
            try await lane.drain()
            await lane.close()
            #expect(sink.recordCount == 3300 && sink.failureCount == 0)
            #expect(fixture.broker.statistics.refusedBatchCount == refused)
        }
    }

    @Test
    func `before a far broker has answered for the first time, no more is built than is worth sending to a near one`()
        async throws
    {
        try await withFixture {
            $0.roundTripTime = .milliseconds(100)
        } _: { fixture in
            try fixture.broker.createTopic("t", partitions: 1)
            let sink = CountingSink()
            let lane = try fixture.makeLane(.fast(), to: sink)
            let builder = try BuilderLane(
                BuilderConfiguration(linger: .milliseconds(5), memoryByteCountMax: 32 << 20), on: fixture.loop,
                topics: fixture.cluster, to: lane)
            let records = try chunk(1000, count: 60)
            let appending = Task { for _ in 0..<400 { try await builder.append(records, to: "t", partition: 0) } }
            var mostBytes = 0
            try await wait(.seconds(20)) {
                if sink.recordCount == 0 { mostBytes = max(mostBytes, builder.memoryByteCount) }
                return sink.recordCount > 0
            }
            #expect((1 << 20..<4 << 20).contains(mostBytes))
            try await appending.value
            await builder.finish()
            try await lane.drain()
            await lane.close()
            #expect(sink.recordCount == 24_000 && sink.failureCount == 0)
        }
    }

    @Test func `a lane that is let go of gives its bytes back to the pool`() async throws {
        try await withFixture { fixture in
            try fixture.broker.createTopic("t", partitions: 1)
            _ = try await fixture.cluster.partitionCount(of: "t")
            fixture.broker.inject(FaultRule(.produce, effect: .stall))
            let batches = BatchCollector()
            let builder = try BuilderLane(
                BuilderConfiguration(batchByteCount: 64 << 10, linger: .zero, memoryByteCountMax: 8 << 20),
                on: fixture.loop, topics: FixedTopics(["t": 1]), to: batches)
            for _ in 0..<60 { try await builder.append(chunk(1000), to: "t", partition: 0) }
            weak var weakLane: ProducerLane?
            do {
                let lane = try fixture.makeLane(.fast(), to: CountingSink())
                weakLane = lane
                lane.accept(batches.takeAll())
                _ = await lane.pendingCount
            }
            try await eventually { weakLane == nil && builder.memoryByteCount == 0 }
            // 2 of 128 buffers are out; is there a third?
            let one = builder.pool.take(1)!, two = builder.pool.take(1)
            #expect(two != nil)
            builder.pool.give(one)
            if let two { builder.pool.give(two) }
            await builder.finish()
        }
    }

    @Test func `a lane lets go of the memory of builders that are gone`() async throws {
        try await withFixture { fixture in
            try fixture.broker.createTopic("t", partitions: 1)
            let sink = CountingSink()
            let lane = try fixture.makeLane(.fast(), to: sink)
            weak var pool: BatchMemoryPool?
            do {
                let builder = try BuilderLane(
                    BuilderConfiguration(linger: .zero), on: fixture.loop, topics: fixture.cluster, to: lane)
                pool = builder.pool
                try await builder.append(chunk(100), to: "t", partition: 0)
                await builder.finish()
            }
            try await lane.drain()
            for _ in 0..<200 where pool != nil { try await Task.sleep(for: .milliseconds(5)) }
            #expect(pool == nil)
            await lane.close()
        }
    }

    @Test func `a builder does not wait for another builder's bytes`() async throws {
        try await withFixture { fixture in
            try fixture.broker.createTopic("t", partitions: 2)
            fixture.broker.inject(FaultRule(.produce, effect: .stall))
            let lane = try fixture.makeLane(.fast(), to: CountingSink())
            func builder() throws -> BuilderLane {
                try BuilderLane(
                    BuilderConfiguration(batchByteCount: 16 << 10, linger: .zero), on: fixture.loop,
                    topics: fixture.cluster, to: lane)
            }
            let (a, b) = (try builder(), try builder())
            try await a.append(chunk(1000), to: "t", partition: 0)
            // 1.1 MB: less than enough.
            for _ in 0..<70 { try await b.append(chunk(15_000), to: "t", partition: 1) }
            let done = Mutex(0)
            let appending = Task {
                for _ in 0..<10 {
                    try await a.append(chunk(1000), to: "t", partition: 0)
                    done.withLock { $0 += 1 }
                }
            }
            try await wait(.seconds(3)) { done.withLock { $0 } == 10 }
            #expect(done.withLock { $0 } == 10, "a has \(a.memoryByteCount) of 32 MiB")
            await lane.close()
            _ = try? await appending.value
            await a.finish()
            await b.finish()
        }
    }

    @Test func `a broker that stalls does not stop others while there is memory`() async throws {
        try await withFixture(brokers: 2, requestTimeout: .seconds(30)) { fixture in
            try fixture.broker.createTopic("t", partitions: 2)
            fixture.broker.inject(FaultRule(.produce, partition: 1, effect: .stall))
            let sink = CountingSink()
            let lane = try fixture.makeLane(.fast(), to: sink)
            let builder = try BuilderLane(
                BuilderConfiguration(), on: fixture.loop, topics: fixture.cluster, to: lane)
            let records = try chunk(1000, count: 64)
            let done = Mutex(0)
            let appending = Task {
                for _ in 0..<100 {
                    try await builder.append(records, to: "t", partition: 0)
                    try await builder.append(records, to: "t", partition: 1)
                    done.withLock { $0 += 1 }
                }
            }
            try await wait(.seconds(5)) { done.withLock { $0 } == 100 && sink.recordCount >= 6400 }
            #expect(done.withLock { $0 } == 100, "\(builder.memoryByteCount) bytes of \(32 << 20) are taken")
            #expect(sink.recordCount == 6400)
            await lane.close()
            _ = try? await appending.value
            await builder.finish()
        }
    }

    @Test func `tiny batches do not use up what may be pending`() async throws {
        try await withFixture { fixture in
            try fixture.broker.createTopic("t", partitions: 1)
            let lane = try fixture.makeLane(.fast(), to: CountingSink())
            let builder = try BuilderLane(
                BuilderConfiguration(linger: .milliseconds(1)), on: fixture.loop, topics: fixture.cluster, to: lane)
            _ = try await fixture.cluster.partitionCount(of: "t")
            fixture.broker.inject(FaultRule(.apiVersions, effect: .stall))
            let done = Mutex(0)
            let appending = Task {
                for _ in 0..<200 {
                    try await builder.append(chunk(100), to: "t", partition: 0)
                    done.withLock { $0 += 1 }
                    try await Task.sleep(for: .milliseconds(4))
                }
            }
            try await wait(.seconds(5)) { done.withLock { $0 } == 200 }
            let count = done.withLock { $0 }
            #expect(count == 200, "\(count) records of 100 bytes are taken, in \(builder.memoryByteCount) of 32 MiB")
            await lane.close()
            _ = try? await appending.value
            await builder.finish()
        }
    }

    @Test func `records wait for a missing topic while there is memory`() async throws {
        try await withFixture { fixture in
            try fixture.broker.createTopic("t", partitions: 1)
            try fixture.broker.createTopic("away", partitions: 1)
            let sink = CountingSink()
            let lane = try fixture.makeLane(.fast(), to: sink)
            let builder = try BuilderLane(
                BuilderConfiguration(), on: fixture.loop, topics: fixture.cluster, to: lane)
            let records = try chunk(1000, count: 16)
            try await builder.append(records, to: "away", partition: 0)
            try await builder.append(records, to: "t", partition: 0)
            try await eventually { sink.recordCount == 32 }
            try fixture.broker.deleteTopic("away")
            let appending = Task {
                for _ in 0..<200 {
                    try await builder.append(records, to: "away", partition: 0)
                    try await builder.append(records, to: "t", partition: 0)
                    try await Task.sleep(for: .milliseconds(5))
                }
            }
            try await Task.sleep(for: .seconds(4))
            #expect(sink.failureCount == 0, "\(builder.memoryByteCount) of 32 MiB are taken")
            await lane.close()
            _ = try? await appending.value
            await builder.finish()
        }
    }

    @Test func `a builder does not use up its memory while its broker keeps up`() async throws {
        try await withFixture { fixture in
            try fixture.broker.createTopic("t", partitions: 4)
            let sink = CountingSink()
            let lane = try fixture.makeLane(.fast(), to: sink)
            let builder = try BuilderLane(
                BuilderConfiguration(), on: fixture.loop, topics: fixture.cluster, to: lane)
            let records = try chunk(1000, count: 64)
            var most = 0
            for index in 0..<1000 {
                try await builder.append(records, to: "t", partition: nil)
                // The first ones wait for a connection.
                if index > 100 { most = max(most, builder.memoryByteCount) }
            }
            await builder.finish()
            try await lane.drain()
            await lane.close()
            #expect(sink.recordCount == 64_000 && sink.failureCount == 0)
            #expect(most < 8 << 20, "\(most) of 32 MiB")
        }
    }

    @Test func `records that could not be sent yet share a batch, also without a linger time`() async throws {
        try await withFixture {
            $0.roundTripTime = .milliseconds(50)
        } _: { fixture in
            try fixture.broker.createTopic("t", partitions: 4)
            let sink = CountingSink()
            let lane = try fixture.makeLane(.fast(), to: sink)
            let builder = try BuilderLane(
                BuilderConfiguration(linger: .zero), on: fixture.loop, topics: fixture.cluster, to: lane)
            for index in 0..<400 {
                try await builder.append(chunk(100), to: "t", partition: Int32(index % 4))
                try await Task.sleep(for: .milliseconds(1))
            }
            await builder.finish()
            try await lane.drain()
            await lane.close()
            #expect(sink.recordCount == 400 && sink.failureCount == 0)
            let requests = fixture.broker.statistics.requestCounts[.produce, default: 0]
            // One every 10 ms or so, with at most a batch of each partition.
            #expect(requests < 120, "\(requests) requests")
            #expect(sink.batchCount < 300, "\(sink.batchCount) batches")
        }
    }
}
