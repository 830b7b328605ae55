extension KafkaErrorCode {
    /// Whether the broker does not let this client do what it asked for.
    package var isOfAuthorization: Bool { KafkaClientError.Code(self) == .notAuthorized }
}

extension KafkaClientError {
    /// A right on a resource, by the names of Kafka's access control lists.
    package struct Right: Sendable {
        let operation: String
        let resource: String

        /// - Parameters:
        ///   - operation: `Write`
        ///   - topic: the topic's name.
        package init(_ operation: String, topic: String) {
            self.operation = operation
            resource = "Topic:\(topic)"
        }

        /// - Parameters:
        ///   - operation: `Read`
        ///   - group: the group's id.
        package init(_ operation: String, group: String) {
            self.operation = operation
            resource = "Group:\(group)"
        }

        /// - Parameters:
        ///   - operation: `Write`
        ///   - transactionalID: the transactional id.
        package init(_ operation: String, transactionalID: String) {
            self.operation = operation
            resource = "TransactionalId:\(transactionalID)"
        }

        /// From Kafka 2.8 on idempotent producers need no more than to write to a topic (KIP-679).
        package static let idempotentWrite = Right(
            "IdempotentWrite", resource: "Cluster:kafka-cluster; from Kafka 2.8 on Write on a topic is enough")

        /// - Parameter operation: `Alter`, on the cluster.
        package init(onCluster operation: String) { self.init(operation, resource: "Cluster:kafka-cluster") }

        private init(_ operation: String, resource: String) {
            self.operation = operation
            self.resource = resource
        }
    }

    /// An error that a broker answered, which names the missing right when that is the reason.
    ///
    /// - Parameters:
    ///   - brokerError: the broker's code.
    ///   - action: what failed, to what.
    ///   - brokerMessage: the broker's own words, where it sent some.
    ///   - right: what the request needs.
    ///   - user: who the broker was told that this client is; nil where that is not known.
    package init(
        _ brokerError: KafkaErrorCode, _ action: String, _ brokerMessage: String? = nil, needs right: Right,
        of user: String?
    ) {
        guard brokerError.isOfAuthorization else {
            self.init(brokerError, action, brokerMessage)
            return
        }
        let who = user.map { "User:\($0)" } ?? "this client"
        self.init(
            .notAuthorized,
            "\(action): \(who) lacks the right \(right.operation) on \(right.resource) (\(brokerError.name))",
            brokerError: brokerError)
    }
}
