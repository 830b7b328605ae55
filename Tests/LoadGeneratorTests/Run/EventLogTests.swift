import KafkaClient
import KafkaTransport
import Testing

@testable import LoadGenerator

@Suite struct EventLogTests {
    private func at(_ ms: Int64) -> MonotonicInstant { MonotonicInstant(nanoseconds: 1_000_000_000 + ms * 1_000_000) }

    private let refusal = KafkaClientError(.notLeaderOrFollower, "topic 't' partition 1")

    private func history(
        entryCountMax: Int = 1000, from begin: Int64 = 0, _ events: [(Int64, ClientEvent.Kind)]
    ) -> EventLog.History {
        let log = EventLog(entryCountMax: entryCountMax)
        log.add(ClientEvent(.rebootstrapped, at: at(0)))
        log.begin(at: at(begin))
        for (ms, kind) in events { log.add(ClientEvent(kind, at: at(ms))) }
        log.end()
        log.add(ClientEvent(.rebootstrapped, at: at(9000)))
        return log.history
    }

    private func rows(_ history: EventLog.History, gaps: [AckGaps] = []) -> [EventsFile.Row] {
        history.rows(run: 4, topic: "t", gaps: PartitionGaps(gaps))
    }

    private func retried(_ partition: Int32, broker: Int32 = 2, records: Int = 5) -> ClientEvent.Kind {
        .retried(topic: "t", partition: partition, broker: broker, recordCount: records, error: refusal)
    }

    @Test func onlyWhatComesWhileTheClockRunsIsTaken() {
        let history = history(from: 100, [(99, .topicGone(topic: "a")), (100, .topicGone(topic: "b"))])
        #expect(rows(history).map(\.topic) == ["b"])
        #expect(rows(history).map(\.timeNs) == [0])
        #expect(EventLog().history.rows(run: 1, topic: "t", gaps: PartitionGaps([])).isEmpty)
    }

    @Test func eachKindHasItsWordAndItsDetail() throws {
        let endpoint = try Endpoint(parsing: "h:9092")
        let lost = KafkaClientError(.connectionFailed, "reset\nby \u{7}peer")
        let found = rows(
            history([
                (1, .connected(broker: 1, endpoint: endpoint)),
                (2, .connectFailed(broker: -1, endpoint: endpoint, error: lost)),
                (3, .disconnected(broker: 2, endpoint: endpoint, error: lost)),
                (4, .leaderMoved(topic: "other", partition: 1, from: 2, to: -1, epoch: 7)),
                (5, .topicGrew(topic: "t", from: 4, to: 8)), (6, .topicMadeAnew(topic: "t", from: 8, to: 2)),
                (7, .topicMissing(topic: "t")), (8, .topicGone(topic: "t")), (9, .topicFound(topic: "t")),
                (10, .throttled(broker: 3, time: .microseconds(100_500))), (11, retried(1, records: 1)),
                (12, .rebootstrapped),
            ]))
        let expected: [(String, String?, Int32?, Int32?, String)] = [
            ("connected", nil, nil, 1, "h:9092"),
            ("connect-failed", nil, nil, nil, "h:9092: connectionFailed: reset by peer"),
            ("disconnected", nil, nil, 2, "h:9092: connectionFailed: reset by peer"),
            ("leader-moved", "other", 1, nil, "from 2 to none, leader epoch 7"),
            ("topic-grew", "t", nil, nil, "from 4 to 8 partitions"),
            ("topic-made-anew", "t", nil, nil, "from 8 to 2 partitions"),
            ("topic-missing", "t", nil, nil, ""), ("topic-gone", "t", nil, nil, ""), ("topic-found", "t", nil, nil, ""),
            ("throttled", nil, nil, 3, "100.5 ms"),
            ("retried", "t", 1, 2, "1 record: topic 't' partition 1: NOT_LEADER_OR_FOLLOWER"),
            ("rebootstrapped", nil, nil, nil, ""),
        ]
        try #require(found.count == expected.count)
        for (row, (word, topic, partition, broker, detail)) in zip(found, expected) {
            #expect(row.run == 4 && row.event == word)
            #expect(row.topic == topic && row.partition == partition && row.broker == broker)
            #expect(row.detail.hasPrefix(detail) && (word == "retried" || row.detail == detail))
        }
    }

    @Test func messagesAreCutOff() throws {
        let long = KafkaClientError(.connectionFailed, String(repeating: "x", count: 10_000))
        let endpoint = try Endpoint(parsing: "h:1")
        let detail = rows(history([(1, .disconnected(broker: 1, endpoint: endpoint, error: long))]))[0].detail
        #expect(detail.count < 250 && detail.hasSuffix("…"))
    }

    @Test func retriesOfAKindWithinTenMillisecondsAreOneRow() {
        let history = history([
            (1, retried(1)), (2, retried(2)), (3, retried(1)), (4, retried(1, broker: 3)), (10, retried(1)),
            (11, retried(1)), (20, retried(1)),
        ])
        #expect(history.entries.map(\.recordCount) == [15, 5, 5, 10])
        let found = rows(history)
        #expect(found.map(\.timeNs) == [1_000_000, 2_000_000, 4_000_000, 11_000_000])
        #expect(found[0].detail.hasPrefix("15 records in 3 batches: "))
    }

    @Test func whatIsBeyondTheBoundIsCountedAndRetriesLeaveRoomForOthers() {
        var events = (0..<100).map { (Int64($0), retried(Int32($0))) }
        events += (0..<7).map { partition in
            (200, .leaderMoved(topic: "t", partition: Int32(partition), from: 1, to: 2, epoch: 1))
        }
        let history = history(entryCountMax: 10, events)
        let found = rows(history)
        #expect(
            found.map(\.event) == Array(repeating: "retried", count: 5) + Array(repeating: "leader-moved", count: 5) + [
                "left-out"
            ])
        #expect(found[10].detail == "97 more events are not listed")
        #expect(found[10].timeNs == 200_000_000)
        #expect(history.leadersMoved == 7)
    }

    @Test func aMoveTellsHowLongItsPartitionHadNoAcknowledgement() {
        var gaps = AckGaps()
        gaps.note(partition: 1, queued: at(100), ended: at(412), isAcknowledged: true, retriedRecords: 1204)
        gaps.note(partition: 2, queued: at(900), ended: at(960), isAcknowledged: true, retriedRecords: 0)
        func move(_ partition: Int32, topic: String = "t") -> ClientEvent.Kind {
            .leaderMoved(topic: topic, partition: partition, from: 1, to: 2, epoch: 3)
        }
        let found = rows(
            history([(300, move(1)), (301, move(2)), (302, move(3)), (303, move(1, topic: "u"))]), gaps: [gaps])
        let move = "from 1 to 2, leader epoch 3"
        #expect(
            found.map(\.detail) == [
                "\(move), no acknowledgement for 312 ms, 1204 records retried", "\(move), no acknowledgement for 60 ms",
                "\(move), no batch waited for 50 ms", move,
            ])
    }
}
