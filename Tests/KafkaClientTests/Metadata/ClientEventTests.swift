import KafkaProtocol
import KafkaTransport
import Testing

@testable import KafkaClient

/// What events are called and say, and how many are told.
@Suite struct ClientEventTests {
    private static let endpoint = Endpoint(host: "h", port: 9092)
    private static let error = KafkaClientError(.connectionFailed, "it was lost")

    private static let kinds: [(kind: ClientEvent.Kind, name: String, fields: [String])] = [
        (.connected(broker: 1, endpoint: endpoint), "connected", ["broker=1", "host=h", "port=9092"]),
        (
            .secured(broker: 1, endpoint: endpoint, version: "TLSv1.3", cipher: "C", isResumed: true), "secured",
            ["broker=1", "host=h", "port=9092", "tls_version=TLSv1.3", "tls_cipher=C", "tls_resumed=1"]
        ),
        (
            .authenticated(broker: 1, endpoint: endpoint, mechanism: "PLAIN", user: nil), "authenticated",
            ["broker=1", "host=h", "port=9092", "mechanism=PLAIN"]
        ),
        (
            .reauthenticated(broker: 1, endpoint: endpoint, mechanism: "PLAIN", user: "u"), "reauthenticated",
            ["broker=1", "host=h", "port=9092", "mechanism=PLAIN", "user=u"]
        ),
        (
            .connectFailed(broker: 1, endpoint: endpoint, error: error), "connect-failed",
            [
                "broker=1", "host=h", "port=9092", "code=connectionFailed", "error_type=connectionFailed",
                "error=it was lost",
            ]
        ),
        (
            .disconnected(broker: 1, endpoint: endpoint, error: error), "disconnected",
            [
                "broker=1", "host=h", "port=9092", "code=connectionFailed", "error_type=connectionFailed",
                "error=it was lost",
            ]
        ),
        (
            .leaderMoved(topic: "t", partition: 2, from: 1, to: -1, epoch: 7), "leader-moved",
            ["topic=t", "partition=2", "from=1", "to=-1", "leader_epoch=7"]
        ),
        (.topicGrew(topic: "t", from: 1, to: 2), "topic-grew", ["topic=t", "from=1", "to=2"]),
        (.topicMadeAnew(topic: "t", from: 1, to: 2), "topic-made-anew", ["topic=t", "from=1", "to=2"]),
        (.topicMissing(topic: "t"), "topic-missing", ["topic=t"]), (.topicGone(topic: "t"), "topic-gone", ["topic=t"]),
        (.topicFound(topic: "t"), "topic-found", ["topic=t"]),
        (.throttled(broker: 1, time: .milliseconds(5)), "throttled", ["broker=1", "time_ms=5"]),
        (
            .retried(topic: "t", partition: 2, broker: 1, recordCount: 9, error: error), "retried",
            [
                "topic=t", "partition=2", "broker=1", "records=9", "code=connectionFailed",
                "error_type=connectionFailed", "error=it was lost",
            ]
        ),
        (
            .batchSplit(topic: "t", partition: 2, broker: 1, recordCount: 9, byteCount: 99), "batch-split",
            ["topic=t", "partition=2", "broker=1", "records=9", "bytes=99"]
        ),
        (.identified(producerID: 1000), "identified", ["producer_id=1000"]),
        (
            .epochBumped(topic: "t", partition: 2, producerID: 1000, from: 0, to: 1), "epoch-bumped",
            ["topic=t", "partition=2", "producer_id=1000", "from=0", "to=1"]
        ),
        (.brokersChanged(from: 1, to: 3), "brokers-changed", ["from=1", "to=3"]),
        (.leftOut(name: "retried", count: 4), "left-out", ["event=retried", "count=4"]),
        (
            .unusableFiles(error: error), "unusable-files",
            ["code=connectionFailed", "error_type=connectionFailed", "error=it was lost"]
        ),
        (
            .groupTroubled(group: "g", error: error), "group-troubled",
            ["group=g", "code=connectionFailed", "error_type=connectionFailed", "error=it was lost"]
        ),
        (
            .transactionAborted(transactionalID: "id", duration: .milliseconds(7), error: error), "transaction-aborted",
            [
                "transactional_id=id", "time_ms=7", "code=connectionFailed", "error_type=connectionFailed",
                "error=it was lost",
            ]
        ),
        (
            .transactionalProducerFailed(transactionalID: "id", error: error), "transactional-producer-failed",
            [
                "transactional_id=id", "code=connectionFailed", "error_type=connectionFailed", "error=it was lost",
            ]
        ),
        (.rebootstrapped, "rebootstrapped", []),
    ]

    @Test func theArticleHasEveryEventAsItIs() throws {
        let rows = Self.kinds.map { event in
            let fields = event.fields.map { "`\($0.prefix { $0 != "=" })`" }.joined(separator: ", ")
            // A mechanism need not tell whom it showed.
            let optional = event.name == "authenticated" ? ", `user`" : ""
            return "| `\(event.name)` | \(fields + optional) | \(event.kind.isProblem ? "yes" : "") |\n"
        }
        try ArticleTable("events").check("| event | fields | problem |\n|---|---|---|\n" + rows.joined())
    }

    @Test func everyNameIsListed() {
        #expect(Self.kinds.map { $0.name } == ClientEvent.Kind.names)
    }

    @Test func whatIsWrongIsToldFromWhatIsUsual() {
        let problems = Set(Self.kinds.filter { $0.kind.isProblem }.map { $0.name })
        #expect(
            problems == [
                "connect-failed", "disconnected", "topic-made-anew", "topic-missing", "topic-gone", "throttled",
                "retried", "epoch-bumped",
                "left-out", "unusable-files", "group-troubled", "transaction-aborted", "transactional-producer-failed",
                "rebootstrapped",
            ])
        let wanted = ClientEvent.Kind.transactionAborted(transactionalID: "id", duration: .zero, error: nil)
        #expect(!wanted.isProblem && wanted.fields.map(\.name) == ["transactional_id", "time_ms"])
    }

    @Test func `names and fields of events don't change`() {
        for (kind, name, fields) in Self.kinds {
            #expect(kind.name == name)
            #expect(kind.fields.map { "\($0.name)=\($0.value)" } == fields)
        }
        #expect(Set(Self.kinds.map(\.name)).count == Self.kinds.count)
    }

    @Test func `of each kind so many are told in a second, and then how many were not`() {
        let gate = EventGate(countMax: 3)
        var now = MonotonicInstant(nanoseconds: 0)
        func pass(_ kind: ClientEvent.Kind) -> [String] { gate.pass(ClientEvent(kind, at: now)).map(\.kind.name) }
        let retried = ClientEvent.Kind.retried(topic: "t", partition: 0, broker: 1, recordCount: 1, error: Self.error)
        #expect((0..<5).map { _ in pass(retried) } == [["retried"], ["retried"], ["retried"], [], []])
        // Others are told all the same.
        #expect(pass(.rebootstrapped) == ["rebootstrapped"])
        now = now + .milliseconds(999)
        #expect(pass(retried) == [])
        now = now + .milliseconds(1)
        let told = gate.pass(ClientEvent(retried, at: now)).map(\.kind)
        #expect(told.map(\.name) == ["left-out", "retried"])
        #expect(told[0].fields.map { "\($0.value)" } == ["retried", "3"])
        #expect(pass(retried) == ["retried"])
    }
}
