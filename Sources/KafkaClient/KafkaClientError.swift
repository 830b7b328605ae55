public import KafkaProtocol

/// Why the client could not do what it was asked to.
public struct KafkaClientError: Error, Sendable, CustomStringConvertible {
    public enum Code: String, Sendable {
        /// A value of a configuration is out of its bounds or contradicts another.
        case invalidConfiguration
        /// A record does not fit a batch of the greatest size. The other records of its chunk were taken.
        case recordTooLarge
        /// A partition that the topic does not have.
        case unknownPartition
        /// The topic does not exist, or its partitions could not be learned.
        case unknownTopic
        /// No connection to a broker could be had, or it was lost.
        case connectionFailed
        /// What answered doesn't speak Kafka's protocol, or speaks it wrongly.
        case protocolViolation
        /// The broker has no version of a message in common with this client.
        case unsupportedVersion
        /// No answer came in time.
        case requestTimedOut
        /// A batch was not acknowledged within its delivery timeout.
        case deliveryTimedOut
        /// The broker answered with an error.
        case brokerError
        /// The producer, builder or connection was closed.
        case closed
    }

    public let code: Code
    /// What happened, to what, and what to do.
    public let message: String
    /// The broker's code, where one is the reason.
    public let brokerError: KafkaErrorCode?
    public let underlying: (any Error)?
    /// Of the chunk whose append failed, so many records were taken nevertheless.
    public internal(set) var takenRecordCount = 0

    public init(_ code: Code, _ message: String, brokerError: KafkaErrorCode? = nil, underlying: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.brokerError = brokerError
        self.underlying = underlying
    }

    public var description: String { underlying.map { "\(message): \($0)" } ?? message }

    /// Whether trying again may help.
    public var isRetriable: Bool {
        switch code {
        case .connectionFailed, .requestTimedOut: true
        case .brokerError: brokerError?.isRetriable ?? false
        default: false
        }
    }
}
