import TestSupport
import Testing

@testable import KafkaClient

@Suite struct KeyHashTests {
    private func hash(_ text: String, _ hash: (UnsafeRawBufferPointer) -> UInt32) -> UInt32 {
        Array(text.utf8).withUnsafeBytes { hash($0) }
    }

    /// Source: `UtilsTest.testMurmur2` of Apache Kafka.
    @Test(arguments: [
        ("21", Int32(-973_932_308)), ("foobar", -790_332_482), ("a-little-bit-long-string", -985_981_536),
        ("a-little-bit-longer-string", -1_486_304_829),
        ("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58_897_971), ("abc", 479_470_107),
    ])
    func `murmur2 agrees with Kafka's own vectors`(text: String, value: Int32) {
        #expect(Int32(bitPattern: hash(text, KeyHash.murmur2)) == value)
    }

    /// Source: the check value of CRC-32/ISO-HDLC.
    @Test func `CRC-32 agrees with its check value`() {
        #expect(hash("123456789", KeyHash.crc32) == 0xCBF4_3926)
        #expect(hash("", KeyHash.crc32) == 0)
    }

    /// Source: the test vectors of draft-eastlake-fnv.
    @Test(arguments: [("", UInt32(0x811C_9DC5)), ("a", 0xE40C_292C), ("b", 0xE70C_2DE5), ("foobar", 0xBF9C_F968)])
    func `FNV-1a agrees with its published vectors`(text: String, value: UInt32) {
        #expect(hash(text, KeyHash.fnv1a) == value)
    }
}

@Suite struct PartitionerTests {
    private func chunk(_ keys: [[UInt8]?]) -> RecordChunk {
        RecordChunk(keys.map { PlainRecord(key: $0, value: [1], timestampMs: 1) })
    }

    private func assign(_ assigner: any PartitionAssigner, _ keys: [[UInt8]?], of count: Int) -> [Int32] {
        var partitions = [Int32](repeating: .min, count: keys.count)
        let chunk = chunk(keys)
        partitions.withUnsafeMutableBufferPointer { assigner.assign(chunk, partitionCount: count, to: $0) }
        return partitions
    }

    private var someKeys: [[UInt8]?] {
        var random = SeededGenerator(seed: 11)
        return (0..<500).map { random.bytes($0 % 40 + 1) }
    }

    @Test(arguments: KeyPartitions.counts)
    func `murmur2 chooses as the Java clients and librdkafka do, for ten thousand keys`(count: Int) {
        expect(.murmur2, toChoose: .murmur2, of: count)
    }

    @Test(arguments: KeyPartitions.counts)
    func `CRC-32 chooses as librdkafka's default does, for ten thousand keys`(count: Int) {
        expect(.crc32, toChoose: .crc32, of: count)
    }

    @Test(arguments: KeyPartitions.counts)
    func `FNV-1a chooses as librdkafka's fnv1a_random does, for ten thousand keys`(count: Int) {
        expect(.fnv1a, toChoose: .fnv1a, of: count)
    }

    private func expect(_ partitioner: KeyPartitioner, toChoose expected: KeyPartitions, of count: Int) {
        let keys = KeyPartitions.keys
        let found = assign(partitioner.makeAssigner(), keys, of: count)
        let chosen = expected.chosen(of: count)
        #expect(chosen.count == 10_000 && keys.count == 10_000 && found.count == 10_000)
        for (key, (found, chosen)) in zip(keys, zip(found, chosen)) where found != chosen {
            Issue.record("key \(String(describing: key)) goes to \(found), and to \(chosen) with the others")
            break
        }
    }

    @Test(arguments: [KeyPartitioner.murmur2, .crc32, .fnv1a])
    func `one key goes to one partition, which the topic has`(partitioner: KeyPartitioner) {
        for count in [1, 2, 3, 7, 64, 1000, Int(Int32.max)] {
            let first = assign(partitioner.makeAssigner(), someKeys, of: count)
            #expect(first.allSatisfy { $0 >= 0 && Int($0) < count })
            #expect(assign(partitioner.makeAssigner(), someKeys.reversed(), of: count) == first.reversed())
        }
    }

