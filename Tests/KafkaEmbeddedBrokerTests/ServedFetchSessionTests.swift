import KafkaProtocol
import KafkaTransport
import TestSupport
import Testing

@testable import KafkaEmbeddedBroker

@Suite struct ServedFetchSessionTests {
    private func request(
        _ offsets: [(String, Int32, Int64)], id: Int32 = 0, epoch: Int32, forgotten: [(String, Int32)] = []
    ) -> FetchRequest {
        var request = FetchRequest()
        (request.sessionID, request.sessionEpoch) = (id, epoch)
        for (name, index, offset) in offsets {
            var topic = FetchRequest.Topic()
            topic.name = name
            var partition = FetchRequest.Partition()
            (partition.index, partition.fetchOffset) = (index, offset)
            topic.partitions = [partition]
            if request.topics.last?.name == name {
                request.topics[request.topics.count - 1].partitions.append(partition)
            } else {
                request.topics.append(topic)
            }
        }
        for (name, index) in forgotten {
            var topic = FetchRequest.ForgottenTopic()
            (topic.name, topic.partitions) = (name, [index])
            request.forgottenTopics.append(topic)
        }
        return request
    }

    /// An answer to all partitions, those named with records, and each with a high watermark.
    private func response(
        to request: FetchRequest, records: Set<String> = [], highWatermark: Int64 = 0, failed: Set<String> = []
    ) -> FetchResponse {
        var response = FetchResponse()
        response.topics = request.topics.map { asked in
            var topic = FetchResponse.Topic()
            topic.name = asked.name
            topic.partitions = asked.partitions.map { partition in
                var answer = FetchResponse.Partition()
                let name = "\(asked.name)\(partition.index)"
                answer.index = partition.index
                answer.highWatermark = highWatermark
                answer.logStartOffset = 0
                answer.records = records.contains(name) ? .external(byteCount: 7) : .bytes([])
                if failed.contains(name) { answer.errorCode = .notLeaderOrFollower }
                return answer
            }
            return topic
        }
        return response
    }

    private func names(_ response: FetchResponse) -> [String] {
        response.topics.flatMap { topic in topic.partitions.map { "\(topic.name)\($0.index)" } }
    }

    private func isRefused(_ answer: ServedFetchSession.Answer, by code: KafkaErrorCode) -> Bool {
        if case .refused(code) = answer { true } else { false }
    }

