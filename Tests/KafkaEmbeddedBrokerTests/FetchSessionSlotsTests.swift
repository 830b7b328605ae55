import KafkaTransport
import Synchronization
import Testing

@testable import KafkaEmbeddedBroker

/// Who has a fetch session where there are more clients than sessions, as `FetchSessionTest` of Kafka has it.
@Suite struct FetchSessionSlotsTests {
    private static let begin = MonotonicInstant(nanoseconds: 0)
    private let evicted = Evicted()

    private final class Evicted: Sendable {
        private let names = Mutex<[String]>([])

        var all: [String] { names.withLock { $0 } }

        func add(_ name: String) { names.withLock { $0.append(name) } }
    }

    private func take(_ slots: FetchSessionSlots, _ name: String, _ partitionCount: Int, at seconds: Int) -> Int32? {
        slots.take(partitionCount: partitionCount, now: Self.begin + .seconds(seconds)) { [evicted] in evicted.add(name)
        }
    }

    private func use(_ slots: FetchSessionSlots, _ id: Int32?, _ partitionCount: Int, at seconds: Int) -> Bool {
        slots.use(id ?? 0, partitionCount: partitionCount, now: Self.begin + .seconds(seconds))
    }

    @Test func `the session that was not used for longest gives its place up`() {
        let slots = FetchSessionSlots(countMax: 2)
        let first = take(slots, "first", 10, at: 0)
        let second = take(slots, "second", 10, at: 1)
        #expect(first != nil && second != nil && first != second)
        #expect(use(slots, first, 10, at: 100))
        #expect(take(slots, "early", 10, at: 121) == nil)
        #expect(take(slots, "third", 1, at: 122) != nil)
        #expect(evicted.all == ["second"] && slots.count == 2)
        #expect(!use(slots, second, 10, at: 122) && use(slots, first, 10, at: 122))
    }

    @Test func `a larger session takes the place of a smaller one that is old, not of a new one`() {
        let slots = FetchSessionSlots(countMax: 2)
        let large = take(slots, "large", 100, at: 0)
        let small = take(slots, "small", 10, at: 0)
        for second in [60, 120] {
            #expect(use(slots, large, 100, at: second) && use(slots, small, 10, at: second))
            #expect(take(slots, "early", 50, at: second) == nil)
        }
        #expect(take(slots, "equal", 10, at: 121) == nil)
        #expect(take(slots, "other", 50, at: 121) != nil && evicted.all == ["small"])
        #expect(use(slots, large, 100, at: 121) && !use(slots, small, 10, at: 121))
    }

    @Test func `all sessions together have so many partitions at most`() throws {
        let slots = FetchSessionSlots(countMax: 10)
        let most = FetchSessionSlots.partitionCountMax
        let first = try #require(take(slots, "first", most - 5, at: 0))
        #expect(take(slots, "second", 6, at: 0) == nil)
        let second = try #require(take(slots, "second", 5, at: 0))
        // One that grows beyond it is over.
        #expect(!use(slots, second, 6, at: 0) && slots.count == 1)
        slots.giveBack(first)
        #expect(take(slots, "third", most, at: 0) != nil && evicted.all.isEmpty)
    }

    @Test func `there may be none`() { #expect(take(FetchSessionSlots(countMax: 0), "first", 1, at: 0) == nil) }
}