    @Test(arguments: [KeyPartitioner.murmur2, .crc32, .fnv1a])
    func `keys are spread over all partitions`(partitioner: KeyPartitioner) {
        #expect(Set(assign(partitioner.makeAssigner(), someKeys, of: 16)).count == 16)
    }

    @Test func `records without keys go to any partition, and empty keys are keys except to librdkafka`() {
        let keys: [[UInt8]?] = [nil, [], nil]
        #expect(assign(KeyPartitioner.crc32.makeAssigner(), keys, of: 7) == [-1, -1, -1])
        // Murmur2 of nothing with Kafka's seed.
        #expect(assign(KeyPartitioner.murmur2.makeAssigner(), keys, of: 7) == [-1, Int32(0x106E_08D9 % 7), -1])
        // 0x811C9DC5 read as signed, its rest by 7 without the sign.
        #expect(assign(KeyPartitioner.fnv1a.makeAssigner(), keys, of: 7) == [-1, abs(-2_128_831_035 % 7), -1])
        #expect(assign(AnyPartitioner().makeAssigner(), keys, of: 7) == [-1, -1, -1])
        #expect(assign(StickyPartitioner().makeAssigner(), [[1], [2], nil], of: 7) == [-1, -1, -1])
    }

    @Test(arguments: [1, 2, 5, 64]) func `round robin gives every partition as many, across chunks`(count: Int) {
        let assigner = RoundRobinPartitioner().makeAssigner()
        var found: [Int32] = []
        for size in [1, 3, 7, 64, 565] { found += assign(assigner, Array(repeating: nil, count: size), of: count) }
        #expect(found == (0..<640).map { Int32($0 % count) })
    }

    @Test func `lanes with a stride share the partitions without meeting`() throws {
        for lane in 0..<4 {
            let assigner = try RoundRobinPartitioner(start: lane, stride: 4).makeAssigner()
            let found = assign(assigner, Array(repeating: nil, count: 32), of: 64)
            #expect(found == (0..<32).map { Int32(lane + $0 * 4) % 64 })
        }
    }

    @Test func `round robin goes on when the topic gains partitions`() {
        let assigner = RoundRobinPartitioner().makeAssigner()
        #expect(assign(assigner, [nil, nil, nil], of: 4) == [0, 1, 2])
        #expect(assign(assigner, [nil, nil, nil], of: 8) == [3, 4, 5])
    }

    @Test func `sticky batches go from partition to partition`() throws {
        let sticky = try StickyPartitioner(start: 1, stride: 2).makeAssigner()
        #expect((0..<5).map { _ in sticky.partitionForBatch(partitionCount: 6) } == [1, 3, 5, 1, 3])
        let keyless = try KeyPartitioner.murmur2.rotating(from: 5, by: 1).makeAssigner()
        #expect((0..<4).map { _ in keyless.partitionForBatch(partitionCount: 3) } == [2, 0, 1, 2])
        #expect(AnyPartitioner().makeAssigner().partitionForBatch(partitionCount: 3) == -1)
    }

    @Test func `the user's own choice is taken as it is`() {
        let own = CustomPartitioner { key, count in key.map { Int32($0.count % count) } ?? -1 }
        #expect(assign(own.makeAssigner(), [nil, [], [1], [1, 2, 3, 4]], of: 3) == [-1, 0, 1, 1])
    }

    @Test func `a record with a key keeps its partition in batches and one without moves with each`() async throws {
        let configuration = BuilderConfiguration(linger: .seconds(60), partitioner: KeyPartitioner.murmur2)
        try await BuilderBench.with(.lane, configuration) { bench in
            for _ in 0..<7 {
                try await bench.builder.append(chunk([nil, nil, [1]]), to: "many")
                await bench.builder.flush()
            }
            let keyless = bench.sink.batches.filter { $0.records[0].key == nil }
            #expect(keyless.map(\.partition) == Array(0..<7))
            #expect(Set(bench.sink.batches.filter { $0.records[0].key != nil }.map(\.partition)).count == 1)
        }
    }
}
