import Testing

@testable import KafkaClient

/// Appends that wait for memory go on in their order.
@Suite(.timeLimit(.minutes(1))) struct MemoryOrderTests {
    @Test(arguments: BuilderStrategy.allCases)
    func `a large record is not overtaken by small ones that come later`(strategy: BuilderStrategy) async throws {
        let configuration = BuilderConfiguration(
            batchByteCount: 1024, batchByteCountMax: 4096, linger: .zero, memoryByteCountMax: 4096)
        // One thread starts the appends, so that they come in this order however busy the machine is.
        let caller = try EventLoop(name: "caller")
        for _ in 0..<20 {
            try await BuilderBench.with(strategy, configuration) { bench in
                let builder = bench.builder
                bench.sink.hold()
                for number in 0..<4 { try await builder.append(.numbered([number]), to: "one", partition: 0) }
                let sizes = [3500, 8, 8, 2000, 8]
                var tasks: [Task<Void, any Error>] = []
                for (index, size) in sizes.enumerated() {
                    let chunk = RecordChunk.numbered([4 + index], valueByteCount: size)
                    tasks.append(
                        Task(executorPreference: caller) { try await builder.append(chunk, to: "one", partition: 0) })
                    // The caller's loop has started the append, and the builder's has brought it to its wait.
                    await Task(executorPreference: caller) {}.value
                    await bench.turn()
                }
                tasks[2].cancel()
                await #expect(throws: CancellationError.self) { try await tasks[2].value }
                bench.sink.letGo()
                for (index, task) in tasks.enumerated() where index != 2 { try await task.value }
                await builder.flush()
                let numbers = bench.sink.batches.flatMap { $0.records.map { $0.value!.number } }
                // The sequential builder has collected the record whose append gave up.
                #expect(numbers.filter { $0 != 6 } == [0, 1, 2, 3, 4, 5, 7, 8])
                #expect(bench.sink.failures == [])
            }
        }
        await caller.shutDown()
    }
}
