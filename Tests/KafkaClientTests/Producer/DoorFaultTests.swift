import Dispatch
import KafkaEmbeddedBroker
import KafkaQueues
import Synchronization
import TestSupport
import Testing

@testable import KafkaClient

/// What goes wrong at the doors: partitioners that name what there is not, records at the bounds, and ends in between.
@Suite(.serialized, .timeLimit(.minutes(1))) struct DoorFaultTests {
    /// Names one partition for all records without a key.
    private final class Stubborn: Partitioner, PartitionAssigner {
        let partitionWithoutKey: Int32?
        init(_ partition: Int32) { partitionWithoutKey = partition }
        func makeAssigner() -> any PartitionAssigner { self }
        func assign(_ chunk: RecordChunk, partitionCount: Int, to partitions: UnsafeMutableBufferPointer<Int32>) {
            partitions.update(repeating: partitionWithoutKey!)
        }
    }

    @Test(arguments: [5, 1_000_000, -2, .min, .max] as [Int32], DoorTests.strategies)
    func `a partition for records without a key that does not exist is refused`(
        partition: Int32, strategy: Producer.Strategy
    ) async throws {
        try await withDoors(strategy) {
            $0.builder.partitioner = Stubborn(partition)
        } _: { producer, fixture in
            var writer = try await producer.writer(for: "t")
            try await writer.append(value: "1")
            try await producer.append(value: "2", to: "t")
            let error = try await clientError { try await producer.flush() }
            #expect(error.code == .unknownPartition)
            let refused = try await clientError { try await producer.append(.texts(3..<5), to: "t") }
            #expect(refused.code == .unknownPartition)
            try await producer.append(value: "5", to: "t", partition: 4)
            try await producer.flush()
            #expect(fixture.broker.statistics.recordCount == 1)
        }
    }

    /// Leaves every second batch to the producer.
    private final class Changing: Partitioner, PartitionAssigner {
        private let count = Atomic<Int>(0)
        func makeAssigner() -> any PartitionAssigner { Changing() }
        func assign(_ chunk: RecordChunk, partitionCount: Int, to partitions: UnsafeMutableBufferPointer<Int32>) {
            partitions.update(repeating: -1)
        }
        func partitionForBatch(partitionCount: Int) -> Int32 {
            let next = count.add(1, ordering: .relaxed).newValue
            return next % 3 == 0 ? Int32(next % partitionCount) : -1
        }
    }

    @Test(arguments: DoorTests.strategies)
    func `a partitioner may leave some batches to the producer and name partitions for others`(
        strategy: Producer.Strategy
    ) async throws {
        let collector = DeliveryCollector()
        try await withDoors(strategy, linger: .seconds(10)) {
            $0.builder.partitioner = Changing()
            $0.onDelivery = { collector.accept([$0]) }
        } _: { producer, fixture in
            for round in 0..<20 {
                for number in 0..<100 { try await producer.append(value: "\(round * 100 + number)", to: "t") }
                try await producer.append(.texts(0..<33), to: "t")
                try await producer.flush()
            }
            #expect(fixture.broker.statistics.recordCount == 20 * 133)
            for delivery in collector.deliveries { #expect(delivery.batch.recordCount > 0) }
        }
    }

    @Test func `a record of any size up to the bound is taken, and a longer one is refused`() async throws {
        try await withDoors(partitions: 1, .sharded(lanes: 2)) {
            $0.builder.batchByteCount = 128
            $0.builder.batchByteCountMax = 700
        } _: { producer, fixture in
            var writer = try await producer.writer(for: "t")
            var takenCount = 0
            for size in 560..<760 {
                let value = [UInt8](repeating: 7, count: size)
                let fits =
                    RecordChunk.batchByteCountAlone(
                        keyByteCount: nil, valueByteCount: size, headersByteCount: 0) <= 700
                do {
                    try await writer.append(value: value)
                    try await producer.append(value: value, to: "t")
                    #expect(fits)
                    takenCount += 2
                } catch let error as KafkaClientError {
                    #expect(!fits && error.code == .recordTooLarge)
                }
            }
            try await producer.flush()
            #expect(takenCount > 0 && fixture.broker.statistics.recordCount == takenCount)
        }
    }

    @Test func `flushes and ends at the moment at which a chunk is opened do no harm`() async throws {
        for _ in 0..<10 {
            try await withDoors(.sharded(lanes: 2)) { producer, _ in
                await withTaskGroup(of: Void.self) { group in
                    group.addTask {
                        for _ in 0..<20_000 { producer.router.handOverAll() }
                        await producer.close()
                    }
                    group.addTask {
                        // Each record needs a chunk of its own.
                        let long = [UInt8](repeating: 0, count: 50_000)
                        guard var writer = try? await producer.writer(for: "t") else { return }
                        while (try? await writer.append(value: long)) != nil {}
                    }
                }
                #expect(producer.backlog.gatheredByteCount == 0)
            }
        }
    }

    @Test func `a writer that is made while the producer ends takes nothing, and nothing is kept`() async throws {
        weak var router: ChunkRouter?
        try await withDoors(.sharded(lanes: 2)) { producer, _ in
            router = producer.router
            let topic = try await producer.router.topic("t", until: .distantFuture)
            producer.router.close()
            let refused = try await clientError {
                var writer = RecordWriter(topic, producer)
                try await writer.append(value: "")
            }
            #expect(refused.code == .closed)
            await producer.close()
            let late = producer.router.makeGatherer(topic)
            late.watch()
            let shared = try await clientError { _ = try await producer.send(value: "", to: "t") }
            #expect(shared.code == .closed)
        }
        try await eventually { router == nil }
    }

    @Test func `many cancelled waits for room end without deep recursion`() async throws {
        let group = try EventLoopGroup(count: 1, name: "test")
        let room = ChunkRoom(byteCountMax: 100_000, on: group.loops[0])
        let isTaken = try room.tryTake(100_000)
        #expect(isTaken)
        let waiting = (0..<40_000).map { _ in
            Task(executorPreference: group.loops[0]) { try await room.take(100_000, until: .distantFuture) }
        }
        try await eventually { room.lineLength == waiting.count }
        // All of them still stand in line when room comes: each refuses it, and it goes to the next.
        let blocking = DispatchSemaphore(value: 0)
        Task(executorPreference: group.loops[0]) { blocking.wait() }
        for task in waiting { task.cancel() }
        room.give(100_000)
        blocking.signal()
        for task in waiting {
            // One that had just begun to wait may have got it all the same.
            if case .success = await task.result { room.give(100_000) }
        }
        #expect(room.takenByteCount == 0)
        room.close()
        await group.shutDown()
    }

    @Test(arguments: DoorTests.strategies)
    func `a partition that the topic has gained is found by every door`(strategy: Producer.Strategy) async throws {
        try await withDoors(strategy) { producer, fixture in
            var writer = try await producer.writer(for: "t")
            try await writer.append(value: "1", partition: 1)
            try await producer.append(value: "2", to: "t", partition: 2)
            let early = try await clientError { try await producer.append(value: "", to: "t", partition: 5) }
            #expect(early.code == .unknownPartition)
            try await producer.flush()
            // Made anew with more, by another client: to the producer it has grown.
            let other = try Cluster(bootstrap: fixture.endpoints, on: fixture.loop, .fast(fixture.connection))
            try await other.deleteTopic("t")
            await other.close()
            try fixture.broker.createTopic("t", partitions: 9)
            try await writer.append(value: "5", partition: 5)
            try await producer.append(value: "6", to: "t", partition: 6)
            try await producer.append(.texts(7..<8), to: "t", partition: 7)
            _ = try await producer.send(value: "8", to: "t", partition: 8)
            let late = try await clientError { try await producer.append(.texts(7..<8), to: "t", partition: 9) }
            #expect(late.code == .unknownPartition)
            try await producer.flush()
            #expect(try await fixture.readNumbers(9) == [[], [], [], [], [], [5], [6], [7], [8]])
        }
    }

    // MARK: What is counted

    @Test func `records that are refused at the doors leave no trace in the backlog`() async throws {
        try await withDoors(.sharded(lanes: 2), linger: .seconds(10)) {
            $0.builder.partitioner = CustomPartitioner { _, count in Int32(count) }
        } _: { producer, _ in
            for round in 1...3 {
                for _ in 0..<10 { try await producer.append(value: "", key: "k", to: "t") }
                let summary = try await producer.flushWithSummary()
                #expect(summary.failedRecords == 10)
                for _ in 0..<round { try await producer.append(value: "", to: "t", partition: 1) }
                producer.router.handOverAll()
                #expect(producer.backlog.recordCount == round)
                try await producer.flush()
                #expect(producer.backlog.recordCount == 0)
            }
        }
    }

    @Test func `a handler's error is told beside that of records`() async throws {
        struct Mine: Error {}
        try await withDoors {
            $0.onDelivery = { _ in throw Mine() }
        } _: { producer, fixture in
            fixture.broker.inject(FaultRule(.produce, effect: .error(.invalidRecord)))
            try await producer.append(value: "1", to: "t")
            let error = try await clientError { try await producer.flush() }
            #expect(error.code != .handlerFailed)
            #expect(error.causes.contains { (($0 as? KafkaClientError)?.underlying) is Mine })
        }
    }

    // MARK: Waits

    @Test func `an append waits no longer than it is told, for a topic and for room together`() async throws {
        try await withDoors(memoryByteCountMax: 64 << 10) {
            $0.blockTimeout = .milliseconds(300)
        } _: { producer, fixture in
            try fixture.broker.createTopic("u", partitions: 5)
            fixture.broker.inject(FaultRule(.produce, effect: .stall))
            // The memory is used up.
            let full = try await clientError {
                while true {
                    let soon = MonotonicInstant.now + .milliseconds(50)
                    try await producer.append(value: "x", key: "k", to: "t", whenFull: .waitUntil(soon))
                }
            }
            #expect(full.code == .memoryExhausted && full.isRetriable)
            fixture.broker.inject(FaultRule(.metadata, count: 1, effect: .delay(.milliseconds(200))))
            let began = MonotonicInstant.now
            let late = try await clientError { try await producer.append(value: "x", key: "k", to: "u") }
            #expect(late.code == .memoryExhausted)
            let duration = MonotonicInstant.now - began
            #expect(duration >= .milliseconds(300) && duration < .milliseconds(450))
            fixture.broker.inject(FaultRule(.metadata, effect: .stall))
            let start = MonotonicInstant.now
            let unknown = try await clientError {
                try await producer.append(value: "x", to: "v", whenFull: .waitUntil(.now + .milliseconds(100)))
            }
            #expect(unknown.code == .requestTimedOut && MonotonicInstant.now - start < .milliseconds(250))
        }
    }

    @Test func `a flush does not call a broker's silence unresponsive`() async throws {
        try await withDoors(.sharded(lanes: 1), memoryByteCountMax: 64 << 10) {
            $0.producer.deliveryTimeout = .milliseconds(300)
            $0.patience = .milliseconds(500)
        } _: { producer, fixture in
            fixture.broker.inject(FaultRule(.produce, effect: .stall))
            let adding = Task {
                while true { try await producer.append(value: [UInt8](repeating: 0, count: 900), to: "t") }
            }
            try await eventually { producer.backlog.waitingAppends == 1 }
            adding.cancel()
            _ = await adding.result
            let error = try await clientError { try await producer.flush() }
            #expect(error.code == .deliveryTimedOut)
        }
    }
}
