/// Asks which broker coordinates a consumer group. API key 10, version 0.
///
/// Later versions (transactions, several keys) are not spoken.
public struct FindCoordinatorRequest: KafkaRequest {
    public typealias Response = FindCoordinatorResponse
    public static let apiKey = ApiKey.findCoordinator
    public static let versions: ClosedRange<Int16> = 0...0

    /// The group's id.
    public var key: String = ""

    public init() {}

    public init(key: String) { self.key = key }

    public mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&key, "key")
        c.tags()
    }
}

/// Which broker coordinates a consumer group. API key 10, version 0.
public struct FindCoordinatorResponse: KafkaResponse {
    public typealias Request = FindCoordinatorRequest

    public var errorCode: KafkaErrorCode = .none
    public var nodeID: Int32 = 0
    public var host: String = ""
    public var port: Int32 = 0

    public init() {}

    public mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&errorCode, "error_code")
        c.field(&nodeID, "node_id")
        c.field(&host, "host")
        c.field(&port, "port")
        c.tags()
    }
}
