import KafkaJSON
import KafkaTransport

/// Writes the life stories of deliveries as OpenTelemetry spans: OTLP's JSON, one line for each request to export
/// (`ExportTraceServiceRequest`), as the file exporter and the file receiver of OpenTelemetry's Collector have them.
///
/// A delivery is a span `send TOPIC` from the batch's first record until it was stored or failed, with its sealing, its
/// compression and its queueing as events, and below it is a span for each produce request that carried it. It is a trace of its
/// own unless the program says what it belongs to. Names and attributes follow OpenTelemetry's conventions for messaging;
/// <doc:Observing> lists them.
///
/// ```swift
/// let tracer = DeliveryTracer(serviceName: "orders", client: client)
/// let configuration = Producer.Configuration(onDelivery: { delivery in
///     if delivery.exchanges.count > 1 { log(tracer.jsonLine(of: [delivery])) }
/// })
/// ```
///
/// A line costs some ten microseconds: a program traces a sample, or what was out of the ordinary.
public struct DeliveryTracer: Sendable {
    private let resource: JSONValue
    private let clientID: String

    /// - Parameters:
    ///   - serviceName: OpenTelemetry's `service.name`.
    ///   - clientID: the client's `client.id`.
    ///   - attributes: further attributes of the resource, such as `service.version`.
    public init(
        serviceName: String, clientID: String = ConnectionConfiguration().clientID,
        attributes: [(name: String, value: String)] = []
    ) {
        let pairs = [("service.name", serviceName)] + attributes
        resource = .object([("attributes", .array(pairs.map { Self.attribute($0, .text($1)) }))])
        self.clientID = clientID
    }

    /// - Parameters:
    ///   - serviceName: OpenTelemetry's `service.name`.
    ///   - client: the client whose deliveries are traced.
    ///   - attributes: further attributes of the resource, such as `service.version`.
    public init(serviceName: String, client: Client, attributes: [(name: String, value: String)] = []) {
        self.init(
            serviceName: serviceName, clientID: client.configuration.connection.clientID, attributes: attributes)
    }

    /// The spans of deliveries, as one line of JSON without its end.
    ///
    /// - Parameters:
    ///   - deliveries: they may be of any topics. Records that failed before they were in a batch have a span too.
    ///   - parent: the span of the program's that a delivery belongs to, which it may find by the tags of its records
    ///     (``Delivery/taggedRecords``); nil for none.
    public func jsonLine(of deliveries: [Delivery], below parent: (Delivery) -> TraceParent? = { _ in nil }) -> String {
        let clock = WallClock()
        let scope = JSONValue.object([
            ("name", .string("kafkaclient-swift")), ("version", .string(KafkaClientVersion.current)),
        ])
        let made = deliveries.flatMap { spans(of: $0, below: parent($0), clock) }
        let scopeSpans = JSONValue.object([("scope", scope), ("spans", .array(made))])
        let resourceSpans = JSONValue.object([("resource", resource), ("scopeSpans", .array([scopeSpans]))])
        return JSONValue.object([("resourceSpans", .array([resourceSpans]))]).compactText
    }

    // MARK: Spans

    private func spans(of delivery: Delivery, below parent: TraceParent?, _ clock: WallClock) -> [JSONValue] {
        let trace =
            parent?.traceID ?? TraceParent.hex(.random(in: 1 ... .max)) + TraceParent.hex(.random(in: 0 ... .max))
        let root = TraceParent.hex(.random(in: 1 ... .max))
        let whole = Span(
            trace: trace, id: root, parent: parent?.spanID, name: "send \(delivery.batch.topic)",
            begin: delivery.batch.times.firstAppend, end: delivery.ended, attributes: attributes(of: delivery),
            events: Self.events(of: delivery), error: delivery.error?.description)
        let parts = delivery.exchanges.map { exchange in
            Span(
                trace: trace, id: TraceParent.hex(.random(in: 1 ... .max)), parent: root, name: "Produce",
                begin: exchange.began, end: exchange.ended, attributes: Self.attributes(of: exchange, delivery),
                events: [], error: exchange.failure)
        }
        return ([whole] + parts).map { $0.json(clock) }
    }

