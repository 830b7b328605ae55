import Testing

@testable import KafkaTransport

@Suite(.timeLimit(.minutes(1))) struct DelayLineTests {
    /// A line that lives and is touched on its loop only.
    private final class Owner: @unchecked Sendable {
        private(set) var line: DelayLine<Int>?
        let arrived = Told<(element: Int, at: MonotonicInstant)>()
        var takes = true

        init(on loop: EventLoop) throws {
            line = DelayLine(on: loop) { [unowned self] now in take(now) }
        }

        func take(_ now: MonotonicInstant) {
            while takes, let element = line?.popDue(at: now) { arrived.tell((element, .now)) }
        }

        func append(_ element: Int, due: MonotonicInstant) { line?.append(element, byteCount: 10, due: due) }
    }

    private func withOwner(_ body: (EventLoop, Owner) async throws -> Void) async throws {
        try await withLoop { (loop) async throws in
            let owner = try await loop.run { Result { try Owner(on: loop) } }.get()
            try await body(loop, owner)
            await loop.run { owner.line?.close() }
        }
    }

    @Test func `each element comes at its moment, in order`() async throws {
        try await withOwner { (loop, owner) async throws in
            let begin = MonotonicInstant.now
            let delaysNs: [Int64] = [0, 100_000, 3_000_000, 3_000_000, 20_000_000]
            await loop.run {
                for (element, delayNs) in delaysNs.enumerated() {
                    owner.append(element, due: begin.advanced(byNanoseconds: delayNs))
                }
                #expect(owner.line?.byteCount == 50)
            }
            for (element, delayNs) in delaysNs.enumerated() {
                let next = try await owner.arrived.next()
                #expect(next.element == element)
                #expect(next.at.nanoseconds(since: begin) >= delayNs)
            }
            await loop.run { #expect(owner.line?.byteCount == 0 && owner.line?.isEmpty == true) }
        }
    }

    @Test func `an element is not due before those that stand before it`() async throws {
        try await withOwner { (loop, owner) async throws in
            let begin = MonotonicInstant.now
            await loop.run {
                owner.append(1, due: begin.advanced(byNanoseconds: 30_000_000))
                owner.append(2, due: begin)
            }
            #expect(try await owner.arrived.next().element == 1)
            let second = try await owner.arrived.next()
            #expect(second.element == 2 && second.at.nanoseconds(since: begin) >= 30_000_000)
        }
    }

    @Test func `what is left though it is due comes when the line is armed again`() async throws {
        try await withOwner { (loop, owner) async throws in
            await loop.run {
                owner.takes = false
                owner.append(1, due: .distantPast)
            }
            try await Task.sleep(for: .milliseconds(20))
            await loop.run {
                #expect(owner.line?.isEmpty == false)
                owner.takes = true
                owner.line?.arm()
            }
            #expect(try await owner.arrived.next().element == 1)
        }
    }

    @Test func `a line that is closed lets go of its elements and tells of none`() async throws {
        try await withOwner { (loop, owner) async throws in
            await loop.run {
                owner.append(1, due: .now + .milliseconds(5))
                owner.line?.close()
                #expect(owner.line?.isEmpty == true && owner.line?.byteCount == 0)
            }
            try await Task.sleep(for: .milliseconds(20))
            await loop.run { owner.arrived.tell((2, .now)) }
            #expect(try await owner.arrived.next().element == 2)
        }
    }
}
