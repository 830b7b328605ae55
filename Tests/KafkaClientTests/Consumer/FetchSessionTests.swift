import Testing

@testable import KafkaClient

@Suite struct FetchSessionTests {
    private func answer(_ session: inout FetchSession, _ request: FetchSession.Request, id: Int32) {
        let isAnswer = session.didAnswer(request, id: id)
        #expect(isAnswer)
    }

    private func wish(_ offset: Int64) -> FetchSession.Wish {
        FetchSession.Wish(offset: offset, leaderEpoch: 0, lastFetchedEpoch: -1, byteCountMax: 1000)
    }

    /// A session with an id, whose broker knows of partitions 0 to 2 at offset 0.
    private func begun() -> FetchSession {
        var session = FetchSession()
        let request = session.makeRequest([0, 1, 2]) { _ in wish(0) }
        #expect(request.isFull && request.id == 0 && request.epoch == 0 && request.wishes.map(\.slot) == [0, 1, 2])
        answer(&session, request, id: 77)
        return session
    }

    @Test func `a request says what has changed and nothing else`() {
        var session = begun()
        let request = session.makeRequest([1, 2]) { $0 == 1 ? wish(9) : wish(0) }
        #expect(!request.isFull && request.id == 77 && request.epoch == 1)
        #expect(request.wishes.map(\.slot) == [1] && request.forgotten.isEmpty)
        #expect(session.offset(of: 1) == 9 && session.offset(of: 0) == 0 && session.offset(of: 5) == nil)
    }

    @Test func `what is not wanted any more is forgotten once`() {
        var session = begun()
        var request = session.makeRequest([0, 1]) { _ in nil }
        #expect(request.forgotten == [0, 1] && session.partitionCount == 1)
        answer(&session, request, id: 77)
        request = session.makeRequest([0, 1]) { _ in nil }
        #expect(request.forgotten.isEmpty && request.epoch == 2)
    }

    @Test func `a broker without room for sessions gets full requests`() {
        var session = FetchSession()
        for _ in 0..<3 {
            let request = session.makeRequest([4]) { _ in wish(3) }
            #expect(request.isFull && request.wishes.count == 1)
            answer(&session, request, id: 0)
        }
    }

    @Test func `a session that its last partition has left may have ended, and another one begins`() {
        var session = begun()
        var request = session.makeRequest([0, 1, 2]) { _ in nil }
        #expect(request.forgotten == [0, 1, 2] && !request.isFull)
        // Kafka ends a session without partitions.
        answer(&session, request, id: 0)
        request = session.makeRequest([1]) { _ in wish(4) }
        #expect(request.isFull && request.id == 0 && request.epoch == 0 && request.wishes.map(\.slot) == [1])
        answer(&session, request, id: 78)
        #expect(!session.isFull)
    }

    @Test func `an answer of another session is none`() {
        var session = begun()
        let request = session.makeRequest([]) { _ in nil }
        let isAnswer = session.didAnswer(request, id: 78)
        #expect(!isAnswer)
    }

    @Test(arguments: [true, false]) func `after an error everything is said again`(isGone: Bool) {
        var session = begun()
        session.reset(isGone: isGone)
        let request = session.makeRequest([0, 1]) { _ in wish(5) }
        #expect(request.isFull && request.epoch == 0 && request.id == (isGone ? 0 : 77))
        #expect(request.wishes.map(\.slot) == [0, 1] && session.partitionCount == 2 && session.offset(of: 2) == nil)
    }

    @Test func `each request has the next epoch`() {
        var session = begun()
        for _ in 0..<5 {
            let request = session.makeRequest([]) { _ in nil }
            answer(&session, request, id: 77)
        }
        let next = session.makeRequest([]) { _ in nil }
        #expect(next.epoch == 6)
    }
}

@Suite struct FetchLinkTests {
    @Test func `partitions take turns: behind those that had records come the others`() {
        let link = FetchLink(window: FetchWindow(byteCountMin: 1, byteCountMax: 1))
        link.slots = [3, 5, 7, 9]
        #expect(link.slotsInTurn() == [3, 5, 7, 9])
        for (last, order) in [(5, [7, 9, 3, 5]), (9, [3, 5, 7, 9]), (4, [5, 7, 9, 3])] {
            link.lastSlot = last
            #expect(link.slotsInTurn() == order)
        }
    }
}

@Suite struct FetchWindowTests {
    private func answer(_ window: inout FetchWindow, ns: (Int64, Int64), share: Double = 1) {
        window.didAnswer(
            asked: window.byteCount, answered: Int(Double(window.byteCount) * share), firstByteNs: ns.0,
            lastByteNs: ns.1)
    }

    @Test func `a near broker is asked for little, however fast it is`() {
        var window = FetchWindow(byteCountMin: 500_000, byteCountMax: 50_000_000)
        for _ in 0..<20 { answer(&window, ns: (200_000, 400_000)) }
        #expect(window.byteCount == 500_000)
    }

    @Test func `a far one is asked for several round trips' worth, and for what is allowed at most`() {
        var window = FetchWindow(byteCountMin: 500_000, byteCountMax: 8_000_000)
        for expected in [1_000_000, 2_000_000, 4_000_000, 8_000_000, 8_000_000] {
            answer(&window, ns: (20_000_000, 20_000_000 + Int64(window.byteCount)))
            #expect(window.byteCount == expected)
        }
    }

    @Test func `a slow wire is asked for no more than it brings in four round trips`() {
        var window = FetchWindow(byteCountMin: 100_000, byteCountMax: 50_000_000)
        // 10 MB a second over 20 ms.
        for _ in 0..<10 { answer(&window, ns: (20_000_000, 20_000_000 + Int64(window.byteCount) * 100)) }
        #expect(window.byteCount == 800_000)
    }

    @Test func `an answer that had little to bring says nothing of the way`() {
        var window = FetchWindow(byteCountMin: 500_000, byteCountMax: 8_000_000)
        answer(&window, ns: (500_000_000, 500_000_100), share: 0.01)
        #expect(window.byteCount == 500_000)
    }
}
