/// Asks which brokers coordinate groups or transactions. API key 10, versions 0 to 6; flexible from 3.
///
/// Version 1 adds the type of the key (KIP-98), 4 several keys (KIP-699), 5 may answer TRANSACTION_ABORTABLE (KIP-890),
/// 6 knows partitions of share groups (KIP-932).
package struct FindCoordinatorRequest: KafkaRequest {
    package typealias Response = FindCoordinatorResponse
    package static let apiKey = ApiKey.findCoordinator
    package static let versions: ClosedRange<Int16> = 0...6

    /// Up to version 3.
    package var key: String = ""
    /// 0: a group, 1: a transactional id, 2: a partition of a share group, which is "group:topic id:partition".
    package var keyType: Int8 = 0
    /// From version 4 on.
    package var coordinatorKeys: [String] = []

    package init() {}

    /// Asks for one key, in the form that `version` takes.
    package init(key: String, keyType: Int8 = 0, version: Int16) {
        if version >= 4 {
            self.coordinatorKeys = [key]
        } else {
            self.key = key
        }
        self.keyType = keyType
    }

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&key, "key", 0...3)
        c.field(&keyType, "key_type", 1...)
        c.field(&coordinatorKeys, "coordinator_keys", 4...)
        c.tags()
    }
}

/// Which brokers coordinate groups or transactions. API key 10, versions 0 to 6; flexible from 3.
///
/// Version 1 adds the throttle time and messages, 4 several keys (KIP-699).
package struct FindCoordinatorResponse: KafkaResponse {
    package typealias Request = FindCoordinatorRequest

    package var throttleTimeMs: Int32 = 0
    /// Up to version 3, as the next four: each coordinator has its own from then on.
    package var errorCode: KafkaErrorCode = .none
    package var errorMessage: String?
    /// −1 after an error.
    package var nodeID: Int32 = 0
    package var host: String = ""
    /// −1 after an error.
    package var port: Int32 = 0
    /// From version 4 on.
    package var coordinators: [Coordinator] = []

    package init() {}

    package mutating func code<C: FieldCoder>(_ c: inout C) {
        c.field(&throttleTimeMs, "throttle_time_ms", 1..., ignorable: true)
        c.field(&errorCode, "error_code", 0...3)
        c.field(&errorMessage, "error_message", 1...3, ignorable: true)
        c.field(&nodeID, "node_id", 0...3)
        c.field(&host, "host", 0...3)
        c.field(&port, "port", 0...3)
        c.field(&coordinators, "coordinators", 4...)
        c.tags()
    }
}

extension FindCoordinatorResponse {
    /// The coordinator of a key, in the form of the newest version; nil when the answer does not have it.
    package func coordinator(of key: String, version: Int16) -> Coordinator? {
        guard version < 4 else { return coordinators.first { $0.key == key } }
        var coordinator = Coordinator(key: key)
        coordinator.nodeID = nodeID
        coordinator.host = host
        coordinator.port = port
        coordinator.errorCode = errorCode
        coordinator.errorMessage = errorMessage
        return coordinator
    }

    /// From version 4 on: the coordinator of one key.
    package struct Coordinator: WireStruct {
        package var key: String = ""
        /// −1 after an error.
        package var nodeID: Int32 = 0
        package var host: String = ""
        /// −1 after an error.
        package var port: Int32 = 0
        package var errorCode: KafkaErrorCode = .none
        package var errorMessage: String?

        package init() {}

        package init(key: String) {
            self.key = key
        }

        package mutating func code<C: FieldCoder>(_ c: inout C) {
            c.field(&key, "key")
            c.field(&nodeID, "node_id")
            c.field(&host, "host")
            c.field(&port, "port")
            c.field(&errorCode, "error_code")
            c.field(&errorMessage, "error_message")
            c.tags()
        }
    }
}