    private func attributes(of delivery: Delivery) -> [JSONValue] {
        let batch = delivery.batch
        var values: [(String, AttributeValue)] = [
            ("messaging.system", .text("kafka")), ("messaging.operation.name", .text("send")),
            ("messaging.operation.type", .text("send")), ("messaging.destination.name", .text(batch.topic)),
            ("messaging.client.id", .text(clientID)),
            ("messaging.batch.message_count", .number(Int64(batch.recordCount))),
        ]
        if delivery.partition >= 0 {
            values.append(("messaging.destination.partition.id", .text("\(delivery.partition)")))
        }
        if case .acknowledged(let baseOffset, _) = delivery.outcome, baseOffset >= 0 {
            values.append(("messaging.kafka.offset", .number(baseOffset)))
        }
        if batch.byteCount > 0 {
            values += [
                ("kafka.batch.size", .number(Int64(batch.byteCount))),
                ("kafka.batch.uncompressed_size", .number(Int64(batch.uncompressedByteCount))),
                ("kafka.batch.compression", .text(batch.compression.description)),
            ]
        }
        if delivery.mayBeDuplicated { values.append(("kafka.delivery.may_be_duplicated", .flag(true))) }
        if let error = delivery.error { values.append(("error.type", .text(error.errorType))) }
        return values.map(Self.attribute)
    }

    private static func attributes(of exchange: Exchange, _ delivery: Delivery) -> [JSONValue] {
        var values: [(String, AttributeValue)] = [
            ("messaging.system", .text("kafka")), ("messaging.operation.name", .text("produce")),
            ("messaging.operation.type", .text("send")), ("messaging.destination.name", .text(delivery.batch.topic)),
            ("kafka.broker.id", .number(Int64(exchange.broker))),
            ("kafka.acks", .number(Int64(exchange.acks.rawValue))),
        ]
        if exchange.throttled > .zero {
            values.append(("kafka.throttle.duration_ms", .number(exchange.throttled.nanoseconds / 1_000_000)))
        }
        if let type = exchange.failureType { values.append(("error.type", .text(type))) }
        return values.map(attribute)
    }

    /// What happened on the way to the first request. Records that were in no batch had no such way.
    private static func events(of delivery: Delivery) -> [(name: String, at: MonotonicInstant)] {
        if delivery.batch.byteCount == 0 { return [] }
        let times = delivery.batch.times
        var events: [(name: String, at: MonotonicInstant)] = [("sealed", times.sealed)]
        if times.compressed > times.sealed { events.append(("compressed", times.compressed)) }
        return events + [("queued", delivery.queued)]
    }

    // MARK: JSON

    private enum AttributeValue {
        case text(String)
        case number(Int64)
        case flag(Bool)
    }

    private static func attribute(_ name: String, _ value: AttributeValue) -> JSONValue {
        let value: (String, JSONValue) =
            switch value {
            case .text(let text): ("stringValue", .string(text))
            // 64 bits are texts in the JSON of Protocol Buffers.
            case .number(let number): ("intValue", .string("\(number)"))
            case .flag(let flag): ("boolValue", .bool(flag))
            }
        return .object([("key", .string(name)), ("value", .object([value]))])
    }

    private struct Span {
        let trace: String
        let id: String
        let parent: String?
        let name: String
        let begin: MonotonicInstant
        let end: MonotonicInstant
        let attributes: [JSONValue]
        let events: [(name: String, at: MonotonicInstant)]
        /// OTLP's number of a client's span. The conventions have a producer's only where messages carry the span's context.
        private static let clientKind: Int64 = 3
        /// What failed; nil when nothing did.
        let error: String?

        func json(_ clock: WallClock) -> JSONValue {
            func time(_ moment: MonotonicInstant) -> JSONValue { .string("\(clock.unixNanoseconds(of: moment))") }
            var members: [(String, JSONValue)] = [("traceId", .string(trace)), ("spanId", .string(id))]
            if let parent { members.append(("parentSpanId", .string(parent))) }
            members += [
                ("name", .string(name)), ("kind", .integer(Self.clientKind)), ("startTimeUnixNano", time(begin)),
                ("endTimeUnixNano", time(max(begin, end))), ("attributes", .array(attributes)),
            ]
            if !events.isEmpty {
                let events = events.map {
                    JSONValue.object([("timeUnixNano", time($0.at)), ("name", .string($0.name))])
                }
                members.append(("events", .array(events)))
            }
            // 2 is an error; a span without one has no status.
            if let error { members.append(("status", .object([("message", .string(error)), ("code", .integer(2))]))) }
            return .object(members)
        }
    }
}

extension Exchange {
    /// Why the batch was not stored by this request; nil when it was.
    fileprivate var failure: String? {
        if let error { return error.description }
        guard let errorCode, errorCode != .none else { return nil }
        return "broker \(broker) has answered \(errorCode.name)"
    }

    /// OpenTelemetry's `error.type`.
    fileprivate var failureType: String? {
        if let error { return error.errorType }
        guard let errorCode, errorCode != .none else { return nil }
        return errorCode.name
    }
}
