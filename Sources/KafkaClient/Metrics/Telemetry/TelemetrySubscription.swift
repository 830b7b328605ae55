import KafkaCompression
import KafkaProtocol

/// What brokers want to know of this client.
///
/// Source: GetTelemetrySubscriptions, API key 71; KIP-714.
struct TelemetrySubscription: Sendable, Equatable {
    /// By which brokers know this client's metrics.
    let clientInstanceID: KafkaUUID
    let id: Int32
    let interval: Duration
    /// The best of the compressions that brokers take.
    let compression: CompressionType
    let byteCountMax: Int
    /// Whether counters tell what came since the last push.
    let isDelta: Bool
    /// What the names of metrics that are wanted begin with.
    private let prefixes: [String]

    /// Kafka's brokers ask for no shorter one than 100 ms.
    private static let intervalMin = Duration.milliseconds(20)
    /// Where a broker says nothing that can be used: five minutes, as Kafka's own clients have it.
    static let usualInterval = Duration.seconds(300)
    /// Best first.
    private static let compressions: [CompressionType] = [.zstd, .lz4, .gzip, .snappy]

    /// - Parameter known: the id that the client has already; zero for none.
    init(_ response: GetTelemetrySubscriptionsResponse, known: KafkaUUID) {
        clientInstanceID = known == .zero ? response.clientInstanceID : known
        id = response.subscriptionID
        interval =
            response.pushIntervalMs > 0
            ? max(Self.intervalMin, .milliseconds(Int(response.pushIntervalMs))) : Self.usualInterval
        compression =
            Self.compressions.first { response.acceptedCompressionTypes.contains(Int8($0.rawValue)) } ?? .none
        byteCountMax = response.telemetryMaxBytes > 0 ? Int(response.telemetryMaxBytes) : .max
        isDelta = response.deltaTemporality
        prefixes = response.requestedMetrics
    }

    var wantsNothing: Bool { prefixes.isEmpty }

    /// - Parameter name: as it is pushed.
    func wants(_ name: String) -> Bool { prefixes.contains { $0.isEmpty || $0 == "*" || name.hasPrefix($0) } }
}
