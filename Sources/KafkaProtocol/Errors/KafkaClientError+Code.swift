extension KafkaClientError {
    /// What went wrong, for programs to compare.
    ///
    /// This is not an enumeration, so that a later version of the library can add codes: a `switch` over codes needs a
    /// `default`. Programs may define codes of their own.
    public struct Code: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
        /// The code's name, for logs and metrics. It does not change from version to version.
        public let rawValue: String

        /// A code by its name.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// The code's name.
        public var description: String { rawValue }

        /// Settings of a configuration are out of their bounds or contradict each other. The error's causes name each.
        public static let invalidConfiguration = Code(rawValue: "invalidConfiguration")
        /// An argument of a call is out of its bounds.
        public static let invalidArgument = Code(rawValue: "invalidArgument")
        /// A record does not fit the longest batch that is allowed, or a batch is longer than the broker accepts.
        public static let recordTooLarge = Code(rawValue: "recordTooLarge")
        /// The topic has no such partition.
        public static let unknownPartition = Code(rawValue: "unknownPartition")
        /// There is no such topic.
        public static let unknownTopic = Code(rawValue: "unknownTopic")
        /// The partition has no leader at the moment.
        public static let leaderNotAvailable = Code(rawValue: "leaderNotAvailable")
        /// This client is not authorized to do what it asked the broker for.
        public static let notAuthorized = Code(rawValue: "notAuthorized")
        /// The broker did not accept this client's authentication (SASL).
        public static let authenticationFailed = Code(rawValue: "authenticationFailed")
        /// There are no credentials to authenticate with: who gives them out (a server of tokens, a vault) can't be asked now.
        public static let credentialsUnavailable = Code(rawValue: "credentialsUnavailable")
        /// A connection could not be secured (TLS): a certificate is not accepted, or one of the two ends does not speak TLS.
        public static let tlsFailed = Code(rawValue: "tlsFailed")
        /// A broker belongs to another cluster than the one that this client is connected to.
        public static let wrongCluster = Code(rawValue: "wrongCluster")
        /// No broker could be connected to, or a connection was lost.
        public static let connectionFailed = Code(rawValue: "connectionFailed")
        /// A broker sent bytes that are not Kafka's protocol, or not an answer to the request.
        public static let protocolViolation = Code(rawValue: "protocolViolation")
        /// The broker and this client have no version of a message in common.
        public static let unsupportedVersion = Code(rawValue: "unsupportedVersion")
        /// A request got no answer in time, or the broker could not finish it in time.
        public static let requestTimedOut = Code(rawValue: "requestTimedOut")
        /// A batch was not acknowledged within its delivery timeout.
        public static let deliveryTimedOut = Code(rawValue: "deliveryTimedOut")
        /// The broker answered with an error that has no code of its own here; see ``KafkaClientError/brokerError``.
        public static let brokerError = Code(rawValue: "brokerError")
        /// A batch of records is damaged: a checksum, a length or a count in it is wrong.
        public static let corruptBatch = Code(rawValue: "corruptBatch")
        /// A partition has no record at an offset, and will not have.
        public static let offsetOutOfRange = Code(rawValue: "offsetOutOfRange")
        /// A codec could not compress or decompress.
        public static let codecFailed = Code(rawValue: "codecFailed")
        /// Another producer has taken the transactional id over, or, in a cluster that can't tell that from it, a transaction lasted
        /// longer than it may: this producer is not to produce any more.
        public static let producerFenced = Code(rawValue: "producerFenced")
        /// A transaction was aborted, or can only be aborted. The error's cause says why; nothing of the transaction counts, and the
        /// next one may succeed.
        public static let transactionAborted = Code(rawValue: "transactionAborted")
        /// A transaction lasted longer than it may, and its coordinator has aborted it: the cause of a ``transactionAborted``.
        public static let transactionTimedOut = Code(rawValue: "transactionTimedOut")
        /// A transaction was to be committed, and there was no answer that says whether it was: it may be committed or aborted.
        public static let transactionUnknown = Code(rawValue: "transactionUnknown")
        /// Records or offsets came while no transaction was open, to a producer that takes them within transactions only.
        public static let noTransaction = Code(rawValue: "noTransaction")
        /// The client, producer, builder or connection was closed.
        public static let closed = Code(rawValue: "closed")
        /// The records that wait to be sent have all the memory that they may have, and none came back in time.
        public static let memoryExhausted = Code(rawValue: "memoryExhausted")
        /// A delivery handler has thrown. The error's cause is what it has thrown.
        public static let handlerFailed = Code(rawValue: "handlerFailed")
        /// A thread of the client does not answer: something that it calls, such as a delivery handler or a codec, does not
        /// return.
        public static let unresponsive = Code(rawValue: "unresponsive")
        /// The system has no thread, descriptor or memory left.
        public static let systemResources = Code(rawValue: "systemResources")
    }
}

extension KafkaClientError.Code {
    /// The code for an error code of a broker. It is the same as when the client itself notices the failure.
    package init(_ brokerError: KafkaErrorCode) {
        self =
            switch brokerError {
            case .messageTooLarge, .recordListTooLarge: .recordTooLarge
            case .unknownTopicOrPartition, .unknownTopicId: .unknownTopic
            case .leaderNotAvailable: .leaderNotAvailable
            case .requestTimedOut: .requestTimedOut
            case .corruptMessage: .corruptBatch
            case .producerFenced: .producerFenced
            case .transactionAbortable: .transactionAborted
            case .offsetOutOfRange: .offsetOutOfRange
            case .unsupportedVersion: .unsupportedVersion
            case .topicAuthorizationFailed, .groupAuthorizationFailed, .clusterAuthorizationFailed,
                .transactionalIdAuthorizationFailed, .delegationTokenAuthorizationFailed:
                .notAuthorized
            case .saslAuthenticationFailed, .unsupportedSaslMechanism, .illegalSaslState: .authenticationFailed
            default: .brokerError
            }
    }
}
