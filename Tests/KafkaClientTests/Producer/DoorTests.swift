import Foundation
import KafkaClientFoundation
import KafkaEmbeddedBroker
import Synchronization
import TestSupport
import Testing

@testable import KafkaClient

/// A producer on an embedded broker, for tests of its doors.
func withDoors(
    partitions: Int = 5, _ strategy: Producer.Strategy = .sharded(lanes: 3), linger: Duration = .milliseconds(2),
    memoryByteCountMax: Int = 8 << 20, _ change: (inout Producer.Configuration) -> Void = { _ in },
    _ body: (Producer, NetworkFixture) async throws -> Void
) async throws {
    var configuration = Producer.Configuration(strategy: strategy)
    configuration.builder = BuilderConfiguration(
        batchByteCount: 1024, linger: linger, memoryByteCountMax: memoryByteCountMax)
    configuration.producer = .fast()
    change(&configuration)
    try await withFixture(loops: configuration.loopCount) { fixture in
        try fixture.broker.createTopic("t", partitions: partitions)
        let producer = try Producer(
            configuration, cluster: fixture.cluster, connection: fixture.connection, on: fixture.loops)
        var failure: (any Error)?
        do { try await body(producer, fixture) } catch { failure = error }
        await producer.close()
        if let failure { throw failure }
    }
}

extension NetworkFixture {
    /// The values of all records in each partition, as numbers.
    func readNumbers(_ partitions: Int) async throws -> [[Int]] {
        var numbers: [[Int]] = []
        for partition in 0..<partitions {
            let records = try await read("t", Int32(partition))
            numbers.append(
                records.compactMap { record in
                    if let number = Int(record.text) { return number }
                    Issue.record("offset \(record.offset) of partition \(partition) holds \(record)")
                    return nil
                })
        }
        return numbers
    }
}

