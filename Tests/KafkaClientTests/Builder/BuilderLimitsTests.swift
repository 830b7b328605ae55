import TestSupport
import Testing

@testable import KafkaClient

/// How long batches may be, what is refused, and when a builder takes nothing.
@Suite(.timeLimit(.minutes(1))) struct BuilderLimitsTests {
    private static let configuration = BuilderConfiguration(
        batchByteCount: 512, batchByteCountMax: 2048, linger: .seconds(60))

    /// A record that alone needs a batch of so many bytes.
    private func record(needing byteCount: Int, number: Int = 0) -> PlainRecord {
        for overhead in 0..<200 {
            let value = [UInt8].numbered(number, byteCount: byteCount - 61 - overhead)
            let record = PlainRecord(value: value, timestampMs: 1)
            if RecordChunk([record]).batchByteCountAlone(at: 0) == byteCount { return record }
        }
        preconditionFailure("no such record")
    }

    @Test(arguments: BuilderStrategy.allCases)
    func `a record that needs the longest batch is taken`(strategy: BuilderStrategy) async throws {
        try await BuilderBench.with(strategy, Self.configuration) { bench in
            try await bench.builder.append(RecordChunk([record(needing: 2048)]), to: "one")
            await bench.builder.flush()
            #expect(bench.sink.batches.map(\.byteCount) == [2048])
        }
    }

    @Test(arguments: BuilderStrategy.allCases, BuilderContractTests.codecs)
    func `a record of one byte more is refused and the others of its chunk are taken`(
        strategy: BuilderStrategy, codec: Codec
    ) async throws {
        let configuration = BuilderConfiguration(
            batchByteCount: 512, batchByteCountMax: 2048, linger: .seconds(60), codec: codec)
        try await BuilderBench.with(strategy, configuration) { bench in
            let sizes = [100, 2049, 2048, 100, 3000, 600, 100, 512, 513, 2049]
            let records = sizes.enumerated().map { record(needing: $1, number: $0) }
            let error = await #expect(throws: KafkaClientError.self) {
                try await bench.builder.append(RecordChunk(records), to: "one")
            }
            #expect(error?.code == .recordTooLarge)
            #expect(error?.message.contains("3 of 10") == true)
            #expect(error?.takenRecordCount == 7)
            await bench.builder.flush()
            #expect(bench.sink.failures == [])
            let numbers = bench.sink.batches.flatMap { $0.records.map { $0.value!.number } }
            #expect(numbers == [0, 2, 3, 5, 6, 7, 8])
            for batch in bench.sink.batches {
                #expect(batch.byteCount <= 2048)
                #expect(batch.uncompressedByteCount <= 512 || batch.records.count == 1)
            }
        }
    }

    @Test(arguments: BuilderStrategy.allCases)
    func `an unknown topic or partition takes nothing`(strategy: BuilderStrategy) async throws {
        let wrong = CustomPartitioner { key, _ in key?.first == 9 ? 98 : Int32(key?.first ?? 0) }
        let configuration = BuilderConfiguration(linger: .seconds(60), partitioner: wrong)
        try await BuilderBench.with(strategy, configuration) { bench in
            func code(_ topic: String, _ partition: Int32?, _ chunk: RecordChunk) async -> KafkaClientError.Code? {
                await #expect(throws: KafkaClientError.self) {
                    try await bench.builder.append(chunk, to: topic, partition: partition)
                }?.code
            }
            #expect(await code("none", nil, .numbered(0..<3)) == .unknownTopic)
            for partition in [Int32(3), -2, .max, .min] {
                #expect(await code("few", partition, .numbered(0..<3)) == .unknownPartition)
            }
            let keys: [UInt8] = [0, 1, 2, 0, 9, 1]
            let chunk = RecordChunk(keys.map { PlainRecord(key: [$0], value: [], timestampMs: 1) })
            #expect(await code("few", nil, chunk) == .unknownPartition)
            await bench.builder.flush()
            #expect(bench.sink.batches.isEmpty)
        }
    }

    @Test(arguments: BuilderStrategy.allCases)
    func `an empty chunk is nothing`(strategy: BuilderStrategy) async throws {
        try await BuilderBench.with(strategy, Self.configuration) { bench in
            try await bench.builder.append(RecordChunk(), to: "one")
            await bench.builder.flush()
            #expect(bench.sink.batches.isEmpty)
        }
    }

    @Test(arguments: BuilderStrategy.allCases)
    func `finishing brings out what is open, tells the end once, and refuses more`(strategy: BuilderStrategy)
        async throws
    {
        try await BuilderBench.with(strategy, Self.configuration) { bench in
            try await bench.builder.append(.numbered(0..<10), to: "few")
            await withTaskGroup { group in
                for _ in 0..<3 { group.addTask { await bench.builder.finish() } }
            }
            await bench.builder.finish()
            #expect(bench.sink.finishCount == strategy.sinkCount)
            #expect(bench.sink.batches.flatMap(\.records).count == 10)
            let error = await #expect(throws: KafkaClientError.self) {
                try await bench.builder.append(.numbered(0..<1), to: "few")
            }
            #expect(error?.code == .closed)
            #expect(bench.sink.failures == [])
        }
    }
}

