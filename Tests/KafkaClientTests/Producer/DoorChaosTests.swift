import Foundation
import KafkaEmbeddedBroker
import Synchronization
import TestSupport
import Testing

@testable import KafkaClient

/// Everything at once: doors, tasks that are cancelled anywhere, brokers that fail. Each record must be stored, have failed with
/// a word, or never have been taken.
///
/// `KAFKA_TEST_CANCELLATIONS` makes it longer: so many calls are cancelled for each strategy.
@Suite(.serialized, .timeLimit(.minutes(10))) struct DoorChaosTests {
    /// What callers were told of each record.
    private final class Book: Sendable {
        struct Entries {
            var taken: Set<Int> = []
            /// Of a sent record whose caller was cancelled nobody knows.
            var unknown: Set<Int> = []
            /// In failed deliveries.
            var failed: Set<Int> = []
            var next = 0
            var callCount = 0
        }

        let entries = Mutex(Entries())

        func draw(_ count: Int) -> Range<Int> {
            entries.withLock { entries in
                entries.callCount += 1
                defer { entries.next += count }
                return entries.next..<entries.next + count
            }
        }
    }

    private enum Door: CaseIterable { case record, keyed, named, writer, chunk, send, impatient }

    private static var cancellations: Int {
        ProcessInfo.processInfo.environment["KAFKA_TEST_CANCELLATIONS"].flatMap { Int($0) } ?? 400
    }

    @Test(arguments: DoorTests.strategies) func `no record is lost without a word, whoever is cancelled when`(
        strategy: Producer.Strategy
    ) async throws {
        let book = Book()
        let seed = TestSeed.value
        try await withDoors(
            strategy, linger: .milliseconds(1), memoryByteCountMax: 96 << 10,
            {
                $0.onDelivery = { delivery in
                    if delivery.isAcknowledged { return }
                    let numbers = try delivery.batch.readNumbers()
                    book.entries.withLock { $0.failed.formUnion(numbers) }
                }
                $0.producer = .fast(deliveryTimeout: .seconds(20))
            }
        ) { producer, fixture in
            let isOver = Counter()
            let breaking = Task {
                var random = SeededGenerator(seed: seed ^ 99)
                while isOver.count == 0 {
                    // One at a time: what piles up while a client pauses would all hit its next request, and the one after.
                    fixture.broker.removeFaults()
                    fixture.broker.inject(Self.faults.randomElement(using: &random)!)
                    try await Task.sleep(for: .milliseconds(Int.random(in: 1...8, using: &random)))
                }
                fixture.broker.removeFaults()
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for task in 0..<8 {
                    group.addTask {
                        var random = SeededGenerator(seed: seed &+ UInt64(task))
                        while book.entries.withLock({ $0.callCount }) < Self.cancellations {
                            await call(producer, book, &random)
                        }
                    }
                }
                try await group.waitForAll()
            }
            isOver.add()
            try await breaking.value
            let summary = try await producer.flushWithSummary()
            #expect(summary.handlerError == nil)
            let isSlow = summary.failures.contains { $0.code == .deliveryTimedOut }
            #expect(!isSlow, "\(summary.failures)")
            try await check(book, summary, fixture)
            #expect(producer.backlog.recordCount == 0 && producer.backlog.gatheredByteCount == 0)
            #expect(producer.backlog.waitingAppends == 0)
        }
    }

    private static let faults = [
        FaultRule(.produce, count: 1, effect: .delay(.milliseconds(3))),
        FaultRule(.produce, count: 2, effect: .error(.notLeaderOrFollower)),
        FaultRule(.produce, count: 1, effect: .error(.messageTooLarge)),
        FaultRule(.produce, count: 1, effect: .error(.topicAuthorizationFailed)),
        FaultRule(.produce, count: 1, effect: .disconnect(.afterStore)),
        FaultRule(.metadata, count: 1, effect: .delay(.milliseconds(2))),
    ]

    /// Makes one call, and cancels it at a moment by chance, or not at all.
    private func call(_ producer: Producer, _ book: Book, _ random: inout SeededGenerator) async {
        let door = Door.allCases.randomElement(using: &random)!
        let numbers = book.draw(door == .chunk || door == .writer ? Int.random(in: 1...60, using: &random) : 1)
        let calling = Task { try await Self.use(door, numbers, producer, book) }
        switch Int.random(in: 0..<4, using: &random) {
        case 0: calling.cancel()
        case 1:
            for _ in 0..<Int.random(in: 0..<20, using: &random) { await Task.yield() }
            calling.cancel()
        case 2:
            try? await Task.sleep(for: .microseconds(Int.random(in: 0..<2000, using: &random)))
            calling.cancel()
        default: break
        }
        _ = await calling.result
    }

    private static func use(_ door: Door, _ numbers: Range<Int>, _ producer: Producer, _ book: Book) async throws {
        func take(_ number: Int) { _ = book.entries.withLock { $0.taken.insert(number) } }
        let number = numbers.lowerBound
        switch door {
        case .record: try await producer.append(value: "\(number)", to: "t")
        case .keyed: try await producer.append(value: "\(number)", key: "\(number)", to: "t")
        case .named: try await producer.append(value: "\(number)", to: "t", partition: Int32(number % 5))
        case .impatient: try await producer.append(value: "\(number)", key: "k", to: "t", whenFull: .fail)
        case .writer:
            var writer = try await producer.writer(for: "t")
            for number in numbers {
                try await writer.append(value: "\(number)", key: "\(number % 3)")
                take(number)
            }
            return
        case .chunk:
            try await producer.append(RecordChunk.texts(numbers), to: "t")
            for number in numbers { take(number) }
            return
        case .send:
            do {
                _ = try await producer.send(value: "\(number)", key: "\(number)", to: "t")
            } catch is CancellationError {
                _ = book.entries.withLock { $0.unknown.insert(number) }
                return
            }
        }
        take(number)
    }

    private func check(
        _ book: Book, _ summary: DeliverySummary, _ fixture: NetworkFixture
    ) async throws {
        let entries = book.entries.withLock { $0 }
        let stored = Set(try await fixture.readNumbers(5).flatMap { $0 })
        let failed = entries.failed
        #expect(entries.taken.subtracting(stored).subtracting(failed).isEmpty, "taken, and nobody was told")
        // A sent record that fails is told of by its call, and not among those that were taken.
        let never = stored.subtracting(entries.taken).subtracting(entries.unknown).subtracting(failed)
        #expect(never.isEmpty, "stored, and never taken")
        let fates = summary.acknowledgedRecords + summary.failedRecords
        #expect(fates >= entries.taken.count && fates <= entries.taken.count + entries.unknown.count)
        #expect(entries.taken.count > 100 && entries.unknown.count + failed.count > 0)
    }
}
