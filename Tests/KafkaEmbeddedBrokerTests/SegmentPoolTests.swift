import KafkaProtocol
import KafkaTransport
import TestSupport
import Testing

@testable import KafkaEmbeddedBroker

/// Where the memory of logs comes from and goes to.
@Suite struct SegmentPoolTests {
    private static let segment = SegmentPool.segmentByteCount

    @Test func `segments are cut from what was prepared, and used again`() {
        let pool = SegmentPool(freeByteCountMax: 4 << 20)
        pool.prepare(3 << 20)
        // Whole huge pages.
        #expect(pool.freeByteCount == 4 << 20)
        var segments = (0..<16).map { _ in pool.makeSegment(Self.segment) }
        #expect(pool.freeByteCount == 0)
        for segment in segments {
            let memory = segment.take(Self.segment)
            #expect(memory?.count == Self.segment && segment.take(1) == nil)
            memory?.initializeMemory(as: UInt8.self, repeating: 7)
        }
        let more = pool.makeSegment(Self.segment)
        #expect(pool.freeByteCount == 7 * Self.segment)
        segments = []
        // What is more than is kept goes back to the system.
        #expect(pool.freeByteCount == 4 << 20)
        #expect(more.take(1) != nil)
    }

    @Test func `short segments lie in longer ones, which are used again when all of them are gone`() {
        let pool = SegmentPool(freeByteCountMax: 4 << 20)
        pool.prepare(2 << 20)
        var segments = (0..<3).map { _ in pool.makeSegment(Self.segment / 4) }
        #expect(pool.freeByteCount == 7 * Self.segment)
        let memory = segments.compactMap { $0.take(Self.segment / 4) }
        #expect(segments.allSatisfy { $0.take(1) == nil })
        #expect(zip(memory, memory.dropFirst()).allSatisfy { $0.baseAddress! + $0.count == $1.baseAddress! })
        // What does not fit begins another one.
        segments.append(pool.makeSegment(Self.segment / 2))
        #expect(pool.freeByteCount == 6 * Self.segment)
        segments.removeFirst(2)
        #expect(pool.freeByteCount == 6 * Self.segment)
        segments.removeFirst()
        #expect(pool.freeByteCount == 7 * Self.segment)
    }

    @Test func `a pool goes with the last who uses it, and segments may outlast it`() {
        var pool: SegmentPool? = SegmentPool(freeByteCountMax: 4 << 20)
        weak let gone = pool
        let segments = [pool?.makeSegment(Self.segment), pool?.makeSegment(Self.segment / 2)]
        pool = nil
        #expect(gone == nil)
        for segment in segments { segment?.take(100)?.initializeMemory(as: UInt8.self, repeating: 7) }
    }

    @Test func `no more is prepared than is kept, and nothing may be`() {
        let pool = SegmentPool(freeByteCountMax: 4 << 20)
        pool.prepare(0)
        #expect(pool.freeByteCount == 0)
        pool.prepare(1 << 40)
        #expect(pool.freeByteCount == 4 << 20)
    }

    @Test func `regions begin where huge pages do, and lie one behind the other`() {
        let regions = MemoryRegion.map(count: 3)
        let addresses = regions.map { Int(bitPattern: $0.memory.baseAddress) }
        #expect(addresses.count == 3 && addresses.allSatisfy { $0 % MemoryRegion.mappedByteCount == 0 })
        #expect(zip(addresses, addresses.dropFirst()).allSatisfy { $1 - $0 == MemoryRegion.mappedByteCount })
        for region in regions { region.touch() }
        #expect(regions.allSatisfy { $0.memory.allSatisfy { $0 == 0 } })
    }

    @Test func `a broker prepares what it keeps, and keeps the memory of topics that are deleted`() async throws {
        try await withBroker({ configuration in
            configuration.logPolicy = .memory(byteCount: 8 << 20)
            configuration.preparedByteCount = 1 << 30
        }) { broker, endpoints in
            let pool = broker.cluster.segments
            #expect(pool.freeByteCount == 8 << 20)
            try broker.createTopic("t")
            let client = try RawClient(endpoints[0])
            for _ in 0..<20 { _ = try client.produce(makeBatch(valueByteCount: 100_000)) }
            #expect(pool.freeByteCount < 8 << 20)
            #expect(broker.cluster.deleteTopic(id: try #require(broker.cluster.topic(named: "t")).id))
            // All but the one that short segments are cut from.
            #expect(pool.freeByteCount == (8 << 20) - Self.segment)
        }
    }

    @Test func `without a log there is nothing to prepare`() async throws {
        try await withBroker({ configuration in
            configuration.logPolicy = .drop
            configuration.preparedByteCount = 1 << 30
        }) { broker, _ in
            #expect(broker.cluster.segments.freeByteCount == 0)
        }
        #expect(SystemMemory.freeByteCount > 0)
    }
}
