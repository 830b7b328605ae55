/// Asks which metrics the brokers want from this client. API key 71, version 0; flexible.
///
/// Source: KIP-714.
package struct GetTelemetrySubscriptionsRequest: KafkaRequest {
    package typealias Response = GetTelemetrySubscriptionsResponse
    package static let apiKey = ApiKey.getTelemetrySubscriptions
    package static let versions: ClosedRange<Int16> = 0...0

    /// Zero at first; then what the first answer has given.
    package var clientInstanceID = KafkaUUID.zero

    package init() {}

    package init(clientInstanceID: KafkaUUID) { self.clientInstanceID = clientInstanceID }

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&clientInstanceID, "client_instance_id")
        c.tags()
    }
}

/// Which metrics the brokers want, how often, and how they are to be sent. API key 71, version 0; flexible.
package struct GetTelemetrySubscriptionsResponse: KafkaResponse {
    package typealias Request = GetTelemetrySubscriptionsRequest

    package var throttleTimeMs: Int32 = 0
    package var errorCode: KafkaErrorCode = .none
    /// The id that the client is to use from now on; zero where it had one.
    package var clientInstanceID = KafkaUUID.zero
    package var subscriptionID: Int32 = 0
    /// The numbers of `CompressionType`.
    package var acceptedCompressionTypes: [Int8] = []
    package var pushIntervalMs: Int32 = 0
    /// The most bytes of metrics in a push, as they are sent.
    package var telemetryMaxBytes: Int32 = 0
    /// Whether counters are to tell what came since the last push, and not all that came.
    package var deltaTemporality = false
    /// What the names of metrics that are wanted begin with; nothing for none, one empty text for all.
    package var requestedMetrics: [String] = []

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&throttleTimeMs, "throttle_time_ms")
        c.field(&errorCode, "error_code")
        c.field(&clientInstanceID, "client_instance_id")
        c.field(&subscriptionID, "subscription_id")
        c.field(&acceptedCompressionTypes, "accepted_compression_types")
        c.field(&pushIntervalMs, "push_interval_ms")
        c.field(&telemetryMaxBytes, "telemetry_max_bytes")
        c.field(&deltaTemporality, "delta_temporality")
        c.field(&requestedMetrics, "requested_metrics")
        c.tags()
    }
}
