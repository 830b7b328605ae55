extension KafkaClientError {
    /// What went wrong, for programs.
    ///
    /// A value and not an enumeration: a later version may add codes without breaking a `switch` of yours, which always
    /// needs a `default`.
    public struct Code: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
        /// The code's name, for logs and metrics. It never changes.
        public let rawValue: String

        /// - Parameter rawValue: a name, for a code of your own too.
        public init(rawValue: String) { self.rawValue = rawValue }

        public var description: String { rawValue }

        /// Values of a configuration are out of their bounds or contradict one another.
        public static let invalidConfiguration = Code(rawValue: "invalidConfiguration")
        /// An argument of a call has a value that the call can't work with.
        public static let invalidArgument = Code(rawValue: "invalidArgument")
        /// A record does not fit a batch of the greatest size, or the broker takes no batch of that size.
        public static let recordTooLarge = Code(rawValue: "recordTooLarge")
        /// The topic has no such partition.
        public static let unknownPartition = Code(rawValue: "unknownPartition")
        /// There is no such topic.
        public static let unknownTopic = Code(rawValue: "unknownTopic")
        /// The partition has no leader at the moment.
        public static let leaderNotAvailable = Code(rawValue: "leaderNotAvailable")
        /// The broker does not let this client do that.
        public static let notAuthorized = Code(rawValue: "notAuthorized")
        /// The broker did not accept who this client says it is.
        public static let authenticationFailed = Code(rawValue: "authenticationFailed")
        /// No connection to a broker could be had, or it was lost.
        public static let connectionFailed = Code(rawValue: "connectionFailed")
        /// What answered doesn't speak Kafka's protocol, or speaks it wrongly.
        public static let protocolViolation = Code(rawValue: "protocolViolation")
        /// The broker has no version of a message in common with this client.
        public static let unsupportedVersion = Code(rawValue: "unsupportedVersion")
        /// A request got no answer in time, or the broker could not finish it in time.
        public static let requestTimedOut = Code(rawValue: "requestTimedOut")
        /// A batch was not acknowledged within its delivery timeout.
        public static let deliveryTimedOut = Code(rawValue: "deliveryTimedOut")
        /// The broker answered with an error that has no code of its own here; see ``KafkaClientError/brokerError``.
        public static let brokerError = Code(rawValue: "brokerError")
        /// A batch of records is not what it claims: a checksum, length or count is wrong.
        public static let corruptBatch = Code(rawValue: "corruptBatch")
        /// A codec could not compress or decompress.
        public static let codecFailed = Code(rawValue: "codecFailed")
        /// The client, producer, builder or connection was closed.
        public static let closed = Code(rawValue: "closed")
        /// The system has no thread, descriptor or memory left.
        public static let systemResources = Code(rawValue: "systemResources")
    }
}

extension KafkaClientError.Code {
    /// The code of a failure that a broker tells of: the same as when the client finds it out itself.
    package init(_ brokerError: KafkaErrorCode) {
        self =
            switch brokerError {
            case .messageTooLarge, .recordListTooLarge: .recordTooLarge
            case .unknownTopicOrPartition, .unknownTopicId: .unknownTopic
            case .leaderNotAvailable: .leaderNotAvailable
            case .requestTimedOut: .requestTimedOut
            case .corruptMessage: .corruptBatch
            case .unsupportedVersion: .unsupportedVersion
            case .topicAuthorizationFailed, .groupAuthorizationFailed, .clusterAuthorizationFailed,
                .transactionalIdAuthorizationFailed, .delegationTokenAuthorizationFailed:
                .notAuthorized
            case .saslAuthenticationFailed, .unsupportedSaslMechanism, .illegalSaslState: .authenticationFailed
            default: .brokerError
            }
    }
}
