import Synchronization
import Testing

@testable import KafkaQueues

@Suite(.timeLimit(.minutes(1))) struct WaitingLineTests {
    @Test func `a result that comes before the wait is had at once, and the first one counts`() async throws {
        let waiter = Waiter<Int>()
        #expect(waiter.resume(.success(1)))
        #expect(!waiter.resume(.success(2)))
        #expect(try await waiter.wait() == 1)
    }

    @Test func `a wait ends with the result that comes later`() async throws {
        let waiter = Waiter<Int>()
        async let value = waiter.wait()
        #expect(waiter.resume(.success(3)))
        #expect(try await value == 3)
    }

    @Test func `a cancelled wait throws, and refuses what is given later`() async {
        let waiter = Waiter<Void>()
        let task = Task { try await waiter.wait() }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(!waiter.resume())
    }

    @Test func `a line is first in, first out, and knows what is asked for`() {
        var line = WaitingLine()
        #expect(line.isEmpty && line.first == nil && line.takeFirst() == nil)
        let waiters = (1...3).map { line.join($0) }
        #expect(line.first == 1)
        line.leave(waiters[1])
        line.leave(waiters[1])
        #expect(line.takeFirst() === waiters[0])
        #expect(line.first == 3)
        #expect(line.takeAll().map(ObjectIdentifier.init) == [ObjectIdentifier(waiters[2])])
        #expect(line.isEmpty)
    }

    private final class Counter: Sendable {
        private let count = Atomic<Int>(0)
        var value: Int { count.load(ordering: .relaxed) }
        func add() { count.add(1, ordering: .relaxed) }
    }

    /// Tasks give up at any moment: the permit may not get lost with one of them.
    @Test func `a permit handed to a task that was cancelled goes to the next`() async {
        let permit = Permits(1)
        #expect(permit.tryTake())
        let served = Counter()
        await withTaskGroup(of: Void.self) { group in
            for index in 0..<200 {
                group.addTask {
                    let task = Task { try await permit.take() }
                    if index % 3 == 0 { task.cancel() }
                    if (try? await task.value) == nil { return }
                    served.add()
                    permit.give()
                }
            }
            group.addTask { permit.give() }
        }
        // All that were not cancelled, and those that were too late.
        #expect(served.value >= 133)
        #expect(permit.lineLength == 0 && permit.tryTake() && permit.areAllTaken)
    }
}