/// What a record passes on its way from a caller to a lane.
@Suite(.serialized, .timeLimit(.minutes(1))) struct DoorTests {
    static let strategies: [Producer.Strategy] = [.sharded(lanes: 1), .sharded(lanes: 3), .sequential(workers: 2)]

    @Test(arguments: strategies, [1, 2, 5])
    func `records of one caller keep their order in each partition, however it was chosen`(
        strategy: Producer.Strategy, partitions: Int
    ) async throws {
        try await withDoors(partitions: partitions, strategy) { producer, fixture in
            var random = SeededGenerator()
            var number = 0
            while number < 6000 {
                switch Int.random(in: 0..<8, using: &random) {
                case 0, 1:
                    try await producer.append(value: "\(number)", to: "t")
                case 2, 3:
                    try await producer.append(value: "\(number)", key: "\(number % 7)", to: "t")
                case 4:
                    let partition = Int32.random(in: 0..<Int32(partitions), using: &random)
                    try await producer.append(value: "\(number)", key: "any", to: "t", partition: partition)
                case 5 where Int.random(in: 0..<4, using: &random) == 0:
                    let partition = [nil, 0][Int.random(in: 0...1, using: &random)] as Int32?
                    try await producer.append(RecordChunk.texts(number..<number + 9), to: "t", partition: partition)
                    number += 8
                case 6 where Int.random(in: 0..<40, using: &random) == 0:
                    // A record for which a chunk of its own is made.
                    let value = "\(number)" + String(repeating: " ", count: 60_000)
                    try await producer.append(value: value, key: "long", to: "t")
                default:
                    try await producer.append(value: "\(number)", key: [UInt8(number & 255)], to: "t")
                }
                number += 1
            }
            try await producer.flush()
            let stored = try await fixture.readNumbers(partitions)
            for numbers in stored { #expect(numbers == numbers.sorted()) }
            #expect(stored.flatMap { $0 }.sorted() == Array(0..<number))
        }
    }

    @Test(arguments: strategies)
    func `the records of a writer keep their order, and the last ones are not lost with it`(
        strategy: Producer.Strategy
    ) async throws {
        try await withDoors(strategy) { producer, fixture in
            func write(_ numbers: Range<Int>) async throws {
                var writer = try await producer.writer(for: "t")
                #expect(writer.topic == "t")
                for number in numbers {
                    switch number % 4 {
                    case 0: try await writer.append(value: "\(number)")
                    case 1: try await writer.append(value: "\(number)", key: "\(number % 9)")
                    case 2: try await writer.append(value: "\(number)", key: [1, 2], partition: 2)
                    default: try await writer.append(value: "\(number)".utf8Span.span.bytes, key: "a", partition: -1)
                    }
                }
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for task in 0..<4 { group.addTask { try await write(task * 3000..<task * 3000 + 3000 - task) } }
                try await group.waitForAll()
            }
            try await producer.flush()
            let stored = try await fixture.readNumbers(5)
            for numbers in stored {
                for task in 0..<4 {
                    let ofTask = numbers.filter { $0 / 3000 == task }
                    #expect(ofTask == ofTask.sorted())
                }
            }
            let written: [Int] = (0..<4).flatMap { task in Array(task * 3000..<task * 3000 + 3000 - task) }
            #expect(stored.flatMap { $0 }.sorted() == written)
        }
    }

    @Test(arguments: strategies) func `keys, values, headers and times arrive as they were given, of any size`(
        strategy: Producer.Strategy
    ) async throws {
        try await withDoors(partitions: 1, strategy) { producer, fixture in
            var expected: [ReadRecord] = []
            for (index, size) in [0, 1, 100, 47_000, 49_152, 49_153, 900_000, 3, 0].enumerated() {
                let value = [UInt8](repeating: UInt8(index), count: size)
                let headers =
                    index % 2 == 0 ? [] : [RecordHeader(key: "", value: nil), RecordHeader(key: "é", value: [])]
                let time = Int64(index) * 1_000_000_007
                try await producer.append(
                    value: value, key: value.prefix(5), headers: headers, timestampMs: time, to: "t", partition: 0)
                expected.append(
                    ReadRecord(
                        offset: Int64(index), key: Array(value.prefix(5)), value: value, headers: headers,
                        timestampMs: time))
            }
            try await producer.append(value: nil, key: "gone", timestampMs: 1, to: "t")
            expected.append(ReadRecord(offset: 9, key: Array("gone".utf8), value: nil, timestampMs: 1))
            try await producer.flush()
            #expect(try await fixture.read() == expected)
        }
    }

    @Test func `data, texts and arrays go through each door side by side`() async throws {
        try await withDoors(partitions: 1) { producer, fixture in
            let data = Data([1, 2, 3])
            var writer = try await producer.writer(for: "t")
            try await writer.append(value: data, key: "text", timestampMs: 1)
            try await writer.append(value: "text", key: data, timestampMs: 1)
            try await producer.append(value: data, key: Data?.none, timestampMs: 1, to: "t")
            _ = try await producer.send(value: data.dropFirst(), key: [9], timestampMs: 1, to: "t")
            var chunk = RecordChunk()
            try chunk.append(value: data, key: data)
            try await producer.append(chunk, to: "t")
            try await producer.flush()
            let stored = try await fixture.read().map { [$0.key, $0.value] }
            let text = Array("text".utf8)
            let expected: [[[UInt8]?]] = [
                [text, [1, 2, 3]], [[1, 2, 3], text], [nil, [1, 2, 3]], [[9], [2, 3]], [[1, 2, 3], [1, 2, 3]],
            ]
            for record in expected { #expect(stored.contains(record)) }
            #expect(stored.count == expected.count)
        }
    }

    @Test func `a record without a time takes that of its append`() async throws {
        try await withDoors(partitions: 1, .sharded(lanes: 1), linger: .seconds(10)) { producer, fixture in
            let before = WallTime.now.millisecondsSince1970
            var writer = try await producer.writer(for: "t")
            try await writer.append(value: "1")
            try await producer.append(value: "2", to: "t")
            let after = WallTime.now.millisecondsSince1970
            try await Task.sleep(for: .milliseconds(100))
            try await producer.flush()
            for record in try await fixture.read() { #expect((before...after).contains(record.timestampMs)) }
        }
    }

    @Test(arguments: [Producer.Strategy.sharded(lanes: 2), .sequential(workers: 1)])
    func `a record lingers once, from its append on`(strategy: Producer.Strategy) async throws {
        let collector = DeliveryCollector()
        let linger = Duration.milliseconds(400)
        try await withDoors(strategy, linger: linger, { $0.onDelivery = { collector.accept([$0]) } }) { producer, _ in
            _ = try await producer.router.topic("t", until: .distantFuture)
            let began = MonotonicInstant.now
            try await producer.append(value: "alone", to: "t")
            try await eventually { collector.deliveries.count == 1 }
            let times = collector.deliveries[0].batch.times
            #expect(times.firstAppend >= began && times.firstAppend - began < .milliseconds(100))
            #expect(times.sealed - began >= linger && times.sealed - began < linger * 3 / 2)
        }
    }

    @Test func `a writer's record is sent while its task does something else, also one after the other`() async throws {
        try await withDoors(.sharded(lanes: 2), linger: .milliseconds(5)) { producer, fixture in
            var writer = try await producer.writer(for: "t")
            for number in 1...20 {
                try await writer.append(value: "\(number)", key: "k")
                try await eventually { fixture.broker.statistics.recordCount == number }
            }
        }
    }

    @Test func `without linger time each record is sent at once`() async throws {
        try await withDoors(.sharded(lanes: 2), linger: .zero) { producer, fixture in
            var writer = try await producer.writer(for: "t")
            for number in 1...20 {
                if number % 2 == 0 {
                    try await writer.append(value: "\(number)", key: "k")
                } else {
                    try await producer.append(value: "\(number)", to: "t")
                }
                try await eventually { fixture.broker.statistics.recordCount == number }
            }
        }
    }

    // MARK: What is refused

    @Test func `what can't be taken is refused at once, and nothing else with it`() async throws {
        try await withDoors { producer, fixture in
            var writer = try await producer.writer(for: "t")
            let tooLong = [UInt8](repeating: 0, count: 1 << 20)
            for (value, time, partition, code) in [
                (tooLong, nil, nil, .recordTooLarge), ([1], -1, nil, .invalidArgument),
                ([1], nil, 5, .unknownPartition),
                ([1], nil, -2, .unknownPartition), ([1], nil, Int32.max, .unknownPartition),
            ] as [([UInt8], Int64?, Int32?, KafkaClientError.Code)] {
                let errors = [
                    try await clientError {
                        try await producer.append(value: value, timestampMs: time, to: "t", partition: partition)
                    },
                    try await clientError {
                        try await writer.append(value: value, timestampMs: time, partition: partition)
                    },
                    try await clientError {
                        _ = try await producer.send(value: value, timestampMs: time, to: "t", partition: partition)
                    },
                ]
                #expect(errors.map(\.code) == [code, code, code])
                try await writer.append(value: "0")
            }
            try await producer.flush()
            #expect(fixture.broker.statistics.recordCount == 5)
        }
    }

    @Test func `records of a chunk that are too large are refused, the others are taken`() async throws {
        try await withDoors(partitions: 1) { producer, fixture in
            var chunk = RecordChunk.texts(0..<5)
            try chunk.append(value: [UInt8](repeating: 0, count: 2 << 20))
            try chunk.append(value: "5")
            let error = try await clientError { [chunk] in try await producer.append(chunk, to: "t") }
            #expect(error.code == .recordTooLarge && error.takenRecordCount == 6)
            try await producer.flush()
            #expect(try await fixture.readNumbers(1) == [[0, 1, 2, 3, 4, 5]])
        }
    }

    @Test func `records for which the partitioner finds no partition reach the handler, and the flush throws`()
        async throws
    {
        let collector = DeliveryCollector()
        let partitioner = CustomPartitioner { key, count in key == nil ? -1 : Int32(count) }
        try await withDoors(
            .sharded(lanes: 2), linger: .milliseconds(1),
            {
                $0.builder.partitioner = partitioner
                $0.onDelivery = { collector.accept([$0]) }
            }
        ) { producer, fixture in
            for number in 0..<7 { try await producer.append(value: "\(number)", key: "k", to: "t") }
            let error = try await clientError { try await producer.flush() }
            #expect(error.code == .unknownPartition)
            let failed = collector.deliveries
            #expect(failed.reduce(0) { $0 + $1.batch.recordCount } == 7)
            for delivery in failed {
                #expect(delivery.error?.code == .unknownPartition && delivery.batch.topic == "t")
                #expect(delivery.batch.byteCount == 0 && delivery.batch.copiedBytes == [] && delivery.exchanges.isEmpty)
            }
            let refused = try await clientError { try await producer.append(RecordChunk.keyed, to: "t") }
            #expect(refused.code == .unknownPartition && refused.takenRecordCount == 0)
            // Told once.
            try await producer.append(value: "8", to: "t")
            try await producer.flush()
            #expect(fixture.broker.statistics.recordCount == 1)
            #expect(producer.backlog.gatheredByteCount == 0)
        }
    }

    // MARK: Room

    @Test func `a full producer waits, fails at once or gives up, as it is told, and keeps its memory`() async throws {
        try await withDoors(.sharded(lanes: 2), memoryByteCountMax: 64 << 10) { producer, fixture in
            fixture.broker.inject(FaultRule(.produce, effect: .stall))
            var taken = 0
            // The lanes get time to take what there is: only when it fails again and again is the memory really used up.
            var refusedInARow = 0
            while refusedInARow < 3 {
                do {
                    try await producer.append(value: "\(taken)", key: "\(taken)", to: "t", whenFull: .fail)
                    taken += 1
                    refusedInARow = 0
                    let backlog = producer.backlog
                    #expect(backlog.gatheredByteCount + backlog.batchByteCount <= 64 << 10)
                } catch let error as KafkaClientError {
                    #expect(error.code == .memoryExhausted)
                    refusedInARow += 1
                    try await Task.sleep(for: .milliseconds(50))
                }
            }
            #expect(taken > 300)
            let began = MonotonicInstant.now
            let late = try await clientError {
                for _ in 0..<1000 {
                    try await producer.append(value: "x", to: "t", whenFull: .waitUntil(began + .milliseconds(50)))
                    taken += 1
                }
            }
            #expect(late.code == .memoryExhausted && MonotonicInstant.now - began >= .milliseconds(50))
            var chunk = RecordChunk.numbered(0..<200)
            chunk.tag = 1
            let refused = try await clientError { [chunk] in
                while true {
                    try await producer.append(chunk, to: "t", whenFull: .fail)
                    taken += 200
                }
            }
            #expect(refused.code == .memoryExhausted)
            let waiting = Task { try await producer.append(RecordChunk.numbered(0..<300), to: "t") }
            try await eventually { producer.backlog.waitingAppends == 1 }
            waiting.cancel()
            await #expect(throws: CancellationError.self) { try await waiting.value }
            #expect(producer.backlog.waitingAppends == 0)
            await producer.close()
            #expect(producer.deliveries.takeSummary().failedRecords == taken)
        }
    }

    @Test func `an append that waits for a topic gives up in time, and can be cancelled`() async throws {
        try await withDoors {
            $0.blockTimeout = .milliseconds(100)
        } _: { producer, fixture in
            fixture.broker.inject(FaultRule(.metadata, effect: .stall))
            let error = try await clientError { try await producer.append(value: "", to: "other") }
            #expect(error.code == .requestTimedOut)
        }
        try await withDoors { producer, fixture in
            fixture.broker.inject(FaultRule(.metadata, effect: .stall))
            let waiting = Task { try await producer.append(value: "", to: "other") }
            try await Task.sleep(for: .milliseconds(20))
            waiting.cancel()
            await #expect(throws: CancellationError.self) { try await waiting.value }
        }
    }

    @Test func `all memory is used while lanes are slow, and little while they are quick`() async throws {
        // A broker that stalls makes lanes slow: what is gathered grows beyond the soft bound.
        try await withDoors(.sharded(lanes: 1), memoryByteCountMax: 32 << 20) { producer, fixture in
            fixture.broker.inject(FaultRule(.produce, effect: .stall))
            let chunk = RecordChunk.numbered(0..<500, valueByteCount: 500)
            let appending = Task { while true { try await producer.append(chunk, to: "t") } }
            try await eventually { producer.backlog.gatheredByteCount > 7 << 20 }
            #expect(producer.backlog.gatheredByteCount + producer.backlog.batchByteCount <= 32 << 20)
            appending.cancel()
            _ = await appending.result
        }
    }
}

extension RecordChunk {
    /// Records whose values are numbers as text.
    static func texts(_ numbers: Range<Int>) -> RecordChunk {
        var chunk = RecordChunk()
        for number in numbers { try! chunk.append(value: "\(number)") }
        return chunk
    }

    /// One record with a key.
    static var keyed: RecordChunk {
        var chunk = RecordChunk()
        try! chunk.append(value: "v", key: "k")
        return chunk
    }
}
