import KafkaCompression
import KafkaProtocol
import KafkaTransport
import TestSupport
import Testing

@testable import KafkaClient

/// Batches that are longer or shorter than usual, and those that are held open.
@Suite struct AdaptiveBatchTests {
    private func assembler(_ configuration: BuilderConfiguration) throws -> (BatchAssembler, BatchMemoryPool) {
        let pool = try BatchSealer.makePool(configuration)
        return (try BatchAssembler(configuration, pool: pool, share: .all), pool)
    }

    private func chunk(_ byteCount: Int, count: Int = 1) throws -> RecordChunk {
        var chunk = RecordChunk()
        for _ in 0..<count { try chunk.append(value: [UInt8](repeating: 65, count: byteCount)) }
        return chunk
    }

    @Test(arguments: [Codec.uncompressed, Codec.lz4]) func `sealing stays within the memory bound`(codec: Codec) throws
    {
        let bound = 4 << 20
        let (assembler, pool) = try assembler(
            BuilderConfiguration(linger: .seconds(60), memoryByteCountMax: bound, codec: codec))
        let topic = assembler.topic(KnownTopic("t", index: 0, partitionCount: 4000))
        let records = try chunk(940)
        let start = MonotonicInstant.now
        // More and more partitions have open batches; what has lingered is sent and acknowledged at once.
        for index in 0..<20_000 {
            let began = start + .microseconds(index)
            let stop = assembler.append(
                records, 0..<1, to: topic, .all(Int32(index % 4000)), began: began, now: began, time: .now)
            #expect(stop == .done)
            assembler.sealAll(openedBy: start + .microseconds(index - min(1500, 100 + index / 10)), now: began)
            _ = assembler.takeSealed()
        }
        let open = pool.takenByteCount
        #expect(open <= bound)
        // Now the brokers are slow, and the linger times end.
        assembler.sealAll(now: .now)
        let sealed = assembler.takeSealed()
        #expect(pool.takenByteCount <= bound, "\(sealed.count) batches, \(open) open, \(pool.takenByteCount) sealed")
    }

    /// Brokers that take no long batches.
    private final class ShortBatches: BatchPacing {
        let brokerCount = 1
        let holdTimeMax = Duration.zero

        func isBehind(_ topic: String, _ partition: Int32, byteCount: Int, openByteCount: Int) -> Bool { false }
        func byteCountMax(_ topic: String) -> Int { 20_000 }
        func mustWait(_ topic: String, _ partition: Int32, now: MonotonicInstant) -> Int32? { nil }
    }

    @Test func `batches are no longer than brokers take`() throws {
        let (assembler, _) = try assembler(BuilderConfiguration(linger: .seconds(60)))
        assembler.pacing = ShortBatches()
        let topic = assembler.topic(KnownTopic("t", index: 0, partitionCount: 1))
        let records = try chunk(100, count: 2000)
        _ = assembler.append(records, 0..<2000, to: topic, .all(0), began: .now, now: .now, time: .now)
        assembler.sealAll(now: .now)
        let longest = assembler.takeSealed().map(\.byteCount).max()!
        #expect(longest <= 20_000)
    }

    @Test func `a record between a batch and a buffer does not wait for the linger time`() async throws {
        let configuration0 = BuilderConfiguration(batchByteCount: 1024, codec: Codec.lz4)
        let buffer = try BatchSealer.makePool(configuration0).bufferByteCount
        #expect(buffer > 1030)
        let bound = 3 * buffer + (buffer + 1026) / 2
        let sink = BatchCollector()
        let loop = try EventLoop(name: "test")
        let builder = try BuilderLane(
            BuilderConfiguration(
                batchByteCount: 1024, linger: .seconds(3600), memoryByteCountMax: bound, codec: Codec.lz4),
            on: loop, topics: FixedTopics(["t": 10]), to: sink)
        for partition in 0..<3 { try await builder.append(chunk(100), to: "t", partition: Int32(partition)) }
        var value = 1024 - 100
        while try chunk(value).batchByteCountAlone(at: 0) <= 1024 { value += 1 }
        let large = try chunk(value)
        let appending = Task { try await builder.append(large, to: "t", partition: 3) }
        let end = ContinuousClock.now + .seconds(3)
        while sink.takeAll().isEmpty, ContinuousClock.now < end { try await Task.sleep(for: .milliseconds(5)) }
        #expect(ContinuousClock.now < end, "waits for memory with all of it in open batches")
        appending.cancel()
        _ = try? await appending.value
        await builder.finish()
        await loop.shutDown()
    }

