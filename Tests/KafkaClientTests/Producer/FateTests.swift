import Dispatch
import KafkaEmbeddedBroker
import Synchronization
import TestSupport
import Testing

@testable import KafkaClient

/// What callers hear of their records: by a flush, by a tag, by the record itself, by the producer's end.
@Suite(.serialized, .timeLimit(.minutes(1))) struct FateTests {
    private static let refusal = FaultRule(.produce, effect: .error(.topicAuthorizationFailed))

    // MARK: Flush

    @Test func `a flush throws what has failed since the last one, and only once`() async throws {
        try await withDoors { producer, fixture in
            fixture.broker.inject(Self.refusal)
            for number in 0..<10 { try await producer.append(value: "\(number)", key: "\(number)", to: "t") }
            let first = try await clientError { try await producer.flush() }
            #expect(first.code == .notAuthorized && first.message.hasPrefix("10 records"))
            try await producer.flush()
            try await producer.append(value: "", to: "t")
            let summary = try await producer.flushWithSummary()
            #expect(summary.failedRecords == 1 && summary.firstFailure?.code == .notAuthorized)
            try await producer.flush()
        }
    }

    @Test func `a failure stays until a flush has told of it, also when one is cancelled`() async throws {
        try await withDoors { producer, fixture in
            fixture.broker.inject(Self.refusal)
            try await producer.append(value: "", key: "refused", to: "t")
            try await eventually { producer.deliveries.recordCount.load(ordering: .relaxed) == 1 }
            fixture.broker.removeFaults()
            fixture.broker.inject(FaultRule(.produce, effect: .stall))
            try await producer.append(value: "", key: "stalled", to: "t")
            let flushing = Task { try await producer.flush() }
            try await Task.sleep(for: .milliseconds(20))
            let began = MonotonicInstant.now
            flushing.cancel()
            await #expect(throws: CancellationError.self) { try await flushing.value }
            #expect(MonotonicInstant.now - began < .seconds(1))
            await producer.close()
            let summary = producer.deliveries.takeSummary()
            #expect(summary.failedRecords == 2 && summary.failures.map(\.code) == [.notAuthorized, .closed])
        }
    }

    @Test func `withProducer does not return while the fate of a record is not told`() async throws {
        try await withFixture { fixture in
            try fixture.broker.createTopic("t")
            fixture.broker.inject(Self.refusal)
            try await Client.withConnection(to: fixture.endpoints.map(\.description)) { client in
                for isFlushed in [false, true] {
                    let error = try await clientError {
                        try await client.withProducer(.init(linger: .seconds(10))) { producer in
                            try await producer.append(value: "", to: "t")
                            if isFlushed {
                                _ = try? await producer.flush()
                                try await producer.append(value: "", to: "t")
                            }
                        }
                    }
                    #expect(error.code == .notAuthorized)
                }
                // Who has asked for the summary knows.
                try await client.withProducer { producer in
                    try await producer.append(value: "", to: "t")
                    #expect(try await producer.flushWithSummary().failedRecords == 1)
                }
            }
        }
    }

    // MARK: Batches that are too large for the broker

    @Test(arguments: [Codec.uncompressed, .zstd])
    func `a batch that the broker finds too large is split, and all of it stored`(
        codec: Codec
    ) async throws {
        let collector = DeliveryCollector()
        try await withDoors(
            partitions: 1, .sharded(lanes: 1), linger: .seconds(5),
            {
                $0.builder.codec = codec
                $0.onDelivery = { collector.accept([$0]) }
            }
        ) { producer, fixture in
            fixture.broker.inject(FaultRule(.produce, count: 3, effect: .error(.messageTooLarge)))
            var chunk = RecordChunk()
            for number in 0..<20 {
                chunk.tag = UInt64(number / 5)
                try chunk.append(value: "\(number)", key: "k", headers: [RecordHeader(key: "h", value: [7])])
            }
            try await producer.append(chunk, to: "t")
            try await producer.flush()
            #expect(try await fixture.readNumbers(1) == [Array(0..<20)])
            let tagged = collector.deliveries.flatMap(\.taggedRecords)
            #expect(tagged.allSatisfy { $0.offsets != nil })
            for tag: UInt64 in 0..<4 {
                let offsets = tagged.filter { $0.tag == tag }.flatMap { $0.offsets.map(Array.init) ?? [] }
                #expect(offsets == Array(Int64(tag) * 5..<Int64(tag) * 5 + 5))
            }
            #expect(collector.deliveries.allSatisfy { $0.exchanges.count > 1 && !$0.mayBeDuplicated })
        }
    }

    @Test func `a record that is alone too large for the broker fails alone`() async throws {
        try await withDoors(partitions: 1, linger: .seconds(5)) { producer, fixture in
            fixture.broker.inject(FaultRule(.produce, count: 5, effect: .error(.messageTooLarge)))
            for number in 0..<8 { try await producer.append(value: "\(number)", key: "k", to: "t") }
            // 8, 4, 2 and 1 records are refused, and the next one.
            let error = try await clientError { try await producer.flush() }
            #expect(error.code == .recordTooLarge && error.message.hasPrefix("2 records"))
            #expect(try await fixture.readNumbers(1) == [[2, 3, 4, 5, 6, 7]])
        }
    }

    // MARK: Tags and single records

    @Test(arguments: DoorTests.strategies) func `tags tell where runs of records went`(strategy: Producer.Strategy)
        async throws
    {
        let collector = DeliveryCollector()
        try await withDoors(strategy, { $0.onDelivery = { collector.accept([$0]) } }) { producer, fixture in
            var random = SeededGenerator()
            var tagOf: [Int: UInt64?] = [:]
            var number = 0
            for _ in 0..<60 {
                var chunk = RecordChunk()
                for _ in 0..<Int.random(in: 1...4, using: &random) {
                    let tag = Bool.random(using: &random) ? UInt64.random(in: 0...(.max), using: &random) : nil
                    chunk.tag = tag
                    #expect(chunk.tag == tag)
                    for _ in 0..<Int.random(in: 0...30, using: &random) {
                        let key = Bool.random(using: &random) ? "\(number)" : nil
                        try chunk.append(value: "\(number)", key: key)
                        tagOf[number] = .some(tag)
                        number += 1
                    }
                }
                try await producer.append(chunk, to: "t")
            }
            try await producer.flush()
            let stored = try await fixture.readNumbers(5)
            var told: [Int: UInt64] = [:]
            for delivery in collector.deliveries {
                for run in delivery.taggedRecords {
                    for offset in try #require(run.offsets) {
                        told[stored[Int(delivery.partition)][Int(offset)]] = run.tag
                    }
                }
            }
            for number in 0..<number { #expect(told[number] == tagOf[number]!) }
        }
    }

    @Test(arguments: DoorTests.strategies) func `a sent record tells where it is stored, and when`(
        strategy: Producer.Strategy
    ) async throws {
        try await withDoors(strategy) { producer, fixture in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for task in 0..<8 {
                    group.addTask {
                        for number in task * 20..<task * 20 + 20 {
                            let time = number % 2 == 0 ? Int64(number) : nil
                            let metadata = try await producer.send(
                                value: "\(number)", key: "\(number % 13)", timestampMs: time, to: "t")
                            let record = try await fixture.read("t", metadata.partition)[Int(metadata.offset)]
                            #expect(record.text == "\(number)" && record.timestampMs == metadata.timestampMs)
                            if let time { #expect(metadata.timestampMs == time) }
                        }
                    }
                }
                try await group.waitForAll()
            }
            let tombstone = try await producer.send(value: nil, key: "k", to: "t")
            #expect(try await fixture.read("t", tombstone.partition)[Int(tombstone.offset)].value == nil)
        }
    }

    @Test func `a sent record that fails throws why, and no flush throws it again`() async throws {
        try await withDoors { producer, fixture in
            fixture.broker.inject(Self.refusal)
            let error = try await clientError { _ = try await producer.send(value: "", to: "t") }
            #expect(error.code == .notAuthorized)
            try await producer.flush()
            fixture.broker.removeFaults()
            fixture.broker.inject(FaultRule(.produce, effect: .stall))
            let sending = Task { try await producer.send(value: "", to: "t") }
            try await Task.sleep(for: .milliseconds(20))
            sending.cancel()
            await #expect(throws: CancellationError.self) { try await sending.value }
            // Nobody waits for it any more.
            await producer.close()
            #expect(producer.deliveries.takeSummary().failedRecords == 1)
        }
    }

    // MARK: Handlers

    @Test func `what a handler throws, the next flush throws`() async throws {
        struct Mine: Error {}
        try await withDoors {
            $0.onDelivery = { _ in throw Mine() }
        } _: { producer, fixture in
            try await producer.append(value: "1", to: "t")
            let error = try await clientError { try await producer.flush() }
            #expect(error.code == .handlerFailed && error.underlying is Mine)
            try await producer.flush()
            #expect(fixture.broker.statistics.recordCount == 1)
        }
    }

    @Test func `a handler that does not return holds up neither flush nor end for ever`() async throws {
        let blocking = DispatchSemaphore(value: 0)
        defer { blocking.signal() }
        try await withFixture { fixture in
            try fixture.broker.createTopic("t")
            let client = try Client(
                to: fixture.endpoints.map(\.description), .fast(ConnectionConfiguration(requestTimeout: .seconds(1))))
            var configuration = Producer.Configuration()
            configuration.producer.deliveryTimeout = .milliseconds(500)
            configuration.onDelivery = { _ in blocking.wait() }
            configuration.patience = .milliseconds(300)
            let producer = try client.makeProducer(configuration)
            try await producer.append(value: "", to: "t")
            let began = MonotonicInstant.now
            #expect(try await clientError { try await producer.flush() }.code == .unresponsive)
            #expect(
                try await clientError { try await producer.shutDown(within: .milliseconds(100)) }.code == .unresponsive)
            #expect(MonotonicInstant.now - began < .seconds(10))
            blocking.signal()
            await client.shutDown()
        }
    }

    // MARK: Producers that are kept

    private func withClient(_ body: (Client, EmbeddedBroker) async throws -> Void) async throws {
        try await withFixture { fixture in
            try fixture.broker.createTopic("t", partitions: 3)
            let client = try Client(to: fixture.endpoints.map(\.description))
            do { try await body(client, fixture.broker) } catch {
                await client.shutDown()
                throw error
            }
            await client.shutDown()
        }
    }

    @Test(arguments: [true, false]) func `a producer that runs delivers what it has when it is to end`(
        isCancelled: Bool
    ) async throws {
        try await withClient { client, broker in
            let producer = try client.makeProducer(.init(linger: .seconds(60), strategy: .sharded(lanes: 2)))
            let running = Task { try await producer.run() }
            for number in 0..<100 { try await producer.append(value: "\(number)", key: "\(number)", to: "t") }
            if isCancelled { running.cancel() } else { producer.triggerShutdown() }
            try await running.value
            #expect(broker.statistics.recordCount == 100)
            let late = try await clientError { try await producer.append(value: "", to: "t") }
            #expect(late.code == .closed)
            #expect(try await clientError { try await producer.run() }.code == .invalidArgument)
            try await producer.shutDown()
        }
    }

    @Test func `an end in time fails what is not delivered by then, and says so`() async throws {
        try await withClient { client, broker in
            broker.inject(FaultRule(.produce, effect: .stall))
            var configuration = Producer.Configuration(strategy: .sharded(lanes: 2))
            configuration.shutdownTimeout = .milliseconds(50)
            let producer = try client.makeProducer(configuration)
            let running = Task { try await producer.run() }
            try await producer.append(value: "", to: "t")
            let began = MonotonicInstant.now
            running.cancel()
            let error = try await clientError { try await running.value }
            #expect(error.code == .closed && MonotonicInstant.now - began < .seconds(5))
        }
    }

    @Test func `a client that runs ends with its task`() async throws {
        try await withClient { client, _ in
            let running = Task { try await client.run() }
            #expect(try await client.cluster.partitionCount(of: "t") == 3)
            running.cancel()
            try await running.value
            #expect(try await clientError { _ = try await client.cluster.refresh(["t"]) }.code == .closed)
        }
    }

    @Test func `an end may be triggered before the run, a run is once, and every end waits for the end`() async throws {
        try await withClient { client, broker in
            let producer = try client.makeProducer()
            try await producer.append(value: "", to: "t")
            producer.triggerShutdown()
            try await producer.run()
            #expect(broker.statistics.recordCount == 1)
            #expect(try await clientError { try await producer.run() }.code == .invalidArgument)
            client.triggerShutdown()
            async let end: Void = client.shutDown()
            try await client.run()
            await end
            #expect(try await clientError { try await client.run() }.code == .invalidArgument)
            await client.shutDown()
        }
    }

    @Test func `appending goes on until the end, then is refused, and what was taken is delivered`() async throws {
        try await withClient { client, broker in
            let producer = try client.makeProducer(.init(strategy: .sharded(lanes: 2)))
            let taken = Counter()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for task in 0..<4 {
                    group.addTask {
                        do {
                            var writer = try await producer.writer(for: "t")
                            while true {
                                if task % 2 == 0 {
                                    try await writer.append(value: "\(task)", key: "\(task)")
                                } else {
                                    try await producer.append(value: "\(task)", to: "t")
                                }
                                taken.add()
                            }
                        } catch let error as KafkaClientError where error.code == .closed {}
                    }
                }
                try await eventually { broker.statistics.recordCount > 1000 }
                try await producer.shutDown()
                try await group.waitForAll()
            }
            let known = producer.deliveries.recordCount.load(ordering: .relaxed)
            #expect(known == taken.count && broker.statistics.recordCount == taken.count)
            #expect(
                producer.backlog == .init(recordCount: 0, gatheredByteCount: 0, batchByteCount: 0, waitingAppends: 0))
        }
    }

    @Test func `a producer that is let go of ends by itself, and so does its client`() async throws {
        try await withFixture { fixture in
            try fixture.broker.createTopic("t")
            weak var engine: ProducerEngine?
            weak var cluster: Cluster?
            func use() async throws {
                let client = try Client(to: fixture.endpoints.map(\.description))
                let producer = try client.makeProducer(.init(linger: .seconds(60)))
                var writer = try await producer.writer(for: "t")
                try await writer.append(value: "1")
                try await producer.append(value: "2", to: "t")
                engine = producer.engine
                cluster = client.cluster
            }
            try await use()
            try await eventually { engine == nil && cluster == nil }
        }
    }

    // MARK: Cancellation

    @Test func `whatever waits ends within a second when it is cancelled`() async throws {
        try await withClient { client, broker in
            let producer = try client.makeProducer(.init(strategy: .sharded(lanes: 2)))
            _ = try await producer.send(value: "", to: "t")
            broker.inject(FaultRule(.produce, effect: .stall))
            broker.inject(FaultRule(.metadata, effect: .stall))
            broker.inject(FaultRule(.createTopics, effect: .stall))
            broker.inject(FaultRule(.listOffsets, effect: .stall))
            try await producer.append(value: "", to: "t")
            let waits: [(String, @Sendable () async throws -> Void)] = [
                ("flush", { try await producer.flush() }),
                ("drain", { for lane in producer.lanes { try await lane.drain() } }),
                ("send", { _ = try await producer.send(value: "", to: "t") }),
                ("a topic that is not known", { try await producer.append(value: "", to: "other") }),
                ("a writer of it", { _ = try await producer.writer(for: "other") }),
                ("refresh", { _ = try await client.cluster.refresh(["other"]) }),
                ("create", { _ = try await client.cluster.createTopic("u", partitionCount: 1, replicationFactor: 1) }),
                ("offsets", { _ = try await client.cluster.offsets(of: "t", at: .latest) }),
            ]
            for (name, wait) in waits {
                let waiting = Task { try await wait() }
                try await Task.sleep(for: .milliseconds(30))
                let began = MonotonicInstant.now
                waiting.cancel()
                await #expect(throws: CancellationError.self, "\(name)") { try await waiting.value }
                #expect(MonotonicInstant.now - began < .seconds(1), "\(name)")
            }
            let began = MonotonicInstant.now
            let closing = Task { try await producer.shutDown(within: .milliseconds(100)) }
            closing.cancel()
            _ = await closing.result
            #expect(MonotonicInstant.now - began < .seconds(1), "shutDown")
        }
    }

    @Test func `connecting to a server that says nothing ends within a second when it is cancelled`() async throws {
        let server = try await FakeServer { _, _ in }
        let connecting = Task {
            try await Client.withConnection(to: [server.endpoint.description]) { _ in }
        }
        try await Task.sleep(for: .milliseconds(50))
        let began = MonotonicInstant.now
        connecting.cancel()
        await #expect(throws: CancellationError.self) { try await connecting.value }
        #expect(MonotonicInstant.now - began < .seconds(1))
        await server.stop()
    }

    @Test func `a broker is told to answer before the client gives up`() {
        for (given, told) in [(Duration.seconds(30), Duration.seconds(29)), (.seconds(1), .milliseconds(900))] {
            #expect(ConnectionConfiguration(requestTimeout: given).brokerTimeout == told)
        }
    }
}
