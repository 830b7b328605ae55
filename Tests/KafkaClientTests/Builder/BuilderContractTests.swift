import TestSupport
import Testing

@testable import KafkaClient

/// What every strategy keeps to, with every codec and partitioner.
@Suite(.timeLimit(.minutes(1))) struct BuilderContractTests {
    static let codecs: [Codec] = [.uncompressed, .gzip, .snappy, .lz4, .zstd]

    /// A partitioner and a name for it.
    struct Choice: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let partitioner: any Partitioner

        static let all = [
            Choice(testDescription: "any", partitioner: AnyPartitioner()),
            Choice(testDescription: "round robin", partitioner: RoundRobinPartitioner()),
            Choice(testDescription: "sticky", partitioner: StickyPartitioner()),
            Choice(testDescription: "murmur2", partitioner: KeyPartitioner.murmur2),
            Choice(testDescription: "crc32", partitioner: KeyPartitioner.crc32),
            Choice(testDescription: "fnv1a", partitioner: KeyPartitioner.fnv1a),
            Choice(
                testDescription: "custom",
                partitioner: CustomPartitioner { key, count in Int32((key?.count ?? 0) % count) }),
        ]
    }

    /// Records of all shapes; the value begins with a number of its own.
    private func records(_ numbers: Range<Int>) -> [PlainRecord] {
        var random = SeededGenerator(seed: 7)
        return numbers.map { number in
            let filler = [UInt8](repeating: UInt8(number & 63), count: number % 11 == 0 ? 700 : number % 90)
            return PlainRecord(
                key: number % 5 == 0 ? nil : number % 7 == 0 ? [] : .numbered(number % 23),
                value: .numbered(number) + filler,
                headers: number % 13 == 0 ? [RecordHeader(key: "h", value: random.bytes(number % 20))] : [],
                timestampMs: 1_700_000_000_000 + Int64(number))
        }
    }

    @Test(arguments: BuilderStrategy.allCases)
    func `batches tell the numbers of their records, however they came there`(strategy: BuilderStrategy) async throws {
        for choice in Choice.all {
            let configuration = BuilderConfiguration(
                batchByteCount: 2048, batchByteCountMax: 8192, partitioner: choice.partitioner)
            try await BuilderBench.with(strategy, configuration) { bench in
                let all = records(0..<600)
                for start in stride(from: 0, to: all.count, by: 65) {
                    var chunk = RecordChunk(all[start..<min(all.count, start + 65)])
                    chunk.numbering = RecordNumbering(first: Int64(start))
                    try await bench.builder.append(chunk, to: "many")
                }
                await bench.builder.finish()
                for batch in bench.sink.batches { #expect(batch.numbers.map { all[Int($0)] } == batch.records) }
                #expect(bench.sink.batches.flatMap(\.numbers).sorted() == (0..<600).map(Int64.init))
            }
        }
    }

    @Test(arguments: BuilderStrategy.allCases, codecs)
    func `every record is in one batch, as it was given and in order`(strategy: BuilderStrategy, codec: Codec)
        async throws
    {
        for choice in Choice.all {
            let configuration = BuilderConfiguration(
                batchByteCount: 2048, batchByteCountMax: 8192, codec: codec, partitioner: choice.partitioner)
            try await BuilderBench.with(strategy, configuration) { bench in
                let all = records(0..<600)
                for start in stride(from: 0, to: all.count, by: 65) {
                    try await bench.builder.append(RecordChunk(all[start..<min(all.count, start + 65)]), to: "many")
                    if start % 260 == 0 { await bench.builder.flush() }
                }
                await bench.builder.finish()
                expect(all, in: bench.sink, by: choice)
                let isSmall = bench.sink.batches.allSatisfy { $0.uncompressedByteCount <= 2048 && $0.byteCount <= 2048 }
                #expect(isSmall)
            }
        }
    }

    private func expect(_ all: [PlainRecord], in sink: CollectingSink, by choice: Choice) {
        #expect(sink.failures == [])
        var found = 0
        var keyedCount = 0
        for (partition, records) in sink.recordsByPartition {
            #expect((-1..<7).contains(partition))
            found += records.count
            // Records that may go to any partition are spread by batches, each of which goes on where the last of its
            // place ended; keyed ones must be in order throughout.
            let keyed =
                choice.testDescription == "any" || choice.testDescription == "sticky"
                ? [] : records.filter { !($0.key ?? []).isEmpty }
            keyedCount += keyed.count
            let numbers = keyed.map { $0.value!.number }
            #expect(numbers == numbers.sorted(), "partition \(partition), \(choice.testDescription)")
        }
        #expect(found == all.count)
        // 480 have keys, 68 of them empty ones.
        #expect(keyedCount == (choice.testDescription == "any" || choice.testDescription == "sticky" ? 0 : 412))
        let sorted = sink.batches.flatMap(\.records).sorted { $0.value!.number < $1.value!.number }
        #expect(sorted == all)
    }

    @Test(arguments: BuilderStrategy.allCases, codecs)
    func `a partition that the caller names is the one, in order`(strategy: BuilderStrategy, codec: Codec) async throws
    {
        let configuration = BuilderConfiguration(batchByteCount: 512, batchByteCountMax: 2048, codec: codec)
        try await BuilderBench.with(strategy, configuration) { bench in
            for start in stride(from: 0, to: 600, by: 50) {
                for partition in 0..<Int32(3) {
                    let chunk = RecordChunk.numbered(start..<start + 50, valueByteCount: 60)
                    try await bench.builder.append(chunk, to: "few", partition: partition)
                }
                if start % 400 == 0 { await bench.builder.flush() }
            }
            await bench.builder.finish()
            #expect(bench.sink.failures == [])
            let found = bench.sink.recordsByPartition.mapValues { $0.map { $0.value!.number } }
            #expect(found == [0: Array(0..<600), 1: Array(0..<600), 2: Array(0..<600)])
        }
    }

    @Test(arguments: BuilderStrategy.allCases) func `topics are kept apart`(strategy: BuilderStrategy) async throws {
        try await BuilderBench.with(strategy, BuilderConfiguration()) { bench in
            try await bench.builder.append(.numbered(0..<100), to: "few", partition: 0)
            try await bench.builder.append(.numbered(100..<200), to: "one")
            await bench.builder.flush()
            let few = bench.sink.batches.filter { $0.topic == "few" }.flatMap(\.records)
            let one = bench.sink.batches.filter { $0.topic == "one" }.flatMap(\.records)
            #expect(few.map { $0.value!.number } == Array(0..<100))
            #expect(one.map { $0.value!.number } == Array(100..<200))
        }
    }

    @Test(arguments: BuilderStrategy.allCases)
    func `a record gets the time of its append when it brings none`(strategy: BuilderStrategy) async throws {
        try await BuilderBench.with(strategy, BuilderConfiguration()) { bench in
            var chunk = RecordChunk()
            try chunk.append(value: [1])
            let before = WallTime.now.millisecondsSince1970
            try await bench.builder.append(chunk, to: "one")
            let after = WallTime.now.millisecondsSince1970
            await bench.builder.flush()
            let time = try #require(bench.sink.batches.first?.records.first?.timestampMs)
            #expect((before...after).contains(time))
        }
    }

    @Test(arguments: BuilderStrategy.allCases, codecs)
    func `data that does not shrink is stored as it is`(strategy: BuilderStrategy, codec: Codec) async throws {
        let configuration = BuilderConfiguration(batchByteCount: 4096, codec: codec)
        try await BuilderBench.with(strategy, configuration) { bench in
            var random = SeededGenerator(seed: 3)
            let records = (0..<50).map { _ in PlainRecord(value: random.bytes(700), timestampMs: 1) }
            // In turn with what shrinks, so that buffers change places in between.
            for record in records {
                try await bench.builder.append(RecordChunk([record]), to: "few", partition: 0)
                try await bench.builder.append(.numbered(0..<5, valueByteCount: 500), to: "few", partition: 1)
            }
            await bench.builder.flush()
            #expect(bench.sink.failures == [])
            for batch in bench.sink.batches {
                #expect(batch.compression == (batch.partition == 0 ? .none : codec.type))
            }
            #expect(bench.sink.recordsByPartition[0] == records)
            let numbers = bench.sink.recordsByPartition[1]?.map { $0.value!.number }
            #expect(numbers == (0..<50).flatMap { _ in 0..<5 })
        }
    }

    @Test(arguments: BuilderStrategy.allCases)
    func `what two tasks append at once is all there, each in its order`(strategy: BuilderStrategy) async throws {
        let configuration = BuilderConfiguration(batchByteCount: 1024, memoryByteCountMax: 8192, codec: .lz4)
        try await BuilderBench.with(strategy, configuration) { bench in
            try await withThrowingTaskGroup { group in
                for caller in 0..<4 {
                    group.addTask {
                        for start in stride(from: caller * 10_000, to: caller * 10_000 + 600, by: 30) {
                            try await bench.builder.append(
                                .numbered(start..<start + 30, valueByteCount: 40), to: "few", partition: 1)
                        }
                    }
                }
                try await group.waitForAll()
            }
            await bench.builder.finish()
            #expect(bench.sink.failures == [])
            let numbers = try #require(bench.sink.recordsByPartition[1]).map { $0.value!.number }
            for caller in 0..<4 {
                #expect(numbers.filter { $0 / 10_000 == caller } == Array(caller * 10_000..<caller * 10_000 + 600))
            }
        }
    }
}