    @Test func `setting the length of batches means that length`() {
        var configuration = BuilderConfiguration()
        configuration.batchByteCount = 4096
        #expect(!configuration.adaptsBatchByteCount)
    }

    /// Says now this and now that.
    private final class Moods: BatchPacing {
        var random: SeededGenerator
        let brokerCount = 2
        let holdTimeMax = Duration.milliseconds(500)

        init(seed: UInt64) { random = SeededGenerator(seed: seed) }

        func isBehind(_ topic: String, _ partition: Int32, byteCount: Int, openByteCount: Int) -> Bool {
            .random(using: &random)
        }
        func byteCountMax(_ topic: String) -> Int { .max }
        func mustWait(_ topic: String, _ partition: Int32, now: MonotonicInstant) -> Int32? {
            .random(using: &random) ? partition % 2 : nil
        }
    }

    @Test(arguments: 0..<20) func `nothing that lingers is forgotten`(seed: Int) throws {
        let linger = Duration.milliseconds(5)
        let (assembler, pool) = try assembler(BuilderConfiguration(linger: linger, memoryByteCountMax: 1 << 20))
        let moods = Moods(seed: UInt64(seed))
        assembler.pacing = moods
        var random = SeededGenerator(seed: UInt64(seed) &+ 99)
        let topic = assembler.topic(KnownTopic("t", index: 0, partitionCount: 50))
        var now = MonotonicInstant.now
        var (appended, sealed) = (0, 0)
        var late = 0
        for _ in 0..<5000 {
            now = now + .microseconds(Int.random(in: 0...2000, using: &random))
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<6:
                let count = Int.random(in: 1...50, using: &random)
                let began = now + .microseconds(-Int.random(in: 0...4000, using: &random))
                let records = try chunk(Int.random(in: 0...2000, using: &random), count: count)
                let partition = Int32.random(in: 0..<50, using: &random)
                let stop = assembler.append(
                    records, 0..<count, to: topic, .all(partition), began: began, now: now, time: .now)
                switch stop {
                case .done: appended += count
                case .needsMemory(let next, _):
                    appended += next
                    assembler.sealAll(now: now)
                case .needsTurn(let next): appended += next
                case .tooLarge: Issue.record("too large")
                }
            case 6: assembler.sealHeld(for: .random(in: 0...1, using: &random), now: now)
            case 7: assembler.sealAll(openedBy: now + .milliseconds(-3), now: now)
            default:
                assembler.sealLingered(openedBy: now + .milliseconds(-5), now: now)
            }
            sealed += assembler.takeSealed().reduce(0) { $0 + $1.recordCount }
            var oldest: MonotonicInstant?
            topic.forEachOpen { oldest = min(oldest ?? .distantFuture, topic.firstAppend($0)) }
            let due = assembler.nextDue()
            #expect((due == nil) == (oldest == nil))
            if let due, let oldest, due > oldest + linger + moods.holdTimeMax { late += 1 }
        }
        #expect(late == 0)
        assembler.sealAll(now: now)
        sealed += assembler.takeSealed().reduce(0) { $0 + $1.recordCount }
        #expect(
            sealed == appended && assembler.openCount == 0 && assembler.openByteCount == 0 && pool.takenByteCount == 0)
    }
}
