public import KafkaProtocol

/// Why an embedded broker could not do what it was asked to.
public struct EmbeddedBrokerError: KafkaError, Equatable {
    /// What went wrong: a code that the client uses too, or one of the embedded broker's own.
    public let code: KafkaClientError.Code
    /// What happened, to what, and what to do about it.
    public let message: String
    /// Of an invalid configuration, a problem for each setting that is wrong; else none.
    public let problems: [ConfigurationProblem]

    init(_ code: KafkaClientError.Code, _ message: String, problems: [ConfigurationProblem] = []) {
        self.problems = problems
        self.code = code
        self.message = message
    }

    /// The message.
    public var description: String { message }
}

extension KafkaClientError.Code {
    /// An embedded broker is not running, or can't be started because it was started before.
    public static let notRunning = Self(rawValue: "notRunning")
    /// The embedded broker can't listen on an address.
    public static let cannotListen = Self(rawValue: "cannotListen")
    /// There is no broker with this node id.
    public static let unknownNode = Self(rawValue: "unknownNode")
    /// An embedded broker refused to create or change a topic, as Kafka would.
    public static let topicRefused = Self(rawValue: "topicRefused")
    /// A text can't be read as a ``FaultRule``.
    public static let invalidFault = Self(rawValue: "invalidFault")
}