/// When batches leave that nobody fills.
@Suite(.timeLimit(.minutes(1))) struct BuilderLingerTests {
    @Test(arguments: BuilderStrategy.allCases, BuilderContractTests.codecs)
    func `a batch leaves when it has lingered`(strategy: BuilderStrategy, codec: Codec) async throws {
        let configuration = BuilderConfiguration(linger: .milliseconds(5), codec: codec)
        try await BuilderBench.with(strategy, configuration) { bench in
            for round in 1...5 {
                try await bench.builder.append(.numbered(0..<30, valueByteCount: 50), to: "few", partition: 1)
                await bench.sink.wait { $0.flatMap(\.records).count == round * 30 }
            }
            for batch in bench.sink.batches {
                #expect(batch.times.sealed - batch.times.firstAppend >= .milliseconds(5))
            }
        }
    }

    /// Records that count 132 bytes each, varints at their longest, for a batch with room for three behind its 61 bytes. With
    /// a linger of an hour only the rule lets them out.
    @Test(arguments: [
        (SequentialBuilder.Cut(recordCountMin: 2, byteCountMin: 0), [2, 2, 2]),
        (SequentialBuilder.Cut(recordCountMin: 0, byteCountMin: 250), [2, 2, 2]),
        (SequentialBuilder.Cut(recordCountMin: 3, byteCountMin: 250), [3, 3]),
        (SequentialBuilder.Cut(recordCountMin: 1, byteCountMin: 326), [3, 3]),
        // A full batch leaves whatever the rule says.
        (SequentialBuilder.Cut(recordCountMin: 1000, byteCountMin: 1 << 20), [3, 3]),
    ])
    func `records are cut when both minima are reached, and when a batch is full`(
        cut: SequentialBuilder.Cut, recordCounts: [Int]
    ) async throws {
        try await EventLoopGroup.withLoops(count: 2, name: "cut") { loops in
            let sink = CollectingSink(sourceCount: 1)
            let configuration = BuilderConfiguration(batchByteCount: 61 + 3 * 132, linger: .seconds(3600))
            let builder = try SequentialBuilder(
                configuration, cut: cut, on: loops[0], workersOn: [loops[1]], topics: BuilderBench.topics, to: sink)
            for number in 0..<6 {
                try await builder.append(.numbered(number..<number + 1, valueByteCount: 100), to: "one")
            }
            await sink.wait { $0.count >= recordCounts.count }
            #expect(sink.batches.map(\.records.count) == recordCounts)
            await builder.finish()
        }
    }

    @Test(arguments: BuilderStrategy.allCases)
    func `without linger everything leaves with its append`(strategy: BuilderStrategy) async throws {
        try await BuilderBench.with(strategy, BuilderConfiguration(linger: .zero)) { bench in
            for round in 1...5 {
                try await bench.builder.append(.numbered(0..<30), to: "few")
                await bench.sink.wait { $0.flatMap(\.records).count == round * 30 }
            }
        }
    }

    @Test(arguments: BuilderStrategy.allCases)
    func `flushing leaves the younger batches open`(strategy: BuilderStrategy) async throws {
        let configuration = BuilderConfiguration(linger: .seconds(60))
        try await BuilderBench.with(strategy, configuration) { bench in
            try await bench.builder.append(.numbered(0..<1), to: "few", partition: 0)
            let appended = MonotonicInstant.now
            try await eventually { MonotonicInstant.now - appended >= .milliseconds(100) }
            let between = MonotonicInstant.now
            try await bench.builder.append(.numbered(1..<2), to: "few", partition: 1)
            await bench.builder.flush(olderThan: .seconds(30))
            #expect(bench.sink.batches.isEmpty)
            await bench.builder.flush(olderThan: .milliseconds(90))
            // Where the machine stalled, the second may have come of age as well.
            let isStalled = MonotonicInstant.now - between >= .milliseconds(90)
            #expect(bench.sink.batches.map(\.partition) == [0] || isStalled)
            await bench.builder.flush()
            #expect(bench.sink.batches.map(\.partition).sorted() == [0, 1])
        }
    }

    @Test(arguments: BuilderStrategy.allCases)
    func `a flush ends though others go on appending`(strategy: BuilderStrategy) async throws {
        let configuration = BuilderConfiguration(batchByteCount: 512, linger: .seconds(60), codec: .gzip)
        try await BuilderBench.with(strategy, configuration) { bench in
            let appending = Task {
                while !Task.isCancelled {
                    try await bench.builder.append(.numbered(0..<50, valueByteCount: 100), to: "few")
                }
            }
            await bench.sink.wait { !$0.isEmpty }
            for round in 0..<10 {
                try await bench.builder.append(.numbered([round]), to: "one")
                await bench.builder.flush()
                let found = bench.sink.batches.filter { $0.topic == "one" }.flatMap(\.records).map { $0.value!.number }
                #expect(found == Array(0...round))
            }
            appending.cancel()
            if case .failure(let error) = await appending.result { #expect(error is CancellationError) }
            #expect(bench.sink.failures == [])
        }
    }
}
