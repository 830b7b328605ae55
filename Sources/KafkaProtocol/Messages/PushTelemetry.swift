/// Brings metrics of this client. API key 72, version 0; flexible.
///
/// Source: KIP-714.
package struct PushTelemetryRequest: KafkaRequest {
    package typealias Response = PushTelemetryResponse
    package static let apiKey = ApiKey.pushTelemetry
    package static let versions: ClosedRange<Int16> = 0...0

    package var clientInstanceID = KafkaUUID.zero
    package var subscriptionID: Int32 = 0
    /// Whether the client ends, and this is its last push.
    package var terminating = false
    /// The number of the `CompressionType` by which the metrics are compressed.
    package var compressionType: Int8 = 0
    /// OpenTelemetry's `MetricsData`, version 1, as protobuf.
    package var metrics: [UInt8] = []

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&clientInstanceID, "client_instance_id")
        c.field(&subscriptionID, "subscription_id")
        c.field(&terminating, "terminating")
        c.field(&compressionType, "compression_type")
        c.bytes(&metrics, "metrics")
        c.tags()
    }
}

/// Whether the metrics were taken. API key 72, version 0; flexible.
package struct PushTelemetryResponse: KafkaResponse {
    package typealias Request = PushTelemetryRequest

    package var throttleTimeMs: Int32 = 0
    package var errorCode: KafkaErrorCode = .none

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&throttleTimeMs, "throttle_time_ms")
        c.field(&errorCode, "error_code")
        c.tags()
    }
}
