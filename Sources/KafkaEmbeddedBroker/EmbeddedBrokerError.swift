/// Why the embedded broker could not do what its owner asked for.
public struct EmbeddedBrokerError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Code: Sendable, Equatable {
        case invalidConfiguration
        /// Asked of a broker that was not started, was started twice, or has been stopped.
        case notRunning
        case unknownNode
        case unknownPartition
        /// The topic was refused, with the code that a client would have got.
        case topicRefused
        /// The text of a fault says nothing that can be done.
        case invalidFault
    }

    public let code: Code
    public let message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { message }
}
