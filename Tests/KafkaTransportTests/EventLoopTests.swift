import TestSupport
import Testing

@testable import KafkaTransport

@Suite(.timeLimit(.minutes(1))) struct EventLoopTests {
    private actor Resident {
        nonisolated let loop: EventLoop
        nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
        private(set) var numbers: [Int] = []

        init(_ loop: EventLoop) { self.loop = loop }

        func isAtHome() -> Bool { loop.isCurrent }
        func note(_ number: Int) { numbers.append(number) }
        func ask(_ other: Resident, times: Int) async -> Int {
            var sum = 0
            for _ in 0..<times where await other.isAtHome() { sum += loop.isCurrent ? 1 : 0 }
            return sum
        }
    }

    @Test func `an actor of a loop runs on its thread`() async throws {
        try await withLoop { (loop) async throws in
            #expect(!loop.isCurrent)
            #expect(await Resident(loop).isAtHome())
        }
    }

    @Test func `a loop that was just made takes nobody's thread for its own`() async throws {
        for _ in 0..<200 {
            try await withLoop { (loop) async throws in
                #expect(!loop.isCurrent)
                #expect(await loop.run { loop.isCurrent })
            }
        }
    }

    @Test func `actors of one loop and of two call each other`() async throws {
        try await withLoop { (one) async throws in
            try await withLoop { (other) async throws in
                let asking = Resident(one)
                #expect(await asking.ask(Resident(one), times: 1000) == 1000)
                #expect(await asking.ask(Resident(other), times: 1000) == 1000)
            }
        }
    }

    @Test func `calls of one caller keep their order, calls of many are all made`() async throws {
        try await withLoop { (loop) async throws in
            let resident = Resident(loop)
            await withTaskGroup { group in
                for caller in 0..<8 {
                    group.addTask { for number in 0..<500 { await resident.note(caller * 500 + number) } }
                }
            }
            let numbers = await resident.numbers
            #expect(numbers.sorted() == Array(0..<4000))
            for caller in 0..<8 {
                let own = numbers.filter { $0 / 500 == caller }
                #expect(own == own.sorted())
            }
        }
    }

    @Test func `a task that prefers a loop runs there`() async throws {
        try await withLoop { (loop) async throws in
            let isThere = await Task(executorPreference: loop) { loop.isCurrent }.value
            #expect(isThere)
        }
    }

    @Test func `the end of a turn comes after the jobs of the turn, once for each that asked`() async throws {
        try await withLoop { (loop) async throws in
            let resident = Resident(loop)
            await loop.run {
                loop.atEndOfTurn { resident.assumeIsolated { $0.note(3) } }
                loop.atEndOfTurn {
                    resident.assumeIsolated { $0.note(4) }
                    loop.atEndOfTurn { resident.assumeIsolated { $0.note(5) } }
                }
                resident.assumeIsolated { $0.note(1) }
            }
            await loop.run { resident.assumeIsolated { $0.note(6) } }
            let numbers = await resident.numbers
            // Whether the second job came in the same turn is chance; the order of the rest is not.
            #expect(numbers.filter { $0 != 6 } == [1, 3, 4, 5])
        }
    }

    @Test func `the next turn comes after the network was looked at`() async throws {
        try await withLoop { (loop) async throws in
            let fired = Told<Bool>()
            let task = Task(executorPreference: loop) {
                let timer = LoopTimer(on: loop)
                timer.schedule(afterNanoseconds: 0) { fired.tell(true) }
                await loop.nextTurn()
                timer.close()
            }
            await task.value
            let isFired = try await fired.next()
            #expect(isFired)
        }
    }

    @Test func `a shut down loop has run the jobs it was given before`() async throws {
        for _ in 0..<50 {
            let loop = try EventLoop(name: "test")
            // Each hands itself on: some are queued whenever the loop ends.
            let tasks = (0..<20).map { number in
                Task(executorPreference: loop) {
                    for _ in 0..<number { await Task.yield() }
                    return loop.isCurrent
                }
            }
            await loop.shutDown()
            for task in tasks { #expect(await task.value) }
        }
    }

    @Test func `work that is woken by the closing of its stream still runs`() async throws {
        let loop = try EventLoop(name: "test")
        let client = try await connectedPeer(on: loop)
        // Nobody reads: most of it waits in the loop, which is shut down with it.
        let waiting = Task {
            await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
                Task(executorPreference: loop) {
                    client.write([UInt8](repeating: 1, count: 16 << 20))
                    continuation.resume()
                }
            }
            return try await client.told.next()
        }
        await loop.run {}
        try await eventually { await loop.run { client.stream!.queuedByteCount > 0 } }
        await loop.shutDown()
        guard case .written(let error?) = try await waiting.value else {
            Issue.record("the write did not fail")
            return
        }
        #expect(error.name == "ECANCELED")
    }

    @Test func `a write that is cancelled by the end of its loop may close its stream`() async throws {
        let loop = try EventLoop(name: "test")
        let client = try await connectedPeer(on: loop)
        await loop.run {
            let memory = OwnedBytes([UInt8](repeating: 1, count: 16 << 20))
            withUnsafePointer(to: UnsafeRawBufferPointer(memory.bytes)) { buffer in
                client.stream!.write(UnsafeBufferPointer(start: buffer, count: 1), keeping: memory) { error in
                    client.stream?.close()
                    client.told.tell(.written(error))
                }
            }
            #expect(client.stream!.queuedByteCount > 0)
        }
        await loop.shutDown()
        guard case .written(let error?) = try await client.told.next() else {
            Issue.record("the write did not fail")
            return
        }
        #expect(error.name == "ECANCELED")
    }

    @Test func `a stream that only its write still holds ends with the loop`() async throws {
        let loop = try EventLoop(name: "test")
        let client = try await connectedPeer(on: loop)
        await loop.run {
            client.write([UInt8](repeating: 1, count: 16 << 20))
            #expect(client.stream!.queuedByteCount > 0)
            client.stream = nil
        }
        await loop.shutDown()
        guard case .written(_?) = try await client.told.next() else {
            Issue.record("the write did not fail")
            return
        }
    }

    @Test func `streams that still connect fail when their loop ends`() async throws {
        let loop = try EventLoop(name: "test")
        let queue = try FullAcceptQueue()
        let clients = (0..<8).map { _ in Peer() }
        try await loop.run { for client in clients { try client.connect(to: queue.port, on: loop) } }
        await loop.shutDown()
        var failureCount = 0
        for client in clients {
            if case .notConnected(let error) = try await client.told.next() {
                #expect(error.name == "ECANCELED")
                failureCount += 1
            }
        }
        #expect(failureCount == 8)
    }

    @Test func `what outlives its loop is closed and can be let go of`() async throws {
        let loop = try EventLoop(name: "test")
        let client = try await connectedPeer(on: loop)
        nonisolated(unsafe) var timer: LoopTimer? = await loop.run {
            let timer = LoopTimer(on: loop)
            timer.schedule(afterNanoseconds: 60_000_000_000) {}
            return UncheckedBox(timer)
        }.value
        await loop.shutDown()
        client.stream?.close()
        #expect(client.stream?.queuedByteCount == 0)
        client.stream = nil
        client.acceptor?.close()
        timer?.cancel()
        timer?.close()
        timer = nil
    }

    @Test func `a loop that was shut down takes over no connection`() async throws {
        try await withConnection { (loop, client, server) async throws in
            let descriptor = try await loop.run {
                client.stream!.startReading()
                return try server.stream!.detach()
            }
            let gone = try EventLoop(name: "gone")
            await gone.shutDown()
            let error = await gone.run { () -> TransportError? in
                do throws(TransportError) {
                    _ = try TCPStream(adopting: descriptor, on: gone)
                    return nil
                } catch {
                    return error
                }
            }
            #expect(error?.name == "ECANCELED")
            // The connection is closed with it: its other end hears of that.
            guard case .ended = try await client.told.next() else {
                Issue.record("the connection was left open")
                return
            }
        }
    }

    @Test func `shutting down twice, and by two at once, ends`() async throws {
        let loop = try EventLoop(name: "test")
        async let first: Void = loop.shutDown()
        async let second: Void = loop.shutDown()
        _ = await (first, second)
        await loop.shutDown()
        #expect(loop.isGone)
    }

    @Test func `many loops are started and shut down`() async throws {
        for _ in 0..<10 {
            let group = try EventLoopGroup(count: 16, name: "many")
            for loop in group.loops { #expect(await loop.run { loop.isCurrent }) }
            await group.shutDown()
        }
    }
}

struct UncheckedBox<Value>: @unchecked Sendable {
    // Unchecked: a test hands it from the loop to itself and is alone with it.
    let value: Value
    init(_ value: Value) { self.value = value }
}
