import TestSupport
import Testing

@testable import KafkaClient

/// The memory bound, waiting for it, and giving up.
@Suite(.timeLimit(.minutes(1))) struct BuilderMemoryTests {
    private func configuration(
        _ memoryByteCountMax: Int, codec: Codec = .uncompressed, linger: Duration = .seconds(60),
        batchByteCountMax: Int = 4096
    ) throws -> BuilderConfiguration {
        BuilderConfiguration(
            batchByteCount: 1024, batchByteCountMax: batchByteCountMax, linger: linger,
            memoryByteCountMax: memoryByteCountMax, codec: codec)
    }

    /// Random values, so that batches stay as long as they are.
    private func chunk(_ numbers: Range<Int>) -> RecordChunk {
        var random = SeededGenerator(seed: UInt64(numbers.lowerBound))
        return RecordChunk(numbers.map { PlainRecord(value: .numbered($0) + random.bytes(200), timestampMs: 1) })
    }

    @Test(arguments: BuilderStrategy.allCases)
    func `appending waits while batches are held and goes on when they are let go of`(
        strategy: BuilderStrategy
    ) async throws {
        try await BuilderBench.with(strategy, try configuration(8192)) { bench in
            bench.sink.hold()
            let appending = Task(executorPreference: bench.loops[0]) {
                for start in stride(from: 0, to: 500, by: 10) {
                    try await bench.builder.append(chunk(start..<start + 10), to: "few", partition: 0)
                }
            }
            await bench.sink.wait { $0.count >= 6 }
            // Nothing but letting go can bring more than the memory holds.
            await bench.turn()
            #expect(bench.sink.batches.reduce(0) { $0 + $1.byteCount } <= 8192)
            bench.sink.letGo()
            try await appending.value
            await bench.builder.flush()
            let numbers = bench.sink.batches.flatMap { $0.records.map { $0.value!.number } }
            #expect(numbers == Array(0..<500))
        }
    }

    @Test(arguments: BuilderStrategy.allCases, BuilderContractTests.codecs)
    func `memory for two batches is enough for seven partitions`(strategy: BuilderStrategy, codec: Codec) async throws {
        try await BuilderBench.with(strategy, try configuration(2048, codec: codec)) { bench in
            for start in stride(from: 0, to: 700, by: 70) {
                let records = (start..<start + 70).map {
                    PlainRecord(key: .numbered($0 % 50), value: .numbered($0, byteCount: 90), timestampMs: 1)
                }
                try await bench.builder.append(RecordChunk(records), to: "many")
            }
            await bench.builder.finish()
            #expect(bench.sink.failures == [])
            #expect(bench.sink.batches.flatMap(\.records).map { $0.value!.number }.sorted() == Array(0..<700))
        }
    }

    @Test(arguments: BuilderStrategy.allCases, BuilderContractTests.codecs)
    func `a record longer than the whole memory is taken, and others after it`(
        strategy: BuilderStrategy, codec: Codec
    ) async throws {
        let configuration = try configuration(2048, codec: codec, batchByteCountMax: 1 << 20)
        try await BuilderBench.with(strategy, configuration) { bench in
            for round in 0..<5 {
                for size in [100_000, 20, 300, 5000] {
                    try await bench.builder.append(.numbered(round..<round + 1, valueByteCount: size), to: "few")
                }
            }
            await bench.builder.finish()
            #expect(bench.sink.failures == [])
            let records = bench.sink.batches.flatMap(\.records).sorted { $0.value!.count < $1.value!.count }
            #expect(
                records.map { $0.value!.count } == [20, 300, 5000, 100_000].flatMap { Array(repeating: $0, count: 5) })
            #expect(records.prefix(5).map { $0.value!.number }.sorted() == [0, 1, 2, 3, 4])
        }
    }

    @Test(arguments: BuilderStrategy.allCases)
    func `a long record does not wait for the linger of open batches`(strategy: BuilderStrategy) async throws {
        let configuration = try configuration(4096, linger: .seconds(3600))
        try await BuilderBench.with(strategy, configuration) { bench in
            bench.sink.hold()
            try await bench.builder.append(chunk(0..<1), to: "few", partition: 0)
            await bench.builder.flush()
            await bench.sink.wait { $0.count == 1 }
            // One batch is in flight and two are open. When it comes back, there is still too little for the long record.
            try await bench.builder.append(chunk(1..<2), to: "few", partition: 1)
            try await bench.builder.append(chunk(2..<3), to: "few", partition: 2)
            let appending = Task(executorPreference: bench.loops[0]) {
                try await bench.builder.append(.numbered(3..<4, valueByteCount: 3000), to: "few", partition: 0)
            }
            await bench.turn()
            bench.sink.letGo()
            try await appending.value
            await bench.builder.finish()
            #expect(bench.sink.batches.flatMap { $0.records.map { $0.value!.number } }.sorted() == [0, 1, 2, 3])
        }
    }

    @Test(arguments: BuilderStrategy.allCases)
    func `giving up a wait throws, and what was taken before comes out`(strategy: BuilderStrategy) async throws {
        try await BuilderBench.with(strategy, try configuration(4096, linger: .milliseconds(5))) { bench in
            bench.sink.hold()
            let appending = Task(executorPreference: bench.loops[0]) {
                for start in stride(from: 0, to: 10_000, by: 5) {
                    try await bench.builder.append(chunk(start..<start + 5), to: "few", partition: 0)
                }
            }
            await bench.sink.wait { $0.count >= 2 }
            await bench.turn()
            appending.cancel()
            await #expect(throws: CancellationError.self) { try await appending.value }
            // What was taken has lingered, and still finds no memory.
            let cancelled = MonotonicInstant.now
            try await eventually { MonotonicInstant.now - cancelled >= .milliseconds(6) }
            await bench.turn()
            bench.sink.letGo()
            await bench.builder.finish()
            let numbers = bench.sink.batches.flatMap { $0.records.map { $0.value!.number } }
            #expect(numbers == Array(0..<numbers.count) && numbers.count >= 8)
            #expect(bench.sink.failures == [])
        }
    }

    /// The sequential builder takes memory when it cuts a set: without any there is nothing it could let out.
    @Test(arguments: [BuilderStrategy.lane, .shardedByOne, .shardedByThree])
    func `open batches linger no longer because an appender waits for memory`(strategy: BuilderStrategy) async throws {
        try await BuilderBench.with(strategy, try configuration(5120, linger: .milliseconds(5))) { bench in
            bench.sink.hold()
            let appending = Task {
                try await bench.builder.append(chunk(0..<1), to: "few", partition: 1)
                try await bench.builder.append(chunk(1..<500), to: "few", partition: 0)
            }
            // Comes out though nobody lets go of a batch and the second append does not end.
            await bench.sink.wait { $0.contains { $0.partition == 1 } }
            bench.sink.letGo()
            try await appending.value
        }
    }

    @Test(arguments: BuilderStrategy.allCases)
    func `a cancelled task can finish a builder that waits for memory`(strategy: BuilderStrategy) async throws {
        try await BuilderBench.with(strategy, try configuration(4096)) { bench in
            bench.sink.hold()
            for partition in 0..<Int32(3) {
                let appending = Task(executorPreference: bench.loops[0]) {
                    try await bench.builder.append(chunk(0..<4), to: "few", partition: partition)
                }
                await bench.turn()
                appending.cancel()
                _ = await appending.result
            }
            let finishing = Task(executorPreference: bench.loops[0]) {
                withUnsafeCurrentTask { $0?.cancel() }
                await bench.builder.finish()
            }
            await bench.turn()
            bench.sink.letGo()
            await finishing.value
            #expect(bench.sink.finishCount == strategy.sinkCount)
            #expect(bench.sink.failures == [])
            #expect(bench.sink.batches.flatMap(\.records).count >= 4)
        }
    }

    @Test(arguments: BuilderStrategy.allCases)
    func `finishing while an append waits loses no record that it says it took`(strategy: BuilderStrategy) async throws
    {
        try await BuilderBench.with(strategy, try configuration(4096)) { bench in
            bench.sink.hold()
            let appending = Task(executorPreference: bench.loops[0]) {
                try await bench.builder.append(chunk(0..<200), to: "few", partition: 0)
            }
            await bench.sink.wait { $0.count >= 2 }
            let finishing = Task(executorPreference: bench.loops[0]) { await bench.builder.finish() }
            await bench.turn()
            bench.sink.letGo()
            await finishing.value
            let error = await #expect(throws: KafkaClientError.self) { try await appending.value }
            #expect(error?.code == .closed)
            let count = bench.sink.batches.flatMap(\.records).count
            #expect(error?.message.contains("\(count) of 200") == true)
            #expect(bench.sink.failures == [])
        }
    }
}
