import KafkaProtocol
import Synchronization

/// What is wanted of clients' metrics, and what has come of them.
final class TelemetryStore: Sendable {
    private struct State {
        var wanted: EmbeddedBrokerTelemetry
        var subscriptionID: Int32 = 1
        var nextInstance: UInt64 = 1
        var pushes: [EmbeddedBrokerTelemetry.Push] = []
    }

    private static let pushCountMax = 1000

    private let state: Mutex<State>

    init(_ wanted: EmbeddedBrokerTelemetry) { state = Mutex(State(wanted: wanted)) }

    var pushes: [EmbeddedBrokerTelemetry.Push] { state.withLock { $0.pushes } }

    func change(to wanted: EmbeddedBrokerTelemetry) {
        state.withLock { state in
            state.wanted = wanted
            state.subscriptionID += 1
        }
    }

    func answer(_ request: GetTelemetrySubscriptionsRequest) -> GetTelemetrySubscriptionsResponse {
        var response = GetTelemetrySubscriptionsResponse()
        state.withLock { state in
            if request.clientInstanceID == .zero {
                response.clientInstanceID = KafkaUUID(high: .random(in: 1 ... .max), low: state.nextInstance)
                state.nextInstance += 1
            }
            response.subscriptionID = state.subscriptionID
            response.acceptedCompressionTypes = state.wanted.compressions.map { Int8($0.rawValue) }
            response.pushIntervalMs = state.wanted.intervalMs
            response.telemetryMaxBytes = state.wanted.byteCountMax
            response.deltaTemporality = state.wanted.isDelta
            response.requestedMetrics = state.wanted.requestedMetrics
        }
        return response
    }

    /// Source: `ClientMetricsManager.validatePushRequest` of Kafka.
    func take(_ request: PushTelemetryRequest, of clientID: String?) -> KafkaErrorCode {
        state.withLock { state in
            if request.clientInstanceID == .zero { return .invalidRequest }
            if request.subscriptionID != state.subscriptionID { return .unknownSubscriptionId }
            guard let compression = CompressionType(rawValue: UInt8(truncatingIfNeeded: request.compressionType)),
                compression == .none || state.wanted.compressions.contains(compression)
            else { return .unsupportedCompressionType }
            if request.metrics.count > Int(state.wanted.byteCountMax) { return .telemetryTooLarge }
            if state.pushes.count == Self.pushCountMax { state.pushes.removeFirst() }
            state.pushes.append(
                EmbeddedBrokerTelemetry.Push(
                    clientID: clientID, clientInstanceID: request.clientInstanceID, isLast: request.terminating,
                    compression: compression, metrics: request.metrics))
            return .none
        }
    }
}
