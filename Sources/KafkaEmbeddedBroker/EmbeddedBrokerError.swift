public import KafkaProtocol

/// Why the embedded broker could not do what its owner asked for.
public struct EmbeddedBrokerError: KafkaError, Equatable {
    /// What went wrong: one of the codes that clients have too, or one of the broker's own.
    public let code: KafkaClientError.Code
    /// What happened, to what, and what to do.
    public let message: String

    init(_ code: KafkaClientError.Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { message }
}

extension KafkaClientError.Code {
    /// An embedded broker was not started, was started twice, or has been stopped.
    public static let notRunning = Self(rawValue: "notRunning")
    /// The embedded broker has no node of this id.
    public static let unknownNode = Self(rawValue: "unknownNode")
    /// The embedded broker refused a topic as Kafka would.
    public static let topicRefused = Self(rawValue: "topicRefused")
    /// The text of a fault is not a rule.
    public static let invalidFault = Self(rawValue: "invalidFault")
}
