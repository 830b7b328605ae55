import Synchronization
import TestSupport
import Testing

@testable import KafkaClient

@Suite(.timeLimit(.minutes(1))) struct BatchMemoryPoolTests {
    private func pool(_ count: Int) -> BatchMemoryPool {
        BatchMemoryPool(bufferByteCount: 1024, byteCountMax: count * 1024)
    }

    @Test func `the buffer given back last is the next one taken`() {
        let pool = pool(4)
        let buffers = (0..<4).map { _ in pool.take(1000)! }
        #expect(Set(buffers.map(\.baseAddress)).count == 4)
        for buffer in buffers { pool.give(buffer) }
        for buffer in buffers.reversed() { #expect(pool.take(1)?.baseAddress == buffer.baseAddress) }
        for buffer in buffers { pool.give(buffer) }
    }

    @Test func `no more is given than the bound allows`() {
        let pool = pool(2)
        let one = pool.take(1)!
        let two = pool.take(1024)!
        #expect(pool.take(1) == nil)
        #expect(pool.takenByteCount == 2048)
        pool.give(one)
        #expect(pool.take(1025) == nil)
        let three = pool.take(1024)!
        pool.give(two)
        pool.give(three)
        #expect(pool.takenByteCount == 0)
    }

    @Test func `a buffer longer than the bound is given when nothing is out`() {
        let pool = pool(2)
        let small = pool.take(1)!
        #expect(pool.take(5000) == nil)
        pool.give(small)
        let large = pool.take(5000)!
        #expect(large.count == 5000)
        #expect(pool.take(1) == nil)
        pool.give(large)
        #expect(pool.takenByteCount == 0)
    }

    @Test func `long buffers are recycled like short ones, and go when their memory is wanted for another size`() {
        let pool = BatchMemoryPool(bufferByteCount: 16 << 10, byteCountMax: 1 << 20)
        for byteCount in [128 << 10, 256 << 10, 512 << 10, 1 << 20, 300_000] {
            let buffer = pool.take(byteCount)!
            #expect(buffer.count == byteCount)
            buffer.initializeMemory(as: UInt8.self, repeating: 7)
            pool.give(buffer)
            let again = pool.take(byteCount)!
            if byteCount != 300_000 { #expect(again.baseAddress == buffer.baseAddress && again.last == 7) }
            pool.give(again)
        }
        let beyond = pool.takeBeyondBound(4 << 20)
        beyond.storeBytes(of: 7, toByteOffset: (4 << 20) - 8, as: Int.self)
        pool.give(beyond)
        let spare = pool.takeSpare(130_000)
        #expect(spare.count == 256 << 10 || spare.count == 128 << 10)
        pool.giveSpare(spare)
        #expect(pool.takenByteCount == 0)
    }

    @Test func `a spare is outside the bound, and counts when it is exchanged for what counted`() {
        let pool = pool(1)
        let spare = pool.takeSpare(1500)
        let memory = pool.take(1024)!
        #expect(pool.takenByteCount == 1024)
        pool.swap(spare: spare, with: memory)
        #expect(spare.count == 2048 && pool.takenByteCount == 2048)
        pool.give(spare)
        #expect(pool.takenByteCount == 0)
        pool.giveSpare(memory)
        let again = pool.take(1)!
        #expect(again.baseAddress == memory.baseAddress)
        pool.give(again)
    }

    @Test
    func
        `what is on its way to the producer ends memory before all is given out, and a builder on several threads is ahead`()
    {
        let pool = BatchMemoryPool(bufferByteCount: 1024, byteCountMax: 100 * 1024, aheadByteCount: 4096)
        // What is open is no load for a producer.
        let buffers = (0..<10).map { _ in pool.take(1)! }
        pool.noteFlow(PendingFlow(byteCount: 8191, memoryByteCount: 8192))
        let more = pool.take(1)!
        pool.noteFlow(PendingFlow(byteCount: 1, memoryByteCount: 0))
        #expect(pool.take(1) == nil)
        // The producer says that it could do with more.
        pool.noteFlow(PendingFlow(byteCount: 0, memoryByteCount: 0, enough: 4097))
        let last = pool.take(1)!
        pool.noteFlow(PendingFlow(byteCount: 1, memoryByteCount: 0))
        #expect(pool.take(1) == nil)
        pool.noteFlow(PendingFlow(byteCount: -8193, memoryByteCount: -8192, enough: -4097))
        for buffer in buffers + [more, last] { pool.give(buffer) }
    }

    @Test func `waiting ends when memory comes back from another thread`() async throws {
        let pool = pool(1)
        for _ in 0..<200 {
            nonisolated(unsafe) let memory = pool.take(1)!
            let giving = Task.detached { pool.give(memory) }
            while true {
                if let mine = pool.take(1) {
                    pool.give(mine)
                    break
                }
                try await pool.waitForSpace(1)
            }
            await giving.value
        }
        #expect(!pool.hasWaiters)
    }

    @Test func `all who wait are woken, and one gets it`() async throws {
        let pool = pool(1)
        let memory = pool.take(1)!
        let waiting = (0..<5).map { _ in Task { try await pool.waitForSpace(1) } }
        try await eventually { pool.hasWaiters }
        pool.give(memory)
        for task in waiting { try await task.value }
        #expect(!pool.hasWaiters)
    }

    @Test func `a cancelled wait throws, and the others go on waiting`() async throws {
        let pool = pool(1)
        let memory = pool.take(1)!
        let staying = Task { try await pool.waitForSpace(1) }
        for _ in 0..<100 {
            let leaving = Task { try await pool.waitForSpace(1) }
            await Task.yield()
            leaving.cancel()
            await #expect(throws: CancellationError.self) { try await leaving.value }
        }
        #expect(pool.hasWaiters)
        pool.give(memory)
        try await staying.value
    }
}
