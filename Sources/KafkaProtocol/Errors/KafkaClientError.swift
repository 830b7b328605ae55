/// Why the client could not do what it was asked to.
///
/// Its ``code`` is for programs, its ``description`` for people. A value takes one reference, so that results and deliveries
/// stay small.
public struct KafkaClientError: KafkaError {
    private let storage: Storage

    private final class Storage: Sendable {
        let code: Code
        let message: String
        let brokerError: KafkaErrorCode?
        let causes: [any Error]
        let takenRecordCount: Int

        init(
            _ code: Code, _ message: String, _ brokerError: KafkaErrorCode?, _ causes: [any Error],
            _ takenRecordCount: Int
        ) {
            self.code = code
            self.message = message
            self.brokerError = brokerError
            self.causes = causes
            self.takenRecordCount = takenRecordCount
        }
    }

    /// An error with any number of causes.
    ///
    /// - Parameters:
    ///   - code: what went wrong.
    ///   - message: what happened, to what (topic, partition, broker), and what to do about it.
    ///   - brokerError: the broker's error code, when an answer of a broker is the reason.
    ///   - causes: the errors that led to this one.
    public init(
        _ code: Code, _ message: String, brokerError: KafkaErrorCode? = nil, causes: [any Error] = []
    ) {
        storage = Storage(code, message, brokerError, causes, 0)
    }

    /// An error with one cause. The other parameters are those of ``init(_:_:brokerError:causes:)``.
    public init(_ code: Code, _ message: String, brokerError: KafkaErrorCode? = nil, underlying: any Error) {
        storage = Storage(code, message, brokerError, [underlying], 0)
    }

    /// An error that a broker answered; its code follows from the broker's.
    ///
    /// - Parameters:
    ///   - brokerError: the broker's code.
    ///   - action: what failed, to what.
    ///   - brokerMessage: the broker's own words, where it sent some.
    package init(_ brokerError: KafkaErrorCode, _ action: String, _ brokerMessage: String? = nil) {
        let reason = brokerMessage?.foreign ?? brokerError.message
        self.init(Code(brokerError), "\(action): \(brokerError.name): \(reason)", brokerError: brokerError)
    }

    /// The same error, after so many records of the failed call were taken.
    package func taking(_ recordCount: Int) -> KafkaClientError {
        KafkaClientError(storage: Storage(code, message, brokerError, causes, recordCount))
    }

    private init(storage: Storage) { self.storage = storage }

    /// What went wrong, for programs to compare.
    public var code: Code { storage.code }
    /// What happened, to what, and what to do about it, without the causes.
    public var message: String { storage.message }
    /// The broker's error code, when an answer of a broker is the reason; otherwise nil.
    public var brokerError: KafkaErrorCode? { storage.brokerError }
    /// The errors that led to this one, in the order in which they came. With `.invalidConfiguration`, one
    /// ``ConfigurationProblem`` for each setting that can't be used.
    public var causes: [any Error] { storage.causes }
    /// The first of the causes; nil when there is none.
    public var underlying: (any Error)? { storage.causes.first }
    /// How many records of the call that threw this error were taken all the same. Zero for calls that take no records.
    public var takenRecordCount: Int { storage.takenRecordCount }

    /// The message, followed by the causes.
    public var description: String {
        switch causes.count {
        case 0: message
        case 1: "\(message): \(causes[0])"
        default: message + causes.map { "\n  - \($0)" }.joined()
        }
    }

    /// Whether the same call may succeed later.
    ///
    /// The broker's error code decides when there is one (Kafka's `RetriableException`). Otherwise it is so for
    /// `.connectionFailed`, `.requestTimedOut`, `.leaderNotAvailable`, `.credentialsUnavailable` and `.memoryExhausted`.
    public var isRetriable: Bool {
        if code == .deliveryTimedOut { return false }
        if let brokerError { return brokerError.isRetriable }
        return [.connectionFailed, .requestTimedOut, .leaderNotAvailable, .credentialsUnavailable, .memoryExhausted]
            .contains(code)
    }
}

/// One setting of a configuration that is out of its bounds or contradicts another.
public struct ConfigurationProblem: KafkaError, Hashable {
    /// The setting's name, after that of its configuration: `BuilderConfiguration.linger`.
    public let setting: String
    /// The value that it has, and the bounds.
    public let message: String

    package init(_ setting: String, _ message: String) {
        self.setting = setting
        self.message = message
    }

    /// Always `.invalidConfiguration`.
    public var code: KafkaClientError.Code { .invalidConfiguration }
    /// The setting's name and the message.
    public var description: String { "\(setting): \(message)" }
}