    @Test func `an incremental request reads all that was named before, and is answered by what is new`() {
        var session = ServedFetchSession()
        var first = request([("a", 0, 0), ("a", 1, 0), ("b", 0, 5)], epoch: 0)
        guard case .first = session.take(&first, makeID: { _ in 9 }) else { return #expect(Bool(false), "no session") }
        var answer = response(to: first)
        session.tell(&answer, isWhole: true)
        #expect(answer.sessionID == 9 && names(answer) == ["a0", "a1", "b0"])

        var second = request([("a", 1, 3)], id: 9, epoch: 1)
        guard case .changes = session.take(&second, makeID: { _ in 0 }) else { return #expect(Bool(false), "refused") }
        #expect(second.topics.flatMap(\.partitions).map(\.fetchOffset) == [0, 3, 5])
        answer = response(to: second, records: ["b0"])
        session.tell(&answer, isWhole: false)
        #expect(names(answer) == ["b0"] && answer.sessionID == 9)

        // A high watermark that has moved is told once.
        for expected in [["a0", "a1", "b0"], []] {
            var next = request([], id: 9, epoch: expected.isEmpty ? 3 : 2)
            guard case .changes = session.take(&next, makeID: { _ in 0 }) else {
                return #expect(Bool(false), "refused")
            }
            answer = response(to: next, highWatermark: 4)
            session.tell(&answer, isWhole: false)
            #expect(names(answer) == expected)
        }
        // An error is told while it lasts, and its end too.
        for (epoch, failed, expected) in [(4, ["a0"], ["a0"]), (5, ["a0"], ["a0"]), (6, [], ["a0"]), (7, [], [])]
            as [(Int32, Set<String>, [String])]
        {
            var next = request([], id: 9, epoch: epoch)
            _ = session.take(&next, makeID: { _ in 0 })
            answer = response(to: next, highWatermark: 4, failed: failed)
            session.tell(&answer, isWhole: false)
            #expect(names(answer) == expected, "epoch \(epoch)")
        }
    }

    @Test func `what is forgotten is not read any more, and may come back`() {
        var session = ServedFetchSession()
        var first = request([("a", 0, 0), ("a", 1, 1), ("a", 2, 2)], epoch: 0)
        _ = session.take(&first, makeID: { _ in 3 })
        var second = request([], id: 3, epoch: 1, forgotten: [("a", 1), ("a", 7), ("none", 0)])
        _ = session.take(&second, makeID: { _ in 0 })
        #expect(second.topics[0].partitions.map(\.index) == [0, 2])
        var third = request([("a", 1, 8), ("a", 2, 9)], id: 3, epoch: 2)
        _ = session.take(&third, makeID: { _ in 0 })
        #expect(third.topics[0].partitions.map(\.fetchOffset) == [0, 9, 8])
    }

    @Test func `a session ends when its last partition leaves it`() {
        var session = ServedFetchSession()
        var first = request([("a", 0, 0)], epoch: 0)
        _ = session.take(&first, makeID: { _ in 4 })
        var last = request([], id: 4, epoch: 1, forgotten: [("a", 0)])
        guard case .whole = session.take(&last, makeID: { _ in 0 }) else { return #expect(Bool(false), "a session") }
        #expect(last.topics.isEmpty && session.id == 0)
        var after = request([("a", 0, 3)], id: 4, epoch: 2)
        #expect(isRefused(session.take(&after, makeID: { _ in 0 }), by: .fetchSessionIdNotFound))
    }

    @Test func `a session that is not known, or another epoch, is refused, and a request without one needs none`() {
        var session = ServedFetchSession()
        var unknown = request([], id: 5, epoch: 1)
        #expect(isRefused(session.take(&unknown, makeID: { _ in 0 }), by: .fetchSessionIdNotFound))
        var first = request([("a", 0, 0)], epoch: 0)
        _ = session.take(&first, makeID: { _ in 5 })
        var late = request([], id: 5, epoch: 2)
        #expect(isRefused(session.take(&late, makeID: { _ in 0 }), by: .invalidFetchSessionEpoch))
        var other = request([], id: 6, epoch: 1)
        #expect(isRefused(session.take(&other, makeID: { _ in 0 }), by: .fetchSessionIdNotFound))
        var whole = request([("b", 0, 0)], epoch: -1)
        guard case .whole = session.take(&whole, makeID: { _ in 0 }) else { return #expect(Bool(false), "a session") }
        #expect(whole.topics.map(\.name) == ["b"])
        // It has ended the session.
        var after = request([], id: 5, epoch: 1)
        #expect(isRefused(session.take(&after, makeID: { _ in 0 }), by: .fetchSessionIdNotFound))
    }

    @Test func `what had records comes last next time, so that each partition has its turn`() {
        var session = ServedFetchSession()
        var first = request([("a", 0, 0), ("a", 1, 0), ("b", 0, 0), ("b", 1, 0)], epoch: 0)
        _ = session.take(&first, makeID: { _ in 1 })
        var answer = response(to: first)
        session.tell(&answer, isWhole: true)
        var turns: [String] = []
        for epoch in 1...8 as ClosedRange<Int32> {
            var next = request([], id: 1, epoch: epoch)
            _ = session.take(&next, makeID: { _ in 0 })
            // An answer has room for the first one.
            let name = "\(next.topics[0].name)\(next.topics[0].partitions[0].index)"
            turns.append(name)
            answer = response(to: next, records: [name])
            session.tell(&answer, isWhole: false)
            #expect(names(answer) == [name])
        }
        #expect(turns == ["a0", "a1", "b0", "b1", "a0", "a1", "b0", "b1"])
        // A topic stands there twice where others are between its partitions.
        var next = request([], id: 1, epoch: 9)
        _ = session.take(&next, makeID: { _ in 0 })
        answer = response(to: next, records: ["a0"])
        session.tell(&answer, isWhole: false)
        next = request([("b", 1, 6)], id: 1, epoch: 10)
        _ = session.take(&next, makeID: { _ in 0 })
        #expect(next.topics.map(\.name) == ["a", "b", "a"] && next.topics[1].partitions[1].fetchOffset == 6)
        // Those without records keep their order, before and behind.
        answer = response(to: next, records: ["a1", "b1"])
        session.tell(&answer, isWhole: false)
        #expect(names(answer) == ["a1", "b1"])
        next = request([], id: 1, epoch: 11, forgotten: [("b", 0)])
        _ = session.take(&next, makeID: { _ in 0 })
        #expect(next.topics.map(\.name) == ["a", "b"] && next.topics[0].partitions.map(\.index) == [0, 1])
    }

    @Test func `a topic without partitions, or with a name that none can have, takes no memory`() {
        var session = ServedFetchSession()
        var first = request([("a", 0, 0)], epoch: 0)
        var empty = FetchRequest.Topic()
        empty.name = "empty"
        first.topics.append(empty)
        _ = session.take(&first, makeID: { _ in 1 })
        #expect(first.topics.map(\.name) == ["a"])
        var long = request([(String(repeating: "x", count: 250), 0, 0)], id: 1, epoch: 1)
        #expect(isRefused(session.take(&long, makeID: { _ in 0 }), by: .fetchSessionIdNotFound))
        #expect(session.id == 0 && session.partitionCount == 0)
    }

    @Test func `without room there is no session`() {
        var session = ServedFetchSession()
        var first = request([("a", 0, 0), ("a", 1, 0)], epoch: 0)
        var asked: Int?
        let answer = session.take(&first) { partitionCount in
            asked = partitionCount
            return nil
        }
        guard case .whole = answer else { return #expect(Bool(false), "a session") }
        #expect(asked == 2 && session.id == 0 && first.topics[0].partitions.count == 2)
    }

    @Test func `a busy partition does not starve one that stands behind it`() async throws {
        try await withBroker { broker, endpoints in
            try broker.createTopic("t", partitions: 2)
            let client = try RawClient(endpoints[0])
            // Half of an answer: a second one does not fit beside the batch of the other partition.
            let batch = makeBatch(valueByteCount: 300_000)
            for _ in 0..<4 { _ = try client.produce(batch) }
            _ = try client.produce(batch, partition: 1)
            var request = makeFetch("t", [(0, 0), (1, 0)])
            (request.sessionEpoch, request.maxBytes) = (0, Int32(batch.count + 200_000))
            let first = try client.call(request, version: 12)
            #expect(first.topics[0].partitions.map(\.records.byteCount) == [batch.count, 0])
            var next = makeFetch("t", [(0, 1)])
            (next.sessionID, next.sessionEpoch, next.maxBytes) = (first.sessionID, 1, request.maxBytes)
            let second = try client.call(next, version: 12)
            let found = second.topics.flatMap(\.partitions).filter { $0.records.byteCount > 0 }
            #expect(found.map(\.index) == [1])
        }
    }

    @Test func `a session that has lost its place is refused, also while it waits`() async throws {
        try await withBroker({ $0.fetchSessionCountMax = 1 }) { broker, endpoints in
            try broker.createTopic("t")
            let slots = broker.cluster.nodes[0].fetchSessions
            var full = makeFetch("t", [(0, 0)])
            full.sessionEpoch = 0
            let client = try RawClient(endpoints[0])
            var begun = try client.call(full, version: 12)
            #expect(begun.sessionID > 0 && slots.count == 1)
            // One that begins anew takes its own place.
            begun = try client.call(full, version: 12)
            #expect(begun.sessionID > 0 && slots.count == 1)
            // Nothing is stale: the second client has no session, and reads all the same.
            #expect(try RawClient(endpoints[0]).call(full, version: 12).sessionID == 0)
            var next = makeFetch("t", [], maxWaitMs: 60_000)
            next.topics = []
            (next.sessionID, next.sessionEpoch) = (begun.sessionID, 1)
            try client.send(next, version: 12)
            try await eventually { broker.waiterCount("t") == 1 }
            let later = MonotonicInstant.now + .seconds(130)
            let id = try #require(slots.take(partitionCount: 1, now: later) {})
            #expect(try client.receive(FetchResponse.self, version: 12).errorCode == .fetchSessionIdNotFound)
            next.sessionEpoch = 2
            #expect(try client.call(next, version: 12).errorCode == .fetchSessionIdNotFound)
            slots.giveBack(id)
            #expect(try client.call(full, version: 12).sessionID > 0)
            client.close()
            try await eventually { slots.count == 0 }
        }
    }

    @Test func `over a connection it is as with Kafka`() async throws {
        try await withBroker { broker, endpoints in
            try broker.createTopic("t")
            let client = try RawClient(endpoints[0])
            var full = makeFetch("t", [(0, 0)])
            (full.sessionEpoch, full.maxWaitMs) = (0, 0)
            let begun = try client.call(full, version: 12)
            #expect(begun.sessionID > 0 && begun.topics.count == 1)
            var next = makeFetch("t", [])
            next.topics = []
            (next.sessionID, next.sessionEpoch, next.maxWaitMs) = (begun.sessionID, 1, 0)
            let nothing = try client.call(next, version: 12)
            #expect(nothing.sessionID == begun.sessionID && nothing.topics.isEmpty && nothing.errorCode == .none)
            let batch = makeBatch()
            #expect(try client.produce(batch).errorCode == .none)
            next.sessionEpoch = 2
            let found = try client.call(next, version: 12)
            #expect(found.topics.count == 1 && found.topics[0].partitions[0].records.byteCount == batch.count)
            // Another connection does not know it.
            next.sessionEpoch = 3
            #expect(try RawClient(endpoints[0]).call(next, version: 12).errorCode == .fetchSessionIdNotFound)
        }
    }
}
