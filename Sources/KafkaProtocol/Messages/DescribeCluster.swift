/// Asks for the cluster's id, its controller and its brokers (KIP-700). API key 60, versions 0 to 2; flexible.
///
/// Version 1 can ask for controllers (KIP-919), 2 for fenced brokers (KIP-1073).
package struct DescribeClusterRequest: KafkaRequest {
    package typealias Response = DescribeClusterResponse
    package static let apiKey = ApiKey.describeCluster
    package static let versions: ClosedRange<Int16> = 0...2

    package var includeClusterAuthorizedOperations = false
    /// 1: brokers, 2: controllers.
    package var endpointType: Int8 = 1
    package var includeFencedBrokers = false

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&includeClusterAuthorizedOperations, "include_cluster_authorized_operations")
        c.field(&endpointType, "endpoint_type", 1..., default: 1)
        c.field(&includeFencedBrokers, "include_fenced_brokers", 2...)
        c.tags()
    }
}

/// The cluster's id, its controller and its brokers (KIP-700). API key 60, versions 0 to 2; flexible.
///
/// Version 1 adds the type of endpoints (KIP-919), 2 whether a broker is fenced (KIP-1073).
package struct DescribeClusterResponse: KafkaResponse {
    package typealias Request = DescribeClusterRequest

    package var throttleTimeMs: Int32 = 0
    package var errorCode: KafkaErrorCode = .none
    package var errorMessage: String?
    /// 1: brokers, 2: controllers.
    package var endpointType: Int8 = 1
    package var clusterID: String = ""
    /// −1 when not known. A broker may name any broker that lives.
    package var controllerID: Int32 = -1
    package var brokers: [Broker] = []
    /// A bit field; `Int32.min` when not asked for (KIP-430).
    package var clusterAuthorizedOperations: Int32 = .min

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&throttleTimeMs, "throttle_time_ms")
        c.field(&errorCode, "error_code")
        c.field(&errorMessage, "error_message")
        c.field(&endpointType, "endpoint_type", 1..., default: 1)
        c.field(&clusterID, "cluster_id")
        c.field(&controllerID, "controller_id", default: -1)
        c.field(&brokers, "brokers")
        c.field(&clusterAuthorizedOperations, "cluster_authorized_operations", default: .min)
        c.tags()
    }
}

extension DescribeClusterResponse {
    package struct Broker: WireStruct {
        package var brokerID: Int32 = 0
        package var host: String = ""
        package var port: Int32 = 0
        package var rack: String?
        package var isFenced = false

        package init() {}

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&brokerID, "broker_id")
            c.field(&host, "host")
            c.field(&port, "port")
            c.field(&rack, "rack")
            c.field(&isFenced, "is_fenced", 2...)
            c.tags()
        }
    }
}
