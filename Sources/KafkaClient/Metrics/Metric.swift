/// Something that a client measures: its name, its unit, and what it means.
///
/// Where Apache Kafka's own clients measure the same, it has the name that these give it in telemetry (KIP-714), with `kafka.`
/// for `org.apache.kafka.`. Where OpenTelemetry's conventions for messaging have a name, it has that (`messaging.…`). Names,
/// units and attributes do not change from version to version; later versions add metrics.
public struct Metric: Sendable, Hashable {
    /// How its values are read.
    public enum Kind: Sendable, Hashable {
        /// A sum since the client began, which never falls.
        case counter
        /// A value at a moment.
        case gauge
        /// How durations are distributed since the client began.
        case histogram
    }

    /// The name, such as `kafka.producer.topic.record.send.total`.
    public let name: String
    /// How its values are read.
    public let kind: Kind
    /// The unit, as UCUM writes it: `s`, `By`, or what is counted in braces.
    public let unit: String
    /// What it means, in a sentence.
    public let help: String

    /// Describes a metric, also one of a program's own.
    package init(_ name: String, _ kind: Kind, _ unit: String, _ help: String) {
        self.name = name
        self.kind = kind
        self.unit = unit
        self.help = help
    }
}

extension Metric {
    /// Every metric of a client, in the order in which snapshots have them.
    public static let all: [Metric] =
        [
            openConnections, connectionCreationTotal, connectionCloseTotal, connectionFailureTotal,
            authenticationTotal, authenticationFailureTotal, reauthenticationTotal,
            requestLatency, recordQueueTime, throttleTime, batchSplitTotal, pendingBatches, pendingBytes,
            bufferTotal, bufferAvailable, waitingAppends, metadataAge, eventTotal,
        ] + ofNodes + ofTopics

    static let ofNodes = [
        nodeRequestTotal, nodeResponseTotal, nodeRequestLatency, nodeRequestsInFlight, nodeOutgoingByteTotal,
        nodeIncomingByteTotal,
    ]
    static let ofTopics = [
        topicRecordSendTotal, topicRecordRetryTotal, topicRecordErrorTotal, topicBatchTotal, topicByteTotal,
        topicUncompressedByteTotal, sentMessages, operationDuration,
    ]

    // MARK: The client

    static let openConnections = Metric(
        "kafka.producer.open.connections", .gauge, "{connection}", "Connections that are open.")
    static let connectionCreationTotal = Metric(
        "kafka.producer.connection.creation.total", .counter, "{connection}", "Connections that were opened.")
    static let connectionCloseTotal = Metric(
        "kafka.producer.connection.close.total", .counter, "{connection}", "Open connections that were closed or lost.")
    static let connectionFailureTotal = Metric(
        "kafka.producer.connection.failure.total", .counter, "{connection}", "Connections that could not be opened.")
    static let authenticationTotal = Metric(
        "kafka.producer.successful.authentication.total", .counter, "{connection}",
        "Connections on which a broker accepted who this client is (SASL).")
    static let authenticationFailureTotal = Metric(
        "kafka.producer.failed.authentication.total", .counter, "{connection}",
        "Connections on which a broker did not accept who this client is (SASL).")
    static let reauthenticationTotal = Metric(
        "kafka.producer.successful.reauthentication.total", .counter, "{authentication}",
        "Times that a broker accepted anew who this client is (KIP-368).")
    static let requestLatency = Metric(
        "kafka.producer.request.latency", .histogram, "s",
        "Time from writing a request until its answer came, all brokers together.")
    static let recordQueueTime = Metric(
        "kafka.producer.record.queue.time", .histogram, "s",
        "Time from a batch's first record until the batch was written to a broker for the first time.")
    static let throttleTime = Metric(
        "kafka.producer.produce.throttle.time", .histogram, "s",
        "Pauses that brokers asked for because of a quota (KIP-219).")
    static let batchSplitTotal = Metric(
        "kafka.producer.batch.split.total", .counter, "{batch}",
        "Batches that were sent as two because a broker found them too large (KIP-126).")
    static let pendingBatches = Metric(
        "kafka.producer.pending.batches", .gauge, "{batch}", "Batches whose fate is not known yet.")
    static let pendingBytes = Metric(
        "kafka.producer.pending.bytes", .gauge, "By", "Bytes of the batches whose fate is not known yet.")
    static let bufferTotal = Metric(
        "kafka.producer.buffer.total.bytes", .gauge, "By", "The most memory that producers take for records.")
    static let bufferAvailable = Metric(
        "kafka.producer.buffer.available.bytes", .gauge, "By", "What of it is free.")
    static let waitingAppends = Metric(
        "kafka.producer.waiting.appends", .gauge, "{append}", "Appends that wait for memory.")
    static let metadataAge = Metric(
        "kafka.producer.metadata.age", .gauge, "s", "Time since a broker last told what the cluster is like.")
    static let eventTotal = Metric(
        "kafka.client.event.total", .counter, "{event}", "Events, by the names that ClientEvent gives them.")

    // MARK: Brokers

    static let nodeRequestTotal = Metric(
        "kafka.producer.node.request.total", .counter, "{request}", "Requests that were written, to each broker.")
    static let nodeResponseTotal = Metric(
        "kafka.producer.node.response.total", .counter, "{response}", "Answers that came, from each broker.")
    static let nodeRequestLatency = Metric(
        "kafka.producer.node.request.latency", .histogram, "s",
        "Time from writing a request to a broker until its answer came.")
    static let nodeRequestsInFlight = Metric(
        "kafka.producer.node.requests.in.flight", .gauge, "{request}",
        "Requests that were written and have not ended, to each broker.")
    static let nodeOutgoingByteTotal = Metric(
        "kafka.producer.node.outgoing.byte.total", .counter, "By", "Bytes of requests, to each broker, before TLS.")
    static let nodeIncomingByteTotal = Metric(
        "kafka.producer.node.incoming.byte.total", .counter, "By", "Bytes of answers, from each broker, after TLS.")

    // MARK: Topics

    static let topicRecordSendTotal = Metric(
        "kafka.producer.topic.record.send.total", .counter, "{record}",
        "Records that are stored, as far as the producer's acks tell.")
    static let topicRecordRetryTotal = Metric(
        "kafka.producer.topic.record.retry.total", .counter, "{record}",
        "Records that were to be sent again, each as often as that happened.")
    static let topicRecordErrorTotal = Metric(
        "kafka.producer.topic.record.error.total", .counter, "{record}", "Records that failed for good.")
    static let topicBatchTotal = Metric(
        "kafka.producer.topic.batch.total", .counter, "{batch}", "Batches that are stored.")
    static let topicByteTotal = Metric(
        "kafka.producer.topic.byte.total", .counter, "By", "Bytes of the batches that are stored, as they were sent.")
    static let topicUncompressedByteTotal = Metric(
        "kafka.producer.topic.uncompressed.byte.total", .counter, "By",
        "Bytes that the batches that are stored have without compression.")
    static let sentMessages = Metric(
        "messaging.client.sent.messages", .counter, "{message}",
        "Records whose fate is known, those that failed with an error.type.")
    static let operationDuration = Metric(
        "messaging.client.operation.duration", .histogram, "s",
        "Time from a batch's first record until the batch's fate was known.")
}
