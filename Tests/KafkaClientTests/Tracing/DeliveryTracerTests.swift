import KafkaJSON
import KafkaProtocol
import KafkaTransport
import Testing

@testable import KafkaClient

/// Deliveries as spans of OpenTelemetry.
@Suite struct DeliveryTracerTests {
    private static let tracer = DeliveryTracer(
        serviceName: "s", clientID: "c", attributes: [("service.version", "1\n\"2\"")])

    /// The spans of deliveries, and the resource that they are of.
    private static func spans(_ deliveries: [Delivery]) throws -> (spans: [JSONValue], resource: JSONValue) {
        let line = tracer.jsonLine(of: deliveries)
        #expect(!line.contains("\n"))
        let resourceSpans = try #require(try JSONValue(parsing: line)["resourceSpans"]?.array?.first)
        let spans = try #require(resourceSpans["scopeSpans"]?.array?.first?["spans"]?.array)
        return (spans, try #require(resourceSpans["resource"]))
    }

    private static func attribute(_ name: String, _ span: JSONValue) -> String? {
        let found = (span["attributes"]?.array ?? []).first { $0["key"]?.string == name }
        return found?["value"]?["stringValue"]?.string ?? found?["value"]?["intValue"]?.string
    }

    private static func time(_ name: String, _ span: JSONValue) throws -> UInt64 {
        try #require(span[name]?.string.flatMap { UInt64($0) })
    }

    @Test func aDeliveryIsASpanWithOneForEachRequest() async throws {
        try await withFixture { fixture in
            try fixture.broker.createTopic("t", partitions: 2)
            fixture.broker.inject(.init(.produce, count: 1, effect: .error(.notEnoughReplicas)))
            let deliveries = try await fixture.deliver(try await fixture.makeBatches(["a"], partition: 1))
            let (spans, resource) = try Self.spans(deliveries)
            #expect(Self.attribute("service.name", resource) == "s")
            #expect(Self.attribute("service.version", resource) == "1\n\"2\"")
            try #require(spans.count == 3)
            let whole = spans[0]
            #expect(whole["name"]?.string == "send t" && whole["kind"] == .integer(3) && whole["parentSpanId"] == nil)
            #expect(whole["status"] == nil)
            for (name, value) in [
                ("messaging.system", "kafka"), ("messaging.destination.name", "t"), ("messaging.client.id", "c"),
                ("messaging.destination.partition.id", "1"), ("messaging.batch.message_count", "1"),
                ("messaging.kafka.offset", "0"), ("kafka.batch.compression", "none"),
            ] { #expect(Self.attribute(name, whole) == value, "\(name)") }
            #expect(whole["events"]?.array?.compactMap { $0["name"]?.string } == ["sealed", "queued"])
            for (part, error) in zip(spans[1...], ["NOT_ENOUGH_REPLICAS", nil]) {
                #expect(part["kind"] == .integer(3) && part["parentSpanId"] == whole["spanId"])
                #expect(part["traceId"] == whole["traceId"] && part["spanId"] != whole["spanId"])
                #expect(Self.attribute("error.type", part) == error)
                #expect((part["status"]?["code"] == .integer(2)) == (error != nil))
                #expect(Self.attribute("kafka.broker.id", part) == "1")
                #expect(try Self.time("startTimeUnixNano", whole) <= Self.time("startTimeUnixNano", part))
                #expect(try Self.time("endTimeUnixNano", part) <= Self.time("endTimeUnixNano", whole))
            }
            let now = UInt64(WallTime.now.millisecondsSince1970) * 1_000_000
            #expect(try Self.time("endTimeUnixNano", whole) <= now + 1_000_000)
            #expect(try Self.time("endTimeUnixNano", whole) > now - 60_000_000_000)
        }
    }

    @Test func recordsThatFailedSayWhy() throws {
        let batch = RecordBatch(unbuiltRecords: 3, topic: "t", marks: [], at: .now)
        let error = KafkaClientError(.recordTooLarge, "it is too large")
        let delivery = Delivery(
            batch: batch, partition: -1, outcome: .failed(error), exchanges: [], queued: .now, ended: .now)
        let (spans, _) = try Self.spans([delivery])
        try #require(spans.count == 1)
        #expect(spans[0]["status"]?["code"] == .integer(2))
        #expect(spans[0]["status"]?["message"]?.string?.contains("it is too large") == true)
        #expect(Self.attribute("error.type", spans[0]) == error.errorType)
        #expect(Self.attribute("messaging.destination.partition.id", spans[0]) == nil)
        #expect(Self.attribute("messaging.kafka.offset", spans[0]) == nil)
    }

    @Test func aDeliveryMayStandBelowASpanOfTheProgram() throws {
        let parent = try #require(TraceParent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"))
        let batch = RecordBatch(unbuiltRecords: 1, topic: "t", marks: [], at: .now)
        let line = Self.tracer.jsonLine(of: [Delivery(acknowledging: batch, now: .now)]) { _ in parent }
        let span = try JSONValue(parsing: line)["resourceSpans"]?.array?[0]["scopeSpans"]?.array?[0]["spans"]?.array?[0]
        #expect(span?["traceId"]?.string == "4bf92f3577b34da6a3ce929d0e0e4736")
        #expect(span?["parentSpanId"]?.string == "00f067aa0ba902b7")
    }

    @Test(arguments: [
        "", "00", "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        "00-4bf92f3577b34da6a3ce929d0e0e47-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
    ])
    func whatIsNoTraceParentIsRefused(text: String) { #expect(TraceParent(text) == nil) }

    @Test func eachDeliveryIsATraceOfItsOwn() throws {
        let batch = RecordBatch(unbuiltRecords: 1, topic: "t", marks: [], at: .now)
        let delivery = Delivery(acknowledging: batch, now: .now)
        let (spans, _) = try Self.spans([delivery, delivery, delivery])
        let traces = spans.compactMap { $0["traceId"]?.string }
        #expect(Set(traces).count == 3 && traces.allSatisfy { $0.count == 32 })
        #expect(spans.compactMap { $0["spanId"]?.string }.allSatisfy { $0.count == 16 })
        #expect(try Self.spans([]).spans.isEmpty)
    }
}
