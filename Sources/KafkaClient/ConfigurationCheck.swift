import KafkaProtocol

/// Collects what is wrong with a configuration, so that all of it is told at once.
struct ConfigurationCheck {
    private let subject: String
    private(set) var problems: [ConfigurationProblem] = []

    /// - Parameter subject: the configuration's type, for messages.
    init(_ subject: String) { self.subject = subject }

    mutating func expect(
        _ setting: String, _ condition: Bool, _ message: @autoclosure () -> String
    ) {
        if !condition { problems.append(ConfigurationProblem("\(subject).\(setting)", message())) }
    }

    mutating func expect<Value: Comparable>(_ setting: String, _ value: Value, in bounds: ClosedRange<Value>) {
        expect(
            setting, bounds.contains(value),
            "is \(value); it must lie between \(bounds.lowerBound) and \(bounds.upperBound)")
    }

    /// Throws one error for the problems of all the configurations that something is made of; none, and all is well.
    ///
    /// - Throws: `KafkaClientError` with `.invalidConfiguration`, and the problems as its causes.
    static func throwIfAny(_ problems: [ConfigurationProblem], for what: String) throws(KafkaClientError) {
        if problems.isEmpty { return }
        let count = problems.count == 1 ? "one setting" : "\(problems.count) settings"
        throw KafkaClientError(.invalidConfiguration, "\(what) can't be made: \(count) can't be used", causes: problems)
    }
}
