import Testing

@testable import KafkaClient

@Suite(.timeLimit(.minutes(1))) struct BatchSequenceTests {
    @Test func `batches are read as they are built, until all lanes are finished`() async throws {
        let group = try EventLoopGroup(count: 2, name: "build")
        let (builder, batches) = try ShardedBuilder.withSequence(
            BuilderConfiguration(batchByteCount: 256, linger: .milliseconds(1)), on: group.loops,
            topics: BuilderBench.topics)
        let reading = Task {
            var count = 0
            for await batch in batches { count += batch.recordCount }
            return count
        }
        for start in stride(from: 0, to: 1000, by: 20) {
            try await builder.append(.numbered(start..<start + 20), to: "few", partition: Int32(start % 3))
        }
        await builder.finish()
        #expect(await reading.value == 1000)
        // The end stays the end.
        #expect(await batches.makeAsyncIterator().next() == nil)
        await group.shutDown()
    }

    @Test func `what was built before the reader came is there, in order`() async throws {
        let batches = BatchSequence()
        let pool = BatchMemoryPool(bufferByteCount: 1024, byteCountMax: 1 << 20)
        for number in 0..<300 { batches.accept([.sample(partition: Int32(number), pool: pool)]) }
        batches.accept([])
        batches.finish()
        var found: [Int32] = []
        for await batch in batches { found.append(batch.partition) }
        #expect(found == Array(0..<300))
        #expect(pool.takenByteCount == 0)
    }

    @Test func `what was read is let go of at once, however much is left`() async throws {
        let batches = BatchSequence()
        let pool = BatchMemoryPool(bufferByteCount: 1024, byteCountMax: 1 << 20)
        for number in 0..<300 { batches.accept([.sample(partition: Int32(number), pool: pool)]) }
        let iterator = batches.makeAsyncIterator()
        for left in (0..<300).reversed() {
            #expect(await iterator.next() != nil)
            #expect(pool.takenByteCount == left * 1024)
        }
    }

    @Test func `a cancelled reader stops waiting, and the next one goes on`() async throws {
        let loop = try EventLoop(name: "reader")
        let batches = BatchSequence()
        let pool = BatchMemoryPool(bufferByteCount: 1024, byteCountMax: 1 << 20)
        for _ in 0..<50 {
            let reading = Task(executorPreference: loop) { await batches.makeAsyncIterator().next()?.partition }
            // The loop has come to this behind the reader, which waits by now.
            await Task(executorPreference: loop) {}.value
            reading.cancel()
            #expect(await reading.value == nil)
        }
        batches.accept([.sample(partition: 7, pool: pool)])
        #expect(await batches.makeAsyncIterator().next()?.partition == 7)
        await loop.shutDown()
    }
}

extension RecordBatch {
    /// A sealed batch of one record, as long as wanted.
    static func sample(
        topic: String = "t", partition: Int32, byteCount: Int = 100, recordCount: Int = 1,
        pool: BatchMemoryPool
    ) -> RecordBatch {
        RecordBatch(
            topic: topic, partition: partition, recordCount: recordCount, byteCount: byteCount,
            uncompressedByteCount: byteCount,
            compression: .none,
            times: BatchTimes(firstAppend: .distantPast, sealed: .distantPast, compressed: .distantPast),
            memory: pool.take(byteCount)!, pool: pool)
    }
}
