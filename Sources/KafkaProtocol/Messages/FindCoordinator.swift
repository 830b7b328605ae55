/// Asks which broker coordinates a consumer group. API key 10, version 0.
///
/// Later versions (transactions, several keys) are not spoken.
package struct FindCoordinatorRequest: KafkaRequest {
    package typealias Response = FindCoordinatorResponse
    package static let apiKey = ApiKey.findCoordinator
    package static let versions: ClosedRange<Int16> = 0...0

    /// The group's id.
    package var key: String = ""

    package init() {}

    package init(key: String) { self.key = key }

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&key, "key")
        c.tags()
    }
}

/// Which broker coordinates a consumer group. API key 10, version 0.
package struct FindCoordinatorResponse: KafkaResponse {
    package typealias Request = FindCoordinatorRequest

    package var errorCode: KafkaErrorCode = .none
    package var nodeID: Int32 = 0
    package var host: String = ""
    package var port: Int32 = 0

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&errorCode, "error_code")
        c.field(&nodeID, "node_id")
        c.field(&host, "host")
        c.field(&port, "port")
        c.tags()
    }
}
