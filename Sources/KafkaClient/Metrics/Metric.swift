/// Something that a client measures: its name, its unit, and what it means.
///
/// What Apache Kafka's own clients measure has the name that these give it in telemetry (KIP-714), with `kafka.` for
/// `org.apache.kafka.`. What OpenTelemetry's conventions for messaging name is called so (`messaging.…`). What is this library's
/// alone begins with `kafkaclient.`. Names, units and attributes do not change from version to version; later versions add metrics.
public struct Metric: Sendable, Hashable {
    /// How its values are read. Later versions may add cases: a `switch` that names only some of them, with a `default`, goes on compiling.
    public enum Kind: Sendable, Hashable {
        /// A sum since the client began, which never falls.
        case counter
        /// A value at a moment.
        case gauge
        /// How values are distributed since the client began.
        case histogram
    }

    /// The name, such as `kafka.producer.topic.record.send.total`.
    public let name: String
    /// How its values are read.
    public let kind: Kind
    /// The unit, as UCUM writes it: `s`, `By`, or what is counted in braces.
    public let unit: String
    /// The names of the attributes that tell its values apart, without the client's id.
    public let attributes: [String]
    /// What it means, in a sentence.
    public let help: String

    /// Describes a metric of a program's own, so that it can stand among a client's.
    public init(_ name: String, _ kind: Kind, unit: String, attributes: [String] = [], _ help: String) {
        self.name = name
        self.kind = kind
        self.unit = unit
        self.attributes = attributes
        self.help = help
    }
}

extension Metric {
    /// Every metric of a client, in the order in which snapshots have them.
    public static let all = ofClient + ofNodes + ofTopics

    static let ofClient = [
        info, connectionCount, connectionCreationTotal, connectionCloseTotal, connectionFailureTotal,
        authenticationTotal,
        authenticationFailureTotal, reauthenticationTotal, reauthenticationFailureTotal, requestsInFlight,
        requestLatency,
        recordQueueTime, throttleTime, recordSendTotal, recordRetryTotal, recordErrorTotal, batchSplitTotal,
        pendingRecords,
        pendingBatches, pendingBytes, bufferTotal, bufferAvailable, bufferExhaustedTotal, waitingAppends, metadataAge,
        transactionDuration, transactionCommitTime, eventTotal,
    ]
    static let ofNodes = [
        nodeRequestTotal, nodeResponseTotal, nodeRequestFailureTotal, nodeRequestsInFlight, nodeRequestLatency,
        nodeOutgoingByteTotal, nodeIncomingByteTotal,
    ]
    static let ofTopics = [
        topicRecordSendTotal, topicRecordRetryTotal, topicRecordErrorTotal, topicByteTotal, topicUncompressedByteTotal,
        topicBatchTotal, sentMessages, operationDuration,
    ]

    // MARK: The client

    static let info = Metric(
        "kafkaclient.info", .gauge, unit: "1", attributes: ["version"],
        "1, with the version of the client's library.")
    static let connectionCount = Metric(
        "kafka.producer.connection.count", .gauge, unit: "{connection}",
        "Connections that are open.")
    static let connectionCreationTotal = Metric(
        "kafka.producer.connection.creation.total", .counter, unit: "{connection}",
        "Connections that were opened.")
    static let connectionCloseTotal = Metric(
        "kafka.producer.connection.close.total", .counter, unit: "{connection}",
        "Open connections that were closed or lost.")
    static let connectionFailureTotal = Metric(
        "kafkaclient.connection.failure.total", .counter, unit: "{connection}",
        "Connections that could not be opened.")
    static let authenticationTotal = Metric(
        "kafka.producer.successful.authentication.total", .counter, unit: "{connection}",
        "Connections that were authenticated (SASL).")
    static let authenticationFailureTotal = Metric(
        "kafka.producer.failed.authentication.total", .counter, unit: "{connection}",
        "Connections that could not be authenticated (SASL).")
    static let reauthenticationTotal = Metric(
        "kafka.producer.successful.reauthentication.total", .counter, unit: "{authentication}",
        "Times that an open connection was authenticated anew (KIP-368).")
    static let reauthenticationFailureTotal = Metric(
        "kafka.producer.failed.reauthentication.total", .counter, unit: "{authentication}",
        "Open connections that were lost because they could not be authenticated anew (KIP-368).")
    static let requestsInFlight = Metric(
        "kafka.producer.requests.in.flight", .gauge, unit: "{request}",
        "Requests of any kind that were written and have not ended.")
    static let requestLatency = Metric(
        "kafka.producer.request.latency", .histogram, unit: "s",
        "Time from writing a produce request until its answer came.")
    static let recordQueueTime = Metric(
        "kafka.producer.record.queue.time", .histogram, unit: "s",
        "Time from a batch's first record until the batch was written to a broker for the first time.")
    static let throttleTime = Metric(
        "kafka.producer.produce.throttle.time", .histogram, unit: "s",
        "Pause that an answer to a produce request asked for because of a quota (KIP-219), mostly zero.")
    static let recordSendTotal = Metric(
        "kafka.producer.record.send.total", .counter, unit: "{record}",
        "Records that are stored, as far as the producer's acks tell.")
    static let recordRetryTotal = Metric(
        "kafka.producer.record.retry.total", .counter, unit: "{record}",
        "Records that were to be sent again, each as often as that happened.")
    static let recordErrorTotal = Metric(
        "kafka.producer.record.error.total", .counter, unit: "{record}",
        "Records that were taken, and failed for good.")
    static let batchSplitTotal = Metric(
        "kafka.producer.batch.split.total", .counter, unit: "{batch}",
        "Batches that were sent as two because a broker found them too large (KIP-126).")
    static let pendingRecords = Metric(
        "kafkaclient.pending.records", .gauge, unit: "{record}",
        "Records in batches that are not acknowledged and have not failed.")
    static let pendingBatches = Metric(
        "kafkaclient.pending.batches", .gauge, unit: "{batch}",
        "Batches that are not acknowledged and have not failed.")
    static let pendingBytes = Metric(
        "kafkaclient.pending.bytes", .gauge, unit: "By",
        "Bytes of batches that are not acknowledged and have not failed.")
    static let bufferTotal = Metric(
        "kafka.producer.buffer.total.bytes", .gauge, unit: "By",
        "The most memory that producers take for records; there while there is a producer.")
    static let bufferAvailable = Metric(
        "kafka.producer.buffer.available.bytes", .gauge, unit: "By",
        "Memory for records that producers have not taken; there while there is a producer.")
    static let bufferExhaustedTotal = Metric(
        "kafka.producer.buffer.exhausted.total", .counter, unit: "{append}",
        "Appends that failed because there was no memory for records, at once or in time.")
    static let waitingAppends = Metric(
        "kafkaclient.waiting.appends", .gauge, unit: "{append}",
        "Appends that wait for memory; there while there is a producer.")
    static let metadataAge = Metric(
        "kafka.producer.metadata.age", .gauge, unit: "s",
        "Time since a broker last answered what the cluster is like.")
    static let transactionDuration = Metric(
        "kafkaclient.transaction.duration", .histogram, unit: "s", attributes: ["outcome"],
        "Time from a transaction's begin until it was committed or aborted, or failed: its end is not known, or its producer was fenced."
    )
    static let transactionCommitTime = Metric(
        "kafkaclient.transaction.commit.time", .histogram, unit: "s",
        "Time from when a transaction was to be committed until it was: its records were stored, and its coordinator has said so."
    )
    static let eventTotal = Metric(
        "kafkaclient.event.total", .counter, unit: "{event}", attributes: ["event"],
        "Events, by the names that ClientEvent gives them.")

