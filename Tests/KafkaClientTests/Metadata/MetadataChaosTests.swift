import KafkaEmbeddedBroker
import KafkaProtocol
import KafkaTransport
import Synchronization
import TestSupport
import Testing

@testable import KafkaClient

/// Everything changes at once.
@Suite(.serialized, .timeLimit(.minutes(2))) struct MetadataChaosTests {
    private final class Counts: Sendable {
        let failed = Mutex(0)
        let told = Mutex(0)
        let taken = Mutex(0)
        let isOver = Mutex(false)
    }

    @Test(arguments: 0..<12) func `all doors and builders live with a topic that shrinks and grows all the time`(
        round: Int
    )
        async throws
    {
        var random = SeededGenerator(seed: UInt64(round))
        try await withFixture(brokers: 2) { fixture in
            try fixture.broker.createTopic("t", partitions: 6)
            let counts = Counts()
            let strategies: [Producer.Strategy] = [
                .sharded(lanes: 1), .sharded(lanes: 3), .sequential(workers: 2), .sharded(lanes: 2),
            ]
            let partitioners: [any Partitioner] = [
                KeyPartitioner.murmur2, RoundRobinPartitioner(), AnyPartitioner(),
            ]
            var configuration = Producer.Configuration(
                partitioner: partitioners[round % 3], linger: .milliseconds(round % 2 * 3),
                strategy: strategies[round % 4])
            configuration.builder.batchByteCount = 512
            configuration.builder.memoryByteCountMax = 4 << 20
            configuration.onDelivery = { delivery in
                counts.told.withLock { $0 += delivery.batch.recordCount }
                if delivery.error != nil {
                    counts.failed.withLock { $0 += delivery.batch.recordCount }
                }
            }
            let client = try Client(
                to: fixture.endpoints.map(\.description), ClusterConfiguration(metadataMaxAge: .milliseconds(10)))
            let producer = try client.makeProducer(configuration)
            let tasks: [Task<Void, Never>] = [
                Task { @Sendable in
                    var number = 0
                    while !counts.isOver.withLock({ $0 }) {
                        number += 1
                        do {
                            try await producer.append(
                                value: "v \(number)", key: "\(number)", to: "t",
                                partition: number % 5 == 0 ? Int32(number % 11) : nil)
                            counts.taken.withLock { $0 += 1 }
                        } catch {}
                        if number % 50 == 0 { try? await Task.sleep(for: .milliseconds(1)) }
                    }
                },
                Task { @Sendable in
                    guard var writer = try? await producer.writer(for: "t") else { return }
                    var number = 0
                    while !counts.isOver.withLock({ $0 }) {
                        number += 1
                        do {
                            try await writer.append(
                                value: "w \(number)", partition: number % 7 == 0 ? Int32(number % 9) : nil)
                            counts.taken.withLock { $0 += 1 }
                        } catch {}
                        if number % 50 == 0 { try? await Task.sleep(for: .milliseconds(1)) }
                    }
                },
                Task { @Sendable in
                    while !counts.isOver.withLock({ $0 }) {
                        do {
                            try await producer.append(.numbered(0..<20), to: "t")
                            counts.taken.withLock { $0 += 20 }
                        } catch let error as KafkaClientError {
                            counts.taken.withLock { $0 += error.takenRecordCount }
                        } catch {}
                        try? await Task.sleep(for: .milliseconds(1))
                    }
                },
            ]
            for _ in 0..<100 {
                let count = Int.random(in: 1...12, using: &random)
                if Bool.random(using: &random) {
                    try? fixture.broker.recreateTopic("t", partitions: count)
                } else {
                    try? fixture.broker.addPartitions("t", to: count)
                }
                try await Task.sleep(for: .milliseconds(Int.random(in: 0..<30, using: &random)))
            }
            counts.isOver.withLock { $0 = true }
            for task in tasks { await task.value }
            let begin = MonotonicInstant.now
            _ = try? await producer.flushWithSummary()
            #expect(.now - begin < .seconds(6))
            #expect(counts.told.withLock { $0 } == counts.taken.withLock { $0 })
            try? await producer.shutDown(within: .seconds(5))
            await client.shutDown()
        }
    }

    @Test(arguments: [1, 2, 3, 4] as [UInt64]) func `after everything has changed, all partitions go on`(seed: UInt64)
        async throws
    {
        var random = SeededGenerator(seed: seed)
        let lanes = Int(seed % 2) + 1
        try await withFixture(brokers: 3) {
            $0.hintsAtLeaders = seed % 3 != 0
        } _: { fixture in
            let broker = fixture.broker
            try broker.createTopic("t", partitions: 6)
            try broker.createTopic("u", partitions: 3)
            let facts = try await withSteadyProducer(to: fixture.endpoints, topics: ["t", "u"], lanes: lanes) {
                cluster, _ in
                cluster.metadataMaxAge = .seconds(1)
            } _: { steady in
                try await eventually { steady.now.partitions(of: "t").count == 6 }
                var stopped: Set<Int32> = []
                var paused: Set<Int32> = []
                var count = 6
                for _ in 0..<120 {
                    let node = Int32.random(in: 1...3, using: &random)
                    let partition = Int32.random(in: 0..<Int32(count), using: &random)
                    switch Int.random(in: 0..<14, using: &random) {
                    case 0...3:
                        let other = Int32.random(in: 1...3, using: &random)
                        if !stopped.contains(other) {
                            try? broker.moveLeader("t", partition, to: other)
                            try? broker.moveLeader("u", partition % 3, to: other)
                        }
                    case 4: try? broker.removeLeader("t", partition)
                    case 5 where stopped.isEmpty:
                        if !paused.contains(node) {
                            try await broker.stopNode(node)
                            stopped.insert(node)
                        }
                    case 6:
                        for node in stopped {
                            _ = try await broker.startNode(node, port: seed % 2 == 0 || node == 1 ? nil : 0)
                        }
                        stopped = []
                        broker.electPreferredLeaders()
                    case 7 where stopped.isEmpty:
                        try await broker.pauseNode(node)
                        paused.insert(node)
                    case 8:
                        for node in paused { try await broker.resumeNode(node) }
                        paused = []
                    case 9: if !stopped.contains(node) { try? broker.freezeMetadata(of: node) }
                    case 10: for node: Int32 in 1...3 { broker.thawMetadata(of: node) }
                    case 11 where Int.random(in: 0..<4, using: &random) == 0:
                        count = Int.random(in: 2..<9, using: &random)
                        try? broker.recreateTopic("t", partitions: count)
                    case 12 where count < 8:
                        count += 1
                        try? broker.addPartitions("t", to: count)
                    case 13:
                        broker.inject(
                            FaultRule(.produce, node: node, count: 2, effect: .disconnect(.afterStore)))
                    default: broker.inject(FaultRule(.produce, node: node, count: 1, effect: .throttle(ms: 100)))
                    }
                    try await Task.sleep(for: .milliseconds(Int.random(in: 0..<80, using: &random)))
                }
                for node in paused { try await broker.resumeNode(node) }
                for node in stopped { _ = try await broker.startNode(node) }
                for node: Int32 in 1...3 { broker.thawMetadata(of: node) }
                broker.removeFaults()
                broker.electPreferredLeaders()
                let healed = MonotonicInstant.now
                let total = count
                let isBack = try await within(.seconds(10)) {
                    let last = steady.now.lastAcknowledged
                    return (0..<total).allSatisfy { last["t/\($0)"].map { $0 > healed } == true }
                        && (0..<3).allSatisfy { last["u/\($0)"].map { $0 > healed } == true }
                }
                let known = try await steady.describe("t")
                #expect(isBack, "seed \(seed): \(total) partitions, known \(known)")
            }
            for partition: Int32 in 0..<3 {
                var seen: Set<Int> = []
                var last = -1
                for record in try await fixture.read("u", partition) {
                    let number = Int(String(decoding: record.value!, as: UTF8.self).dropFirst(6))!
                    if !seen.insert(number).inserted { continue }
                    if number < last { Issue.record("u/\(partition): \(number) behind \(last)"); break }
                    last = number
                }
            }
            #expect(facts.acknowledgedCount + facts.failures.values.reduce(0, +) == facts.appendedCount)
            #expect(Set(facts.failures.keys).isSubset(of: [.unknownPartition]), "\(facts.failures)")
        }
    }
}