    // MARK: Brokers

    static let nodeRequestTotal = Metric(
        "kafka.producer.node.request.total", .counter, unit: "{request}", attributes: ["node_id"],
        "Requests of any kind that were written, to each broker.")
    static let nodeResponseTotal = Metric(
        "kafka.producer.node.response.total", .counter, unit: "{response}", attributes: ["node_id"],
        "Answers that came, from each broker.")
    static let nodeRequestFailureTotal = Metric(
        "kafkaclient.node.request.failure.total", .counter, unit: "{request}", attributes: ["node_id"],
        "Requests that ended without an answer, to each broker: timed out, or their connection was lost.")
    static let nodeRequestsInFlight = Metric(
        "kafkaclient.node.requests.in.flight", .gauge, unit: "{request}", attributes: ["node_id"],
        "Requests of any kind that were written and have not ended, to each broker.")
    static let nodeRequestLatency = Metric(
        "kafka.producer.node.request.latency", .histogram, unit: "s", attributes: ["node_id"],
        "Time from writing a produce request to a broker until its answer came.")
    static let nodeOutgoingByteTotal = Metric(
        "kafka.producer.node.outgoing.byte.total", .counter, unit: "By", attributes: ["node_id"],
        "Bytes of requests, to each broker, before TLS.")
    static let nodeIncomingByteTotal = Metric(
        "kafka.producer.node.incoming.byte.total", .counter, unit: "By", attributes: ["node_id"],
        "Bytes of answers, from each broker, after TLS.")

    // MARK: Topics

    static let topicRecordSendTotal = Metric(
        "kafka.producer.topic.record.send.total", .counter, unit: "{record}", attributes: ["topic"],
        "Records of a topic that are stored, as far as the producer's acks tell.")
    static let topicRecordRetryTotal = Metric(
        "kafka.producer.topic.record.retry.total", .counter, unit: "{record}", attributes: ["topic"],
        "Records of a topic that were to be sent again, each as often as that happened.")
    static let topicRecordErrorTotal = Metric(
        "kafka.producer.topic.record.error.total", .counter, unit: "{record}", attributes: ["topic"],
        "Records of a topic that were taken, and failed for good.")
    static let topicByteTotal = Metric(
        "kafka.producer.topic.byte.total", .counter, unit: "By", attributes: ["topic"],
        "Bytes of a topic's batches that are stored, as they were sent.")
    static let topicUncompressedByteTotal = Metric(
        "kafkaclient.topic.uncompressed.byte.total", .counter, unit: "By", attributes: ["topic"],
        "Bytes that a topic's stored batches have without compression.")
    static let topicBatchTotal = Metric(
        "kafkaclient.topic.batch.total", .counter, unit: "{batch}", attributes: ["topic"],
        "Batches of a topic that are stored.")
    static let sentMessages = Metric(
        "messaging.client.sent.messages", .counter, unit: "{message}", attributes: messagingAttributes,
        "Records that were stored, or failed with an error.type.")
    static let operationDuration = Metric(
        "messaging.client.operation.duration", .histogram, unit: "s", attributes: messagingAttributes,
        "Time from a batch's first record until the batch was stored, or failed with an error.type; one entry for a batch, so that of its oldest record."
    )

    private static let messagingAttributes = [
        "messaging.system", "messaging.operation.name", "messaging.destination.name", "error.type",
    ]
}
